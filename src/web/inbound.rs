//! `…/keys/{key}/inbound`: the inbound tokens of a key. A file a page; every member may look.

pub mod list;
pub mod reveal;
pub mod revocation;
