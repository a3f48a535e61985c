//! The TOML text as tables that remember their lines.
//!
//! Reading never stops at a mistake: it is noted, and the caller goes on without the value. [`Notes`] collects what
//! is wrong, [`Section`] reads the fields of one table. What the fields mean is the business of `check`.

use toml::de::DeTable;

use super::Mistake;

mod fields;
mod section;
mod tables;

pub(super) use section::Section;

/// The mistakes found so far in one text.
pub(super) struct Notes<'t> {
    text: &'t str,
    mistakes: Vec<Mistake>,
}

/// A value and the byte it begins at.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// The outermost table, if the text is TOML at all.
pub(super) fn document<'t>(text: &'t str, notes: &mut Notes<'_>) -> Option<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(table.into_inner());
    }
    // What could be read around a syntax error is full of holes, and checking it would report them as mistakes.
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        notes.add(at, error.message().replace('\n', "; "));
    }
    None
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            mistakes: Vec::new(),
        }
    }

    /// Notes a mistake at the byte `at`.
    pub(super) fn add(&mut self, at: usize, message: impl Into<String>) {
        let line = self.line(at);
        self.mistakes.push(Mistake {
            line,
            message: message.into(),
        });
    }

    /// The line the byte `at` is in, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|&byte| byte == b'\n').count()
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }
}
