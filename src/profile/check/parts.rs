//! `[embed]`, `[inbound]`, `[jwt]`, `[credits]` and `[leaks]`: what an API may have or not.

use super::api::checked_url;
use super::formats::prefix_is_fine;
use crate::model::leak::LeakAction;
use crate::profile::raw::{Notes, Section};
use crate::profile::{Credits, Embed, Inbound, Jwt, JwtAlgorithm, JwtKeys, Leaks};

/// A day: a session is no key.
const MOST_SESSION_MINUTES: u32 = 24 * 60;
/// Clocks that are more wrong than this are broken.
const MOST_LEEWAY_SECONDS: u32 = 300;

/// Where GitHub publishes the keys of its secret scanning.
const GITHUB_KEYS: &str = "https://api.github.com/meta/public_keys/secret_scanning";

const JWT_FIELDS: [&str; 7] = [
    "issuer",
    "audience",
    "algorithms",
    "secret_variable",
    "jwks_url",
    "workspace_claim",
    "leeway_seconds",
];

/// `[embed]`.
pub(super) fn embed(root: &Section<'_>, notes: &mut Notes<'_>) -> Option<Embed> {
    let section = root.table("embed", notes)?;
    section.only(&["publishable_prefix", "signing_prefix", "session_minutes"], notes);
    let embed = Embed {
        publishable_prefix: prefix(&section, "publishable_prefix", notes),
        signing_prefix: prefix(&section, "signing_prefix", notes),
        session_minutes: at_most(&section, "session_minutes", MOST_SESSION_MINUTES, notes).unwrap_or(60),
    };
    if !embed.signing_prefix.is_empty() && embed.publishable_prefix == embed.signing_prefix {
        notes.add(
            section.at_field("signing_prefix"),
            "the prefixes of the publishable and the signing key must differ: one is no secret",
        );
    }
    Some(embed)
}

/// `[inbound]`.
pub(super) fn inbound(root: &Section<'_>, notes: &mut Notes<'_>) -> Option<Inbound> {
    let section = root.table("inbound", notes)?;
    section.only(&["token_prefix"], notes);
    Some(Inbound {
        token_prefix: prefix(&section, "token_prefix", notes),
    })
}

/// `[credits]`.
pub(super) fn credits(root: &Section<'_>, notes: &mut Notes<'_>) -> Option<Credits> {
    let section = root.table("credits", notes)?;
    section.only(&["unit", "start", "cost", "low"], notes);
    let unit = section
        .has("unit")
        .then(|| section.required_text("unit", notes))
        .flatten();
    let mut number = |key| section.number(key, 0, notes).map(|number| number.value);
    let start = number("start").unwrap_or(0);
    Some(Credits {
        unit: unit.map_or_else(|| "credits".to_owned(), |unit| unit.value),
        start,
        cost: number("cost").unwrap_or(0),
        low: number("low").unwrap_or(start / 10),
    })
}

/// `[leaks]`.
pub(super) fn leaks(root: &Section<'_>, notes: &mut Notes<'_>) -> Leaks {
    let mut leaks = Leaks {
        action: LeakAction::Revoke,
        github_keys: None,
    };
    if let Some(section) = root.table("leaks", notes) {
        section.only(&["action", "github"], notes);
        let actions = LeakAction::ALL.map(|action| (action.as_str(), action));
        leaks.action = section.choice("action", &actions, notes).unwrap_or(leaks.action);
        leaks.github_keys = github_keys(&section, notes);
    }
    leaks
}

fn github_keys(leaks: &Section<'_>, notes: &mut Notes<'_>) -> Option<String> {
    let section = leaks.inner("github", notes)?;
    section.only(&["keys_url"], notes);
    let Some(url) = section.text("keys_url", notes) else {
        return Some(GITHUB_KEYS.to_owned());
    };
    if url.value.starts_with("http://") && !is_from_here(&url.value) {
        let message =
            "keys_url must begin with \"https://\": anybody who can change the keys in transit can report as GitHub";
        notes.add(url.at, message);
    }
    Some(checked_url(url, "keys_url", notes))
}

