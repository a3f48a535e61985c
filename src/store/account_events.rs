//! What is on record of accounts themselves: written once, never changed.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::Result;
use super::entities::account_event;
use super::rows::at;
use crate::model::account::AccountEvent;
use crate::model::audit::Action;
use crate::model::ids::AccountId;

/// Whom a line is about.
#[derive(Clone, Copy, Debug)]
pub enum Whom {
    Account(AccountId),
    /// Somebody who has not followed the link of their mail yet.
    SignUp(Uuid),
}

pub async fn insert(
    tx: &impl ConnectionTrait,
    id: Uuid,
    whom: Whom,
    event: AccountEvent,
    actor_id: Option<Uuid>,
) -> Result<()> {
    let (account, sign_up) = match whom {
        Whom::Account(id) => (Some(id.0), None),
        Whom::SignUp(id) => (None, Some(id)),
    };
    let row = account_event::ActiveModel {
        id: Set(id),
        account_id: Set(account),
        sign_up_id: Set(sign_up),
        action: Set(event.action),
        actor_kind: Set(event.actor_kind),
        actor_id: Set(actor_id),
        actor_name: Set(event.actor_name),
        details: Set(event.details),
        address: Set(event.address),
        at: Set(event.at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// The latest deeds on an account and the latest looks at it, so many of each, newest first: no number of looks hides a deed.
pub async fn list(db: &impl ConnectionTrait, account: AccountId, limit: u64) -> Result<Vec<AccountEvent>> {
    let look = Action::AccountLookedUp.as_str();
    let mut rows = Vec::new();
    for which in [
        account_event::Column::Action.ne(look),
        account_event::Column::Action.eq(look),
    ] {
        let found = account_event::Entity::find()
            .filter(account_event::Column::AccountId.eq(account.0))
            .filter(which)
            .order_by_desc(account_event::Column::Id)
            .limit(limit)
            .all(db);
        rows.extend(found.await?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    Ok(rows.into_iter().map(event).collect())
}

/// What is on record of a sign-up goes on with the one that takes its place.
pub async fn move_on(tx: &impl ConnectionTrait, from: Uuid, to: Uuid) -> Result<()> {
    account_event::Entity::update_many()
        .set(account_event::ActiveModel {
            sign_up_id: Set(Some(to)),
            ..Default::default()
        })
        .filter(account_event::Column::SignUpId.eq(from))
        .exec(tx)
        .await?;
    Ok(())
}

/// Hands what is on record of these sign-ups over to the account that one of them has become.
pub async fn hand_over(tx: &impl ConnectionTrait, sign_ups: &[Uuid], account: AccountId) -> Result<()> {
    account_event::Entity::update_many()
        .set(account_event::ActiveModel {
            account_id: Set(Some(account.0)),
            sign_up_id: Set(None),
            ..Default::default()
        })
        .filter(account_event::Column::SignUpId.is_in(sign_ups.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

fn event(row: account_event::Model) -> AccountEvent {
    AccountEvent {
        action: row.action,
        actor_kind: row.actor_kind,
        actor_name: row.actor_name,
        details: row.details,
        address: row.address,
        at: at(row.at),
    }
}
