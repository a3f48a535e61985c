//! The text form of a key: how one is minted, and how garbage is told apart without a look-up.
//!
//! A key text is `prefix + random characters + checksum`. Come here when a key has to be made, when a presented text
//! has to be judged before the database is asked, or when its display prefix is needed. Which formats exist is said
//! by the profile; nothing here knows a provider.

mod checksum;
mod key_text;
mod mint;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use key_text::KeyText;

/// How many unguessable bits a key must have at the very least.
pub const LEAST_ENTROPY_BITS: f64 = 128.0;

/// How long a key text may be; a credential longer than this is refused unread.
pub const LONGEST_KEY_TEXT: usize = 200;

/// The characters the random part of a key is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// `0-9a-f`.
    Hex,
    /// `0-9A-Za-z`.
    Base62,
    /// `A-Za-z0-9-_`.
    Base64Url,
}

/// The shape of a key text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyFormat {
    /// What every key of this format begins with, such as `kh_live_`.
    pub prefix: String,
    /// What the random characters are drawn from.
    pub alphabet: Alphabet,
    /// How many random characters follow the prefix.
    pub length: usize,
    /// Whether six checksum characters end the text, so that a typo is refused without a look-up.
    pub checksum: bool,
    /// How a key is shown to people.
    pub display: Display,
}

/// How much of a key text is shown, and what stands for the rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Display {
    /// How many characters of the key text are shown, its prefix included.
    pub length: usize,
    /// What is written behind them, such as `…`.
    pub suffix: String,
}

impl Alphabet {
    /// Every alphabet with the name a profile uses for it.
    pub const NAMED: [(&'static str, Self); 3] = [
        ("hex", Self::Hex),
        ("base62", Self::Base62),
        ("base64url", Self::Base64Url),
    ];

    /// How many unguessable bits one character carries.
    pub fn bits_per_character(self) -> f64 {
        // No alphabet has more characters than a byte can count, so the conversion is exact.
        f64::from(u8::try_from(self.characters().len()).unwrap_or(u8::MAX)).log2()
    }

    const fn characters(self) -> &'static [u8] {
        match self {
            Self::Hex => b"0123456789abcdef",
            Self::Base62 => checksum::DIGITS,
            Self::Base64Url => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        }
    }

    fn contains(self, byte: u8) -> bool {
        self.has_all(&[byte])
    }

    /// Looks at every byte, because that is quicker than to stop at the first that does not belong: nearly every text that comes
    /// so far is a key.
    fn has_all(self, bytes: &[u8]) -> bool {
        let alphabets = bytes
            .iter()
            .fold(u8::MAX, |all, &byte| all & MEMBERSHIP[usize::from(byte)]);
        alphabets & (1 << self as u8) != 0
    }
}

/// For each byte the alphabets that have it: a bit for each.
static MEMBERSHIP: [u8; 256] = {
    let mut table = [0; 256];
    let alphabets = [Alphabet::Hex, Alphabet::Base62, Alphabet::Base64Url];
    let mut number = 0;
    while number < alphabets.len() {
        let characters = alphabets[number].characters();
        let mut place = 0;
        while place < characters.len() {
            table[characters[place] as usize] |= 1 << alphabets[number] as u8;
            place += 1;
        }
        number += 1;
    }
    table
};

impl KeyFormat {
    /// How many unguessable bits a whole key has.
    pub fn entropy_bits(&self) -> f64 {
        self.bits_of(self.length)
    }

    /// How many unguessable bits stay hidden from somebody who knows the display prefix.
    pub fn hidden_bits(&self) -> f64 {
        let shown = self.display.length.saturating_sub(self.prefix.len());
        self.bits_of(self.length.saturating_sub(shown))
    }

    /// How many characters (all of them one byte) a key text has.
    pub fn text_length(&self) -> usize {
        self.prefix.len() + self.length + self.checksum_length()
    }

    /// Whether `text` can be a key of this format: prefix, length, alphabet and checksum are right.
    pub fn accepts(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        if bytes.len() != self.text_length() || !bytes.starts_with(self.prefix.as_bytes()) {
            return false;
        }
        let (body, check) = bytes.split_at(self.prefix.len() + self.length);
        self.alphabet.has_all(&body[self.prefix.len()..]) && (!self.checksum || check == checksum::of(body).as_slice())
    }

    /// A regular expression (in the syntax of RE2, which is what scanners of secrets have) whose first group is a key of this
    /// format, where nothing that could go on with it stands around it.
    pub fn pattern(&self) -> String {
        let text = self.text_pattern();
        format!("(?:^|[^0-9A-Za-z_-])({text})(?:[^0-9A-Za-z_-]|$)")
    }

    /// The same for a text that is nothing else.
    pub fn text_pattern(&self) -> String {
        let characters = match self.alphabet {
            Alphabet::Hex => "0-9a-f",
            Alphabet::Base62 => "0-9A-Za-z",
            Alphabet::Base64Url => "0-9A-Za-z_-",
        };
        let checksum = match self.checksum_length() {
            0 => String::new(),
            length => format!("[0-9A-Za-z]{{{length}}}"),
        };
        let prefix = self.prefix.replace('.', r"\.");
        format!("{prefix}[{characters}]{{{}}}{checksum}", self.length)
    }

    /// Whether what follows the prefix is made of the characters that it may be made of, whatever its checksum says.
    pub fn has_its_characters(&self, text: &str) -> bool {
        let rest = text.strip_prefix(&self.prefix).unwrap_or_default().as_bytes();
        let (random, check) = rest.split_at(rest.len().min(self.length));
        self.alphabet.has_all(random) && Alphabet::Base62.has_all(check)
    }

    /// The part of `text` that is safe to log and to show.
    pub fn display_prefix(&self, text: &str) -> String {
        text.chars().take(self.display.length).collect()
    }

    /// A display prefix as people see it, with the suffix that says "there is more".
    pub fn shown(&self, display_prefix: &str) -> String {
        format!("{display_prefix}{}", self.display.suffix)
    }

    /// Whether some text could be a key of both formats, so that only the record can tell which it is.
    pub fn overlaps(&self, other: &Self) -> bool {
        if self.text_length() != other.text_length() {
            return false;
        }
        let (shorter, longer) = if self.prefix.len() <= other.prefix.len() {
            (self, other)
        } else {
            (other, self)
        };
        // All alphabets share the hexadecimal digits, so beyond the prefixes two formats of one length can always meet.
        longer.prefix.strip_prefix(shorter.prefix.as_str()).is_some_and(|rest| {
            rest.bytes().enumerate().all(|(place, byte)| {
                if place < shorter.length {
                    shorter.alphabet.contains(byte)
                } else {
                    byte.is_ascii_alphanumeric()
                }
            })
        })
    }

    fn bits_of(&self, characters: usize) -> f64 {
        f64::from(u32::try_from(characters).unwrap_or(u32::MAX)) * self.alphabet.bits_per_character()
    }

    fn checksum_length(&self) -> usize {
        if self.checksum { checksum::LENGTH } else { 0 }
    }
}