/// `[jwt]`.
pub(super) fn jwt(root: &Section<'_>, notes: &mut Notes<'_>) -> Option<Jwt> {
    let section = root.table("jwt", notes)?;
    section.only(&JWT_FIELDS, notes);
    let algorithms = algorithms(&section, notes);
    let keys = keys(&section, notes);
    if let Some(keys) = &keys {
        // Taking both kinds with one set of keys is how a public key comes to be used as a secret.
        let shared = matches!(keys, JwtKeys::SecretVariable(_));
        let mut wrong = algorithms
            .iter()
            .filter(|algorithm| algorithm.is_shared_secret() != shared);
        if let Some(wrong) = wrong.next() {
            let needed = if shared { "jwks_url" } else { "secret_variable" };
            notes.add(
                section.at_field("algorithms"),
                format!("{wrong} needs \"{needed}\": a secret verifies HS256 alone, and a JWKS never does"),
            );
        }
    }
    let text = |key: &str, notes: &mut Notes<'_>| section.required_text(key, notes).map(|text| text.value);
    Some(Jwt {
        issuer: text("issuer", notes).unwrap_or_default(),
        audience: section.text("audience", notes).map(|audience| audience.value),
        algorithms,
        keys: keys.unwrap_or_else(|| JwtKeys::SecretVariable(String::new())),
        workspace_claim: text("workspace_claim", notes).unwrap_or_default(),
        leeway_seconds: at_most(&section, "leeway_seconds", MOST_LEEWAY_SECONDS, notes).unwrap_or(30),
    })
}

fn algorithms(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<JwtAlgorithm> {
    if !section.required("algorithms", notes) {
        return Vec::new();
    }
    let words = section.texts("algorithms", notes);
    if words.is_empty() {
        let message = "algorithms must name at least one, such as \"HS256\"";
        notes.add(section.at_field("algorithms"), message);
    }
    let mut algorithms = Vec::new();
    for word in words {
        match JwtAlgorithm::NAMED.iter().find(|(name, _)| *name == word.value) {
            Some((_, algorithm)) => algorithms.push(*algorithm),
            None => notes.add(
                word.at,
                format!(
                    "\"{}\" is no algorithm that is taken: use HS256, RS256, ES256 or EdDSA",
                    word.value
                ),
            ),
        }
    }
    algorithms
}

fn keys(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<JwtKeys> {
    match (section.has("secret_variable"), section.has("jwks_url")) {
        (true, false) => {
            let name = section.required_text("secret_variable", notes)?;
            let fine = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            if !name.value.bytes().all(fine) {
                notes.add(
                    name.at,
                    "secret_variable names an environment variable, such as \"JWT_SECRET\": a secret has no place in this file",
                );
            }
            Some(JwtKeys::SecretVariable(name.value))
        }
        (false, true) => {
            let url = section.text("jwks_url", notes)?;
            if url.value.starts_with("http://") && !is_from_here(&url.value) {
                let message =
                    "jwks_url must begin with \"https://\": anybody who can change the keys in transit can make tokens";
                notes.add(url.at, message);
            }
            Some(JwtKeys::Jwks(checked_url(url, "jwks_url", notes)))
        }
        (false, false) => {
            section.note("needs \"secret_variable\" or \"jwks_url\"", notes);
            None
        }
        (true, true) => {
            let message = "with \"secret_variable\" there must be no \"jwks_url\": an issuer signs in one way";
            notes.add(section.at_field("jwks_url"), message);
            None
        }
    }
}

/// This machine's own addresses, which are for development. Whether this is one is looked at when the server starts.
fn is_from_here(url: &str) -> bool {
    let host = url.strip_prefix("http://").unwrap_or_default();
    let host = host.split(['/', ':', '?', '#']).next().unwrap_or_default();
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host.starts_with('[')
}

fn prefix(section: &Section<'_>, key: &str, notes: &mut Notes<'_>) -> String {
    let text = section.required_text(key, notes);
    text.filter(|text| prefix_is_fine(text, notes))
        .map(|text| text.value)
        .unwrap_or_default()
}

fn at_most(section: &Section<'_>, key: &str, most: u32, notes: &mut Notes<'_>) -> Option<u32> {
    let number = section.number(key, 1, notes)?;
    if number.value > most {
        notes.add(number.at, format!("{key} must be at most {most}"));
    }
    Some(number.value)
}
