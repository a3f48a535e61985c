//! The tables as sea-orm sees them: one file a table, the same names as in `migrations`.

#![allow(
    unreachable_pub,
    reason = "sea-orm’s macros want public models; the modules are private"
)]

pub(super) mod account;
pub(super) mod account_event;
pub(super) mod audit_event;
pub(super) mod canary;
pub(super) mod change;
pub(super) mod credit_balance;
pub(super) mod credit_entry;
pub(super) mod embed_partner;
pub(super) mod form_submission;
pub(super) mod inbound_token;
pub(super) mod invitation;
pub(super) mod key;
pub(super) mod leak_report;
pub(super) mod leak_rule;
pub(super) mod mail;
pub(super) mod mailed_link;
pub(super) mod member;
pub(super) mod node;
pub(super) mod project;
pub(super) mod refused_request;
pub(super) mod reveal;
pub(super) mod service_token;
pub(super) mod session;
pub(super) mod shown_once;
pub(super) mod sign_up;
pub(super) mod webhook_attempt;
pub(super) mod webhook_delivery;
pub(super) mod webhook_endpoint;
pub(super) mod workspace;
