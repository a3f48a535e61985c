//! What `suspend-embed` and `resume-embed` print, of a project or of a workspace that owns its keys itself.

use serde::Serialize;

use super::Failure;
use crate::domain::App;
use crate::domain::access::KeyRing;
use crate::model::embed::Partner;
use crate::profile::KeyOwner;

/// Embed mode, after it was suspended or resumed.
#[derive(Serialize)]
pub(super) struct EmbedState {
    workspace: String,
    project: Option<String>,
    embed_enabled: bool,
    embed_suspended: bool,
}

impl EmbedState {
    pub(super) fn of(ring: &KeyRing, partner: &Partner) -> Self {
        Self {
            workspace: ring.workspace.slug.clone(),
            project: ring.project.as_ref().map(|project| project.slug.clone()),
            embed_enabled: partner.enabled_at.is_some(),
            embed_suspended: partner.suspended_at.is_some(),
        }
    }

    /// The error where the profile has no embed mode, or has it elsewhere.
    pub(super) fn refuse_other(app: &App, asked: KeyOwner) -> Result<(), Failure> {
        let why = match (app.profile.embed.is_some(), app.profile.api.keys_belong_to) {
            (false, _) => "This profile has no embed mode.",
            (true, owner) if owner == asked => return Ok(()),
            (true, KeyOwner::Project) => "Embed mode belongs to projects here: name one, with keyhatch project.",
            (true, KeyOwner::Workspace) => "Embed mode belongs to workspaces here: name one, with keyhatch workspace.",
        };
        Err(Failure::sentence(why))
    }
}
