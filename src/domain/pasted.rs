//! Secrets that people paste where none belongs: what is typed there is kept, shown or mailed.

use percent_encoding::percent_decode_str;

use crate::model::mistake;
use crate::profile::Profile;

/// Whether a text holds a key, or more of one than people are shown; or a signing secret, a service token, or another secret of the
/// profile. Also in percent-encoding, and with whatever around it.
pub fn holds_secret(profile: &Profile, text: &str) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    [text, &*decoded].iter().any(|text| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        words.any(|word| is_secret(profile, word.trim_matches(['_', '-'])))
    })
}

fn is_secret(profile: &Profile, word: &str) -> bool {
    let of_keys = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    let of_keys = of_keys.map(|(_, format)| (format.prefix.clone(), format.display.length));
    let parts = [
        profile.inbound.as_ref().map(|inbound| inbound.token_format()),
        profile.embed.as_ref().map(|embed| embed.signing_format()),
    ];
    let of_parts = parts.into_iter().flatten();
    let of_parts = of_parts.map(|format| (format.prefix, format.display.length));
    let others = mistake::OTHER_SECRETS.map(|prefix| (prefix.to_owned(), prefix.len() + SHOWN));
    let mut all = of_keys.chain(of_parts).chain(others);
    all.any(|(prefix, shown)| word.find(&prefix).is_some_and(|at| word.len() - at > shown))
}

/// How much may follow the beginning of what has no display prefix: less than would be of use to anybody.
const SHOWN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_however_they_are_pasted() {
        let profile = Profile::example().unwrap();
        let key = "kh_live_sQW2CFd1lT4Op0wkrw9sNOs2v5Fs12pWUKnovvgN4P51tc";
        for text in [
            key.to_owned(),
            format!("_{key}_"),
            format!("{key}-"),
            key[..key.len() - 1].to_owned(),
            format!("https://example.com/cb?key={key}&x=1"),
            format!("https://example.com/cb?key={}", key.replace('_', "%5F")),
            format!("GET /api/v1/x/{key}"),
            "whsec_4f7aQm2XvB8cT1LwYp9RzKd6".to_owned(),
            "the token khs_4f7aQm2XvB8cT1LwYp9RzKd6 leaked".to_owned(),
        ] {
            assert!(holds_secret(&profile, &text), "{text}");
        }
        for text in [
            "",
            "Their phone was stolen",
            "kh_live_sQW2CFd1",
            "kh_live_sQW2CFd1…, as Alice says",
            "https://github.com/example/shop/blob/main/kh_live_keys.md",
            "whsec_ is what they begin with",
        ] {
            assert!(!holds_secret(&profile, text), "{text}");
        }
    }
}
