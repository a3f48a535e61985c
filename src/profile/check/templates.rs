//! `[[template]]`.

use super::names::Names;
use crate::profile::raw::{Notes, Section};
use crate::profile::{Access, KeyTemplate, KeyType};

const FIELDS: [&str; 6] = ["id", "label", "description", "key_type", "scopes", "expires_in_days"];
/// Ten years: a template that wants more wants "never".
const MOST_DAYS: u32 = 3650;

/// The templates for new keys.
pub(super) fn read(
    root: &Section<'_>,
    key_types: &[KeyType],
    type_names: &Names,
    scope_names: &Names,
    notes: &mut Notes<'_>,
) -> Vec<KeyTemplate> {
    let mut names = Names::new("template");
    let mut templates = Vec::new();
    for section in root.tables("template", notes) {
        section.only(&FIELDS, notes);
        let days = section.number("expires_in_days", 1, notes);
        if let Some(days) = days.as_ref().filter(|days| days.value > MOST_DAYS) {
            notes.add(
                days.at,
                format!("expires_in_days must be at most {MOST_DAYS}; leave it out for \"never\""),
            );
        }
        let scopes = section.texts("scopes", notes);
        let template = KeyTemplate {
            id: names.take_from(&section, notes),
            label: section.label(notes),
            description: section.description(notes),
            key_type: section.text("key_type", notes).map(|id| type_names.known(id, notes)),
            scopes: scopes
                .into_iter()
                .map(|scope| scope_names.known(scope, notes))
                .collect(),
            expires_in_days: days.map(|days| days.value),
        };
        if !template.scopes.is_empty() && !scopes_can_be_ticked(&template, key_types) {
            let wanted = "\"scopes\" can be ticked only for a key type with access \"scopes\"";
            notes.add(section.at_field("scopes"), wanted);
        }
        templates.push(template);
    }
    templates
}

fn scopes_can_be_ticked(template: &KeyTemplate, key_types: &[KeyType]) -> bool {
    let meant = |key_type: &&KeyType| template.key_type.as_ref().is_none_or(|id| *id == key_type.id);
    let mut meant = key_types.iter().filter(meant).peekable();
    // A type that does not exist has been noted already.
    meant.peek().is_none() || meant.any(|key_type| key_type.access == Access::Scopes)
}
