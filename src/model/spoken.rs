//! A display prefix as it is read out over a phone: one normal form, in which what cannot be heard or is mistaken is all one, and
//! what of it somebody may have said.

use super::key_format::{Alphabet, KeyFormat};

/// The fewest of a key's random characters that are looked up by: with fewer, too many keys begin like that.
pub const LEAST: usize = 4;

/// With more pieces than this, a fixed beginning is said whole or not at all.
const MOST_PIECES: usize = 4;

/// Letters and digits alone, in one case, with what looks alike made the same: `kh_live_4f7aQm2X` is `kh11ve4f7aqm2x`. This is what the
/// store keeps beside each display prefix; its migration says the same in SQL.
pub fn normal_form(text: &str) -> String {
    let heard = text.chars().filter(char::is_ascii_alphanumeric);
    let folded = heard.map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    folded.collect()
}

/// How the normal forms of display prefixes may begin that somebody means by `text`: with the fixed beginning of each format, whether
/// it was said, in part, or not at all. None when that is fewer characters than [`LEAST`], or more than are shown of any key.
pub fn beginnings<'a>(formats: impl Iterator<Item = &'a KeyFormat> + Clone, text: &str) -> Vec<String> {
    let Some(pieces) = pieces(text) else {
        return Vec::new();
    };
    let said = normal_form(&pieces.concat());
    // A beginning that nobody would draw by chance was meant as one, whole or not yet.
    let is_begun = |fixed: &str| fixed.len() >= LEAST && fixed.starts_with(&said);
    let all_fixed = || formats.clone().map(|format| normal_form(&format.prefix));
    if all_fixed().any(|fixed| is_begun(&fixed)) {
        return Vec::new();
    }
    let named = all_fixed().filter(|fixed| fixed.len() >= LEAST && said.starts_with(fixed.as_str()));
    let named = named.max_by_key(String::len);
    let is_more_than_shown = |format: &KeyFormat| {
        let fixed = normal_form(&format.prefix);
        said.starts_with(&fixed) && said.len() > fixed.len() + shown(format)
    };
    if formats.clone().any(is_more_than_shown) {
        return Vec::new();
    }
    let written = text.chars().filter(|c| !c.is_whitespace() && !is_more(*c)).count();
    let mut found: Vec<String> = Vec::new();
    for format in formats {
        // Here a hyphen may be one of the random characters, and counts.
        if format.alphabet == Alphabet::Base64Url && written > format.display.length {
            continue;
        }
        let fixed = normal_form(&format.prefix);
        let heads = match &named {
            Some(named) if *named == fixed => vec![fixed.clone()],
            Some(_) => continue,
            None => heads(format.prefix.split(['_', '-']).map(normal_form)),
        };
        for head in heads {
            let Some(rest) = said.strip_prefix(&head) else {
                continue;
            };
            if (LEAST.min(shown(format))..=shown(format)).contains(&rest.len()) {
                found.push(format!("{fixed}{rest}"));
            }
        }
    }
    found.sort();
    // What begins with another is found with that.
    found.dedup_by(|longer, shorter| longer.starts_with(shorter.as_str()));
    found
}

/// How many random characters people are shown.
fn shown(format: &KeyFormat) -> usize {
    format.display.length.saturating_sub(format.prefix.len())
}

/// What may be said of a fixed beginning: any of its parts left out.
fn heads(parts: impl Iterator<Item = String>) -> Vec<String> {
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST_PIECES {
        return vec![String::new(), parts.concat()];
    }
    let chosen = |mask: usize| {
        let kept = parts.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
        kept.map(|(_, part)| part.as_str()).collect()
    };
    (0..1 << parts.len()).map(chosen).collect()
}

