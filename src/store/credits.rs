//! Credits: balances, each changed in one statement that the database alone decides, and the ledger of every change.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement, Value,
};
use uuid::Uuid;

use super::entities::{credit_balance, credit_entry, key};
use super::rows::{at, word};
use super::{Error, Result};
use crate::model::credits::{Amount, CreditEntry, MOST};
use crate::model::ids::{KeyId, ProjectId, WorkspaceId};

/// A balance after it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewBalance {
    pub balance: i64,
    /// Which change this was.
    pub number: i64,
    /// Whether the balance was low when somebody last looked: see [`set_low`].
    pub was_low: bool,
}

/// Makes sure that a workspace has a balance; `true` when it had none and now has this one, with so many lines in its ledger.
pub async fn open(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    balance: i64,
    entries: i64,
    is_low: bool,
) -> Result<bool> {
    let row = credit_balance::ActiveModel {
        workspace_id: Set(workspace.0),
        balance: Set(balance),
        entries: Set(entries),
        is_low: Set(is_low),
    };
    let inserted = credit_balance::Entity::insert(row)
        .on_conflict_do_nothing_on([credit_balance::Column::WorkspaceId])
        .exec_without_returning(tx)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(rows) if rows > 0))
}

/// Changes a balance, in one statement: it happens whole and within bounds, or not at all. Nothing when the balance would be
/// out of bounds, or when there is none.
pub async fn change(tx: &impl ConnectionTrait, workspace: WorkspaceId, amount: Amount) -> Result<Option<NewBalance>> {
    let backend = tx.get_database_backend();
    let (amount, id) = (amount.get(), placeholder(backend));
    let sql = format!(
        "UPDATE credit_balances SET balance = balance + {amount}, entries = entries + 1 \
         WHERE workspace_id = {id} AND balance + {amount} BETWEEN 0 AND {MOST} RETURNING balance, entries, is_low"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(workspace.0)]);
    let Some(row) = tx.query_one_raw(statement).await? else {
        return Ok(None);
    };
    Ok(Some(NewBalance {
        balance: row.try_get_by_index(0)?,
        number: row.try_get_by_index(1)?,
        was_low: row.try_get_by_index(2)?,
    }))
}

/// Remembers whether a balance is low.
pub async fn set_low(tx: &impl ConnectionTrait, workspace: WorkspaceId, is_low: bool) -> Result<()> {
    credit_balance::Entity::update_many()
        .set(credit_balance::ActiveModel {
            is_low: Set(is_low),
            ..Default::default()
        })
        .filter(credit_balance::Column::WorkspaceId.eq(workspace.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// What a workspace has left; nothing when it has no balance yet.
pub async fn balance(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<i64>> {
    let found = credit_balance::Entity::find_by_id(workspace.0).one(db).await?;
    Ok(found.map(|row| row.balance))
}

/// How many lines the ledger of a workspace has: they are numbered from 1.
pub async fn entries(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<i64> {
    let found = credit_balance::Entity::find_by_id(workspace.0).one(db).await?;
    Ok(found.map_or(0, |row| row.entries))
}

/// Keeps everybody else from changing a balance until this transaction ends. On SQLite a writing transaction is alone anyway.
pub async fn lock(tx: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let query = credit_balance::Entity::find_by_id(workspace.0);
        query.lock(LockType::NoKeyUpdate).one(tx).await?;
    }
    Ok(())
}

/// Writes lines of ledgers.
pub async fn insert(tx: &impl ConnectionTrait, entries: Vec<(WorkspaceId, CreditEntry)>) -> Result<()> {
    // Nine values a row: far below what either database binds in one statement.
    for batch in entries.chunks(500) {
        let rows = batch.iter().map(|(workspace, entry)| credit_entry::ActiveModel {
            workspace_id: Set(workspace.0),
            number: Set(entry.number),
            amount: Set(entry.amount),
            balance: Set(entry.balance),
            kind: Set(entry.kind.to_string()),
            reason: Set(entry.reason.clone()),
            key_id: Set(entry.key_id.map(|id| id.0)),
            idempotency_key: Set(entry.idempotency_key.clone()),
            created_at: Set(entry.at.millis()),
        });
        credit_entry::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// The line that a request with this idempotency key has written.
pub async fn find_by_idempotency_key(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<CreditEntry>> {
    let found = credit_entry::Entity::find()
        .filter(credit_entry::Column::WorkspaceId.eq(workspace.0))
        .filter(credit_entry::Column::IdempotencyKey.eq(key))
        .one(db)
        .await?;
    found.map(CreditEntry::try_from).transpose()
}

/// The newest lines of a workspace's ledger before a number, at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<CreditEntry>> {
    let mut query = credit_entry::Entity::find().filter(credit_entry::Column::WorkspaceId.eq(workspace.0));
    if let Some(before) = before {
        query = query.filter(credit_entry::Column::Number.lt(before));
    }
    let rows = query
        .order_by_desc(credit_entry::Column::Number)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(CreditEntry::try_from).collect()
}

/// A key that a ledger names.
#[derive(Clone, Debug)]
pub struct NamedKey {
    pub id: KeyId,
    pub name: String,
    pub project_id: Option<ProjectId>,
}

/// Those of these keys of a workspace that have not been deleted.
pub async fn keys(db: &impl ConnectionTrait, workspace: WorkspaceId, ids: &[KeyId]) -> Result<Vec<NamedKey>> {
    let rows: Vec<(Uuid, String, Option<Uuid>)> = key::Entity::find()
        .select_only()
        .columns([key::Column::Id, key::Column::Name, key::Column::ProjectId])
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .filter(key::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(key::Column::DeletedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let named = rows.into_iter().map(|(id, name, project)| NamedKey {
        id: KeyId(id),
        name,
        project_id: project.map(ProjectId),
    });
    Ok(named.collect())
}

fn placeholder(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "$1",
        _ => "?",
    }
}

impl TryFrom<credit_entry::Model> for CreditEntry {
    type Error = Error;

    fn try_from(row: credit_entry::Model) -> Result<Self> {
        Ok(Self {
            number: row.number,
            amount: row.amount,
            balance: row.balance,
            kind: word(&row.kind)?,
            reason: row.reason,
            key_id: row.key_id.map(KeyId),
            idempotency_key: row.idempotency_key,
            at: at(row.created_at),
        })
    }
}
