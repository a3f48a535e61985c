//! Disablements that end by themselves. Every verdict knows the moment ([`crate::model::key::state_at`]), so nothing has to happen at
//! it; what happens is that it is written down, some time later or ahead of the next change of the key, once.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::key::{Key, KeyState};
use crate::store::db::commit;
use crate::store::{self, Tx};

/// How many keys are written down in one transaction: others wait for it.
const BATCH: u64 = 100;

/// Writes down which disablements are over.
pub async fn end_those_over(app: &App) -> Result<()> {
    while store::disablements::is_any_over(app.db.reader(), app.now()).await? {
        let tx = app.db.begin().await?;
        for mut key in store::disablements::all_over(&tx, app.now(), BATCH).await? {
            end_if_over(&tx, app, &mut key).await?;
        }
        commit(tx).await?;
    }
    Ok(())
}

/// Whoever has locked a key to change it finds it as it is now, and so does the trail.
pub(in crate::domain) async fn end_if_over(tx: &Tx, app: &App, key: &mut Key) -> Result<()> {
    let now = app.now();
    let Some(until) = key.disabled_until.filter(|_| key.state_at(now) == KeyState::Active) else {
        return Ok(());
    };
    key.enable();
    key.version += 1;
    key.updated_at = now;
    store::disablements::end(tx, key.id, now).await?;
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details: format!("it was disabled until {}", until.rfc3339()),
    };
    audit::record(tx, app, key.workspace_id, &By::keyhatch(), Action::KeyEnabled, subject).await
}
