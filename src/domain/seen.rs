//! What a form showed when it was opened. Whoever would overwrite what somebody else has saved since, in another tab or at another
//! desk, is told, and chooses.

use crate::domain::seal;
use crate::error::{AppError, Result};

/// What a form shows, in few characters: the form carries them.
pub(in crate::domain) fn mark(shown: &serde_json::Value) -> String {
    seal::digest(&shown.to_string())[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Refuses to change what is there `before` when it is not what was `seen`. Who wants what is saved already overwrites nothing. And
/// who has seen no form (a program, a script) means what they say.
pub(in crate::domain) fn refuse_overwriting(seen: Option<&str>, before: &str, after: &str) -> Result<()> {
    match seen {
        Some(seen) if seen != before && after != before => Err(AppError::Overtaken),
        _ => Ok(()),
    }
}

/// Which secret would be replaced, in few characters. What it is made of is sealed.
pub(in crate::domain) fn mark_of_secret(sealed: Option<&[u8]>) -> String {
    mark(&serde_json::json!(sealed))
}

/// Refuses to replace another secret than the form was about: somebody may just have brought that one to where it is needed.
pub(in crate::domain) fn refuse_replacing(seen: Option<&str>, sealed: Option<&[u8]>) -> Result<()> {
    match seen {
        Some(seen) if seen != mark_of_secret(sealed) => Err(AppError::Overtaken),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_seen_is_kept_from_being_overwritten() {
        for (seen, before, after, is_fine) in [
            (Some("a"), "a", "b", true),
            (Some("a"), "a", "a", true),
            (Some("a"), "b", "b", true),
            (Some("a"), "b", "a", false),
            (Some("a"), "b", "c", false),
            (None, "b", "c", true),
        ] {
            let told = refuse_overwriting(seen, before, after);
            assert_eq!(told.is_ok(), is_fine, "{seen:?}, {before} → {after}");
        }
    }
}
