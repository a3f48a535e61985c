//! Looking a key up for a customer. Whatever is shown was written into that customer's audit trail before.

use crate::domain::App;
use crate::domain::access::desk::Staff;
use crate::domain::audit::{self, Subject};
use crate::domain::credits;
use crate::domain::staff::outlook::{self, Asked, Outlook};
use crate::domain::staff::typed::{self, Refused, Typed};
use crate::domain::usage;
use crate::error::{AppError, Result};
use crate::model::audit::{Action, AuditEvent};
use crate::model::embed::Partner;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::key_format::KeyText;
use crate::model::refused_request::RefusedRequest;
use crate::model::role::Role;
use crate::model::webhook::{Delivery, Off};
use crate::model::workspace::{Project, Workspace};
use crate::store;
use crate::store::db::commit;
use crate::store::webhooks::deliveries::Filter;

/// A key, and whose it is.
#[derive(Clone, Debug)]
pub struct Found {
    pub key: Key,
    pub workspace: Workspace,
    pub project: Option<Project>,
    /// The email addresses of the workspace's owners.
    pub owners: Vec<String>,
    /// The last ones, newest first.
    pub refusals: Vec<RefusedRequest>,
    /// The last ones, newest first, without what they say and where they go.
    pub webhooks: Vec<Delivery>,
    /// Why endpoints of the key are off, newest first.
    pub endpoints_off: Vec<Off>,
    /// What the workspace has left, where there are credits.
    pub credits: Option<i64>,
    /// Embed mode where the key belongs, if anybody ever enabled or suspended it.
    pub embed: Option<Partner>,
    /// Of how many these are the newest; only where one key is looked at.
    pub totals: Totals,
}

/// How many there are, of which [`Found`] has the newest; nothing where they were not counted, or only so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub refusals: Option<u64>,
    pub webhooks: Option<u64>,
    pub endpoints_off: Option<u64>,
}

/// The most keys one look shows. Display prefixes are random: more than one key with the same is rare.
const MOST: u64 = 50;

/// The most keys one look shows that are near: each is in its customer's trail.
const MOST_NEAR: usize = 20;

/// How many refusals somebody is likely to ask about, and how many webhooks.
const LATEST: u64 = 10;

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Looked {
    pub typed: Typed,
    /// The newest.
    pub found: Vec<Found>,
    /// How many keys there are, as far as they are counted.
    pub total: Option<u64>,
    /// Those that sound like what was typed, or begin like it, but are not exactly that.
    pub near: Vec<Found>,
    /// How many keys are near, as far as they are counted.
    pub near_total: Option<u64>,
}

impl Looked {
    /// Whether no key is found, nor any near.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.near.is_empty()
    }
}

/// All keys with exactly this display prefix and those near to it, or the one with this id; or why it was not even looked for.
pub(super) async fn by_display_prefix(
    app: &App,
    staff: &Staff,
    typed: &KeyText,
) -> Result<std::result::Result<Looked, Refused>> {
    if let Some(id) = typed::id(typed).map(KeyId) {
        usage::write_down(app, &[id]).await?;
        let key = store::keys::find_of_any_tenant(app.db.reader(), id).await?;
        let found = show(app, staff, key.into_iter().collect()).await?;
        let typed = Typed {
            prefix: id.to_string(),
            is_showable: true,
        };
        return Ok(Ok(Looked {
            typed,
            total: Some(found.len() as u64),
            found,
            near: Vec::new(),
            near_total: Some(0),
        }));
    }
    let typed = match typed::read(&app.profile, typed) {
        Ok(typed) => typed,
        Err(refused) => return Ok(Err(refused)),
    };
    let beginnings = typed::near(&app.profile, &typed.prefix);
    let db = app.db.reader();
    // Those that are exactly so, and behind them those that are near.
    let keys = async || -> Result<(Vec<Key>, usize)> {
        let mut keys = store::keys::find_by_display_prefix(db, &typed.prefix, MOST).await?;
        let exact = keys.len();
        keys.extend(store::keys::find_near(db, &typed.prefix, &beginnings, MOST_NEAR).await?);
        Ok((keys, exact))
    };
    let ids: Vec<KeyId> = keys().await?.0.iter().map(|key| key.id).collect();
    usage::write_down(app, &ids).await?;
    let (keys, exact) = keys().await?;
    let mut found = show(app, staff, keys).await?;
    let near = found.split_off(exact);
    let total = match found.len() as u64 {
        MOST => store::keys::count_by_display_prefix(db, &typed.prefix).await?,
        all => Some(all),
    };
    let near_total = match near.len() {
        MOST_NEAR => store::keys::count_near(db, &typed.prefix, &beginnings).await?,
        all => Some(all as u64),
    };
    Ok(Ok(Looked {
        // What keys begin like is shown with them.
        typed: Typed {
            is_showable: typed.is_showable || !near.is_empty(),
            ..typed
        },
        found,
        total,
        near,
        near_total,
    }))
}

