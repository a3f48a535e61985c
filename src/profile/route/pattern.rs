//! Path patterns: reading one, and laying a path or another pattern against it.

use std::fmt;

use super::path::{ClearPath, Read};
use crate::profile::{percent, request};

/// A pattern for paths: words, `*` or `{name}` for one segment, and `**` at the end for any rest, even none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<Segment>,
    open_ended: bool,
    /// The words that every path of it begins with, as one text.
    beginning: String,
    /// What tells most paths apart at a glance; nothing, when the beginning is too short.
    landmark: Option<Landmark>,
    /// Whether every path that begins so is meant.
    is_beginning_enough: bool,
}

/// The last characters of a beginning, capitals or not, and where they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Landmark {
    folded: u64,
    end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Word(String),
    /// Any one segment; the name, which may be empty, is for people.
    Any(String),
}

/// How well a path fits a pattern; later is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::profile) enum Fit {
    No,
    /// It would fit if capitals made no difference, or what needs no percent-encoding were not encoded.
    Nearly,
    Exact,
}

impl PathPattern {
    /// Reads a pattern; the error is half a sentence about what is wrong with it.
    pub(in crate::profile) fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix('/').ok_or("must begin with a slash")?;
        let (rest, open_ended) = match rest.strip_suffix("**") {
            Some("") => ("", true),
            Some(front) => (
                front
                    .strip_suffix('/')
                    .ok_or("may have ** only as its whole last segment")?,
                true,
            ),
            None => (rest, false),
        };
        let segments = if rest.is_empty() && (open_ended || text == "/") {
            Vec::new()
        } else {
            segments(rest)?
        };
        Ok(Self::of(segments, open_ended))
    }

    /// Lays a clear path against the pattern.
    #[inline]
    pub(in crate::profile) fn fit(&self, path: ClearPath<'_>) -> Fit {
        match self.landmark {
            Some(landmark) if path.is_plain && !landmark.is_in(path.text.as_bytes()) => Fit::No,
            _ => self.fit_closely(path),
        }
    }

    fn fit_closely(&self, path: ClearPath<'_>) -> Fit {
        let (is_plain, path) = (path.is_plain, path.text.as_bytes());
        if is_plain && self.is_beginning_enough && lies_below(path, self.beginning.as_bytes()) {
            return Fit::Exact;
        }
        let mut worst = Fit::Exact;
        let mut parts = request::segments(path);
        for segment in &self.segments {
            let Some(part) = parts.next() else { return Fit::No };
            worst = worst.min(segment.fit(part));
        }
        if parts.next().is_some() && !self.open_ended {
            Fit::No
        } else {
            worst
        }
    }

    /// The word that it has at this place of a path, counted from 0.
    pub(super) fn word(&self, place: usize) -> Option<&str> {
        match self.segments.get(place) {
            Some(Segment::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Whether a path fits that somebody reads so.
    pub(super) fn fits(&self, read: &[Read<'_>]) -> bool {
        let lengths_agree = match self.open_ended {
            true => read.len() >= self.segments.len(),
            false => read.len() == self.segments.len(),
        };
        lengths_agree
            && self
                .segments
                .iter()
                .zip(read)
                .all(|(segment, read)| match (segment, read) {
                    (Segment::Any(_), _) => true,
                    (Segment::Word(_), Read::Opaque | Read::Nothing) => false,
                    (Segment::Word(word), Read::Word(read)) => word == read,
                    (Segment::Word(_), Read::AsItIs(part)) => segment.fit(part) == Fit::Exact,
                })
    }

    /// Whether every path that fits `other` fits this pattern too.
    pub(in crate::profile) fn covers(&self, other: &Self) -> bool {
        let lengths_agree = match (self.open_ended, other.open_ended) {
            (true, _) => other.segments.len() >= self.segments.len(),
            (false, true) => false,
            (false, false) => other.segments.len() == self.segments.len(),
        };
        lengths_agree
            && self
                .segments
                .iter()
                .zip(&other.segments)
                .all(|(mine, theirs)| mine.covers(theirs))
    }

    /// The paths that fit both, if there are any.
    pub(in crate::profile) fn meets(&self, other: &Self) -> Option<Self> {
        let (shorter, longer) = if self.segments.len() <= other.segments.len() {
            (self, other)
        } else {
            (other, self)
        };
        if shorter.segments.len() < longer.segments.len() && !shorter.open_ended {
            return None;
        }
        let both = longer.segments.iter().enumerate().map(|(place, segment)| {
            let theirs = shorter.segments.get(place).unwrap_or(segment);
            match (segment.covers(theirs), theirs.covers(segment)) {
                (true, _) => Some(theirs.clone()),
                (false, true) => Some(segment.clone()),
                (false, false) => None,
            }
        });
        let open_ended = shorter.open_ended && longer.open_ended;
        Some(Self::of(both.collect::<Option<_>>()?, open_ended))
    }

    fn of(segments: Vec<Segment>, open_ended: bool) -> Self {
        let words = segments.iter().map_while(|segment| match segment {
            Segment::Word(word) => Some(word.as_str()),
            Segment::Any(_) => None,
        });
        let beginning: String = words.flat_map(|word| ["/", word]).collect();
        let has_only_words = segments.iter().all(|segment| matches!(segment, Segment::Word(_)));
        Self {
            segments,
            open_ended,
            landmark: Landmark::of(beginning.as_bytes()),
            beginning,
            is_beginning_enough: open_ended && has_only_words,
        }
    }
}

impl Landmark {
    fn of(beginning: &[u8]) -> Option<Self> {
        Some(Self {
            folded: folded(*beginning.last_chunk()?),
            end: beginning.len(),
        })
    }

    /// Whether a path without percent-encodings has it. One that has may still begin otherwise.
    #[inline]
    fn is_in(self, path: &[u8]) -> bool {
        let before = path.get(..self.end).and_then(|start| start.last_chunk());
        before.is_some_and(|last| folded(*last) == self.folded)
    }
}

/// Equal for texts that differ in capitals only, and seldom for others: letters differ in one bit from their capitals.
fn folded(text: [u8; 8]) -> u64 {
    u64::from_ne_bytes(text) | u64::from_ne_bytes([b'a' ^ b'A'; 8])
}

/// Whether a path is this one or one below it.
fn lies_below(path: &[u8], top: &[u8]) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

fn segments(text: &str) -> Result<Vec<Segment>, String> {
    text.split('/').map(Segment::parse).collect()
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~:@-".contains(&byte);
        match text {
            "" => Err("has an empty segment: a double slash, or a slash at the end".to_owned()),
            "." | ".." => Err(format!("has the segment \"{text}\", which no request may have")),
            "*" => Ok(Self::Any(String::new())),
            "**" => Err("may have ** only as its whole last segment".to_owned()),
            _ => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name)
                    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
                {
                    Ok(Self::Any(name.to_owned()))
                }
                None if text.bytes().all(plain) => Ok(Self::Word(text.to_owned())),
                _ => Err(format!(
                    "has the segment \"{text}\"; a segment is a word of letters, digits and ._~:@-, or * or {{name}}"
                )),
            },
        }
    }

    fn fit(&self, part: &[u8]) -> Fit {
        match self {
            Self::Any(_) => Fit::Exact,
            Self::Word(word) if word.as_bytes() == part => Fit::Exact,
            Self::Word(word) if percent::decoded(part).eq(word.bytes()) && !percent::encodes_needlessly(part) => {
                Fit::Exact
            }
            Self::Word(word) => {
                let part = percent::decoded(part).map(|byte| byte.to_ascii_lowercase());
                if part.eq(word.bytes().map(|byte| byte.to_ascii_lowercase())) {
                    Fit::Nearly
                } else {
                    Fit::No
                }
            }
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any(_), _) => true,
            (Self::Word(mine), Self::Word(theirs)) => mine == theirs,
            (Self::Word(_), Self::Any(_)) => false,
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Word(word) => write!(formatter, "/{word}")?,
                Segment::Any(name) if name.is_empty() => formatter.write_str("/*")?,
                Segment::Any(name) => write!(formatter, "/{{{name}}}")?,
            }
        }
        match (self.open_ended, self.segments.is_empty()) {
            (true, _) => formatter.write_str("/**"),
            (false, true) => formatter.write_str("/"),
            (false, false) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Paths that are the pattern's words with some letters in the other case, and perhaps one character changed.
        #[test]
        fn a_glance_rules_out_only_what_does_not_fit(
            words in "(/[abYZ09_:@~-]{1,5}){1,4}",
            end in "|/\\*\\*|/\\{id\\}",
            capitals in proptest::collection::vec(any::<bool>(), 24),
            changed in proptest::option::of((0..24_usize, "[a-zA-Z0-9@_/-]")),
            rest in "(/[a-c]{1,3}){0,2}",
        ) {
            let pattern = PathPattern::parse(&format!("{words}{end}")).unwrap();
            let mut path: Vec<u8> = words.bytes().zip(capitals).map(|(byte, other)| match other {
                true if byte.is_ascii_uppercase() => byte.to_ascii_lowercase(),
                true => byte.to_ascii_uppercase(),
                false => byte,
            }).collect();
            if let Some((place, changed)) = changed {
                let place = place % path.len();
                path[place] = changed.as_bytes()[0];
            }
            let path = format!("{}{rest}", String::from_utf8(path).unwrap());
            let path = ClearPath { text: &path, is_plain: true, is_simple: false };
            prop_assert_eq!(pattern.fit(path), pattern.fit_closely(path));
        }
    }
}
