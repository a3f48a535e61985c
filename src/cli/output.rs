//! Standard output: what commands print there.

use std::io::Write;

use super::failure::Failure;

/// Prints a line at once: somebody may be reading along.
pub(super) fn print(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::sentence(format!("Nothing can be written to standard output: {error}.")))
}

/// Prints what was made, as one line of JSON.
pub(super) fn print_json(made: &impl serde::Serialize) -> Result<(), Failure> {
    print(&serde_json::to_string(made).map_err(anyhow::Error::new)?)
}
