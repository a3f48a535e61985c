//! The name of one request: in the header `X-Request-Id` of its answer, in our log, and beside a refusal on record. Whoever
//! calls support reads it out, so it is short, has one case, and none of the characters that look or sound like another.

use std::cell::RefCell;
use std::fmt;

use smol_str::SmolStr;

/// Crockford's base 32, in small letters: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What the names that are made here begin with.
const HEAD: &str = "req_";

/// How many characters follow: five bits each, so that nobody guesses another's.
const LENGTH: usize = 19;

/// The bits of one character.
const BITS: usize = 5;

/// How many random bytes have that many bits.
const RANDOM: usize = (LENGTH * BITS).div_ceil(8);

/// Names that others gave have at least and at most so many characters.
const LEAST: usize = 8;
const MOST: usize = 128;

/// For how many names randomness is drawn at once: a system call for each would cost more than all the rest.
const DRAWN: usize = 128;

/// What names a request. Nothing, for what nobody asked over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestId(Name);

/// Every answer has a name and few are ever read, so one that is made here is a number until somebody wants its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Name {
    #[default]
    None,
    /// What follows [`HEAD`], the last character in the lowest bits.
    Made(u128),
    Given(SmolStr),
}

impl RequestId {
    /// A new one. `fill` gives random bytes.
    pub fn new(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 16];
        bytes[..RANDOM].copy_from_slice(&next(fill));
        Self(Name::Made(u128::from_le_bytes(bytes) & ((1 << (LENGTH * BITS)) - 1)))
    }

    /// One that somebody else gave: 8 to 128 letters, digits and `-_.:=+/@`, which is what proxies write.
    pub fn parse(text: &str) -> Option<Self> {
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:=+/@".contains(&byte);
        let is_one = (LEAST..=MOST).contains(&text.len()) && text.bytes().all(may_stand);
        is_one.then(|| Self(number(text).map_or_else(|| Name::Given(SmolStr::new(text)), Name::Made)))
    }

    /// One as proxies make them: 32 hexadecimal digits, or a UUID.
    pub fn by_proxy(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let is_uuid = text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
        let is_one =
            digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && (text.len() == 32 || is_uuid);
        is_one.then(|| Self::parse(text))?
    }

    /// One that was made here, as somebody reads it out: in any case, with spaces and hyphens, and with the characters that were
    /// left out in place of those that look like them.
    pub fn spoken(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let plain = plain.to_ascii_lowercase();
        let rest = plain.strip_prefix("req").map(|rest| rest.trim_start_matches('_'))?;
        let meant = rest.chars().map(|c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        });
        let meant: String = meant.collect();
        number(&format!("{HEAD}{meant}")).map(|number| Self(Name::Made(number)))
    }

    /// As it stands in headers and addresses.
    pub fn with_text<T>(&self, read: impl FnOnce(&[u8]) -> T) -> T {
        match &self.0 {
            Name::None => read(&[]),
            Name::Made(number) => read(&text(*number)),
            Name::Given(text) => read(text.as_bytes()),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| formatter.write_str(std::str::from_utf8(text).unwrap_or_default()))
    }
}

/// The text of one that was made here.
fn text(number: u128) -> [u8; HEAD.len() + LENGTH] {
    let mut text = [0; HEAD.len() + LENGTH];
    text[..HEAD.len()].copy_from_slice(HEAD.as_bytes());
    let mut rest = number;
    for place in text[HEAD.len()..].iter_mut().rev() {
        *place = ALPHABET[(rest & 31) as usize];
        rest >>= BITS;
    }
    text
}

/// What a text was made of, if it is of that form.
fn number(text: &str) -> Option<u128> {
    let rest = text.strip_prefix(HEAD).filter(|rest| rest.len() == LENGTH)?;
    rest.bytes().try_fold(0, |number, byte| {
        let value = ALPHABET.iter().position(|one| *one == byte)?;
        Some(number << BITS | value as u128)
    })
}

thread_local! {
    /// Random bytes that no name has been made of yet, and how many of them are used up.
    static ROOM: RefCell<([u8; DRAWN * RANDOM], usize)> = const { RefCell::new(([0; DRAWN * RANDOM], DRAWN * RANDOM)) };
}

fn next(fill: impl FnOnce(&mut [u8])) -> [u8; RANDOM] {
    ROOM.with_borrow_mut(|(bytes, used)| {
        if *used + RANDOM > bytes.len() {
            fill(bytes);
            *used = 0;
        }
        let mut drawn = [0; RANDOM];
        drawn.copy_from_slice(&bytes[*used..*used + RANDOM]);
        *used += RANDOM;
        drawn
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> RequestId {
        RequestId::new(|bytes| {
            for (number, byte) in bytes.iter_mut().enumerate() {
                *byte = (number * 7 % 251) as u8;
            }
        })
    }

    #[test]
    fn a_new_one_is_not_the_last_and_reads_as_one() {
        let (one, other) = (new(), new());
        assert_ne!(one, other);
        let text = one.to_string();
        assert_eq!(text.len(), HEAD.len() + LENGTH);
        assert_eq!(RequestId::parse(&text), Some(one.clone()));
        assert_eq!(RequestId::spoken(&text), Some(one));
    }

    #[test]
    fn it_is_understood_as_people_say_it() {
        let one = RequestId::parse("req_01234abcd567890efgh").unwrap();
        for said in [
            "REQ_01234ABCD567890EFGH",
            " req 01234 abcd-5678 90efgh ",
            "req_ol234abcd56789oefgh",
            "req-O1234abcd567890efgh",
        ] {
            assert_eq!(RequestId::spoken(said), Some(one.clone()), "{said}");
        }
        for other in [
            "",
            "req_",
            "req_01234abcd",
            "kh_live_4f7aQm2X",
            "req_u1234abcd567890efgh",
        ] {
            assert_eq!(RequestId::spoken(other), None, "{other}");
        }
    }

    #[test]
    fn what_proxies_make_is_known_by_its_shape() {
        for text in [
            "8f14e45fceea167a5a36dedd4bea2543",
            "4b1c3d2e-0f5a-4c6b-8d7e-9a0b1c2d3e4f",
        ] {
            assert_eq!(RequestId::by_proxy(text), RequestId::parse(text));
        }
        for text in [
            "",
            "8f14e45fceea167a5a36dedd4bea254",
            "8f14e45f-ceea167a5a36dedd4bea2543",
            "kh_live_4f7aQm2X",
        ] {
            assert_eq!(RequestId::by_proxy(text), None, "{text}");
        }
    }

    #[test]
    fn what_proxies_write_is_taken_and_nothing_that_could_mean_something_else() {
        for text in [
            "8f14e45fceea167a5a36dedd4bea2543",
            "4b1c3d2e-0f5a-4c6b-8d7e-9a0b1c2d3e4f",
            "Root=1-67891233-abcdef012345678912345678",
            "a1b2c3d4",
        ] {
            assert_eq!(RequestId::parse(text).map(|id| id.to_string()), Some(text.to_owned()));
        }
        for text in [
            "",
            "short",
            "with space",
            "a,b,c,d,e",
            "<script>alert",
            "ümlaut-id",
            "tab\tbed-id",
            &"x".repeat(129),
        ] {
            assert_eq!(RequestId::parse(text), None, "{text:?}");
        }
    }
}
