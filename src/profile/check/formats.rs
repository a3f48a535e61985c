//! How the keys of a type look: `prefix` or `prefixes`, `secret`, `display`.

use crate::model::key_format::{Alphabet, Display, KeyFormat, LEAST_ENTROPY_BITS, LONGEST_KEY_TEXT};
use crate::profile::Environment;
use crate::profile::raw::{Notes, Placed, Section};

const DEFAULT_SECRET: Secret = Secret {
    alphabet: Alphabet::Base62,
    length: 40,
    checksum: true,
};
const DEFAULT_SUFFIX: &str = "…";
/// How many random characters are shown when the profile does not say.
const SHOWN_RANDOM: usize = 8;
const LONGEST_PREFIX: usize = 32;
const LONGEST_SUFFIX: usize = 8;

#[derive(Clone, Copy)]
struct Secret {
    alphabet: Alphabet,
    length: usize,
    checksum: bool,
}

/// The formats of one key type, live before test.
pub(super) fn read(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<(Environment, KeyFormat)> {
    let secret = secret(section, notes);
    let (length, suffix) = display(section, notes);
    let format = |(environment, prefix): (Environment, Placed<String>)| {
        let length = length.unwrap_or(prefix.value.len() + SHOWN_RANDOM);
        let display = Display {
            length,
            suffix: suffix.clone(),
        };
        let Secret {
            alphabet,
            length,
            checksum,
        } = secret;
        (
            environment,
            KeyFormat {
                prefix: prefix.value,
                alphabet,
                length,
                checksum,
                display,
            },
        )
    };
    let formats: Vec<_> = prefixes(section, notes).into_iter().map(format).collect();
    for (_, format) in &formats {
        check(section, format, notes);
    }
    formats
}

fn prefixes(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<(Environment, Placed<String>)> {
    let mut found = Vec::new();
    if section.has("prefixes") {
        for key in ["prefix", "environment"].into_iter().filter(|key| section.has(key)) {
            notes.add(
                section.at_field(key),
                format!("with \"prefixes\" there must be no \"{key}\""),
            );
        }
        if let Some(part) = section.part("prefixes", notes) {
            part.only(&Environment::ALL.map(Environment::as_str), notes);
            if part.names().is_empty() {
                part.note("must have \"live\", \"test\" or both", notes);
            }
            let texts = Environment::ALL.map(|environment| (environment, part.text(environment.as_str(), notes)));
            found.extend(
                texts
                    .into_iter()
                    .filter_map(|(environment, text)| Some((environment, text?))),
            );
        }
    } else if section.has("prefix") {
        let words = Environment::ALL.map(|environment| (environment.as_str(), environment));
        let environment = section
            .choice("environment", &words, notes)
            .unwrap_or(Environment::Live);
        found.extend(section.text("prefix", notes).map(|prefix| (environment, prefix)));
    } else {
        section.note("needs \"prefix\", or \"prefixes\" for live and test", notes);
    }
    found.retain(|(_, prefix)| prefix_is_fine(prefix, notes));
    found
}

pub(super) fn prefix_is_fine(prefix: &Placed<String>, notes: &mut Notes<'_>) -> bool {
    let Placed { value, at } = prefix;
    let fine = (1..=LONGEST_PREFIX).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !fine {
        notes.add(
            *at,
            format!("\"{value}\" is no prefix: use 1 to {LONGEST_PREFIX} of A-Z, a-z, 0-9, _ and -"),
        );
    }
    fine
}

fn secret(section: &Section<'_>, notes: &mut Notes<'_>) -> Secret {
    let Some(part) = section.part("secret", notes) else {
        return DEFAULT_SECRET;
    };
    part.only(&["alphabet", "length", "checksum"], notes);
    Secret {
        alphabet: part
            .choice("alphabet", &Alphabet::NAMED, notes)
            .unwrap_or(DEFAULT_SECRET.alphabet),
        length: size(&part, "length", notes).unwrap_or(DEFAULT_SECRET.length),
        checksum: part.switch("checksum", notes).unwrap_or(DEFAULT_SECRET.checksum),
    }
}

fn display(section: &Section<'_>, notes: &mut Notes<'_>) -> (Option<usize>, String) {
    let Some(part) = section.part("display", notes) else {
        return (None, DEFAULT_SUFFIX.to_owned());
    };
    part.only(&["length", "suffix"], notes);
    let suffix = part.text("suffix", notes);
    if let Some(long) = suffix
        .as_ref()
        .filter(|suffix| suffix.value.chars().count() > LONGEST_SUFFIX)
    {
        notes.add(
            long.at,
            format!("the suffix must be at most {LONGEST_SUFFIX} characters long"),
        );
    }
    (
        size(&part, "length", notes),
        suffix.map_or_else(|| DEFAULT_SUFFIX.to_owned(), |suffix| suffix.value),
    )
}

fn size(section: &Section<'_>, key: &str, notes: &mut Notes<'_>) -> Option<usize> {
    section
        .number(key, 1, notes)
        .map(|number| usize::try_from(number.value).unwrap_or(usize::MAX))
}

fn check(section: &Section<'_>, format: &KeyFormat, notes: &mut Notes<'_>) {
    let (secret_at, display_at) = (section.at_field("secret"), section.at_field("display"));
    let (least, bits) = (LEAST_ENTROPY_BITS, format.alphabet.bits_per_character());
    let text_length = format.text_length();
    if format.entropy_bits() < least {
        let enough = (least / bits).ceil();
        let found = format.entropy_bits().floor();
        notes.add(
            secret_at,
            format!("the secret has {found} bits and needs {least}: make it at least {enough} characters long"),
        );
    } else if format.hidden_bits() < least {
        let hidden = format.hidden_bits().floor();
        notes.add(display_at, format!(
            "what is shown of a key leaves {hidden} bits hidden and must leave {least}: show less or make the secret longer"
        ));
    }
    if text_length > LONGEST_KEY_TEXT {
        notes.add(
            secret_at,
            format!("a key would be {text_length} characters long; {LONGEST_KEY_TEXT} is the most"),
        );
    }
    if format.display.length <= format.prefix.len() {
        let least = format.prefix.len() + 1;
        notes.add(
            display_at,
            format!(
                "what is shown of a key must go beyond its prefix \"{}\": at least {least} characters",
                format.prefix
            ),
        );
    }
}
