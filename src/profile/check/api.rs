//! `[api]`.

use crate::model::suggest::did_you_mean;
use crate::profile::raw::{Notes, Placed, Section};
use crate::profile::{Api, CredentialPlace, KeyOwner, Unmatched};

const FIELDS: [&str; 10] = [
    "name",
    "base_path",
    "public_url",
    "credentials",
    "keys_belong_to",
    "default_plan",
    "docs_url",
    "deletion",
    "https_only",
    "unmatched",
];

/// The first segments of our own addresses, today's and those we may come to need.
const OURS: [&str; 32] = [
    ".well-known",
    "account",
    "assets",
    "confirm-password",
    "dev",
    "docs",
    "errors",
    "favicon.ico",
    "forgot-password",
    "gateway",
    "healthz",
    "help",
    "invitations",
    "key-health-mail",
    "leaked-key",
    "leaks",
    "metrics",
    "provider",
    "readyz",
    "reset-password",
    "robots.txt",
    "sign-in",
    "sign-out",
    "sign-up",
    "staff",
    "static",
    "support",
    "unsubscribe",
    "verify-email",
    "w",
    "welcome",
    "workspaces",
];

/// Headers that mean something else to us, to proxies or to browsers.
const TAKEN_HEADERS: [&str; 16] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "origin",
    "range",
    "referer",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];
const TAKEN_FAMILIES: [&str; 5] = ["x-keyhatch-", "x-forwarded-", "x-original-", "proxy-", "sec-"];

/// What stands for `[api]` when it is missing.
pub(super) fn nothing() -> Api {
    Api {
        name: String::new(),
        base_path: String::new(),
        public_url: None,
        credentials: vec![CredentialPlace::Bearer],
        keys_belong_to: KeyOwner::Project,
        default_plan: String::new(),
        docs_url: None,
        deletion: false,
        https_only: false,
        unmatched: Unmatched::Refuse,
    }
}

/// Everything but what depends on other parts: the default plan, and what becomes of requests that no route names.
pub(super) fn read(section: &Section<'_>, notes: &mut Notes<'_>) -> Api {
    section.only(&FIELDS, notes);
    let owners = [("project", KeyOwner::Project), ("workspace", KeyOwner::Workspace)];
    let base_path = section.required_text("base_path", notes);
    Api {
        name: section
            .required_text("name", notes)
            .map(|name| name.value)
            .unwrap_or_default(),
        base_path: base_path
            .and_then(|path| checked_base_path(path, notes))
            .unwrap_or_default(),
        public_url: section.text("public_url", notes).map(|url| checked_origin(url, notes)),
        credentials: credentials(section, notes),
        keys_belong_to: section
            .choice("keys_belong_to", &owners, notes)
            .unwrap_or(KeyOwner::Project),
        default_plan: String::new(),
        docs_url: section
            .text("docs_url", notes)
            .map(|url| checked_url(url, "docs_url", notes)),
        deletion: section.switch("deletion", notes).unwrap_or(false),
        https_only: https_only(section, notes),
        unmatched: Unmatched::Refuse,
    }
}

/// What becomes of requests that no route names; where there are no routes, nobody meant to refuse all of them.
pub(super) fn unmatched(section: &Section<'_>, has_routes: bool, notes: &mut Notes<'_>) -> Unmatched {
    let words = [("refuse", Unmatched::Refuse), ("any-key", Unmatched::AnyKey)];
    let silent = if has_routes {
        Unmatched::Refuse
    } else {
        Unmatched::AnyKey
    };
    section.choice("unmatched", &words, notes).unwrap_or(silent)
}

fn checked_base_path(path: Placed<String>, notes: &mut Notes<'_>) -> Option<String> {
    let Placed { value, at } = path;
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    let Some(rest) = value.strip_prefix('/') else {
        notes.add(at, format!("base_path must begin with a slash: \"/{value}\""));
        return None;
    };
    if value.ends_with('/') {
        let better = value.trim_end_matches('/');
        let example = if better.is_empty() { "/api/v1" } else { better };
        notes.add(
            at,
            format!("base_path must name a path and not end with a slash: \"{example}\""),
        );
        return None;
    }
    if rest
        .split('/')
        .any(|segment| matches!(segment, "" | "." | "..") || !segment.bytes().all(fine))
    {
        notes.add(
            at,
            "base_path may have only words of letters, digits and ._~- between single slashes",
        );
        return None;
    }
    let first = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
    if OURS.contains(&first.as_str()) {
        notes.add(
            at,
            format!("base_path must not begin with /{first}: the dashboard has its own pages there"),
        );
        return None;
    }
    Some(value)
}

