//! `[[key_type]]`, and that no type can be taken for another one.

use super::formats;
use super::names::Names;
use crate::model::key_format::KeyFormat;
use crate::profile::raw::{Notes, Section};
use crate::profile::{Access, Environment, KeyType};

const FIELDS: [&str; 11] = [
    "id",
    "label",
    "description",
    "environment",
    "prefix",
    "prefixes",
    "secret",
    "display",
    "access",
    "public",
    "signing_secret",
];
const ACCESS: [(&str, Access); 3] = [("all", Access::All), ("read", Access::Read), ("scopes", Access::Scopes)];

/// The key types and their ids.
pub(super) fn read(root: &Section<'_>, scopes: &Names, notes: &mut Notes<'_>) -> (Vec<KeyType>, Names) {
    let mut names = Names::new("key type");
    let mut key_types = Vec::new();
    if !root.has("key_type") {
        root.note("needs at least one [[key_type]]", notes);
    }
    for section in root.tables("key_type", notes) {
        let key_type = key_type(&section, &mut names, scopes, notes);
        tell_apart(&section, &key_type, &key_types, notes);
        key_types.push(key_type);
    }
    (key_types, names)
}

fn key_type(section: &Section<'_>, names: &mut Names, scopes: &Names, notes: &mut Notes<'_>) -> KeyType {
    section.only(&FIELDS, notes);
    let public = section.switch("public", notes).unwrap_or(false);
    let access = section
        .required("access", notes)
        .then(|| section.choice("access", &ACCESS, notes))
        .flatten();
    if public && access == Some(Access::All) {
        notes.add(
            section.at_field("access"),
            "a public key is read by anybody, so it must not have access \"all\"",
        );
    }
    if access == Some(Access::Scopes) && scopes.is_empty() {
        notes.add(
            section.at_field("access"),
            "access \"scopes\" needs at least one [[scope]], and there is none",
        );
    }
    KeyType {
        id: names.take_from(section, notes),
        label: section.label(notes),
        description: section.description(notes),
        formats: formats::read(section, notes),
        access: access.unwrap_or(Access::Read),
        public,
        signing_secret: section.switch("signing_secret", notes).unwrap_or(!public),
    }
}

/// Notes where a key could be of two environments, or of two types that do not share one format.
fn tell_apart(section: &Section<'_>, new: &KeyType, earlier: &[KeyType], notes: &mut Notes<'_>) {
    let at = section.at_field(if section.has("prefixes") { "prefixes" } else { "prefix" });
    for (place, (environment, format)) in new.formats.iter().enumerate() {
        if new.formats[..place].iter().any(|(_, other)| alike(format, other)) {
            notes.add(
                at,
                "the prefixes of live and test keys must differ: the prefix is what tells them apart",
            );
        }
        for other in earlier {
            for (other_environment, other_format) in &other.formats {
                if let Some(remedy) = remedy((*environment, format), (*other_environment, other_format)) {
                    let (one, two) = (&new.id, &other.id);
                    notes.add(at, format!(
                        "{environment} keys of \"{one}\" can be taken for {other_environment} keys of \"{two}\": give them {remedy}"
                    ));
                }
            }
        }
    }
}

fn alike(one: &KeyFormat, two: &KeyFormat) -> bool {
    one.overlaps(two) || one.prefix == two.prefix
}

fn remedy(one: (Environment, &KeyFormat), two: (Environment, &KeyFormat)) -> Option<&'static str> {
    if one.0 != two.0 {
        alike(one.1, two.1).then_some("another prefix")
    } else if one.1 != two.1 && one.1.overlaps(two.1) {
        Some("another prefix, or exactly the same prefix, secret and display")
    } else {
        None
    }
}
