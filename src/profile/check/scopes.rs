//! `[[scope_group]]` and `[[scope]]`.

use super::names::Names;
use crate::profile::raw::{Notes, Section};
use crate::profile::{ScopeDefinition, ScopeGroup};

/// The groups, the scopes, and the ids of the scopes.
pub(super) fn read(root: &Section<'_>, notes: &mut Notes<'_>) -> (Vec<ScopeGroup>, Vec<ScopeDefinition>, Names) {
    let (mut groups, group_names) = declared_groups(root, notes);
    let mut names = Names::new("scope");
    let mut scopes = Vec::new();
    for section in root.tables("scope", notes) {
        section.only(&["id", "label", "description", "group"], notes);
        let id = names.take_from(&section, notes);
        let group = match section.text("group", notes) {
            Some(group) => group_names.known(group, notes),
            None => implied_group(&id, &mut groups),
        };
        scopes.push(ScopeDefinition {
            id,
            label: section.label(notes),
            description: section.description(notes),
            group,
        });
    }
    for group in group_names.placed() {
        if !scopes.iter().any(|scope| scope.group == group.value) {
            notes.add(
                group.at,
                format!("the scope group \"{}\" has no scope in it", group.value),
            );
        }
    }
    (groups, scopes, names)
}

fn declared_groups(root: &Section<'_>, notes: &mut Notes<'_>) -> (Vec<ScopeGroup>, Names) {
    let mut names = Names::new("scope group");
    let mut groups = Vec::new();
    for section in root.tables("scope_group", notes) {
        section.only(&["id", "label"], notes);
        groups.push(ScopeGroup {
            id: names.take_from(&section, notes),
            label: section.label(notes),
        });
    }
    (groups, names)
}

/// A scope that names no group is under what stands before its colon: `reports:read` under "Reports".
fn implied_group(scope: &str, groups: &mut Vec<ScopeGroup>) -> String {
    let id = scope.split(':').next().unwrap_or_default().to_owned();
    if !groups.iter().any(|group| group.id == id) {
        let mut label = id.replace(['_', '-', '.'], " ");
        if let Some(first) = label.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        groups.push(ScopeGroup { id: id.clone(), label });
    }
    id
}
