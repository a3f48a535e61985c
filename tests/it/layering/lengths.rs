//! Files stay short enough to be read in one sitting.

use super::nothing;
use super::source::{files, read};

/// A file with more lines than this needs a reason in ARCHITECTURE.md, in a list under a heading that names this number:
/// "- `path`: the reason".
const MOST: usize = 400;

#[test]
fn a_long_file_has_a_reason_written_in_the_architecture() {
    let excused = excused();
    let mut wrong = Vec::new();
    for folder in [
        "src",
        "tests",
        "migrations/src",
        "templates",
        "static",
        "scripts",
        "benches",
    ] {
        for file in files(folder, &[".rs", ".html", ".txt", ".css", ".js", "/test"]) {
            let lines = read(&file).lines().count();
            // Words to look up are data.
            let is_data = file.ends_with("common.txt");
            match (lines > MOST && !is_data, excused.contains(&file)) {
                (true, false) => wrong.push(format!("{file} has {lines} lines; the most is {MOST}")),
                (false, true) => wrong.push(format!("{file} is short now: take it off the list in ARCHITECTURE.md")),
                _ => {}
            }
        }
    }
    nothing(&wrong);
}

/// The files that ARCHITECTURE.md excuses.
fn excused() -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(super::source::root().join("ARCHITECTURE.md")) else {
        return Vec::new();
    };
    let (mut here, mut found) = (false, Vec::new());
    for line in text.lines() {
        if line.starts_with('#') {
            here = line.contains(&MOST.to_string());
        } else if let Some((file, reason)) = line.strip_prefix("- `").and_then(|line| line.split_once('`')) {
            let has_reason = reason.trim_start_matches([':', ' ', '-', '—']).len() > 10;
            if here && has_reason {
                found.push(file.to_owned());
            }
        }
    }
    found
}
