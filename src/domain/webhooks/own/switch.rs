//! Switching the endpoint off and on again, and removing it.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::webhooks::endpoints::{write_off, write_on};
use crate::domain::webhooks::own::{open, record};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::webhook::OffReason;
use crate::store;
use crate::store::db::commit;

/// Switches it off: what waits is given up, and what happens meanwhile is not told. Doing it twice changes nothing.
pub async fn switch_off(app: &App, proof: ManageWorkspace<'_>) -> Result<()> {
    let tx = app.db.begin().await?;
    let mut endpoint = open(&tx, proof).await?;
    if endpoint.off.is_none() {
        write_off(&tx, app, &mut endpoint, OffReason::ByHand, proof.by()).await?;
        commit(tx).await?;
    }
    Ok(())
}

/// Switches it on again, with a clean record. Doing it twice changes nothing.
pub async fn switch_on(app: &App, proof: ManageWorkspace<'_>) -> Result<()> {
    let tx = app.db.begin().await?;
    let mut endpoint = open(&tx, proof).await?;
    if endpoint.off.is_some() {
        write_on(&tx, app, &mut endpoint, proof.by()).await?;
        commit(tx).await?;
    }
    Ok(())
}

/// Removes it, with everything that was sent to it.
pub async fn remove(app: &App, proof: ManageWorkspace<'_>) -> Result<()> {
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    record(&tx, app, proof, &endpoint, Action::EndpointRemoved, String::new()).await?;
    store::shown_once::forget(&tx, endpoint.id.0).await?;
    store::webhooks::endpoints::delete(&tx, endpoint.id).await?;
    Ok(commit(tx).await?)
}
