//! The same for programs and spreadsheets: a line for each key and finding.

use actix_web::HttpResponse;

use super::query::Query;
use crate::domain::App;
use crate::domain::key_health::{self, Line};
use crate::error::Result;
use crate::model::key_health::Finding;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Project;
use crate::web::csv::Csv;
use crate::web::extract::WorkspacePage;

/// How many keys are asked for at once.
const AT_ONCE: u64 = 1_000;

pub(super) async fn answer(
    app: &App,
    workspace: &WorkspacePage,
    query: &Query,
    projects: &[Project],
) -> Result<HttpResponse> {
    let question = query.question(projects);
    let mut csv = Csv::default();
    csv.line([
        "finding",
        "key",
        "name",
        "display_prefix",
        "project",
        "environment",
        "made_by",
        "created_at",
        "last_used_at",
        "expires_at",
        "addresses",
        "scopes_not_needed",
    ]);
    for finding in Finding::ALL {
        if query.finding().is_some_and(|only| only != finding) {
            continue;
        }
        let mut before = None;
        loop {
            let (lines, next) = key_health::lines(app, &workspace.standing, question, finding, before, AT_ONCE).await?;
            for line in lines {
                add(&mut csv, projects, finding, line);
            }
            before = next;
            if before.is_none() {
                break;
            }
        }
    }
    Ok(csv.answer(&format!("key-health-{}", workspace.standing.workspace.slug)))
}

fn add(csv: &mut Csv, projects: &[Project], finding: Finding, line: Line) {
    let key = line.key;
    let project = projects.iter().find(|project| Some(project.id) == key.project_id);
    let at = |at: Option<Timestamp>| at.map_or_else(String::new, Timestamp::rfc3339);
    csv.line([
        finding.as_str().to_owned(),
        key.id.to_string(),
        key.name,
        key.display_prefix,
        project.map_or_else(String::new, |project| project.slug.clone()),
        key.environment.to_string(),
        key.created_by,
        key.created_at.rfc3339(),
        at(key.last_use.map(|last| last.at)),
        at(key.expires_at),
        if finding == Finding::ManyAddresses {
            line.addresses.to_string()
        } else {
            String::new()
        },
        line.unused.join(" "),
    ]);
}
