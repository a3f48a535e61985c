//! What somebody at the support desk has typed, judged before it goes anywhere: a whole key must not.

use crate::model::key_format::KeyText;
use crate::profile::Profile;

/// Why it is not looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was typed.
    Empty,
    /// Fewer characters than any display prefix has: too many keys would begin like this.
    TooShort { least: usize },
    /// More of a key than people are shown; perhaps all of it.
    WholeKey,
}

/// The display prefix in what was typed: without spaces, and without the sign for "there is more".
pub(super) fn display_prefix(profile: &Profile, typed: &KeyText) -> Result<String, Refused> {
    let formats = || profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    let written = |c: &char| !c.is_whitespace() && !c.is_control();
    let text: String = typed.expose_secret().chars().filter(written).collect();
    let mut prefix = text.trim_end_matches(['…', '.']);
    if let Some((_, format)) = formats().find(|(_, format)| text.ends_with(&format.display.suffix)) {
        prefix = prefix.trim_end_matches(format.display.suffix.as_str());
    }
    // As long as its own kind is shown; what is of no kind, as long as the longest.
    let own = formats().filter(|(_, format)| prefix.starts_with(&format.prefix));
    let longest = own.map(|(_, format)| format.display.length).max();
    let longest = longest.or_else(|| formats().map(|(_, format)| format.display.length).max());
    let least = profile.shortest_display_prefix();
    match prefix.chars().count() {
        0 => Err(Refused::Empty),
        length if length > longest.unwrap_or_default() => Err(Refused::WholeKey),
        length if length < least => Err(Refused::TooShort { least }),
        _ => Ok(prefix.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Refused> {
        display_prefix(&Profile::example().unwrap(), &KeyText::presented(text.to_owned()))
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
            assert_eq!(read(typed), Ok("kh_live_4f7aQm2X".to_owned()), "{typed}");
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
        assert_eq!(read("kh_live_4f7"), Err(Refused::TooShort { least: 16 }));
    }
}
