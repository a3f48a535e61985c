//! Stopping all keys of an environment at once: from the next request on they are refused, whatever each of them is, until that is
//! undone. It is a mark on what owns the keys, so that undoing it leaves each key exactly as it was. Webhooks go on: a stop is about
//! what is let in.

mod mails;

use crate::domain::access::{ManageKeys, ReadKeys};
use crate::domain::audit::{self, Subject};
use crate::domain::mail::outbox;
use crate::domain::usage::report::{self, Whose};
use crate::domain::verify::changes;
use crate::domain::{App, pasted};
use crate::error::{AppError, Result};
use crate::model::access::Environment;
use crate::model::audit::Action;
use crate::model::reason::{LONGEST_REASON, Reason};
use crate::model::stop::{Stop, Stops};
use crate::model::timestamp::Timestamp;
use crate::model::usage::Range;
use crate::model::workspace::{Project, Workspace};
use crate::store;
use crate::store::keys::{Filter, StatusFilter};

/// What speaks against stopping keys now.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// How many work; nothing, where they are too many to count.
    pub active: Option<u64>,
    /// Requests in this hour and the 23 before.
    pub accepted: i64,
    pub refused: i64,
    pub last_used_at: Option<Timestamp>,
}

/// The stops of the keys on a ring, as the ring was found.
pub fn of<'a>(workspace: &'a Workspace, project: Option<&'a Project>) -> &'a Stops {
    project.map_or(&workspace.stops, |project| &project.stops)
}

/// Looks how much the keys of an environment are used, with what is still in memory written down first.
pub async fn evidence(app: &App, proof: ReadKeys<'_>, environment: Environment) -> Result<Evidence> {
    let (db, owner) = (app.db.reader(), proof.ring().owner_id());
    let report = report::report(app, Whose::Ring(proof), Range::Day).await?;
    let series = report.series.iter().filter(|series| series.environment == environment);
    let points: Vec<_> = series.flat_map(|series| &series.points).collect();
    let filter = Filter {
        environment: Some(environment.to_string()),
        status: StatusFilter::Active,
        ..Filter::default()
    };
    Ok(Evidence {
        active: store::keys::counted(db, owner, &filter, app.now()).await?.total,
        accepted: points.iter().map(|counts| counts.accepted).sum(),
        refused: points.iter().flat_map(|counts| counts.refused.values()).sum(),
        last_used_at: store::keys::last_used_at(db, owner, environment).await?,
    })
}

/// Reads why keys are stopped; nobody has to say it. People read it on pages and in mails, so a key must not be in it.
fn read_why(app: &App, typed: &str) -> Result<String> {
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    if pasted::holds_secret(&app.profile, typed) {
        return Err(AppError::invalid(
            "why",
            "There is a key or another secret in this. Say it without.",
        ));
    }
    let reason = Reason::parse(typed).map_err(|_| {
        let why = format!("Use 3 to {LONGEST_REASON} letters, digits, spaces and punctuation, or leave it empty.");
        AppError::invalid("why", why)
    })?;
    Ok(reason.as_str().to_owned())
}

/// From the next request on, every key of the environment is refused. Doing it twice changes nothing.
pub async fn stop(app: &App, proof: ManageKeys<'_>, environment: Environment, why: &str) -> Result<()> {
    let stop = Stop {
        at: app.now(),
        by: proof.by().actor.name().to_owned(),
        why: read_why(app, why)?,
    };
    set(app, proof, environment, Some(stop)).await
}

/// From the next request on, each key of the environment is what it is again. Doing it twice changes nothing.
pub async fn undo(app: &App, proof: ManageKeys<'_>, environment: Environment) -> Result<()> {
    set(app, proof, environment, None).await
}

async fn set(app: &App, proof: ManageKeys<'_>, environment: Environment, stop: Option<Stop>) -> Result<()> {
    let ring = proof.ring();
    let tx = app.db.begin().await?;
    let workspace = store::workspaces::lock(&tx, ring.workspace.id).await?;
    let workspace = workspace.ok_or(AppError::NotFound)?;
    let project = match &ring.project {
        Some(project) => {
            let found = store::projects::find(&tx, workspace.id, project.id).await?;
            Some(found.ok_or(AppError::NotFound)?)
        }
        None => None,
    };
    if of(&workspace, project.as_ref()).of(environment).is_some() == stop.is_some() {
        return Ok(());
    }
    let project_id = project.as_ref().map(|project| project.id);
    let changed = store::stops::set(&tx, workspace.id, project_id, environment, stop.as_ref()).await?;
    let name = project.as_ref().map_or(&workspace.name, |project| &project.name);
    let subject = Subject {
        project_id,
        name: format!("{environment} keys of {name}"),
        details: stop.as_ref().map_or_else(String::new, |stop| stop.why.clone()),
        ..Subject::default()
    };
    let action = match stop {
        Some(_) => Action::KeysStopped,
        None => Action::KeysResumed,
    };
    audit::record(&tx, app, workspace.id, proof.by(), action, subject).await?;
    let told = mails::Told {
        workspace: &workspace,
        project: project.as_ref(),
        environment,
        by: proof.by().actor.name(),
        stop: stop.as_ref(),
    };
    for mail in mails::keys_stopped(&tx, app, &told).await? {
        outbox::put(&tx, app, &mail).await?;
    }
    changes::commit(app, tx, &changed).await?;
    app.mailer.wake();
    Ok(())
}
