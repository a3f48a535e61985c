//! Pages: HTTP and HTML at the edge. A handler reads a form, calls one operation of `domain`, and renders or redirects.
//! A folder a noun, a file a page; rules live in `domain`, markup in `templates`.

pub mod allowance;
pub mod amounts;
pub mod assets;
pub mod browser;
mod chart;
mod csv;
pub mod errors;
pub mod extract;
pub mod flash;
pub mod form;
pub mod guard;
mod headers;
pub mod home;
pub mod meanwhile;
pub mod page;
pub mod refusals;
pub mod resume;
pub mod session;
mod shown_once;

pub mod accounts;
pub mod device;
pub mod docs;
pub mod embed;
pub mod inbound;
pub mod keys;
pub mod leaked_key;
pub mod onboarding;
pub mod projects;
pub mod staff;
pub mod usage;
pub mod ways;
pub mod webhooks;
pub mod workspaces;
