//! The documentation that the running profile writes: `/docs/authentication`, for each of the profiles that come along.

mod errors;
mod page;
mod quick_start;
pub mod running;

/// The profiles that come along.
const PROFILES: [&str; 6] = ["example", "kodisc", "kodostatus", "craftkit", "codivupload", "docsapi"];

/// Where the page is.
pub const AUTHENTICATION: &str = "/docs/authentication";
