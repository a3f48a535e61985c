//! Makes the derived schemas exact: what is flattened is written out, a request takes no member that is not listed, and an
//! answer has every member that is, but for those named here.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::members::members;
use crate::profile::{KeyOwner, Profile};

/// What is sent to us.
const REQUESTS: [&str; 8] = [
    "CreditChange",
    "EventToSend",
    "KeyChange",
    "KeyToMake",
    "LeakedKey",
    "SessionQuestion",
    "SessionToMint",
    "VerifyQuestion",
];

/// What is not in every answer; it is never `null`.
const NOT_ALWAYS_THERE: [(&str, &str); 6] = [
    ("Me", "credits"),
    ("Me", "key"),
    ("Me", "subject"),
    ("RefusedKey", "key_id"),
    ("RefusedKey", "needed"),
    ("RefusedKey", "retry_after"),
];

/// Answers that say where a key belongs.
const PLACED: [&str; 5] = ["InboundOwner", "Me", "ValidKey", "ValidSession", "ValidToken"];

/// All of it.
pub(super) fn exact(profile: &Profile, schemas: &mut Map<String, Value>) {
    write_out(schemas);
    for (name, schema) in schemas.iter_mut().filter(|(name, _)| *name != "Error") {
        if REQUESTS.contains(&name.as_str()) {
            schema["additionalProperties"] = json!(false);
        } else if schema["properties"].is_object() {
            say_what_is_there(name, schema);
        }
    }
    whose(profile, schemas);
    what_there_is(profile, schemas);
}

/// Flattened members are derived as `allOf`, and a part of that cannot be closed.
fn write_out(schemas: &mut Map<String, Value>) {
    let derived = schemas.clone();
    for schema in schemas.values_mut() {
        let Some(parts) = schema.as_object_mut().and_then(|schema| schema.remove("allOf")) else {
            continue;
        };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in parts.as_array().into_iter().flatten() {
            let name = part["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            let part = name.and_then(|name| derived.get(name)).unwrap_or(part);
            properties.extend(members(&part["properties"]));
            required.extend(part["required"].as_array().into_iter().flatten().cloned());
        }
        schema["type"] = json!("object");
        schema["properties"] = properties.into();
        schema["required"] = required.into();
    }
}

fn say_what_is_there(name: &str, schema: &mut Value) {
    let mut required = Vec::new();
    for (field, property) in schema["properties"].as_object_mut().into_iter().flatten() {
        if NOT_ALWAYS_THERE.contains(&(name, field.as_str())) {
            *property = not_null(property.take());
        } else {
            required.push(json!(field));
        }
    }
    schema["required"] = required.into();
}

/// The schema without `null`.
fn not_null(mut schema: Value) -> Value {
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = choices.as_mut_slice() {
            return only.take();
        }
    }
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_mut_slice() {
            schema["type"] = only.take();
        }
    }
    schema
}

/// Keys belong to projects or to whole workspaces; a token of the identity provider to no project.
fn whose(profile: &Profile, schemas: &mut Map<String, Value>) {
    for name in PLACED {
        let Some(schema) = schemas.get_mut(name) else { continue };
        let project = &mut schema["properties"]["project"];
        match profile.api.keys_belong_to {
            KeyOwner::Workspace => *project = json!({"type": "null", "description": "Keys belong to the workspace."}),
            KeyOwner::Project if profile.jwt.is_none() => *project = not_null(project.take()),
            KeyOwner::Project => {}
        }
    }
}

/// Credits, and tokens of an identity provider, are only in the answers of APIs that have them.
fn what_there_is(profile: &Profile, schemas: &mut Map<String, Value>) {
    if let Some(me) = schemas.get_mut("Me") {
        match &profile.credits {
            Some(_) => require(me, "credits"),
            None => forget(me, "credits"),
        }
        match &profile.jwt {
            Some(_) => me["oneOf"] = json!([{ "required": ["key"] }, { "required": ["subject"] }]),
            None => {
                forget(me, "subject");
                require(me, "key");
            }
        }
    }
    if let Some(answer) = schemas.get_mut("VerifyAnswer")
        && let Some(choices) = answer.get_mut("oneOf").and_then(Value::as_array_mut)
        && profile.jwt.is_none()
    {
        choices.retain(|choice| choice["$ref"] != "#/components/schemas/ValidToken");
    }
}

fn require(schema: &mut Value, field: &str) {
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(json!(field));
    }
}

fn forget(schema: &mut Value, field: &str) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.remove(field);
    }
}

/// Descriptions are comments of the code: their lines are ours, and so is what they say of it.
pub(super) fn plain_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => {
                        let text_for_others = text.split("For the documentation:").next().unwrap_or_default();
                        *text = text_for_others.split_whitespace().collect::<Vec<_>>().join(" ");
                    }
                    member => plain_words(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain_words),
        _ => {}
    }
}

/// Leaves only the components that something leads to.
pub(super) fn drop_what_is_unused(document: &mut Value) {
    let mut used = BTreeSet::new();
    let mut found = references(&document["paths"]);
    while let Some(reference) = found.pop() {
        if let Some(component) = document.pointer(reference.trim_start_matches('#')) {
            let further = references(component);
            if used.insert(reference) {
                found.extend(further);
            }
        }
    }
    let schemes = schemes(&document["paths"]);
    for (kind, components) in document["components"].as_object_mut().into_iter().flatten() {
        if let Some(components) = components.as_object_mut() {
            components.retain(|name, _| match kind.as_str() {
                "securitySchemes" => schemes.contains(name),
                _ => used.contains(&format!("#/components/{kind}/{name}")),
            });
        }
    }
}

/// Every `$ref` in a value.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| match member.as_str() {
                Some(reference) if name == "$ref" => vec![reference.to_owned()],
                _ => references(member),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// What operations are secured by.
fn schemes(paths: &Value) -> BTreeSet<String> {
    let operations = paths.as_object().into_iter().flatten();
    let operations = operations.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let ways = operations.flat_map(|(_, operation)| operation["security"].as_array().into_iter().flatten());
    ways.flat_map(|way| way.as_object().into_iter().flatten())
        .map(|(name, _)| name.clone())
        .collect()
}
