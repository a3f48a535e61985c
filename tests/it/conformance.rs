//! What the five reference systems promise: an instance with the profile of each, driven as its customers would. A test is named
//! after the promise it keeps; a promise that is kept in the dashboard is looked for on the pages.

mod codivupload;
mod craftkit;
mod craftkit_embed;
mod craftkit_inbound;
mod docsapi;
mod kodisc;
mod kodostatus;
mod kodostatus_plans;
pub mod service;
mod sixth;
