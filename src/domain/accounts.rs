//! People: signing up, in and out, passwords, sessions. One file an operation.
//!
//! An account exists once its address is proven. Until then there is a *sign-up*, which holds the password typed with it and
//! belongs to the browser it was typed in ([`confirm_email`]): nobody gets an account for somebody else's address, nor
//! leaves a password of their own on it.

mod change_password;
pub mod confirm_email;
mod create;
mod devices;
pub mod first;
mod mails;
pub mod reset_password;
pub mod sessions;
mod sign_in;
mod sign_up;
mod staff_role;
mod sweep;
mod welcome;

pub use change_password::change_password;
pub use create::create;
pub(in crate::domain) use create::{hash_new_password, insert_invited};
pub use devices::Marks;
pub use first::first_link;
pub use sign_in::{confirm_password, sign_in};
pub use sign_up::sign_up;
pub use staff_role::set_staff_role;
pub use sweep::sweep;
pub use welcome::{Gift, NewAccount};

use crate::domain::App;
use crate::error::Result;
use crate::model::account::{Account, AccountEvent};
use crate::model::ids::AccountId;
use crate::store;

/// How long a link that proves an address is good, in milliseconds.
const CONFIRMATION: i64 = crate::model::timestamp::DAY;

/// How long a link that resets a password is good, in milliseconds.
const RESET: i64 = crate::model::timestamp::HOUR;

/// How many deeds, and how many looks, of an account's own record are shown.
const RECORD: u64 = 20;

/// What support looked at and did, newest first: shown to the person, and to nobody else.
pub async fn record(app: &App, account: &Account) -> Result<Vec<AccountEvent>> {
    Ok(store::account_events::list(app.db.reader(), account.id, RECORD).await?)
}

/// The account behind an id.
pub async fn find(app: &App, id: AccountId) -> Result<Option<Account>> {
    Ok(store::accounts::find(app.db.reader(), id).await?)
}
