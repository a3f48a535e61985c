//! Which keys of a workspace something may be wrong with. Whatever is said is found anew each time it is asked.

pub mod mail;

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::{ReadKeys, Standing};
use crate::error::Result;
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::key::Key;
use crate::model::key_health::{Finding, USUAL_ADDRESSES};
use crate::model::workspace::Project;
use crate::profile::Profile;
use crate::store;
use crate::store::key_health::Asked;

/// How many keys of each finding are shown beside those of others.
pub const FEW: u64 = 5;

/// What somebody wants to see.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The keys of one project.
    pub project: Option<&'a Project>,
    /// From how many addresses a key may be used.
    pub addresses: u32,
}

/// Keys of a finding.
#[derive(Clone, Debug)]
pub struct Section {
    pub finding: Finding,
    /// How many there are.
    pub count: u64,
    /// Some of them, newest first.
    pub lines: Vec<Line>,
    /// Older ones follow this one, when there are any.
    pub next: Option<KeyId>,
}

/// A key of a finding.
#[derive(Clone, Debug)]
pub struct Line {
    pub key: Key,
    /// From how many addresses it was used lately, where that is the finding.
    pub addresses: u64,
    /// The scopes that nothing needs, where that is the finding.
    pub unused: Vec<String>,
}

/// Every finding that there is a key of, with a few of them.
pub async fn overview(app: &App, standing: &Standing, question: Question<'_>) -> Result<Vec<Section>> {
    let counts = store::key_health::counts(app.db.reader(), &asked(app, standing.workspace.id, question)).await?;
    let mut sections = Vec::new();
    for finding in Finding::ALL {
        if counts.get(&finding).is_some_and(|count| *count > 0) {
            sections.push(section(app, standing, question, finding, &counts, None, FEW).await?);
        }
    }
    Ok(sections)
}

/// How many keys of a workspace there are of each finding.
async fn counts_of(app: &App, workspace: WorkspaceId) -> Result<HashMap<Finding, u64>> {
    let all = Question {
        project: None,
        addresses: USUAL_ADDRESSES,
    };
    Ok(store::key_health::counts(app.db.reader(), &asked(app, workspace, all)).await?)
}

/// As many keys of one finding, those that are older than `before`.
pub async fn of_finding(
    app: &App,
    standing: &Standing,
    question: Question<'_>,
    finding: Finding,
    before: Option<KeyId>,
    limit: u64,
) -> Result<Section> {
    let counts = store::key_health::counts(app.db.reader(), &asked(app, standing.workspace.id, question)).await?;
    section(app, standing, question, finding, &counts, before, limit).await
}

async fn section(
    app: &App,
    standing: &Standing,
    question: Question<'_>,
    finding: Finding,
    counts: &HashMap<Finding, u64>,
    before: Option<KeyId>,
    limit: u64,
) -> Result<Section> {
    let (lines, next) = lines(app, standing, question, finding, before, limit).await?;
    Ok(Section {
        finding,
        count: counts.get(&finding).copied().unwrap_or_default(),
        lines,
        next,
    })
}

/// As many keys of one finding, those that are older than `before`, without counting how many there are; and which one older ones
/// follow, when there are any.
pub async fn lines(
    app: &App,
    standing: &Standing,
    question: Question<'_>,
    finding: Finding,
    before: Option<KeyId>,
    limit: u64,
) -> Result<(Vec<Line>, Option<KeyId>)> {
    let (db, asked) = (app.db.reader(), asked(app, standing.workspace.id, question));
    let mut keys = store::key_health::list(db, &asked, finding, before, limit + 1).await?;
    let is_more = keys.len() as u64 > limit;
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
    let (mut addresses, mut needed) = (HashMap::new(), HashMap::new());
    match finding {
        Finding::ManyAddresses => addresses = store::key_health::addresses(db, &ids, asked.now).await?,
        Finding::UnusedScopes => needed = store::key_health::needed(db, &ids, asked.now).await?,
        _ => {}
    }
    let line = |key: Key| Line {
        addresses: addresses.get(&key.id).copied().unwrap_or_default(),
        unused: match finding {
            Finding::UnusedScopes => without(&key, needed.get(&key.id)),
            _ => Vec::new(),
        },
        key,
    };
    let next = keys.last().filter(|_| is_more).map(|key| key.id);
    Ok((keys.into_iter().map(line).collect(), next))
}

/// The scopes of a key that nothing needs, where so much is known of it.
pub async fn unused_scopes(app: &App, proof: ReadKeys<'_>, key: &Key) -> Result<Vec<String>> {
    let (db, now) = (app.db.reader(), app.now());
    let asked = Asked {
        workspace: proof.ring().workspace.id,
        project: key.project_id,
        now,
        addresses: USUAL_ADDRESSES,
        public_types: Vec::new(),
    };
    if !store::key_health::has_unused_scopes(db, &asked, key.id).await? {
        return Ok(Vec::new());
    }
    let needed = store::key_health::needed(db, &[key.id], now).await?;
    Ok(without(key, needed.get(&key.id)))
}

fn without(key: &Key, needed: Option<&Vec<String>>) -> Vec<String> {
    let is_needed = |scope: &&String| needed.is_some_and(|needed| needed.contains(scope));
    key.scopes.iter().filter(|scope| !is_needed(scope)).cloned().collect()
}

fn asked(app: &App, workspace: WorkspaceId, question: Question<'_>) -> Asked {
    Asked {
        workspace,
        project: question.project.map(|project| project.id),
        now: app.now(),
        addresses: question.addresses,
        public_types: public_types(&app.profile),
    }
}

fn public_types(profile: &Profile) -> Vec<String> {
    let public = profile.key_types.iter().filter(|key_type| key_type.public);
    public.map(|key_type| key_type.id.clone()).collect()
}
