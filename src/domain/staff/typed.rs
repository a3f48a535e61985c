//! What somebody at the support desk has typed, judged before it goes anywhere: a whole key must not.

use crate::model::key_format::KeyText;
use crate::profile::Profile;

/// Why it is not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was typed.
    Empty,
    /// Fewer characters than any display prefix has: too many keys would begin like this.
    TooShort { least: usize, typed: Typed },
    /// More of a key than people are shown; perhaps all of it.
    WholeKey,
}

/// A display prefix, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub prefix: String,
    /// Whether it begins like a key of this API. What does not may be the middle of one, and is not shown again.
    pub is_showable: bool,
}

/// What was typed, without spaces and without the sign for "there is more"; unless it is more than people are shown.
pub(super) fn read(profile: &Profile, typed: &KeyText) -> Result<Typed, Refused> {
    let formats = || profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    let written = |c: &char| !c.is_whitespace() && !c.is_control();
    let text: String = typed.expose_secret().chars().filter(written).collect();
    let mut prefix = text.trim_end_matches(['…', '.']);
    if let Some((_, format)) = formats().find(|(_, format)| text.ends_with(&format.display.suffix)) {
        prefix = prefix.trim_end_matches(format.display.suffix.as_str());
    }
    // As long as its own kind is shown; what is of no kind, as long as the longest.
    let own = formats().filter(|(_, format)| prefix.starts_with(&format.prefix) || format.prefix.starts_with(prefix));
    let own = own.map(|(_, format)| format.display.length).max();
    let longest = own.or_else(|| formats().map(|(_, format)| format.display.length).max());
    let least = profile.shortest_display_prefix();
    let typed = Typed {
        prefix: prefix.to_owned(),
        is_showable: own.is_some(),
    };
    match prefix.chars().count() {
        0 => Err(Refused::Empty),
        length if length > longest.unwrap_or_default() => Err(Refused::WholeKey),
        length if length < least => Err(Refused::TooShort { least, typed }),
        _ => Ok(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Typed, Refused> {
        super::read(&Profile::example().unwrap(), &KeyText::presented(text.to_owned()))
    }

    #[test]
    fn a_display_prefix_is_read_as_people_read_it_out() {
        for typed in [
            "kh_live_4f7aQm2X",
            " kh_live_4f7aQm2X… ",
            "kh_live_ 4f7a Qm2X...",
            "kh_live_4f7aQm2X..",
            "kh_live_4f7aQm2X\0\n",
        ] {
            let prefix = "kh_live_4f7aQm2X".to_owned();
            let is_showable = true;
            assert_eq!(read(typed), Ok(Typed { prefix, is_showable }), "{typed}");
        }
    }

    #[test]
    fn what_is_more_than_a_display_prefix_is_refused() {
        let whole = format!("kh_live_{}", "4f7aQm2X".repeat(5));
        for typed in [
            whole.as_str(),
            &format!("{whole}abc123"),
            &whole[..17],
            &format!("{} {}", &whole[..12], &whole[12..]),
            "whsec_4f7aQm2XvB8cT1LwYp9RzKd6",
            &whole[8..],
            &format!("Bearer {whole}"),
        ] {
            assert_eq!(read(typed), Err(Refused::WholeKey), "{typed}");
        }
    }

    #[test]
    fn too_little_is_no_display_prefix() {
        assert_eq!(read("  "), Err(Refused::Empty));
        assert_eq!(read("…"), Err(Refused::Empty));
        for (text, is_showable) in [("kh_live_4f7", true), ("kh", true), ("4f7aQm2X", false)] {
            let prefix = text.to_owned();
            let typed = Typed { prefix, is_showable };
            assert_eq!(read(text), Err(Refused::TooShort { least: 16, typed }));
        }
        assert!(!read("4f7aQm2X4f7aQm2X").unwrap().is_showable, "the middle of a key");
    }
}