/// One key, and what is only said where one is looked at.
#[derive(Clone, Debug)]
pub struct SeenKey {
    pub found: Found,
    pub outlook: Outlook,
    /// What was changed about it, newest first, without looks by support.
    pub events: Vec<AuditEvent>,
}

/// The key with this id, and what would be answered to a request with it.
pub async fn by_id(app: &App, staff: &Staff, id: KeyId, asked: Option<&Asked>) -> Result<SeenKey> {
    usage::write_down(app, &[id]).await?;
    let key = store::keys::find_of_any_tenant(app.db.reader(), id).await?;
    let found = show(app, staff, key.into_iter().collect()).await?;
    let mut found = found.into_iter().next().ok_or(AppError::NotFound)?;
    let (db, workspace) = (app.db.reader(), found.workspace.id);
    found.totals = Totals {
        refusals: Some(store::refused_requests::count_of_key(db, id).await?),
        webhooks: store::webhooks::deliveries::counted(db, workspace, of_key(id))
            .await?
            .total,
        endpoints_off: store::webhooks::endpoints::count_off(db, id).await?,
    };
    Ok(SeenKey {
        outlook: outlook::of_key(app, id, asked).await?,
        events: store::audit::list_without_looks(db, workspace, Some(id), LATEST).await?,
        found,
    })
}

fn of_key(key: KeyId) -> Filter {
    Filter {
        key: Some(key),
        ..Filter::default()
    }
}

/// Records each look, then gathers what belongs to each key.
async fn show(app: &App, staff: &Staff, keys: Vec<Key>) -> Result<Vec<Found>> {
    record_look(app, staff, &keys).await?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        found.push(gather(app, key).await?);
    }
    Ok(found)
}

/// Writes into the trails of the customers whose keys they are that support looks at them.
pub async fn record_look(app: &App, staff: &Staff, keys: &[Key]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    for key in keys {
        let subject = Subject {
            project_id: key.project_id,
            key_id: Some(key.id),
            name: key.called(),
            details: String::new(),
        };
        audit::record(&tx, app, key.workspace_id, staff.by(), Action::KeyLookedUp, subject).await?;
    }
    Ok(commit(tx).await?)
}

async fn gather(app: &App, key: Key) -> Result<Found> {
    let db = app.db.reader();
    let workspace = store::workspaces::find(db, key.workspace_id).await?;
    let workspace = workspace.ok_or_else(|| store::Error::Corrupt("a key without a workspace".to_owned()))?;
    let project = match key.project_id {
        Some(id) => store::projects::find(db, workspace.id, id).await?,
        None => None,
    };
    let members = store::members::list(db, workspace.id).await?;
    let owners = members.into_iter().filter(|member| member.role == Role::Owner);
    let refusals = store::refused_requests::of_key(db, key.id, LATEST).await?;
    let webhooks = store::webhooks::deliveries::list(db, workspace.id, of_key(key.id), LATEST).await?;
    let off = store::webhooks::endpoints::list_off(db, key.id, LATEST).await?;
    let left = match app.profile.credits {
        Some(_) => Some(credits::balance(app, workspace.id).await?),
        None => None,
    };
    let embed = match &app.profile.embed {
        Some(_) => store::embed_partners::find(db, key.owner_id).await?,
        None => None,
    };
    Ok(Found {
        credits: left,
        embed,
        totals: Totals::default(),
        key,
        refusals,
        webhooks: webhooks.into_iter().map(without_content).collect(),
        endpoints_off: off.into_iter().filter_map(|endpoint| endpoint.off).collect(),
        project,
        owners: owners.map(|owner| owner.email.to_string()).collect(),
        workspace,
    })
}

/// What support needs to know of a delivery is not what it says.
fn without_content(delivery: Delivery) -> Delivery {
    Delivery {
        url: String::new(),
        body: String::new(),
        idempotency_key: None,
        ..delivery
    }
}
