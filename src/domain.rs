//! What Keyhatch does: one file an operation, each in the same order: authorise, decide, transact, record.
//!
//! Web pages and the JSON API call the same operations. An operation takes a proof that the caller may
//! ([`access`]), runs one transaction with its audit row inside, and sends mail after the commit.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod credits;
pub mod dispatch;
pub mod docs;
pub mod embed;
pub mod inbound;
pub mod invitations;
pub mod key_health;
pub mod keys;
pub mod leaks;
pub mod mail;
pub mod members;
pub mod onboarding;
pub mod passwords;
pub mod pasted;
pub mod projects;
mod published;
pub mod readiness;
pub mod refused_requests;
pub mod seal;
mod seen;
pub mod service_tokens;
pub mod shown_once;
pub mod staff;
pub mod stops;
pub mod throttle;
pub mod totals;
pub mod usage;
pub mod verify;
pub mod webhooks;
pub mod workspaces;

use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Clock;
use crate::model::ids::Ids;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;
use crate::model::webhook_url::UrlRules;
use crate::profile::Profile;
use crate::random::{self, Random};
use crate::store::Db;
use crate::store::inbound_tokens::TokenOwner;
use crate::store::verification::FoundKey;

/// Everything an operation may need: one for the whole process, shared.
#[derive(Debug)]
pub struct App {
    pub db: Db,
    pub profile: Profile,
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub ids: Arc<Ids>,
    pub master_key: seal::MasterKey,
    pub passwords: passwords::Hashing,
    pub mailer: mail::Mailer,
    pub throttle: throttle::Throttle,
    pub usage: Arc<usage::Usage>,
    /// Keys in memory.
    pub records: Arc<verify::records::Records>,
    /// Reading those that are not.
    pub fill: verify::Fill<FoundKey>,
    /// Reading what inbound tokens stand for.
    pub fill_tokens: verify::Fill<TokenOwner>,
    /// This process, among those that share the database.
    pub node: Uuid,
    /// Tokens that are taken beside keys, in a process that serves.
    pub tokens: Option<verify::Tokens>,
    /// What reports of GitHub are verified with, in a process that serves and takes them.
    pub github_keys: Option<leaks::github_keys::GithubKeys>,
    pub totals: totals::Totals,
    /// Keys that came over plain http and are about to be marked.
    pub suspects: Arc<keys::compromise::Suspects>,
    /// Where requests that cost something pay.
    pub till: credits::Till,
    /// What brings events to their receivers.
    pub courier: webhooks::courier::Courier,
    /// Who has it bring them.
    pub dispatch: dispatch::Bell,
    /// Who waits for a first request.
    pub watchers: onboarding::watchers::Watchers,
}

/// The settings that operations need to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people find the dashboard, without a trailing slash: what links in mails begin with. Never taken from a
    /// request's `Host`.
    pub public_url: String,
    /// Plain http on this machine: webhooks may go to this machine too, mail is shown on a page.
    pub development: bool,
    /// What webhooks may reach.
    pub webhooks: UrlRules,
}

impl App {
    /// The moment it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh id, greater than those before it.
    pub fn new_id(&self) -> Uuid {
        self.ids.next(self.now(), random::bytes(&*self.random))
    }

    /// A name for a request that has none.
    pub fn new_request_id(&self) -> RequestId {
        RequestId::new(|bytes| self.random.fill(bytes))
    }

    /// A link into the dashboard.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.settings.public_url)
    }
}