fn credentials(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<CredentialPlace> {
    if !section.has("credentials") {
        return vec![CredentialPlace::Bearer];
    }
    let words = section.texts("credentials", notes);
    if words.is_empty() {
        notes.add(
            section.at_field("credentials"),
            "credentials must name at least one place, such as \"bearer\"",
        );
    }
    let mut places: Vec<CredentialPlace> = Vec::new();
    for word in words {
        let Some(place) = credential_place(&word, notes) else {
            continue;
        };
        if places.contains(&place) {
            notes.add(word.at, format!("credentials has \"{}\" already", word.value));
        }
        places.push(place);
    }
    places
}

fn credential_place(word: &Placed<String>, notes: &mut Notes<'_>) -> Option<CredentialPlace> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match word.value.as_str() {
        "bearer" => return Some(CredentialPlace::Bearer),
        "basic" => return Some(CredentialPlace::Basic),
        "x-api-key" => return Some(CredentialPlace::XApiKey),
        _ => {}
    }
    let Some(name) = word.value.strip_prefix("header:").map(str::to_ascii_lowercase) else {
        let hint = did_you_mean(&word.value, ["bearer", "basic", "x-api-key"]);
        notes.add(
            word.at,
            format!(
                "credentials can not be in \"{}\": write \"bearer\", \"basic\", \"x-api-key\" or \"header:\" and a name{hint}",
                word.value
            ),
        );
        return None;
    };
    let taken = TAKEN_HEADERS.contains(&name.as_str()) || TAKEN_FAMILIES.iter().any(|start| name.starts_with(start));
    match name.as_str() {
        "authorization" => notes.add(word.at, "for the Authorization header write \"bearer\" or \"basic\""),
        "x-api-key" => notes.add(word.at, "for the X-API-Key header write \"x-api-key\""),
        _ if taken => notes.add(
            word.at,
            format!("the header {name} means something else and can not carry a key"),
        ),
        _ if name.is_empty() || !name.bytes().all(token) => {
            notes.add(word.at, format!("\"{name}\" can not be the name of a header"));
        }
        _ => return Some(CredentialPlace::Header(name)),
    }
    None
}

/// `https://host` or `https://host:port`, nothing behind it.
fn checked_origin(url: Placed<String>, notes: &mut Notes<'_>) -> String {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    match host_and_rest(&url.value) {
        Some((host, "" | "/")) if host.bytes().all(fine) => url.value.trim_end_matches('/').to_owned(),
        _ => {
            notes.add(
                url.at,
                "public_url must be a scheme and a host alone, such as \"https://api.example.com\"",
            );
            url.value
        }
    }
}

/// An `http` or `https` address, whatever is behind its host.
pub(super) fn checked_url(url: Placed<String>, key: &str, notes: &mut Notes<'_>) -> String {
    if host_and_rest(&url.value).is_none() || url.value.contains([' ', '"', '<', '>', '\\']) {
        notes.add(
            url.at,
            format!("{key} must be a whole address, such as \"https://example.com/docs\""),
        );
    }
    url.value
}

/// An API that refuses plain http is not at such an address.
fn https_only(section: &Section<'_>, notes: &mut Notes<'_>) -> bool {
    let https_only = section.switch("https_only", notes).unwrap_or(false);
    let url = section
        .has("public_url")
        .then(|| section.quiet_text("public_url"))
        .flatten();
    if https_only && url.is_some_and(|url| url.starts_with("http://")) {
        notes.add(
            section.at_field("public_url"),
            "with https_only = true, public_url must begin with \"https://\"",
        );
    }
    https_only
}

pub(super) fn host_and_rest(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (!host.is_empty() && !host.contains('@')).then_some((host, rest))
}
