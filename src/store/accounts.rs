//! Accounts.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, Set,
};

use super::Result;
use super::entities::account;
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::ids::AccountId;
use crate::model::staff::StaffRole;
use crate::model::timestamp::Timestamp;

/// An account with what proves its password.
pub struct WithHash {
    pub account: Account,
    pub password_hash: String,
}

impl std::fmt::Debug for WithHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithHash")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// What a new account starts with.
pub struct NewAccount<'a> {
    pub id: AccountId,
    pub email: &'a Email,
    pub password_hash: String,
    pub staff: Option<StaffRole>,
    pub confirmed_at: Option<Timestamp>,
    pub now: Timestamp,
}

/// `Duplicate` when the address has an account.
pub async fn insert(tx: &impl ConnectionTrait, new: NewAccount<'_>) -> Result<Account> {
    let row = account::ActiveModel {
        id: Set(new.id.0),
        email: Set(new.email.as_str().to_owned()),
        email_folded: Set(new.email.folded()),
        password_hash: Set(new.password_hash),
        email_confirmed_at: Set(new.confirmed_at.map(Timestamp::millis)),
        password_changed_at: Set(new.now.millis()),
        created_at: Set(new.now.millis()),
        workspaces_made: Set(0),
        staff_role: Set(new.staff.map(|role| role.as_str().to_owned())),
        signed_in_at: Set(None),
        welcome_dismissed_at: Set(None),
    };
    row.insert(tx).await?.try_into()
}

/// Whether there is any account yet.
pub async fn any(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(account::Entity::find().count(db).await? > 0)
}

pub async fn find(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>> {
    account::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(Account::try_from)
        .transpose()
}

pub async fn find_with_hash(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<WithHash>> {
    account::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(with_hash)
        .transpose()
}

pub async fn find_by_email(db: &impl ConnectionTrait, email: &Email) -> Result<Option<WithHash>> {
    let found = account::Entity::find()
        .filter(account::Column::EmailFolded.eq(email.folded()))
        .one(db)
        .await?;
    found.map(with_hash).transpose()
}

pub async fn confirm(tx: &impl ConnectionTrait, id: AccountId, now: Timestamp) -> Result<()> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            email_confirmed_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn set_password(tx: &impl ConnectionTrait, id: AccountId, hash: String, now: Timestamp) -> Result<()> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            password_hash: Set(hash),
            password_changed_at: Set(now.millis()),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn set_staff_role(tx: &impl ConnectionTrait, id: AccountId, role: Option<StaffRole>) -> Result<()> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            staff_role: Set(role.map(|role| role.as_str().to_owned())),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that somebody signed in.
pub async fn note_sign_in(tx: &impl ConnectionTrait, id: AccountId, now: Timestamp) -> Result<()> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            signed_in_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that the first steps are put away, or that they are not.
pub async fn set_welcome_dismissed(tx: &impl ConnectionTrait, id: AccountId, at: Option<Timestamp>) -> Result<()> {
    account::Entity::update_many()
        .set(account::ActiveModel {
            welcome_dismissed_at: Set(at.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Counts a workspace that the account makes; `false`, and nothing is counted, when there are `most` already. Whoever else counts
/// for this account waits until this transaction ends.
pub async fn count_workspace(tx: &impl ConnectionTrait, id: AccountId, most: u32) -> Result<bool> {
    let made = account::Column::WorkspacesMade;
    let counted = account::Entity::update_many()
        .col_expr(made, Expr::col(made).add(1))
        .filter(account::Column::Id.eq(id.0))
        .filter(made.lt(i64::from(most)))
        .exec(tx)
        .await?;
    Ok(counted.rows_affected == 1)
}

fn with_hash(row: account::Model) -> Result<WithHash> {
    let password_hash = row.password_hash.clone();
    Ok(WithHash {
        account: row.try_into()?,
        password_hash,
    })
}
