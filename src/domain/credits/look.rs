//! Looking at balances and ledgers. What is shown is what the database says at that moment.

use super::Whose;
use super::carry_out::open;
use crate::domain::App;
use crate::domain::access::Standing;
use crate::error::{AppError, Result};
use crate::model::counted::Counted;
use crate::model::credits::CreditEntry;
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::slug::Slug;
use crate::store;
use crate::store::credits::NamedKey;
use crate::store::db::commit;

/// A page of a ledger, newest first.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Now, wherever in the ledger this page is.
    pub balance: i64,
    pub entries: Vec<CreditEntry>,
    /// The cursor of the next page.
    pub next: Option<i64>,
}

/// What a workspace has. Whoever has never been asked has what the profile starts with, from now on.
pub async fn balance(app: &App, workspace: WorkspaceId) -> Result<i64> {
    if let Some(balance) = store::credits::balance(app.db.reader(), workspace).await? {
        return Ok(balance);
    }
    let tx = app.db.begin().await?;
    open(&tx, app, workspace).await?;
    let balance = store::credits::balance(&tx, workspace).await?;
    commit(tx).await?;
    Ok(balance.unwrap_or_default())
}

/// A page of a ledger, for one of the provider's systems.
pub async fn ledger(app: &App, workspace: WorkspaceId, before: Option<i64>, limit: u64) -> Result<Ledger> {
    balance(app, workspace).await?;
    let mut entries = store::credits::list(app.db.reader(), workspace, before, limit + 1).await?;
    let more = entries.len() as u64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let newest = entries.first().filter(|_| before.is_none());
    let balance = match newest {
        // One reading, so that the page agrees with itself.
        Some(newest) => newest.balance,
        None => balance(app, workspace).await?,
    };
    Ok(Ledger {
        balance,
        next: entries.last().filter(|_| more).map(|entry| entry.number),
        entries,
    })
}

/// A page of the ledger of a workspace, for a member of it, with the keys it names and where in the ledger it stands.
pub async fn of_workspace(
    app: &App,
    standing: &Standing,
    before: Option<i64>,
    limit: u64,
) -> Result<(Ledger, Vec<NamedKey>, Counted)> {
    let workspace = standing.workspace.id;
    let ledger = ledger(app, workspace, before, limit).await?;
    let mut keys: Vec<KeyId> = ledger.entries.iter().filter_map(|entry| entry.key_id).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys = store::credits::keys(app.db.reader(), workspace, &keys).await?;
    let first = ledger.entries.first().map_or(0, |entry| entry.number);
    let total = match before {
        Some(_) => store::credits::entries(app.db.reader(), workspace).await?,
        None => first,
    };
    // Lines are numbered: nothing is counted.
    let counted = Counted {
        passed: u64::try_from(total - first).ok(),
        total: u64::try_from(total).ok(),
    };
    Ok((ledger, keys, counted))
}

/// Finds a workspace by its id, its slug, or a key of it; by both, when they agree.
pub async fn whose(app: &App, workspace: Option<&str>, key: Option<KeyId>) -> Result<Whose> {
    let db = app.db.reader();
    let named = match workspace {
        None => None,
        Some(text) => {
            let by_id = match text.parse() {
                Ok(id) => store::workspaces::find(db, id).await?,
                Err(_) => None,
            };
            let found = match (by_id, Slug::parse(text)) {
                (None, Some(slug)) => store::workspaces::find_by_slug(db, slug.as_str()).await?,
                (by_id, _) => by_id,
            };
            Some(found.ok_or(AppError::NotFound)?)
        }
    };
    let Some(key_id) = key else {
        return Ok(Whose {
            workspace: named.ok_or(AppError::NotFound)?,
            key_id: None,
        });
    };
    let key = store::keys::find_of_any_tenant(db, key_id)
        .await?
        .ok_or(AppError::NotFound)?;
    let workspace = match named {
        Some(named) if named.id != key.workspace_id => {
            return Err(AppError::invalid("key_id", "This key is of another workspace."));
        }
        Some(named) => named,
        None => {
            let found = store::workspaces::find(db, key.workspace_id).await?;
            found.ok_or(AppError::NotFound)?
        }
    };
    Ok(Whose {
        workspace,
        key_id: Some(key_id),
    })
}
