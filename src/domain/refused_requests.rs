//! Why was it refused? Requests by the name that their answer told, for the people whose key it was, and for support.

use std::collections::BTreeMap;

use uuid::{Builder, Uuid};

use crate::domain::App;
use crate::domain::access::Standing;
use crate::domain::access::desk::Staff;
use crate::domain::staff::record_look;
use crate::error::Result;
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::key::Key;
use crate::model::refused_request::{KEPT, RefusedRequest};
use crate::model::request_id::RequestId;
use crate::model::workspace::{Project, Workspace};
use crate::store;
use crate::store::db::commit;

/// A refused request, and whose it was.
#[derive(Clone, Debug)]
pub struct Found {
    pub request: RefusedRequest,
    /// Nothing, when it came without a key.
    pub key: Option<Owned>,
}

/// The key of a refused request, and whom it belongs to.
#[derive(Clone, Debug)]
pub struct Owned {
    pub key: Key,
    pub workspace: Workspace,
    pub project: Option<Project>,
}

/// How many of one name are shown: proxies choose names, and may choose one twice.
const MOST: u64 = 20;

/// What a member may know: requests of the workspace's own keys. Of a request without a key nobody can say whose it was, but
/// whoever knows its name has had its answer; they are told how it was written, not from where it came.
pub async fn of_workspace(app: &App, standing: &Standing, id: &RequestId) -> Result<Vec<Found>> {
    let mut found = called(app, id, Some(standing.workspace.id)).await?;
    for found in found.iter_mut().filter(|found| found.request.key.is_none()) {
        found.request.address = String::new();
        found.request.user_agent = String::new();
        found.request.presented = None;
    }
    Ok(found)
}

/// What support may know: everything on record. Each key that is looked at so is in its customer's trail.
pub async fn for_support(app: &App, staff: &Staff, id: &RequestId) -> Result<Vec<Found>> {
    let found = called(app, id, None).await?;
    let keys = found.iter().filter_map(|found| Some(&found.key.as_ref()?.key));
    let keys: BTreeMap<KeyId, Key> = keys.map(|key| (key.id, key.clone())).collect();
    record_look(app, staff, &keys.into_values().collect::<Vec<_>>()).await?;
    Ok(found)
}

/// Whether a refusal of this name is on record, whoever's it is: for the support desk, which is told no more than that.
pub async fn is_on_record(app: &App, _: &Staff, id: &RequestId) -> Result<bool> {
    Ok(!requests(app, id, None).await?.is_empty())
}

async fn called(app: &App, id: &RequestId, of: Option<WorkspaceId>) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for request in requests(app, id, of).await? {
        let key = match request.key {
            Some(key) => owned(app, key).await?,
            None => None,
        };
        if key.is_some() == request.key.is_some() {
            found.push(Found { request, key });
        }
    }
    Ok(found)
}

async fn requests(app: &App, id: &RequestId, of: Option<WorkspaceId>) -> Result<Vec<RefusedRequest>> {
    let db = app.db.reader();
    let written = store::refused_requests::called(db, id, of, MOST).await?;
    if !written.is_empty() {
        return Ok(written);
    }
    app.usage.write_down_called(&app.db, id).await?;
    Ok(store::refused_requests::called(db, id, of, MOST).await?)
}

async fn owned(app: &App, id: KeyId) -> Result<Option<Owned>> {
    let db = app.db.reader();
    let Some(key) = store::keys::find_of_any_tenant(db, id).await? else {
        return Ok(None);
    };
    let Some(workspace) = store::workspaces::find(db, key.workspace_id).await? else {
        return Ok(None);
    };
    let project = match key.project_id {
        Some(id) => store::projects::find(db, workspace.id, id).await?,
        None => None,
    };
    Ok(Some(Owned {
        key,
        workspace,
        project,
    }))
}

/// Lets go of what is over; a transaction is only begun when anything is.
pub async fn sweep(app: &App) -> Result<()> {
    let oldest = first_id_at(app.now().plus(-KEPT).millis().unsigned_abs());
    if !store::refused_requests::is_any_before(app.db.reader(), oldest).await?
        && !store::refused_requests::are_too_many_of_no_key(app.db.reader()).await?
    {
        return Ok(());
    }
    loop {
        let tx = app.db.begin().await?;
        let may_be_more = store::refused_requests::delete_before(&tx, oldest).await?
            || store::refused_requests::delete_beyond_of_no_key(&tx).await?;
        commit(tx).await?;
        if !may_be_more {
            return Ok(());
        }
    }
}

/// The least id of this time: ids begin with the millisecond.
fn first_id_at(millis: u64) -> Uuid {
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
