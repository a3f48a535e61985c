//! What lenient servers make of a segment of a path: what they cut off it, and what they leave of it.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::percent::decoded;

/// What names are made of; what follows one may be no part of it.
pub(super) fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)
}

/// Whether some server reads a segment of a clear path as this word: because something is cut off behind it or before it, or
/// because characters that look alike are taken for each other.
pub(super) fn reads_as(segment: &[u8], word: &str) -> bool {
    if decoded(segment).all(|byte| byte.is_ascii()) {
        let mut bytes = decoded(segment).skip_while(|byte| b" +".contains(byte));
        let begins = word
            .bytes()
            .all(|letter| bytes.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&letter)));
        return begins && bytes.next().is_none_or(|byte| !is_of_names(byte));
    }
    let plain = plain(segment);
    let word = word.to_ascii_lowercase();
    let is_of_names = |letter: char| letter.is_alphanumeric() || "-_~".contains(letter);
    plain
        .trim_start_matches(|letter: char| letter.is_whitespace() || letter == '+')
        .strip_prefix(word.as_str())
        .is_some_and(|rest| rest.chars().next().is_none_or(|next| !is_of_names(next)))
}

/// Whether a segment of a clear path ends the path for servers that decode before they look for a query or a fragment.
pub(super) fn is_cut_short(segment: &[u8]) -> bool {
    segment.contains(&b'%') && decoded(segment).any(|byte| b"?#".contains(&byte))
}

/// Whether nothing is left of a segment of a clear path for servers that take a format off it.
pub(super) fn is_a_format(segment: &[u8]) -> bool {
    if !matches!(segment.first(), Some(b'.' | b'+' | b'%')) {
        return false;
    }
    if decoded(segment).all(|byte| byte.is_ascii()) {
        return decoded(segment).find(|byte| !b" +".contains(byte)) == Some(b'.');
    }
    let plain = plain(segment);
    let left = plain.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '+');
    left.starts_with('.')
}

/// Whether there are servers that leave nothing of a segment, or a `.` or `..`; or that find a slash in it.
pub(super) fn dissolves(segment: &[u8]) -> bool {
    let has_others = segment.contains(&b'%') && !decoded(segment).all(|byte| byte.is_ascii());
    if !has_others && !matches!(segment.first(), Some(b'.' | b'%' | b'+')) {
        return false;
    }
    let text = if has_others {
        plain(segment)
    } else {
        String::from_utf8(decoded(segment).collect()).map_or(Cow::Borrowed(""), Cow::Owned)
    };
    if has_others && text.contains(['/', '\\', '%']) {
        return true;
    }
    let left = text.trim_start_matches(|letter: char| letter.is_whitespace() || ".+".contains(letter));
    let cut = &text[..text.len() - left.len()];
    match left.chars().next() {
        None => cut != "+",
        Some(next) if cut.contains('.') => !(next.is_alphanumeric() || "-_~".contains(next)),
        Some(next) => ";?#".contains(next),
    }
}

/// A segment in small letters, without what cannot be seen, and with plain letters for those that only look different: as
/// whoever normalizes text reads it.
fn plain(segment: &[u8]) -> Cow<'static, str> {
    let bytes: Vec<u8> = decoded(segment).collect();
    let text = String::from_utf8_lossy(&bytes);
    let plain = text.chars().filter(|letter| !is_invisible(*letter)).nfkc();
    Cow::Owned(
        plain
            .map(|letter| match letter {
                // Their capital or small letter is one of ASCII.
                '\u{131}' | '\u{130}' => 'i',
                other => other,
            })
            .flat_map(char::to_lowercase)
            .collect(),
    )
}

/// What takes no place where it is shown.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_leaves_the_word() {
        for segment in [
            "exports",
            "Exports",
            "exports.json",
            "exports.tar.gz",
            "exports.",
            "exports%20",
            "%20exports",
            "exports%3Bx=1",
            "exports%3Fx",
            "exports%23",
            "exports+",
            "exports,x",
            "exports%C2%A0",
            "%EF%BD%85xports",
            "export%C5%BF",
            "exp%E2%80%8Borts",
            "exports%2Ejson",
            "exports:x",
            "exports%E2%80%8B",
        ] {
            assert!(reads_as(segment.as_bytes(), "exports"), "{segment}");
        }
        for segment in [
            "export",
            "exports2",
            "exports-x",
            "exports_x",
            "exports~",
            "x.exports",
            "exports%C3%BC",
            "%C3%BC",
        ] {
            assert!(!reads_as(segment.as_bytes(), "exports"), "{segment}");
        }
    }

    #[test]
    fn what_leaves_nothing_is_found() {
        for segment in [
            "...",
            ".%20",
            "..%20",
            "%20",
            "%20..",
            "..+",
            "+..",
            "%3B",
            "%3Bx",
            "..%3Bx",
            "%3Fx",
            "%23",
            "%E2%80%8B",
            "%EF%BC%8E%EF%BC%8E",
            "a%EF%BC%8Fb",
            "%2E",
            "%2e%2e",
            ".:x",
            "%C2%A0",
            "..%C2%A0",
        ] {
            assert!(dissolves(segment.as_bytes()), "{segment}");
        }
        for segment in [
            "a",
            "7.json",
            ".well-known",
            "..a",
            "+4915",
            "+",
            "@me",
            "%20a",
            "%C3%BC",
            "a%20",
            "%40me",
            "%E6%9D%B1",
        ] {
            assert!(!dissolves(segment.as_bytes()), "{segment}");
        }
    }
}
