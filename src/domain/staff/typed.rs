//! What somebody at the support desk has typed, judged before it goes anywhere: a whole key must not.

use uuid::Uuid;

use crate::model::ids::KeyId;
use crate::model::key_format::{Alphabet, KeyFormat, KeyText};
use crate::model::request_id::RequestId;
use crate::model::spoken;
use crate::profile::Profile;

/// Why it is not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was typed.
    Empty,
    /// Fewer characters than any display prefix has, and too few of the random ones: too many keys would begin like this.
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

/// A display prefix, or the beginning of one, or what was understood of one that was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub prefix: String,
    /// Whether it begins like a key of this API. What does not may be the middle of one, and is not shown again.
    pub is_showable: bool,
}

/// An id of ours, where that is what was typed.
pub(super) fn id(typed: &KeyText) -> Option<Uuid> {
    // With its hyphens: without them it could be the secret part of a key.
    let id: Option<KeyId> = typed.expose_secret().trim().parse().ok();
    id.map(|id| id.0)
}

/// What it is, when no key of this API is written like that. Decided by shape, and before its length is looked at: only what may
/// be a secret is treated as one.
fn other_kind(profile: &Profile, typed: &str) -> Option<Refused> {
    let text = typed.trim();
    if formats(profile).any(|format| text.contains(&format.prefix)) || text.contains("whsec_") {
        return None;
    }
    if let Some((local, domain)) = text.split_once('@')
        && !local.is_empty()
        && domain.contains('.')
    {
        return Some(Refused::Email);
    }
    // As few letters as are read of a key may have been.
    if !near(profile, text).is_empty() {
        return None;
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

/// Whether what was typed may stand in the field again; an error where it is a whole key.
pub fn may_be_shown(profile: &Profile, typed: &KeyText) -> Result<bool, Refused> {
    let text = typed.expose_secret();
    if id(typed).is_some() || RequestId::spoken(text).is_some() {
        return Ok(true);
    }
    match read(profile, typed) {
        Ok(typed) | Err(Refused::TooShort { typed, .. }) => Ok(typed.is_showable),
        Err(Refused::Email | Refused::Words) => Ok(true),
        Err(Refused::Empty | Refused::NotAPrefix) => Ok(false),
        Err(whole @ Refused::WholeKey) => Err(whole),
    }
}

/// What was typed, without spaces and without the sign for "there is more"; unless it is more than people are shown.
pub(super) fn read(profile: &Profile, typed: &KeyText) -> Result<Typed, Refused> {
    let typed_as_is = typed.expose_secret();
    let spelled = spoken::spelled(formats(profile), typed_as_is);
    if spelled.is_none()
        && let Some(kind) = other_kind(profile, typed_as_is)
    {
        return Err(kind);
    }
    let written = |c: &char| !c.is_whitespace() && !c.is_control();
    let is_spelled = spelled.is_some();
    let text = spelled.unwrap_or_else(|| typed_as_is.chars().filter(written).collect());
    let mut prefix = text.trim_end_matches(['…', '.']);
    if let Some(format) = formats(profile).find(|format| text.ends_with(&format.display.suffix)) {
        prefix = prefix.trim_end_matches(format.display.suffix.as_str());
    }
    // As long as its own kind is shown; what is of no kind, as long as the longest.
    let own = formats(profile).filter(|format| begins_alike(prefix, &format.prefix));
    let own = own.map(|format| format.display.length).max();
    let longest = own.or_else(|| formats(profile).map(|format| format.display.length).max());
    let least = profile.shortest_display_prefix();
    let is_near = !near(profile, prefix).is_empty();
    let typed = Typed {
        prefix: prefix.to_owned(),
        is_showable: own.is_some(),
    };
    match prefix.chars().count() {
        0 => Err(Refused::Empty),
        length if length > longest.unwrap_or_default() => match too_long(profile, &text, typed_as_is) {
            // Hyphens between, perhaps.
            Refused::NotAPrefix if is_near => Ok(typed),
            // Nobody spells what is not in front of them.
            Refused::NotAPrefix if is_spelled && is_mixed(&text) => Err(Refused::WholeKey),
            refused => Err(refused),
        },
        length if length < least && !is_near => Err(if is_more_than_shown(profile, prefix) {
            Refused::NotAPrefix
        } else {
            Refused::TooShort { least, typed }
        }),
        _ => Ok(typed),
    }
}

/// How display prefixes may begin, in their normal form, that are near to what was typed.
pub(super) fn near(profile: &Profile, prefix: &str) -> Vec<String> {
    spoken::beginnings(formats(profile), prefix)
}

fn formats(profile: &Profile) -> impl Iterator<Item = &KeyFormat> + Clone {
    let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    formats.map(|(_, format)| format)
}

/// Whether one text begins with the other, in capitals or not.
fn begins_alike(one: &str, other: &str) -> bool {
    let mut pairs = one.chars().zip(other.chars());
    pairs.all(|(one, other)| one.eq_ignore_ascii_case(&other))
}

/// Without its fixed beginning, more than people are shown of any key.
fn is_more_than_shown(profile: &Profile, text: &str) -> bool {
    let is_one = |format: &KeyFormat| begins_alike(text, &format.prefix);
    let mut shown = formats(profile).map(|format| format.display.length.saturating_sub(format.prefix.len()));
    !formats(profile).any(is_one) && shown.all(|shown| text.chars().count() > shown)
}

fn is_mixed(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// What is too long is a key only if it is shaped like one.
fn too_long(profile: &Profile, text: &str, typed: &str) -> Refused {
    let lower = text.to_ascii_lowercase();
    let follows = |prefix: &str, at_least: usize, alphabet: Alphabet| {
        let more = |rest: &str| rest.chars().take_while(|c| is_of(alphabet, *c)).count() >= at_least;
        let prefix = prefix.to_ascii_lowercase();
        lower
            .match_indices(&prefix)
            .any(|(at, _)| more(&lower[at + prefix.len()..]))
    };
    // With its prefix, it is one as soon as there is more of it than people are shown.
    let with_prefix = formats(profile).any(|format| {
        let shown = format.display.length.saturating_sub(format.prefix.chars().count());
        follows(&format.prefix, shown + 1, format.alphabet)
    });
    let is_secret = follows(SECRET_PREFIX, LEAST_OF_SECRET, Alphabet::Base62);
    // Without it, what could have been drawn at random from the alphabet.
    let mut words = typed.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '@' || c == '.'));
    let middle = words.any(|word| formats(profile).any(|format| could_be_drawn(word, format)));
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
mod tests;
