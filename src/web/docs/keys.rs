//! How keys look and where they go, from the profile.

use crate::model::key_format::{Alphabet, KeyFormat};
use crate::profile::{Access, CredentialPlace, Environment, KeyType, Profile};

/// A header that may carry a key.
pub(super) struct HeaderRow {
    pub(super) name: String,
    pub(super) value: String,
}

/// A kind of key in one environment.
pub(super) struct FormatRow {
    pub(super) label: String,
    pub(super) description: String,
    pub(super) environment: Environment,
    pub(super) prefix: String,
    pub(super) may: &'static str,
    pub(super) is_public: bool,
}

/// What follows a prefix, and how much of it is shown.
pub(super) struct ShapeRow {
    /// The prefixes that it follows.
    pub(super) prefixes: Vec<String>,
    pub(super) rest: String,
    pub(super) text_length: usize,
    pub(super) display_length: usize,
    /// How a key is shown, with x for what differs.
    pub(super) shown: String,
}

/// Every header that is looked at, in the order in which that happens.
pub(super) fn headers(profile: &Profile) -> Vec<HeaderRow> {
    let key = first_prefix(profile);
    let places = profile.api.credentials.iter();
    let row = |place: &CredentialPlace| match place {
        CredentialPlace::Bearer => HeaderRow {
            name: "Authorization".to_owned(),
            value: format!("Bearer {key}"),
        },
        CredentialPlace::Basic => HeaderRow {
            name: "Authorization".to_owned(),
            value: format!("Basic base64({key}:)"),
        },
        CredentialPlace::XApiKey => HeaderRow {
            name: "X-API-Key".to_owned(),
            value: key.clone(),
        },
        CredentialPlace::Header(name) => HeaderRow {
            name: name.clone(),
            value: key.clone(),
        },
    };
    places.map(row).collect()
}

/// `kh_live_…`: how the first secret key of the profile begins.
pub(super) fn first_prefix(profile: &Profile) -> String {
    let mut types = profile.key_types.iter();
    let first = types.find(|key_type| !key_type.public).or(profile.key_types.first());
    let format = first.and_then(|key_type| key_type.formats.first());
    format.map_or_else(|| "…".to_owned(), |(_, format)| format!("{}…", format.prefix))
}

/// Every format, a line for each type and environment.
pub(super) fn formats(profile: &Profile) -> Vec<FormatRow> {
    let mut rows = Vec::new();
    for key_type in &profile.key_types {
        for (environment, format) in &key_type.formats {
            rows.push(row(key_type, *environment, format));
        }
    }
    rows
}

/// What keys look like after their prefix: once, where all are alike.
pub(super) fn shapes(profile: &Profile) -> Vec<ShapeRow> {
    let mut shapes: Vec<ShapeRow> = Vec::new();
    for (_, format) in profile.key_types.iter().flat_map(|key_type| &key_type.formats) {
        let (rest, text_length, display_length) = (rest(format), format.text_length(), format.display.length);
        let known = shapes.iter_mut().find(|shape| {
            shape.rest == rest && shape.text_length == text_length && shape.display_length == display_length
        });
        match known {
            Some(known) if known.prefixes.contains(&format.prefix) => {}
            Some(known) => known.prefixes.push(format.prefix.clone()),
            None => shapes.push(ShapeRow {
                prefixes: vec![format.prefix.clone()],
                rest,
                text_length,
                display_length,
                shown: shown(format),
            }),
        }
    }
    shapes
}

fn shown(format: &KeyFormat) -> String {
    let differs = "x".repeat(format.display.length.saturating_sub(format.prefix.len()));
    format.shown(&format!("{}{differs}", format.prefix))
}

fn row(key_type: &KeyType, environment: Environment, format: &KeyFormat) -> FormatRow {
    FormatRow {
        label: key_type.label.clone(),
        description: key_type.description.clone(),
        environment,
        prefix: format.prefix.clone(),
        may: may(key_type.access),
        is_public: key_type.public,
    }
}

fn rest(format: &KeyFormat) -> String {
    let of = match format.alphabet {
        Alphabet::Hex => "0-9 a-f",
        Alphabet::Base62 => "0-9 A-Z a-z",
        Alphabet::Base64Url => "0-9 A-Z a-z - _",
    };
    let random = format!("{} random characters ({of})", format.length);
    match format.text_length() - format.prefix.len() - format.length {
        0 => random,
        checksum => format!("{random}, then {checksum} of checksum"),
    }
}

fn may(access: Access) -> &'static str {
    match access {
        Access::All => "everything",
        Access::Read => "read, change nothing",
        Access::Scopes => "what its scopes say",
    }
}
