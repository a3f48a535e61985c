//! What is wrong with a text that should have been a key: how people and programs spoil them. It is found in the text alone,
//! so that nothing of the text has to be kept.

use crate::model::key_format::KeyFormat;

/// What signing secrets and service tokens begin with: both are taken for keys.
const SIGNING_SECRET: &str = "whsec_";
const SERVICE_TOKEN: &str = "khs_";

/// What secrets that are no keys begin with.
pub const OTHER_SECRETS: [&str; 2] = [SIGNING_SECRET, SERVICE_TOKEN];

/// How a credential was spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There are spaces or line breaks around a key.
    Whitespace,
    /// There are quotes around a key.
    Quotes,
    /// A scheme comes twice, as in `Bearer Bearer …`, or stands before a key where none belongs.
    Scheme,
    /// It is what documentation writes in place of a key.
    Placeholder,
    /// It begins like a key, and ends early.
    CutShort,
    /// It begins like a key, and goes on after its end.
    TooLong,
    /// It begins like a key and is as long, but has characters that keys do not have.
    Characters,
    /// It begins like a key and is as long, but its checksum is wrong: a character was mistyped.
    Checksum,
    /// It is the secret that webhooks are signed with.
    SigningSecret,
    /// It is a token of the provider's own systems.
    ServiceToken,
    /// It does not begin like a key of this API.
    OtherPrefix,
    /// It is no text, or there are two credentials.
    Unreadable,
    /// There is an `Authorization` header, but not one that carries a key here.
    OtherScheme,
    /// There is a key, in a header that is not looked at here.
    OtherHeader,
    /// There is a key in the address, where it is written down everywhere, and not looked for.
    InAddress,
}

impl Mistake {
    /// Every mistake, with the word that is kept.
    const NAMED: [(Self, &'static str); 15] = [
        (Self::Whitespace, "whitespace"),
        (Self::Quotes, "quotes"),
        (Self::Scheme, "scheme"),
        (Self::Placeholder, "placeholder"),
        (Self::CutShort, "cut_short"),
        (Self::TooLong, "too_long"),
        (Self::Characters, "characters"),
        (Self::Checksum, "checksum"),
        (Self::SigningSecret, "signing_secret"),
        (Self::ServiceToken, "service_token"),
        (Self::OtherPrefix, "other_prefix"),
        (Self::Unreadable, "unreadable"),
        (Self::OtherScheme, "other_scheme"),
        (Self::OtherHeader, "other_header"),
        (Self::InAddress, "in_address"),
    ];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        let named = Self::NAMED.iter().find(|(mistake, _)| *mistake == self);
        named.map_or("", |(_, word)| word)
    }

    /// The mistake with this word.
    pub fn parse(word: &str) -> Option<Self> {
        let named = Self::NAMED.iter().find(|(_, known)| *known == word);
        named.map(|(mistake, _)| *mistake)
    }

    /// Whether the query of an address holds something that begins like a key.
    pub fn in_query<'a>(query: &str, mut formats: impl Iterator<Item = &'a KeyFormat>) -> Option<Self> {
        let values = || query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1));
        let is_there = formats.any(|format| values().any(|value| value.starts_with(&format.prefix)));
        is_there.then_some(Self::InAddress)
    }

    /// What is wrong with a text that no key of these formats can be.
    pub fn of<'a>(text: &str, formats: impl Iterator<Item = &'a KeyFormat> + Clone) -> Self {
        let is_key = |text: &str| formats.clone().any(|format| format.accepts(text));
        let plain = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if plain.is_empty() {
            return Self::Unreadable;
        }
        if is_key(plain) {
            return Self::Whitespace;
        }
        let unquoted = plain.trim_matches(['"', '\'', '`', '“', '”', '‘', '’', '<', '>']);
        if is_key(unquoted.trim()) {
            return Self::Quotes;
        }
        if unquoted.split_whitespace().next_back().is_some_and(is_key) {
            return Self::Scheme;
        }
        if is_placeholder(plain) {
            return Self::Placeholder;
        }
        if unquoted.starts_with(SIGNING_SECRET) {
            return Self::SigningSecret;
        }
        if unquoted.starts_with(SERVICE_TOKEN) {
            return Self::ServiceToken;
        }
        let like = formats.filter(|format| unquoted.starts_with(&format.prefix));
        // With several formats that begin alike, the one that is as long.
        let length = unquoted.len();
        let nearest = like.min_by_key(|format| format.text_length().abs_diff(length));
        match nearest {
            None => Self::OtherPrefix,
            Some(format) if length < format.text_length() => Self::CutShort,
            Some(format) if length > format.text_length() => Self::TooLong,
            Some(format) if !format.has_its_characters(unquoted) => Self::Characters,
            Some(_) => Self::Checksum,
        }
    }
}

/// Something like `kh_live_…`, `kh_live_xxxx`, `<your key>`, `${API_KEY}`, `YOUR_API_KEY`.
fn is_placeholder(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    let is_marked = [
        "…", "...", "${", "{{", "your", "api_key", "apikey", "api-key", "xxxx", "****",
    ];
    is_marked.iter().any(|mark| folded.contains(mark)) || (text.starts_with('<') && text.ends_with('>'))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::profile::Profile;

    #[test]
    fn what_people_do_to_keys_is_told_apart() {
        let profile = Profile::example().unwrap();
        let formats = || {
            profile
                .key_types
                .iter()
                .flat_map(|key_type| &key_type.formats)
                .map(|(_, format)| format)
        };
        let key = {
            let mut random = rand::rngs::StdRng::seed_from_u64(7);
            let format = formats().next().unwrap();
            format.mint(&mut random).expose_secret().to_owned()
        };
        let typo = {
            let last = if key.ends_with('a') { "b" } else { "a" };
            format!("{}{last}", &key[..key.len() - 1])
        };
        let cases = [
            (format!("{key}\n"), Mistake::Whitespace),
            (format!(" {key}"), Mistake::Whitespace),
            (format!("\"{key}\""), Mistake::Quotes),
            (format!("'{key}'"), Mistake::Quotes),
            (format!("Bearer {key}"), Mistake::Scheme),
            (format!("Authorization: Bearer {key}"), Mistake::Scheme),
            ("kh_live_…".to_owned(), Mistake::Placeholder),
            ("YOUR_API_KEY".to_owned(), Mistake::Placeholder),
            ("${KEYHATCH_KEY}".to_owned(), Mistake::Placeholder),
            ("<key>".to_owned(), Mistake::Placeholder),
            (key[..key.len() - 4].to_owned(), Mistake::CutShort),
            (format!("{key}{key}"), Mistake::TooLong),
            (typo, Mistake::Checksum),
            (key.replace(&key[12..13], "-"), Mistake::Characters),
            ("whsec_4f7aQm2XvB8cT1LwYp9RzKd6".to_owned(), Mistake::SigningSecret),
            ("khs_4f7aQm2XvB8cT1LwYp9RzKd6".to_owned(), Mistake::ServiceToken),
            ("sk-proj-4f7aQm2XvB8cT1LwYp9RzKd6".to_owned(), Mistake::OtherPrefix),
            (String::new(), Mistake::Unreadable),
        ];
        for (text, expected) in cases {
            let told = Mistake::of(&text, formats());
            assert_eq!(told, expected, "{text:?}");
            assert_eq!(Mistake::parse(told.as_str()), Some(told));
        }
    }
}
