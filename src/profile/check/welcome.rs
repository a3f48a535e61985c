//! `[[pair]]` and `[welcome]`: keys that belong together, what a new account is given, and steps that the provider adds.

use super::api::host_and_rest;
use super::names::Names;
use crate::model::name::Name;
use crate::profile::raw::{Notes, Placed, Section};
use crate::profile::{Access, Fact, KeyType, Pair, Plan, Welcome, WelcomeStep};

/// How many steps a provider may add: a longer list is none of first steps.
const MOST_STEPS: usize = 10;

/// How long a title may be; it stands beside a number.
const LONGEST_TITLE: usize = 80;

/// The pairs and their ids.
pub(super) fn pairs(
    root: &Section<'_>,
    key_types: &[KeyType],
    type_names: &Names,
    notes: &mut Notes<'_>,
) -> (Vec<Pair>, Names) {
    let mut names = Names::new("pair");
    let mut pairs = Vec::new();
    for section in root.tables("pair", notes) {
        section.only(&["id", "label", "publishable", "secret"], notes);
        let pair = Pair {
            id: names.take_from(&section, notes),
            label: section.label(notes),
            publishable: half(&section, "publishable", type_names, notes),
            secret: half(&section, "secret", type_names, notes),
        };
        check(&section, &pair, key_types, notes);
        pairs.push(pair);
    }
    (pairs, names)
}

fn half(section: &Section<'_>, key: &str, types: &Names, notes: &mut Notes<'_>) -> String {
    let id = section.required_text(key, notes);
    id.map(|id| types.known(id, notes)).unwrap_or_default()
}

fn check(section: &Section<'_>, pair: &Pair, key_types: &[KeyType], notes: &mut Notes<'_>) {
    let Pair {
        publishable, secret, ..
    } = pair;
    let find = |id: &str| key_types.iter().find(|key_type| key_type.id == id);
    // A type that does not exist has been noted already.
    let (Some(open), Some(kept)) = (find(publishable), find(secret)) else {
        return;
    };
    if !open.public {
        notes.add(
            section.at_field("publishable"),
            format!("\"{publishable}\" is not public, so it can not be the publishable half"),
        );
    }
    if kept.public {
        notes.add(
            section.at_field("secret"),
            format!("\"{secret}\" is public, so it can not be the secret half"),
        );
    }
    if !open.environments().eq(kept.environments()) {
        notes.add(
            section.at_field("secret"),
            "both halves of a pair must be of the same environment",
        );
    }
}

/// `[welcome]`.
pub(super) fn read(
    root: &Section<'_>,
    pairs: &[Pair],
    pair_names: &Names,
    type_names: &Names,
    notes: &mut Notes<'_>,
) -> (Option<Welcome>, Vec<WelcomeStep>) {
    let Some(section) = root.table("welcome", notes) else {
        return (None, Vec::new());
    };
    let steps = steps(&section, notes);
    section.only(&["workspace", "project", "pairs", "keys", "step"], notes);
    // Whoever only adds steps gives nothing.
    if section.names().iter().all(|name| name.value == "step") && section.has("step") {
        return (None, steps);
    }
    let mut key_types = Vec::new();
    for id in section.texts("pairs", notes) {
        let at = id.at;
        let id = pair_names.known(id, notes);
        if let Some(pair) = pairs.iter().find(|pair| pair.id == id) {
            if key_types.contains(&pair.secret) {
                notes.add(at, format!("a new account is given the pair \"{id}\" already"));
            }
            key_types.extend([pair.publishable.clone(), pair.secret.clone()]);
        }
    }
    for id in section.texts("keys", notes) {
        let at = id.at;
        let id = type_names.known(id, notes);
        if key_types.contains(&id) {
            notes.add(at, format!("a new account is given a key of \"{id}\" already"));
        }
        key_types.push(id);
    }
    let welcome = Welcome {
        workspace: name(&section, "workspace", "My workspace", notes),
        project: name(&section, "project", "My project", notes),
        key_types,
    };
    (Some(welcome), steps)
}

/// `[[welcome.step]]`.
fn steps(section: &Section<'_>, notes: &mut Notes<'_>) -> Vec<WelcomeStep> {
    let steps: Vec<_> = section.tables("step", notes);
    if steps.len() > MOST_STEPS {
        let message = format!("there are more than {MOST_STEPS} [[welcome.step]], which nobody takes");
        notes.add(section.at_field("step"), message);
    }
    steps.iter().map(|section| step(section, notes)).collect()
}

fn step(section: &Section<'_>, notes: &mut Notes<'_>) -> WelcomeStep {
    section.only(&["title", "text", "link", "done_when"], notes);
    let mut text = |key| section.required_text(key, notes);
    let (title, text, link) = (text("title"), text("text"), text("link"));
    if let Some(title) = title
        .as_ref()
        .filter(|title| title.value.chars().count() > LONGEST_TITLE)
    {
        let message = format!("title in [[welcome.step]] is longer than {LONGEST_TITLE} characters");
        notes.add(title.at, message);
    }
    if let Some(link) = link.as_ref().filter(|link| !leads_somewhere(&link.value)) {
        let message = "link in [[welcome.step]] must be a whole address, such as \"https://example.com/docs\", or a path of the \
                       dashboard, such as \"/docs/authentication\"";
        notes.add(link.at, message);
    }
    let value = |text: Option<Placed<String>>| text.map(|text| text.value).unwrap_or_default();
    WelcomeStep {
        title: value(title),
        text: value(text),
        link: value(link),
        done_when: section.choice("done_when", &Fact::ALL, notes),
    }
}

fn leads_somewhere(link: &str) -> bool {
    let is_path = link.starts_with('/') && !link.starts_with("//");
    let is_plain = !link.contains([' ', '"', '<', '>', '\\']);
    is_plain && (is_path || host_and_rest(link).is_some())
}

fn name(section: &Section<'_>, key: &str, otherwise: &str, notes: &mut Notes<'_>) -> String {
    let Some(text) = section.text(key, notes) else {
        return otherwise.to_owned();
    };
    match Name::parse(&text.value) {
        Ok(name) => name.to_string(),
        Err(_) => {
            let message = format!("{key} in [welcome] must be a name of 1 to 64 characters");
            notes.add(text.at, message);
            otherwise.to_owned()
        }
    }
}

/// Notes what a new account could not be given: keys that need scopes, and more than its plan has room for.
pub(super) fn has_room(
    root: &Section<'_>,
    welcome: &Welcome,
    key_types: &[KeyType],
    plan: Option<&Plan>,
    notes: &mut Notes<'_>,
) {
    let at = root.at_field("welcome");
    let mut all = 0;
    for id in &welcome.key_types {
        let Some(key_type) = key_types.iter().find(|key_type| key_type.id == *id) else {
            continue;
        };
        if key_type.access == Access::Scopes {
            let message = format!("[welcome] can not give a key of \"{id}\": somebody has to tick its scopes");
            notes.add(at, message);
        }
        let count = u32::try_from(key_type.formats.len()).unwrap_or(u32::MAX);
        all += count;
        let Some(plan) = plan else { continue };
        if plan.key_limit(id).is_some_and(|limit| limit < count) {
            let plan = &plan.id;
            notes.add(
                at,
                format!("[welcome] gives a key of \"{id}\", and the plan \"{plan}\" has no room for it"),
            );
        }
    }
    if let Some(plan) = plan.filter(|plan| plan.max_keys.is_some_and(|most| most < all)) {
        let plan = &plan.id;
        notes.add(
            at,
            format!("[welcome] gives {all} keys, and the plan \"{plan}\" has no room for as many"),
        );
    }
}
