//! What each operation is secured by, and every status that it is answered with. What an operation says of itself stays; the rest
//! follows from who calls, from whether there is a body or a parameter, and from the profile.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::members::members;
use super::{errors, schemes};
use crate::api::gateway;
use crate::profile::Profile;

/// Who calls an operation, and so what it can be refused with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// No credential is asked for.
    Anybody,
    /// A customer's program, with a key.
    Key,
    /// Somebody else's program: the credential is in the path.
    InboundToken,
    /// One of the provider's own systems.
    ServiceToken,
    /// A proxy, about the key in the request that it holds.
    Proxy,
    /// The proxy that takes no other refusals than 401 and 403.
    Nginx,
}

/// Each operation of a path, complete.
pub(super) fn complete(profile: &Profile, mut item: Value, caller: Caller) -> Value {
    for (method, operation) in item.as_object_mut().into_iter().flatten() {
        if !operation["responses"].is_object() {
            continue;
        }
        // One handler for whatever method a proxy sends; ids are for one operation each.
        if operation["operationId"] == "envoy" {
            operation["operationId"] = json!(format!("envoy_{method}"));
        }
        operation["security"] = security(profile, caller);
        for status in statuses(profile, caller, operation) {
            let known = &mut operation["responses"][status.to_string()];
            *known = match known.take() {
                Value::Null => errors::reference(status),
                said => more_exact(errors::response(profile, status), said),
            };
        }
        for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if response["$ref"].is_null() {
                response["headers"][errors::REQUEST_ID.0] = errors::header(errors::REQUEST_ID.1, true);
            }
        }
        if matches!(caller, Caller::Proxy | Caller::Nginx) {
            hand_on(&mut operation["responses"]["200"]);
        }
        // Tags were made of the names of modules.
        if let Some(operation) = operation.as_object_mut() {
            operation.remove("tags");
        }
    }
    item
}

fn security(profile: &Profile, caller: Caller) -> Value {
    match caller {
        Caller::Anybody | Caller::InboundToken => json!([]),
        Caller::ServiceToken => json!([{ schemes::SERVICE_TOKEN: [] }]),
        Caller::Key | Caller::Proxy | Caller::Nginx => {
            let places = profile.api.credentials.iter();
            places.map(|place| json!({ schemes::name(place): [] })).collect()
        }
    }
}

/// Every status from 400 on.
fn statuses(profile: &Profile, caller: Caller, operation: &Value) -> BTreeSet<u16> {
    // What it says of itself.
    let said = operation["responses"].as_object().into_iter().flatten();
    let mut statuses: BTreeSet<u16> = said
        .filter_map(|(status, _)| status.parse().ok())
        .filter(|status| *status >= 400)
        .collect();
    statuses.extend(match caller {
        Caller::Anybody | Caller::Nginx => &[][..],
        Caller::ServiceToken => &[401, 500, 503],
        Caller::Key | Caller::InboundToken | Caller::Proxy => &[400, 401, 403, 500, 503],
    });
    if matches!(caller, Caller::Key | Caller::InboundToken | Caller::Proxy) && !profile.limits.is_empty() {
        statuses.insert(429);
    }
    if caller == Caller::Proxy && profile.credits.is_some() {
        statuses.insert(402);
    }
    let body = &operation["requestBody"];
    if body.is_object() {
        statuses.extend([400, 408, 413, 422]);
        if body["content"]["*/*"].is_null() {
            statuses.insert(415);
        }
    }
    let has = |place: &str| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.filter(|parameter| parameter["in"] == place).count() > 0
    };
    if has("path") && matches!(caller, Caller::Key | Caller::ServiceToken) {
        statuses.insert(404);
    }
    if has("query") {
        statuses.insert(422);
    }
    statuses
}

/// A response of ours with what the operation says of it.
fn more_exact(mut response: Value, said: Value) -> Value {
    let mut said = members(&said);
    if let Some(headers) = said.remove("headers") {
        for (name, header) in members(&headers) {
            response["headers"][name] = header;
        }
    }
    if let Some(response) = response.as_object_mut() {
        response.extend(said);
    }
    response
}

/// What a proxy is told of a good request: all of it is always there, and may be empty.
fn hand_on(response: &mut Value) {
    for name in gateway::IDENTITY.iter().chain([&gateway::SUBJECT, &gateway::TEMPLATE]) {
        response["headers"][name.as_str()] = json!({"required": true, "schema": {"type": "string"}});
    }
}
