//! Pages about keys: the list, making one, showing it once, changing, rolling and revoking it. A file a page; what several of
//! them say is in `words`, what a form offers in `choices`, and how a form is tied to its reveal in `ticket`.

pub mod callers;
pub(in crate::web) mod choices;
pub mod create;
pub mod edit;
pub mod leaks;
pub mod list;
pub mod reveal;
pub mod revoke;
pub mod roll;
pub mod rolled;
pub mod show;
pub mod signing_secret;
pub(in crate::web) mod snippets;
pub mod state;
pub mod stops;
pub(in crate::web) mod ticket;
pub mod trial;
pub mod try_url;
pub(in crate::web) mod words;

pub(in crate::web) use list::prefix_of_whole_key;
