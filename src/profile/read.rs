//! From a file to a profile that is whole and valid, or to everything that is wrong with it.

use std::path::Path;

use super::raw::Section;
use super::{Mistakes, Profile, check, raw};

const EXAMPLE: &str = include_str!("../../profiles/example.toml");

impl Profile {
    /// The profile that is served when none is named.
    pub fn example() -> Result<Self, Mistakes> {
        Self::parse(EXAMPLE, "profiles/example.toml")
    }

    /// Reads and checks the file at `path`.
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Mistakes::unreadable(&name, &error))?;
        Self::parse(&text, &name)
    }

    /// Checks the text of a profile; `file_name` stands in front of every mistake.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Mistakes> {
        let mut notes = raw::Notes::new(text);
        let profile = raw::document(text, &mut notes).map(|table| check::profile(&Section::root(&table), &mut notes));
        match (profile, notes.into_mistakes()) {
            (Some(profile), mistakes) if mistakes.is_empty() => Ok(profile),
            (_, mistakes) => Err(Mistakes::new(file_name, mistakes)),
        }
    }
}
