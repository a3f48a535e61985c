//! Reading the plain fields of a table: text, numbers, switches, lists of text, one word out of several.

use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::section::kind;
use super::{Notes, Placed, Section};
use crate::model::suggest::did_you_mean;

/// How long a label may be; it stands in tables and on buttons.
const LONGEST_LABEL: usize = 80;
/// How long any other text may be.
const LONGEST_TEXT: usize = 500;

impl Section<'_> {
    /// Text of one line, if the field is there.
    pub(in crate::profile) fn text(&self, key: &str, notes: &mut Notes<'_>) -> Option<Placed<String>> {
        let (_, value) = self.entry(key)?;
        self.text_of(key, value, LONGEST_TEXT, notes)
    }

    /// Text of one line that has to be there and to say something.
    pub(in crate::profile) fn required_text(&self, key: &str, notes: &mut Notes<'_>) -> Option<Placed<String>> {
        let text = self.required(key, notes).then(|| self.text(key, notes)).flatten()?;
        if text.value.trim().is_empty() {
            notes.add(text.at, format!("{key} in {} must not be empty", self.title));
            return None;
        }
        Some(text)
    }

    /// The required `label`, or an empty one after noting what is wrong.
    pub(in crate::profile) fn label(&self, notes: &mut Notes<'_>) -> String {
        let label = self.required_text("label", notes);
        if let Some(label) = label
            .as_ref()
            .filter(|label| label.value.chars().count() > LONGEST_LABEL)
        {
            notes.add(
                label.at,
                format!("label in {} is longer than {LONGEST_LABEL} characters", self.title),
            );
        }
        label.map(|label| label.value).unwrap_or_default()
    }

    /// The optional `description`, empty if there is none.
    pub(in crate::profile) fn description(&self, notes: &mut Notes<'_>) -> String {
        self.text("description", notes)
            .map(|text| text.value)
            .unwrap_or_default()
    }

    /// A whole number from `least` to what 32 bits hold, if the field is there.
    pub(in crate::profile) fn number(&self, key: &str, least: u32, notes: &mut Notes<'_>) -> Option<Placed<u32>> {
        let (_, value) = self.entry(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Integer(integer) => {
                let number = whole(integer).filter(|number| *number >= least);
                if number.is_none() {
                    notes.add(
                        at,
                        format!("{key} in {} must be from {least} to {}", self.title, u32::MAX),
                    );
                }
                number.map(|value| Placed { value, at })
            }
            other => {
                self.wrong_kind(key, "a number", other, at, notes);
                None
            }
        }
    }

    /// A number from 0, or `"unlimited"`, which is `None` inside; outside it is "not there, or wrong and noted".
    pub(in crate::profile) fn allowance(&self, key: &str, notes: &mut Notes<'_>) -> Option<Option<u32>> {
        match self.entry(key)?.1.get_ref() {
            DeValue::String(word) if word == "unlimited" => Some(None),
            DeValue::Integer(_) => self.number(key, 0, notes).map(|number| Some(number.value)),
            other => {
                self.wrong_kind(key, "a number or \"unlimited\"", other, self.at_value(key), notes);
                None
            }
        }
    }

    /// `true` or `false`, if the field is there.
    pub(in crate::profile) fn switch(&self, key: &str, notes: &mut Notes<'_>) -> Option<bool> {
        let (_, value) = self.entry(key)?;
        match value.get_ref() {
            DeValue::Boolean(on) => Some(*on),
            other => {
                self.wrong_kind(key, "true or false", other, value.span().start, notes);
                None
            }
        }
    }

    /// A list of text; empty if the field is not there.
    pub(in crate::profile) fn texts(&self, key: &str, notes: &mut Notes<'_>) -> Vec<Placed<String>> {
        let Some((_, value)) = self.entry(key) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::Array(list) => {
                let texts = list
                    .iter()
                    .filter_map(|item| self.text_of(key, item, LONGEST_TEXT, notes));
                texts.collect()
            }
            other => {
                self.wrong_kind(key, "a list in [ ]", other, value.span().start, notes);
                Vec::new()
            }
        }
    }

    /// The meaning of the one word in the field, if the field is there.
    pub(in crate::profile) fn choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        notes: &mut Notes<'_>,
    ) -> Option<T> {
        let text = self.text(key, notes)?;
        let found = words
            .iter()
            .find(|(word, _)| *word == text.value)
            .map(|(_, meaning)| *meaning);
        if found.is_none() {
            let list = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect::<Vec<_>>()
                .join(", ");
            let hint = did_you_mean(&text.value, words.iter().map(|(word, _)| *word));
            let Placed { value, at } = text;
            notes.add(
                at,
                format!("{key} in {} must be one of {list}, not \"{value}\"{hint}", self.title),
            );
        }
        found
    }

    /// Whether a field that has to be there is; notes it if not.
    pub(in crate::profile) fn required(&self, key: &str, notes: &mut Notes<'_>) -> bool {
        if !self.has(key) {
            self.note(&format!("needs \"{key}\""), notes);
        }
        self.has(key)
    }

    /// Notes that a field holds another kind of value than it should.
    pub(super) fn wrong_kind(&self, key: &str, wanted: &str, found: &DeValue<'_>, at: usize, notes: &mut Notes<'_>) {
        notes.add(
            at,
            format!("{key} in {} must be {wanted}, not {}", self.title, kind(found)),
        );
    }

    fn at_value(&self, key: &str) -> usize {
        self.entry(key).map_or(self.at(), |(_, value)| value.span().start)
    }

    fn text_of(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        longest: usize,
        notes: &mut Notes<'_>,
    ) -> Option<Placed<String>> {
        let at = value.span().start;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_kind(key, "text in quotes", value.get_ref(), at, notes);
            return None;
        };
        if text.chars().any(char::is_control) || text.chars().count() > longest {
            notes.add(
                at,
                format!(
                    "{key} in {} must be one line of at most {longest} characters",
                    self.title
                ),
            );
            return None;
        }
        Some(Placed {
            value: text.to_string(),
            at,
        })
    }
}

fn whole(integer: &DeInteger<'_>) -> Option<u32> {
    u32::from_str_radix(integer.as_str(), integer.radix()).ok()
}
