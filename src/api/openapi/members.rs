//! What an object consists of.

use serde_json::{Map, Value};

/// The members of an object; of anything else there are none.
pub(super) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
