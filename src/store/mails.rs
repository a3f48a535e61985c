//! The outbox: mails that wait to be delivered, and for a while what became of them.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, SelectExt,
    Set, Statement, Value,
};
use uuid::Uuid;

use super::Result;
use super::entities::mail;
use crate::model::mail::MailState;
use crate::model::timestamp::Timestamp;

/// A mail that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: Uuid,
    /// A keyed digest of the address.
    pub recipient: Vec<u8>,
    pub kind: String,
    pub sealed: Vec<u8>,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// Writes a mail that is due at a moment. Nobody's has ended already.
pub async fn insert(tx: &impl ConnectionTrait, new: Waiting, due_at: Timestamp, is_nobodys: bool) -> Result<()> {
    let state = if is_nobodys {
        MailState::Nobodys
    } else {
        MailState::Waiting
    };
    let row = mail::ActiveModel {
        id: Set(new.id),
        recipient: Set(new.recipient),
        kind: Set(new.kind),
        sealed: Set(Some(new.sealed)),
        state: Set(state.as_str().to_owned()),
        attempts: Set(new.attempts),
        created_at: Set(new.created_at.millis()),
        expires_at: Set(new.expires_at.map(Timestamp::millis)),
        next_attempt_at: Set((!is_nobodys).then(|| due_at.millis())),
        claimed_by: Set(None),
        claimed_until: Set(None),
        finished_at: Set(is_nobodys.then(|| new.created_at.millis())),
    };
    mail::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes mails back that nobody has claimed.
pub async fn withdraw(tx: &impl ConnectionTrait, ids: &[Uuid]) -> Result<()> {
    mail::Entity::delete_many()
        .filter(mail::Column::Id.is_in(ids.iter().copied()))
        .filter(mail::Column::Attempts.eq(0))
        .filter(mail::Column::ClaimedBy.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Makes mails due that wait for a moment of their own.
pub async fn make_due(db: &impl ConnectionTrait, ids: &[Uuid], now: Timestamp) -> Result<()> {
    mail::Entity::update_many()
        .col_expr(mail::Column::NextAttemptAt, Expr::value(now.millis()))
        .filter(mail::Column::Id.is_in(ids.iter().copied()))
        .filter(mail::Column::State.eq(MailState::Waiting.as_str()))
        .filter(mail::Column::ClaimedBy.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Whether anything is due. Costs one look at an index.
pub async fn is_any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let due = mail::Entity::find()
        .filter(Expr::cust("state = 'waiting'"))
        .filter(mail::Column::NextAttemptAt.lte(now.millis()));
    Ok(due.exists(db).await?)
}

/// Who claims, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub node: Uuid,
    pub now: Timestamp,
    /// When others may take it over.
    pub until: Timestamp,
    /// At most so many.
    pub room: i64,
    /// At most so many under way to one recipient, by all nodes.
    pub of_recipient: i64,
}

/// Claims mails that are due, in one statement. A claimed mail is due again when the claim ends: what a dead node has claimed comes
/// back by itself. Recipients take turns.
pub async fn claim(db: &impl ConnectionTrait, claim: Claim) -> Result<Vec<Uuid>> {
    let backend = db.get_database_backend();
    let (node, lock) = match backend {
        DbBackend::Postgres => ("$1", "FOR UPDATE SKIP LOCKED"),
        _ => ("?", ""),
    };
    let (now, until) = (claim.now.millis(), claim.until.millis());
    let (of_recipient, room) = (claim.of_recipient, claim.room);
    let sql = format!(
        "WITH due AS ( \
           SELECT id, recipient, next_attempt_at FROM mails \
           WHERE state = 'waiting' AND next_attempt_at <= {now} ORDER BY next_attempt_at LIMIT 1000 \
         ), placed AS ( \
           SELECT due.id, due.next_attempt_at, \
             row_number() OVER (PARTITION BY due.recipient ORDER BY due.next_attempt_at, due.id) \
             + (SELECT count(*) FROM mails b WHERE b.recipient = due.recipient AND b.finished_at IS NULL \
                AND b.state = 'waiting' AND b.claimed_until > {now}) AS place \
           FROM due \
         ), chosen AS ( \
           SELECT id FROM placed WHERE place <= {of_recipient} ORDER BY place, next_attempt_at LIMIT {room} \
         ) \
         UPDATE mails SET claimed_by = {node}, claimed_until = {until}, next_attempt_at = {until} \
         WHERE id IN (SELECT l.id FROM mails l WHERE l.id IN (SELECT id FROM chosen) \
           AND l.state = 'waiting' AND l.next_attempt_at <= {now} {lock}) \
         RETURNING id"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(claim.node)]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Ends all claims: for the only process that serves, when it starts.
pub async fn give_all_back(db: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    give_back_where(db, now, mail::Column::ClaimedBy.is_not_null()).await
}

/// Gives back a claim that was not used: it is due at once.
pub async fn give_back(db: &impl ConnectionTrait, node: Uuid, id: Uuid, now: Timestamp) -> Result<()> {
    let mine = mail::Column::ClaimedBy.eq(node).and(mail::Column::Id.eq(id));
    give_back_where(db, now, mine).await
}

async fn give_back_where(
    db: &impl ConnectionTrait,
    now: Timestamp,
    which: sea_orm::sea_query::SimpleExpr,
) -> Result<()> {
    mail::Entity::update_many()
        .set(mail::ActiveModel {
            claimed_by: Set(None),
            claimed_until: Set(None),
            next_attempt_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(which)
        .filter(mail::Column::State.eq(MailState::Waiting.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// A mail that a node has claimed.
pub async fn find_claimed(db: &impl ConnectionTrait, id: Uuid, node: Uuid) -> Result<Option<Waiting>> {
    let found = mail::Entity::find_by_id(id)
        .filter(mail::Column::State.eq(MailState::Waiting.as_str()))
        .filter(mail::Column::ClaimedBy.eq(node))
        .one(db)
        .await?;
    Ok(found.map(|row| Waiting {
        id: row.id,
        recipient: row.recipient,
        kind: row.kind,
        sealed: row.sealed.unwrap_or_default(),
        attempts: row.attempts,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: row.expires_at.map(Timestamp::from_millis),
    }))
}

/// Writes down that a claimed mail is to be tried again.
pub async fn try_again(db: &impl ConnectionTrait, mail: &Waiting, node: Uuid, next: Timestamp) -> Result<()> {
    let row = mail::ActiveModel {
        attempts: Set(mail.attempts),
        next_attempt_at: Set(Some(next.millis())),
        claimed_by: Set(None),
        claimed_until: Set(None),
        ..Default::default()
    };
    update_claimed(db, mail.id, node, row).await
}

/// Writes down what became of a claimed mail, and forgets what it said.
pub async fn finish(
    db: &impl ConnectionTrait,
    mail: &Waiting,
    node: Uuid,
    state: MailState,
    now: Timestamp,
) -> Result<()> {
    let row = mail::ActiveModel {
        state: Set(state.as_str().to_owned()),
        attempts: Set(mail.attempts),
        sealed: Set(None),
        next_attempt_at: Set(None),
        claimed_by: Set(None),
        claimed_until: Set(None),
        finished_at: Set(Some(now.millis())),
        ..Default::default()
    };
    update_claimed(db, mail.id, node, row).await
}

async fn update_claimed(db: &impl ConnectionTrait, id: Uuid, node: Uuid, row: mail::ActiveModel) -> Result<()> {
    mail::Entity::update_many()
        .set(row)
        .filter(mail::Column::Id.eq(id))
        .filter(mail::Column::ClaimedBy.eq(node))
        .exec(db)
        .await?;
    Ok(())
}

/// When the last mail to somebody ended as undeliverable; nothing when it arrived, or when there was none.
pub async fn undelivered(db: &impl ConnectionTrait, recipient: &[u8]) -> Result<Option<Timestamp>> {
    let last = mail::Entity::find()
        .filter(mail::Column::Recipient.eq(recipient.to_vec()))
        .filter(mail::Column::FinishedAt.is_not_null())
        .filter(mail::Column::State.ne(MailState::Nobodys.as_str()))
        .order_by_desc(mail::Column::FinishedAt)
        .order_by_desc(mail::Column::Id)
        .one(db)
        .await?;
    let last = last.filter(|row| row.state == MailState::Failed.as_str());
    Ok(last.and_then(|row| row.finished_at).map(Timestamp::from_millis))
}

/// A mail that is in trouble.
#[derive(Clone, Debug)]
pub struct Troubled {
    pub kind: String,
    pub attempts: i64,
    pub created_at: Timestamp,
    /// When it was given up; nothing while it is tried again.
    pub failed_at: Option<Timestamp>,
    pub next_attempt_at: Option<Timestamp>,
}

/// Mails to somebody that could not be delivered, or not yet: newest first.
pub async fn troubled(db: &impl ConnectionTrait, recipient: &[u8], limit: u64) -> Result<Vec<Troubled>> {
    let failed = mail::Column::State.eq(MailState::Failed.as_str());
    let tried = mail::Column::State
        .eq(MailState::Waiting.as_str())
        .and(mail::Column::Attempts.gt(0));
    let rows = mail::Entity::find()
        .filter(mail::Column::Recipient.eq(recipient.to_vec()))
        .filter(failed.or(tried))
        .order_by_desc(mail::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let troubled = rows.into_iter().map(|row| Troubled {
        kind: row.kind,
        attempts: row.attempts,
        created_at: Timestamp::from_millis(row.created_at),
        failed_at: row.finished_at.map(Timestamp::from_millis),
        next_attempt_at: row.next_attempt_at.map(Timestamp::from_millis),
    });
    Ok(troubled.collect())
}

/// Whether any mail has ended before a moment.
pub async fn is_any_finished(db: &impl ConnectionTrait, before: Timestamp) -> Result<bool> {
    let finished = mail::Entity::find().filter(mail::Column::FinishedAt.lt(before.millis()));
    Ok(finished.exists(db).await?)
}

/// Sweeps what has ended before a moment.
pub async fn delete_finished(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    mail::Entity::delete_many()
        .filter(mail::Column::FinishedAt.lt(before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}
