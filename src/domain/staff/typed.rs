//! What somebody at the support desk has typed, judged before it goes anywhere: a whole key must not.

use crate::model::ids::KeyId;
use crate::model::key_format::{Alphabet, KeyFormat, KeyText};
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
    /// An email address.
    Email,
    /// Too long for a display prefix, and not shaped like a key: the id of a request, a slug, an address of a page.
    NotAPrefix,
    /// Words, such as the name of a workspace: no key is written like that.
    Words,
}

/// A display prefix, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub prefix: String,
    /// Whether it begins like a key of this API. What does not may be the middle of one, and is not shown again.
    pub is_showable: bool,
}

/// The id of a key, where that is what was typed.
pub(super) fn key_id(typed: &KeyText) -> Option<KeyId> {
    let text = typed.expose_secret().trim();
    // With its hyphens: without them it could be the secret part of a key.
    (text.len() == 36).then(|| text.parse().ok()).flatten()
}

/// What it is, when no key of this API is written like that. Decided by shape, and before its length is looked at: only what may
/// be a secret is treated as one.
fn other_kind(profile: &Profile, typed: &str) -> Option<Refused> {
    let formats = || profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    let text = typed.trim();
    if formats().any(|(_, format)| text.contains(&format.prefix)) || text.contains("whsec_") {
        return None;
    }
    if let Some((local, domain)) = text.split_once('@')
        && !local.is_empty()
        && domain.contains('.')
    {
        return Some(Refused::Email);
    }
    // Keys are one piece; words are short ones, with spaces or hyphens between.
    let shortest_secret = profile.shortest_display_prefix();
    let mut pieces = text.split([' ', '-']).filter(|piece| !piece.is_empty());
    let is_one_piece = !text.contains([' ', '-']);
    let are_words = pieces.all(|piece| piece.chars().count() < shortest_secret && is_word(piece));
    (are_words && !is_one_piece).then_some(Refused::Words)
}

/// Letters alone, or figures alone, as people write; not both mixed, as keys are.
fn is_word(piece: &str) -> bool {
    let piece = piece.trim_matches(|c: char| c.is_ascii_punctuation());
    piece.chars().all(char::is_alphabetic) || piece.chars().all(char::is_numeric)
}

/// What was typed, without spaces and without the sign for "there is more"; unless it is more than people are shown.
pub(super) fn read(profile: &Profile, typed: &KeyText) -> Result<Typed, Refused> {
    let formats = || profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    if let Some(kind) = other_kind(profile, typed.expose_secret()) {
        return Err(kind);
    }
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
    let typed_as_is = typed.expose_secret();
    let typed = Typed {
        prefix: prefix.to_owned(),
        is_showable: own.is_some(),
    };
    match prefix.chars().count() {
        0 => Err(Refused::Empty),
        length if length > longest.unwrap_or_default() => Err(too_long(profile, &text, typed_as_is)),
        length if length < least => Err(Refused::TooShort { least, typed }),
        _ => Ok(typed),
    }
}

/// What is too long is a key only if it is shaped like one.
fn too_long(profile: &Profile, text: &str, typed: &str) -> Refused {
    let formats = || {
        let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
        formats.map(|(_, format)| format)
    };
    let follows = |prefix: &str, at_least: usize, alphabet: Alphabet| {
        let more = |rest: &str| rest.chars().take_while(|c| is_of(alphabet, *c)).count() >= at_least;
        text.match_indices(prefix)
            .any(|(at, _)| more(&text[at + prefix.len()..]))
    };
    // With its prefix, it is one as soon as there is more of it than people are shown.
    let with_prefix = formats().any(|format| {
        let shown = format.display.length.saturating_sub(format.prefix.chars().count());
        follows(&format.prefix, shown + 1, format.alphabet)
    });
    let is_secret = follows(SECRET_PREFIX, LEAST_OF_SECRET, Alphabet::Base62);
    // Without it, what could have been drawn at random from the alphabet.
    let mut words = typed.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '@' || c == '.'));
    let middle = words.any(|word| formats().any(|format| could_be_drawn(word, format)));
    if with_prefix || is_secret || middle {
        Refused::WholeKey
    } else {
        Refused::NotAPrefix
    }
}

/// What signing secrets begin with, and how many characters make one of it.
const SECRET_PREFIX: &str = "whsec_";
const LEAST_OF_SECRET: usize = 8;

fn is_of(alphabet: Alphabet, c: char) -> bool {
    match alphabet {
        Alphabet::Hex => matches!(c, '0'..='9' | 'a'..='f'),
        Alphabet::Base62 => c.is_ascii_alphanumeric(),
        Alphabet::Base64Url => c.is_ascii_alphanumeric() || c == '-' || c == '_',
    }
}

/// Whether a word may be most of a key's random characters. Slugs and ids keep to one case, people's words have no digits in them.
fn could_be_drawn(word: &str, format: &KeyFormat) -> bool {
    let has = |class: fn(&char) -> bool| word.chars().any(|c| class(&c));
    let is_mixed = match format.alphabet {
        // Ids of traces and requests have 32 digits.
        Alphabet::Hex => word.len() != 32 && has(char::is_ascii_digit) && has(char::is_ascii_lowercase),
        Alphabet::Base62 | Alphabet::Base64Url => {
            has(char::is_ascii_digit) && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)
        }
    };
    word.len() > format.length / 2 && word.chars().all(|c| is_of(format.alphabet, c)) && is_mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shaped_like_a_key_is_not_called_one() {
        for typed in [
            "019a000000007000800000000000abcd",
            "01JD5Z6Q8X9YV7W3K2M4N5P6R7",
            "req_8f14e45fceea167a5a36dedd4bea2543",
            "acme-eu2-production",
            "acmeshippingproduction2024",
            "https://example.com/w/acme/p/shop/keys",
            "alice.liddell+kh_live_@example.com",
        ] {
            assert_eq!(read(typed), Err(Refused::NotAPrefix), "{typed}");
        }
    }

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
    fn what_is_no_key_is_told_by_its_shape() {
        for email in [
            "alice@example.com",
            " a.long.local.part@mail.example.co.uk ",
            "bücher@bücher.example",
        ] {
            assert_eq!(read(email), Err(Refused::Email), "{email}");
        }
        for words in [
            "acme-international-shipping",
            "Acme International Ltd.",
            "the key for the shop",
        ] {
            assert_eq!(read(words), Err(Refused::Words), "{words}");
        }
        let whole = format!("kh_live_{}", "4f7aQm2X".repeat(5));
        for secret in [
            format!("alice@example.com {whole}"),
            format!("my key-{whole}"),
            "4f7aQm2X".repeat(5),
        ] {
            assert_eq!(read(&secret), Err(Refused::WholeKey), "{secret}");
        }
        let id = "01a22b06-35a7-7000-bbb5-4b86428906df";
        assert!(key_id(&KeyText::presented(format!(" {id}\n"))).is_some());
        assert!(key_id(&KeyText::presented(id.replace('-', ""))).is_none());
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
