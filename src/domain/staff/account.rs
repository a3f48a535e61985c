//! Looking at a person: who they are, where they are signed in, and what keeps them from it.

use uuid::Uuid;

use crate::domain::App;
use crate::domain::access::desk::Staff;
use crate::domain::mail::outbox::{self, Troubled};
use crate::domain::staff::trail;
use crate::domain::throttle::Attempt;
use crate::error::{AppError, Result};
use crate::model::account::{Account, SignedIn};
use crate::model::audit::Action;
use crate::model::email::Email;
use crate::model::ids::AccountId;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Membership;
use crate::store;
use crate::store::db::commit;
pub use crate::store::sign_ups::Unconfirmed;

/// A person, as support sees them.
#[derive(Clone, Debug)]
pub enum Seen {
    Account(Box<SeenAccount>),
    /// Somebody who signed up and has not followed the link in their mail.
    SignUp(SeenSignUp),
}

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct SeenAccount {
    pub account: Account,
    /// The latest seen first.
    pub sessions: Vec<SignedIn>,
    /// Until when attempts to sign in with this address are refused, unless they come from a browser that was signed in before.
    pub throttled_until: Option<Timestamp>,
    /// Newest first.
    pub mails: Vec<Troubled>,
    pub workspaces: Vec<Membership>,
}

/// Somebody who has none yet.
#[derive(Clone, Debug)]
pub struct SeenSignUp {
    pub sign_up: Unconfirmed,
    pub mails: Vec<Troubled>,
}

/// How many mails in trouble are shown.
const MAILS: u64 = 20;

/// The account with this id, or the sign-up. The look is on record before anything is shown.
pub async fn look(app: &App, staff: &Staff, id: Uuid) -> Result<Seen> {
    let (db, now) = (app.db.reader(), app.now());
    if let Some(account) = store::accounts::find(db, AccountId(id)).await? {
        let workspaces = store::workspaces::list_for(db, account.id).await?;
        let tx = app.db.begin().await?;
        let whom = (&account, workspaces.as_slice());
        trail::of_account(&tx, app, staff.by(), whom, Action::AccountLookedUp, "").await?;
        commit(tx).await?;
        return Ok(Seen::Account(Box::new(SeenAccount {
            sessions: store::sessions::list(db, account.id, now).await?,
            throttled_until: throttled_until(app, &account.email, now),
            mails: outbox::troubled(app, &account.email, MAILS).await?,
            workspaces,
            account,
        })));
    }
    let found = store::sign_ups::find_unconfirmed(db, id, now).await?;
    let sign_up = found.ok_or(AppError::NotFound)?;
    let tx = app.db.begin().await?;
    trail::of_sign_up(&tx, app, staff.by(), sign_up.id, Action::AccountLookedUp, "").await?;
    commit(tx).await?;
    Ok(Seen::SignUp(SeenSignUp {
        mails: outbox::troubled(app, &sign_up.email, MAILS).await?,
        sign_up,
    }))
}

fn throttled_until(app: &App, email: &Email, now: Timestamp) -> Option<Timestamp> {
    app.throttle.waits_until(Attempt::SignInAccount, &email.folded(), now)
}
