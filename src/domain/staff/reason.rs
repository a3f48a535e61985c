//! Reading why something is done. It goes into the customer's trail, so a key must not be in it.

use crate::domain::{App, pasted};
use crate::error::{AppError, Result};
pub use crate::model::reason::Reason;

/// What is said about the field that a key was pasted into. (What was typed there is not shown again.)
pub const HAS_KEY: &str = "There is a key or another secret in this. It was not written down: say it without.";

/// Reads it, or says what is wrong with it.
pub fn read(app: &App, typed: &str) -> Result<Reason> {
    if pasted::holds_secret(&app.profile, typed) {
        return Err(AppError::invalid("reason", HAS_KEY));
    }
    Reason::parse(typed).map_err(|why| AppError::invalid("reason", why))
}
