//! What the five reference systems promise: an instance with the profile of each, driven as its customers would. A test is named
//! after the promise it keeps; a promise that is kept in the dashboard is looked for on the pages.

mod codivupload;
mod codivupload_gateways;
mod codivupload_jwt;
mod craftkit;
mod craftkit_docs;
mod craftkit_embed;
mod craftkit_inbound;
mod docsapi;
mod docsapi_browser;
mod docsapi_compromise;
mod docsapi_transport;
mod gateways;
mod kodisc;
mod kodisc_webhooks;
mod kodostatus;
mod kodostatus_gateways;
mod kodostatus_plans;
mod limits;
mod limits_storm;
mod pages;
pub mod service;
mod sixth;
mod sixth_end_to_end;
mod smuggling_gateways;
mod table;