/// The characters behind the words of somebody who spells: "kilo hotel live four foxtrot". None when it is not spelled; groups as they are
/// written, and the parts of a fixed beginning, may stand between.
pub fn spelled<'a>(formats: impl Iterator<Item = &'a KeyFormat> + Clone, text: &str) -> Option<String> {
    let written = pieces(text)?;
    let tokens: Vec<String> = written.iter().map(|token| token.to_ascii_lowercase()).collect();
    let is_fixed = |token: &str| {
        let mut parts = formats.clone().flat_map(|format| format.prefix.split(['_', '-']));
        parts.any(|part| part.eq_ignore_ascii_case(token))
    };
    let (mut meant, mut spelled, mut times, mut at) = (String::new(), 0, 1, 0);
    while let Some(token) = tokens.get(at).map(String::as_str) {
        let (as_written, said) = (written[at], &tokens[at + 1..]);
        at += 1;
        if SAID_BESIDE.contains(&token) {
            continue;
        }
        if let Some(many) = MANY.iter().find(|many| many.0 == token) {
            times = many.1;
            continue;
        }
        if let Some(letter) = single(token) {
            at += explained(letter, said);
        }
        // A single letter stays as it was written, in a capital or not.
        if let Some(c) = single(as_written).or_else(|| word(token)) {
            meant.extend(std::iter::repeat_n(c, times));
            spelled += 1;
        } else if is_fixed(token) || is_group(as_written) {
            meant.push_str(as_written);
        } else {
            return None;
        }
        times = 1;
    }
    (spelled > 0 && tokens.len() > 1).then_some(meant)
}

fn single(token: &str) -> Option<char> {
    let mut chars = token.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn word(token: &str) -> Option<char> {
    let found = WORDS.iter().find(|(word, _)| *word == token);
    found.map(|(_, c)| *c)
}

/// How many words only say which letter is meant: the "ray" of "x-ray", "for mother" after "m", "as in Quebec" after "q".
fn explained(letter: char, said: &[String]) -> usize {
    let is_of = |word: Option<&String>| word.is_some_and(|word| word.len() > 1 && word.starts_with(letter));
    let is = |at: usize, words: &[&str]| said.get(at).is_some_and(|said| words.contains(&said.as_str()));
    if letter == 'x' && is(0, &["ray"]) {
        1
    } else if is(0, &["for", "like"]) && is_of(said.get(1)) {
        2
    } else if is(0, &["as"]) && is(1, &["in"]) && is_of(said.get(2)) {
        3
    } else {
        0
    }
}

/// Characters written down as they are, and no word.
fn is_group(token: &str) -> bool {
    let has_digit = token.bytes().any(|byte| byte.is_ascii_digit());
    let has_capital_inside = token.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    has_digit || has_capital_inside || token.len() <= 3
}

/// What stands between spaces, hyphens, and the other signs that people put around a key. None when there is anything else in it: no
/// display prefix has that.
fn pieces(text: &str) -> Option<Vec<&str>> {
    let is_between = |c: char| c.is_whitespace() || is_more(c) || "-_–—,:'\"`’‘“”".contains(c);
    let pieces: Vec<&str> = text.split(is_between).filter(|piece| !piece.is_empty()).collect();
    let are_plain = pieces
        .iter()
        .all(|piece| piece.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    are_plain.then_some(pieces)
}

/// The sign that says "there is more".
fn is_more(c: char) -> bool {
    c == '…' || c == '.'
}

/// What people say of a character, or of what is between: it is not in the normal form.
const SAID_BESIDE: [&str; 17] = [
    "capital",
    "capitals",
    "upper",
    "uppercase",
    "big",
    "lower",
    "lowercase",
    "small",
    "case",
    "letter",
    "number",
    "digit",
    "underscore",
    "underline",
    "dash",
    "hyphen",
    "space",
];

const MANY: [(&str, usize); 2] = [("double", 2), ("triple", 3)];

/// The spelling alphabet of radio and telephone, as it is spelled, and figures.
const WORDS: [(&str, char); 44] = [
    ("alpha", 'a'),
    ("alfa", 'a'),
    ("bravo", 'b'),
    ("charlie", 'c'),
    ("delta", 'd'),
    ("echo", 'e'),
    ("foxtrot", 'f'),
    ("golf", 'g'),
    ("hotel", 'h'),
    ("india", 'i'),
    ("juliet", 'j'),
    ("juliett", 'j'),
    ("kilo", 'k'),
    ("lima", 'l'),
    ("mike", 'm'),
    ("november", 'n'),
    ("oscar", 'o'),
    ("papa", 'p'),
    ("quebec", 'q'),
    ("romeo", 'r'),
    ("sierra", 's'),
    ("tango", 't'),
    ("uniform", 'u'),
    ("victor", 'v'),
    ("whiskey", 'w'),
    ("whisky", 'w'),
    ("xray", 'x'),
    ("yankee", 'y'),
    ("zulu", 'z'),
    ("zero", '0'),
    ("nought", '0'),
    ("null", '0'),
    ("oh", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("niner", '9'),
    ("fife", '5'),
];

#[cfg(test)]
mod tests;
