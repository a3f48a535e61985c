//! What the five reference systems promise: an instance with the profile of each, driven as its customers would. A test is named
//! after the promise it keeps; a promise that is kept in the dashboard is looked for on the pages.

mod codivupload;
mod codivupload_jwt;
mod craftkit;
mod craftkit_docs;
mod docsapi;
mod docsapi_browser;
mod docsapi_compromise;
mod docsapi_transport;
mod kodisc;
mod kodostatus;
mod kodostatus_plans;
pub mod service;
mod sixth;
mod table;
