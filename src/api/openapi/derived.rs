//! What handlers say of themselves, as JSON.

use serde_json::{Map, Value, json};

/// What was derived from them.
pub(super) fn of_derived(derived: &utoipa::openapi::OpenApi) -> Value {
    serde_json::to_value(derived).unwrap_or_default()
}

/// The members of an object.
pub(super) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Each operation of a path with what all of them share.
pub(super) fn surrounded(mut item: Value, security: &Value) -> Value {
    for (method, operation) in item.as_object_mut().into_iter().flatten() {
        if !operation["responses"].is_object() {
            continue;
        }
        // One handler for whatever method a proxy sends; ids are for one operation each.
        if operation["operationId"] == "envoy" {
            operation["operationId"] = json!(format!("envoy_{method}"));
        }
        operation["security"] = security.clone();
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Error" });
        // Tags were made of the names of modules.
        if let Some(operation) = operation.as_object_mut() {
            operation.remove("tags");
        }
    }
    item
}
