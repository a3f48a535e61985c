//! The words and the forms that a field takes or has: those of the profile, and ours. What is longer than a word is a pattern, in
//! the part of regular expressions that every program reads alike.

use serde_json::{Map, Value, json};

use super::members::members;
use crate::api::keys::list::STATUSES;
use crate::domain::App;
use crate::domain::webhooks::courier::Failure;
use crate::model::access::{Access, Environment};
use crate::model::address_list;
use crate::model::credits::{EntryKind, MOST};
use crate::model::key::KeyState;
use crate::model::leak::LONGEST_PLACE;
use crate::model::name::LONGEST_NAME;
use crate::model::webhook::{DeliveryState, StopReason};
use crate::profile::Profile;

/// What is not shown, or reorders what is (`model::name::is_plain_text`).
const UNSEEN: &str = r"\u0000-\u001F\u007F-\u009F\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFFD";

/// Spaces that may stand in a name, but not at its ends.
const SPACES: &str = r" \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000";

/// What is cut off around a name: these, and line ends.
const PADDING: &str = r" \u0009-\u000D\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";

/// A line of text.
const LINE: &str = r"^[^\u0000-\u001F\u007F-\u009F]*$";

/// A number that a port can have.
const PORT: &str = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]";

/// A network of IPv4, or of IPv6: that no digit goes beyond its prefix, no pattern says.
const NETWORK_4: &str = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/([1-9]|[12][0-9]|3[0-2])$";
const NETWORK_6: &str = r"^[0-9A-Fa-f:.]{2,45}/([1-9][0-9]?|1[01][0-9]|12[0-8])$";

/// As it is, or in quotes.
const IDEMPOTENCY_KEY: &str = r#"^([!#-~]([ -~]{0,253}[!-~])?|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#;

/// Names them all.
pub(super) fn name(app: &App, schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    for (schema, field, words) in words(app) {
        if let Some(schema) = schemas.get_mut(schema)
            && let Some(field) = schema["properties"].get_mut(field)
        {
            say(field, words);
        }
    }
    for (schema, field, form) in forms(app) {
        if let Some(schema) = schemas.get_mut(schema)
            && let Some(field) = schema["properties"].get_mut(field)
        {
            refine(field, form);
        }
    }
    for (schema, form) in wholes() {
        if let Some(schema) = schemas.get_mut(schema) {
            refine(schema, form);
        }
    }
    let parameters = parameters(app);
    let items = paths
        .values_mut()
        .flat_map(|item| item.as_object_mut().into_iter().flatten());
    for (_, operation) in items {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let parameters_of_it = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters_of_it.into_iter().flatten() {
            let of_this = parameters
                .iter()
                .filter(|(of, name, _)| *of == id && parameter["name"] == *name);
            for form in of_this.map(|(_, _, form)| form.clone()).collect::<Vec<_>>() {
                parameter["schema"] = form;
            }
        }
    }
}

