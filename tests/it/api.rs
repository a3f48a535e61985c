//! The API, driven as programs drive it: over HTTP, with keys and service tokens.

mod bad_input;
mod basic;
mod bounds;
mod envelopes;
mod keys;
mod openapi;
mod provider;
mod refusals;
mod request_ids;
mod spellings;
mod true_at_that_instant;
mod twice;

use crate::support::places::acme;

/// A profile beside the example: its text changed by these replacements, each of which must be there.
fn profile_with(changes: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut text = include_str!("../../profiles/example.toml").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let path = folder.path().join("profile.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}
