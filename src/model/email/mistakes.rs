//! What is said about an address that no mail can reach.

pub(super) const EMPTY: &str = "Enter your email address.";
pub(super) const NO_ADDRESS: &str = "Enter an email address like name@example.com.";
pub(super) const SPACE: &str = "An email address has no spaces or line breaks in it.";
pub(super) const LOCAL: &str =
    "Before the @ there can be letters from a to z, digits and signs like . - _ + and nothing else.";
pub(super) const DOTS: &str = "Before the @, a dot cannot come first, last or twice in a row.";
pub(super) const LONG_LOCAL: &str = "Before the @ there can be 64 characters at most.";
pub(super) const DOMAIN: &str = "The part after the @ is no name of a mail domain; write it like example.com.";
pub(super) const LONG: &str = "An email address has 254 characters at most.";
