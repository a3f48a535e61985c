//! Reading why something is done. It goes into the customer's trail, so a key must not be in it.

use crate::domain::App;
use crate::error::{AppError, Result};
pub use crate::model::reason::Reason;

/// What is said about the field that a key was pasted into. (What was typed there is not shown again.)
pub const HAS_KEY: &str = "There is a whole key in this. It was not written down: say it without the key.";

/// Reads it, or says what is wrong with it.
pub fn read(app: &App, typed: &str) -> Result<Reason> {
    if has_key(app, typed) {
        return Err(AppError::invalid("reason", HAS_KEY));
    }
    Reason::parse(typed).map_err(|why| AppError::invalid("reason", why))
}

/// Whether anything in it has the form of a key or of a signing secret.
pub fn has_key(app: &App, typed: &str) -> bool {
    let is_sign = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
    let mut words = typed.split(is_sign);
    words.any(|word| app.profile.key_types_of_text(word).next().is_some()) || typed.contains("whsec_")
}