/// The words that a field can be.
fn words(app: &App) -> Vec<(&'static str, &'static str, Vec<Value>)> {
    let profile = &app.profile;
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let both = || texts(&Environment::ALL.map(Environment::as_str));
    let environments = || {
        profile
            .environments()
            .into_iter()
            .map(|one| json!(one.as_str()))
            .collect::<Vec<_>>()
    };
    let scopes = || profile.scopes.iter().map(|scope| json!(scope.id)).collect::<Vec<_>>();
    let limits = profile.limits.iter().map(|limit| json!(limit.id)).collect();
    let states = || texts(&KeyState::ALL.map(KeyState::as_str));
    let kinds = || texts(&EntryKind::ALL.map(EntryKind::as_str));
    let mut access: Vec<Value> = Vec::new();
    let of_tokens = profile.jwt.iter().map(|_| Access::All);
    for one in profile
        .key_types
        .iter()
        .map(|key_type| key_type.access)
        .chain(of_tokens)
    {
        if !access.contains(&json!(one.as_str())) {
            access.push(json!(one.as_str()));
        }
    }
    let deliveries = DeliveryState::ALL.iter().map(|state| json!(state.as_str())).collect();
    let reasons = StopReason::ALL.iter().map(|reason| json!(reason.as_str())).collect();
    let sessions = || texts(&["session", "catalog"]);
    vec![
        ("VerifyQuestion", "environment", both()),
        ("VerifyQuestion", "scopes", scopes()),
        ("VerifyQuestion", "limit", limits),
        ("VerifyQuestion", "scheme", texts(&["http", "https"])),
        ("KeyChange", "scopes", scopes()),
        ("KeyView", "environment", environments()),
        ("KeyView", "state", states()),
        ("KeyMade", "environment", environments()),
        ("KeyMade", "state", texts(&[KeyState::Active.as_str()])),
        ("KeyMade", "enabled", vec![json!(true)]),
        ("Me", "environment", environments()),
        ("Me", "access", access.clone()),
        ("ValidKey", "valid", vec![json!(true)]),
        ("ValidKey", "code", texts(&["valid"])),
        ("ValidKey", "environment", environments()),
        ("ValidKey", "access", access),
        ("ValidToken", "valid", vec![json!(true)]),
        ("ValidToken", "code", texts(&["valid"])),
        ("ValidToken", "type", texts(&["jwt"])),
        ("ValidToken", "environment", both()),
        ("ValidToken", "access", texts(&[Access::All.as_str()])),
        ("RefusedKey", "valid", vec![json!(false)]),
        ("InboundOwner", "environment", environments()),
        ("MintedSession", "type", sessions()),
        ("MintedSession", "environment", environments()),
        ("SessionQuestion", "type", sessions()),
        ("ValidSession", "valid", vec![json!(true)]),
        ("ValidSession", "code", texts(&["valid"])),
        ("ValidSession", "type", sessions()),
        ("ValidSession", "environment", environments()),
        ("RefusedSession", "valid", vec![json!(false)]),
        ("EventAccepted", "state", texts(&[DeliveryState::Waiting.as_str()])),
        ("DeliveryView", "state", deliveries),
        ("DeliveryView", "stopped_because", reasons),
        ("AttemptView", "failure", texts(&Failure::ALL.map(Failure::code))),
        ("LeakReceived", "received", vec![json!(true)]),
        ("CreditLine", "kind", kinds()),
        ("CreditChanged", "kind", texts(&[EntryKind::Provider.as_str()])),
    ]
}

/// What a field can look like.
fn forms(app: &App) -> Vec<(&'static str, &'static str, Value)> {
    let profile = &app.profile;
    // What is around it is not counted.
    let ends = LONGEST_NAME - 2;
    let seen = format!("[^{UNSEEN}{SPACES}]");
    let name = json!({ "pattern": format!("^[{PADDING}]*{seen}([^{UNSEEN}]{{0,{ends}}}{seen})?[{PADDING}]*$") });
    let moment = json!({
        "type": null, "format": null,
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date"},
            {"type": "null"},
        ],
    });
    // Whether it may be reached is found out when it is asked for.
    let scheme = if app.settings.webhooks.development || !app.settings.webhooks.allowed.is_empty() {
        "https?"
    } else {
        "https"
    };
    let url = json!({"maxLength": 2000, "pattern": format!(r"^{scheme}://[^\s@#\\]+$")});
    let origin =
        json!({"maxLength": 255, "pattern": format!(r"^https?://([a-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:({PORT}))?$")});
    let addresses = json!({"maxItems": address_list::MOST, "items": {"type": "string", "anyOf": [
        {"format": "ipv4"}, {"format": "ipv6"}, {"pattern": NETWORK_4}, {"pattern": NETWORK_6},
    ]}});
    let key = json!({"pattern": "^[ -~]*$"});
    let no_scopes = if profile.scopes.is_empty() {
        json!({"maxItems": 0})
    } else {
        json!({})
    };
    let cost = if profile.credits.is_some() { u32::MAX } else { 0 };
    vec![
        ("KeyToMake", "name", name.clone()),
        ("KeyChange", "name", name),
        ("KeyToMake", "expires_at", moment.clone()),
        ("KeyChange", "expires_at", moment.clone()),
        ("KeyChange", "disabled_until", moment),
        ("KeyToMake", "allowed_addresses", addresses.clone()),
        ("KeyChange", "allowed_addresses", addresses.clone()),
        ("KeyView", "allowed_addresses", addresses.clone()),
        ("KeyMade", "allowed_addresses", addresses),
        ("KeyToMake", "webhook_url", url.clone()),
        ("KeyChange", "webhook_url", url.clone()),
        ("KeyChange", "scopes", no_scopes.clone()),
        ("EventToSend", "url", url),
        ("EventToSend", "idempotency_key", key.clone()),
        ("CreditChange", "idempotency_key", key),
        ("CreditChange", "reason", json!({ "pattern": LINE })),
        (
            "CreditChange",
            "amount",
            json!({"minimum": null, "maximum": null, "format": null, "anyOf": [
                {"minimum": 1, "maximum": MOST}, {"minimum": -MOST, "maximum": -1},
            ]}),
        ),
        ("VerifyQuestion", "scopes", no_scopes),
        ("VerifyQuestion", "method", json!({"pattern": "^[A-Z0-9_-]+$"})),
        ("VerifyQuestion", "path", json!({"pattern": "^/"})),
        ("VerifyQuestion", "cost", json!({"format": null, "maximum": cost})),
        (
            "VerifyQuestion",
            "client_ip",
            json!({"type": null, "anyOf": [
                {"type": "string", "format": "ipv4"},
                {"type": "string", "format": "ipv6"},
                {"type": "null"},
            ]}),
        ),
        ("LeakedKey", "key", json!({ "pattern": key_texts(profile) })),
        (
            "LeakedKey",
            "found_at",
            json!({
                "format": null, "maxLength": LONGEST_PLACE,
                "pattern": format!(r"^https?://[A-Za-z0-9.-]+(:({PORT}))?([/?#][^\s\\\u0000-\u001F\u007F-\u009F]*)?$"),
            }),
        ),
        ("SessionToMint", "subject", json!({"maxLength": 200})),
        ("SessionToMint", "origin", origin),
    ]
}

