//! What a key is called, for its answers: mostly so short that it takes no memory of its own.

use smol_str::{SmolStr, format_smolstr};

/// Name and display prefix. The beginning of a display prefix is that of every key of the type; here stands only the rest.
#[derive(Clone, Debug)]
pub(super) struct Label(SmolStr);

/// Stand between display prefix and name, where neither can hold them: after the rest of one, or after all of it.
const AFTER_REST: char = '\0';
const AFTER_WHOLE: char = '\u{1}';

/// The first characters of a key, in two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisplayPrefix<'a> {
    /// What all keys of the type begin with.
    pub common: &'a str,
    /// What tells this one from others.
    pub own: &'a str,
}

impl Label {
    /// `common`: what keys of this type begin with nowadays.
    pub(super) fn new(display_prefix: &str, name: &str, common: Option<&str>) -> Self {
        let rest = common.and_then(|common| display_prefix.strip_prefix(common));
        Self(match rest {
            Some(rest) => format_smolstr!("{rest}{AFTER_REST}{name}"),
            None => format_smolstr!("{display_prefix}{AFTER_WHOLE}{name}"),
        })
    }

    /// Display prefix and name.
    pub(super) fn parts<'a>(&'a self, common: Option<&'a str>) -> (DisplayPrefix<'a>, &'a str) {
        let end = self.0.bytes().position(|byte| byte < b' ').unwrap_or(self.0.len());
        let (own, rest) = self.0.split_at(end);
        let mut name = rest.chars();
        let common = match name.next() {
            Some(AFTER_REST) => common.unwrap_or_default(),
            _ => "",
        };
        (DisplayPrefix { common, own }, name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(label: &Label, common: Option<&str>) -> (String, String) {
        let (prefix, name) = label.parts(common);
        (format!("{}{}", prefix.common, prefix.own), name.to_owned())
    }

    #[test]
    fn it_gives_back_what_went_in() {
        for common in [Some("kh_live_"), Some("other_"), Some(""), None] {
            for name in [
                "x",
                "Zürich 🗻",
                "a name that is longer than what fits without memory of its own",
            ] {
                let label = Label::new("kh_live_12345678", name, common);
                assert_eq!(read(&label, common), ("kh_live_12345678".to_owned(), name.to_owned()));
            }
        }
    }

    #[test]
    fn a_usual_one_takes_no_memory_of_its_own() {
        let label = Label::new("kh_live_12345678", "Nightly import", Some("kh_live_"));
        assert!(!label.0.is_heap_allocated());
    }
}
