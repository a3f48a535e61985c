//! Embed mode: a project's people enable it and keep its keys, its server mints sessions with them, and the provider's API asks
//! whether a session is good. Nothing of it is remembered in memory: each question reads the database, and is as true as that.

mod admit;
mod disable;
mod enable;
mod keys;
mod rotate;
pub mod session;
mod suspend;
mod verify;

pub use admit::{Signed, admit};
pub use disable::disable;
pub use enable::enable;
pub use rotate::{rotate, seen, view};
pub(in crate::domain) use suspend::set_suspended;
pub use suspend::{resume, suspend};
pub use verify::{SessionRefusal, Verified, Wanted, verify};

use crate::domain::App;
use crate::domain::access::{By, KeyRing, ReadKeys};
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::embed::Partner;
use crate::profile::Embed;
use crate::store::{self, Tx};

/// Embed mode as it is there; nothing, when nobody ever enabled or suspended it.
pub async fn find(app: &App, proof: ReadKeys<'_>) -> Result<Option<Partner>> {
    part(app)?;
    let owner = proof.ring().owner_id();
    Ok(store::embed_partners::find(app.db.reader(), owner).await?)
}

/// What the profile says of embed mode; not found where it says nothing.
fn part(app: &App) -> Result<&Embed> {
    app.profile.embed.as_ref().ok_or(AppError::NotFound)
}

/// A partner that nobody has written down yet.
fn newcomer(app: &App, ring: &KeyRing) -> Partner {
    Partner {
        owner_id: ring.owner_id(),
        workspace_id: ring.workspace.id,
        project_id: ring.project.as_ref().map(|project| project.id),
        publishable_key: None,
        generation: 0,
        enabled_at: None,
        rotated_at: None,
        suspended_at: None,
        created_at: app.now(),
    }
}

/// Reads the partner, and keeps everybody else who changes it waiting until the transaction ends.
async fn open(tx: &Tx, app: &App, ring: &KeyRing) -> Result<Option<Partner>> {
    part(app)?;
    store::workspaces::lock(tx, ring.workspace.id).await?;
    Ok(store::embed_partners::find(tx, ring.owner_id()).await?)
}

async fn record(tx: &Tx, app: &App, ring: &KeyRing, by: &By, action: Action) -> Result<()> {
    record_with(tx, app, ring, by, action, "").await
}

async fn record_with(tx: &Tx, app: &App, ring: &KeyRing, by: &By, action: Action, details: &str) -> Result<()> {
    let name = ring
        .project
        .as_ref()
        .map_or(&ring.workspace.name, |project| &project.name);
    let subject = Subject {
        project_id: ring.project.as_ref().map(|project| project.id),
        name: name.clone(),
        details: details.to_owned(),
        ..Subject::default()
    };
    audit::record(tx, app, ring.workspace.id, by, action, subject).await
}
