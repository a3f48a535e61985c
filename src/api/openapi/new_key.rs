//! What may be sent to make a key: it depends on the type, so there is a schema for each.

use serde_json::{Value, json};

use crate::domain::keys::input::unnamed_type;
use crate::profile::{Access, KeyType, Profile};

/// The derived schema, for each type of the profile.
pub(super) fn of(profile: &Profile, derived: &Value) -> Value {
    let types = profile.key_types.iter();
    let mut schemas: Vec<Value> = types.map(|key_type| of_type(profile, key_type, derived)).collect();
    match schemas.as_mut_slice() {
        [only] => only.take(),
        _ => json!({"description": derived["description"], "anyOf": schemas}),
    }
}

fn of_type(profile: &Profile, key_type: &KeyType, derived: &Value) -> Value {
    let mut schema = derived.clone();
    schema["title"] = json!(key_type.label);
    if !key_type.description.is_empty() {
        schema["description"] = json!(key_type.description);
    }
    let mut required = vec!["name"];
    let id = key_type.id.as_str();
    let description = derived["properties"]["type"]["description"].clone();
    schema["properties"]["type"] = if is_meant_without(profile, key_type) {
        json!({"enum": [id, null], "description": description})
    } else {
        required.push("type");
        json!({"type": "string", "enum": [id]})
    };
    let environments = key_type.environments().map(|one| json!(one.as_str()));
    schema["properties"]["environment"]["enum"] = environments.chain([Value::Null]).collect();
    let scopes = &mut schema["properties"]["scopes"];
    if key_type.access == Access::Scopes {
        required.push("scopes");
        scopes["minItems"] = json!(1);
        scopes["items"]["enum"] = profile.scopes.iter().map(|scope| json!(scope.id)).collect();
    } else {
        scopes["maxItems"] = json!(0);
        scopes["description"] = json!("Keys of this type have none.");
    }
    schema["required"] = json!(required);
    schema
}

/// Whether the type need not be named.
fn is_meant_without(profile: &Profile, key_type: &KeyType) -> bool {
    let meant = unnamed_type(profile, key_type.access == Access::Scopes);
    meant.is_ok_and(|meant| meant.id == key_type.id)
}
