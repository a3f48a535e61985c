//! The ids of one kind of thing: well formed, each given once, and known when something refers to them.

use crate::model::suggest::did_you_mean;
use crate::profile::raw::{Notes, Placed, Section};

/// How long an id may be; it stands in addresses and in the database.
const LONGEST_ID: usize = 64;

/// The ids of all things of one kind.
pub(super) struct Names {
    kind: &'static str,
    list: Vec<Placed<String>>,
}

impl Names {
    /// No ids yet; `kind` is the word people use for the thing.
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, list: Vec::new() }
    }

    /// Takes the required `id` of a thing, and gives it back; empty if there is none.
    pub(super) fn take_from(&mut self, section: &Section<'_>, notes: &mut Notes<'_>) -> String {
        section
            .required_text("id", notes)
            .map(|id| self.take(id, notes))
            .unwrap_or_default()
    }

    /// Takes an id, notes what is wrong with it, and gives it back.
    pub(super) fn take(&mut self, id: Placed<String>, notes: &mut Notes<'_>) -> String {
        let Placed { value, at } = id;
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_:.-".contains(&byte);
        if value.is_empty() || value.len() > LONGEST_ID || !value.bytes().all(fine) {
            notes.add(
                at,
                format!(
                    "\"{value}\" is no id for a {}: use 1 to {LONGEST_ID} of a-z, 0-9, _ : . and -",
                    self.kind
                ),
            );
        }
        match self.list.iter().find(|other| other.value == value) {
            Some(other) => {
                let line = notes.line(other.at);
                notes.add(
                    at,
                    format!("there is a {} \"{value}\" already, in line {line}", self.kind),
                );
            }
            None => self.list.push(Placed {
                value: value.clone(),
                at,
            }),
        }
        value
    }

    /// Gives the id back, after noting if there is no such thing.
    pub(super) fn known(&self, id: Placed<String>, notes: &mut Notes<'_>) -> String {
        if !self.contains(&id.value) {
            let hint = did_you_mean(&id.value, self.iter());
            notes.add(id.at, format!("there is no {} \"{}\"{hint}", self.kind, id.value));
        }
        id.value
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.iter().any(|other| other == id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn placed(&self) -> &[Placed<String>] {
        &self.list
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|id| id.value.as_str())
    }
}