/// What a key is written like, whatever its checksum says.
fn key_texts(profile: &Profile) -> String {
    let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    let texts: Vec<_> = formats.map(|(_, format)| format.text_pattern()).collect();
    format!("^({})$", texts.join("|"))
}

/// What fields have to do with each other.
fn wholes() -> Vec<(&'static str, Value)> {
    let one = |field: &str| json!({"required": [field], "properties": { field: {"type": "string"} }});
    vec![
        ("CreditChange", json!({"anyOf": [one("workspace"), one("key_id")]})),
        (
            "VerifyQuestion",
            json!({"anyOf": [one("method"), {"properties": {"path": {"type": "null"}}}]}),
        ),
    ]
}

/// What parameters can be, by their operations.
fn parameters(app: &App) -> Vec<(&'static str, &'static str, Value)> {
    let types = app.profile.key_types.iter().map(|key_type| json!(key_type.id));
    let page = json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50});
    let idempotency_key = json!({"type": "string", "pattern": IDEMPOTENCY_KEY});
    let word = |words: Vec<Value>| json!({"type": "string", "enum": words});
    vec![
        ("listKeys", "limit", page.clone()),
        (
            "listKeys",
            "status",
            word(STATUSES.map(|(word, _)| json!(word)).to_vec()),
        ),
        ("listKeys", "type", word(types.collect())),
        (
            "listKeys",
            "environment",
            word(Environment::ALL.map(|one| json!(one.as_str())).to_vec()),
        ),
        ("showCredits", "limit", page),
        (
            "showCredits",
            "before",
            json!({"type": "integer", "minimum": 1, "maximum": MOST}),
        ),
        ("changeCredits", "Idempotency-Key", idempotency_key.clone()),
        ("sendWebhook", "Idempotency-Key", idempotency_key),
        (
            "showWebhook",
            "id",
            json!({"type": "string", "pattern": "^msg_[0-9a-f]{32}$"}),
        ),
    ]
}

/// One of these words, or each of them in a list; or `null`, where that is as good as nothing.
fn say(field: &mut Value, mut words: Vec<Value>) {
    if field["items"].is_object() {
        // No list of nothing is a list.
        if !words.is_empty() {
            field["items"]["enum"] = words.into();
        }
        return;
    }
    if field["type"]
        .as_array()
        .is_some_and(|kinds| kinds.contains(&json!("null")))
    {
        words.push(Value::Null);
    }
    if words == [Value::Null] {
        field["type"] = json!("null");
    } else {
        field["enum"] = words.into();
    }
}

/// Sets what is given; `null` takes away.
fn refine(schema: &mut Value, with: Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    for (name, value) in members(&with) {
        match value {
            Value::Null => drop(schema.remove(&name)),
            value => drop(schema.insert(name, value)),
        }
    }
}
