//! A path as it is laid against patterns: as it stands, or as a server may read it.

use crate::profile::request::{self, UnclearRequest};

/// A path that can be read in one way only.
#[derive(Clone, Copy, Debug)]
pub(in crate::profile) struct ClearPath<'a> {
    pub(in crate::profile) text: &'a str,
    /// Without percent-encodings: it is what it looks like.
    pub(in crate::profile) is_plain: bool,
    /// Nothing but slashes and words of letters, digits, dashes and underscores.
    pub(in crate::profile) is_simple: bool,
}

impl<'a> ClearPath<'a> {
    /// Refuses what can be read in more ways.
    pub(super) fn of(path: &'a str) -> Result<Self, UnclearRequest> {
        if request::is_plain_path(path) {
            return Ok(Self {
                text: path,
                is_plain: true,
                is_simple: true,
            });
        }
        let text = request::clear_path(path)?;
        Ok(Self {
            text,
            is_plain: !text.contains('%'),
            is_simple: request::is_plain_path(text),
        })
    }
}

/// How a server may read one segment.
#[derive(Clone, Copy, Debug)]
pub(in crate::profile) enum Read<'a> {
    AsItIs(&'a [u8]),
    Word(&'a str),
    /// As something that is no word of any route, because it does not decode.
    Opaque,
    /// Not at all: it is nothing but a format (`/exports/.json`).
    Nothing,
}
