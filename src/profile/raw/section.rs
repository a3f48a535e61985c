//! One table of the file.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Notes, Placed};
use crate::model::suggest::did_you_mean;

/// One table: its name as the file writes it, where it begins, its fields.
pub(in crate::profile) struct Section<'t> {
    pub(super) title: String,
    at: usize,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// The outermost table.
    pub(in crate::profile) fn root(table: &'t DeTable<'t>) -> Self {
        Self::new("a profile".to_owned(), 0, table)
    }

    pub(super) fn new(title: String, at: usize, table: &'t DeTable<'t>) -> Self {
        Self { title, at, table }
    }

    /// The byte the table begins at.
    pub(in crate::profile) fn at(&self) -> usize {
        self.at
    }

    /// The byte the field `key` begins at, or else the table.
    pub(in crate::profile) fn at_field(&self, key: &str) -> usize {
        self.entry(key).map_or(self.at, |(place, _)| place)
    }

    /// Notes a mistake about the table as a whole.
    pub(in crate::profile) fn note(&self, message: &str, notes: &mut Notes<'_>) {
        notes.add(self.at, format!("{} {message}", self.title));
    }

    /// Notes every field that is not among `known`.
    pub(in crate::profile) fn only(&self, known: &[&str], notes: &mut Notes<'_>) {
        for name in self.table.keys() {
            let key = name.get_ref();
            if !known.contains(&key.as_ref()) {
                let hint = did_you_mean(key, known.iter().copied());
                notes.add(name.span().start, format!("{} has no \"{key}\"{hint}", self.title));
            }
        }
    }

    /// Whether the field `key` is there, right or wrong.
    pub(in crate::profile) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The names of all fields, in the order of the file.
    pub(in crate::profile) fn names(&self) -> Vec<Placed<String>> {
        let place = |name: &Spanned<Cow<'_, str>>| Placed {
            value: name.get_ref().to_string(),
            at: name.span().start,
        };
        let mut names: Vec<_> = self.table.keys().map(place).collect();
        names.sort_by_key(|name| name.at);
        names
    }

    /// The text in the field `key`, if there is text in it; what else there is, is noted by who reads the field.
    pub(in crate::profile) fn quiet_text(&self, key: &str) -> Option<&'t str> {
        self.entry(key)?.1.get_ref().as_str()
    }

    /// Where the field `key` begins, and its value.
    pub(super) fn entry(&self, key: &str) -> Option<(usize, &'t Spanned<DeValue<'t>>)> {
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((name.span().start, value))
    }
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
