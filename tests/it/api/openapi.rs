//! The document is valid, complete, and true to what is served.

use serde_json::{Value, json};

use keyhatch::api::openapi::PROVIDERS;

use super::{acme, profile_with};
use crate::conformance::service::Service;
use crate::support::tokens::hs256;
use crate::support::{JWT_SECRET, Program, TestApp};

#[tokio::test]
async fn the_document_is_valid_and_has_every_route() {
    let (_folder, path) = profile_with(&[
        ("/api/v1", "/northpost"),
        ("envelope = \"simple\"", "envelope = \"problem\""),
        ("\"bearer\", \"x-api-key\"", "\"bearer\", \"header:np-key\""),
    ]);
    // It has embed mode and inbound webhooks.
    let parts = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/craftkit.toml");
    for (settings, base) in [
        (vec![], "/api/v1"),
        (vec![("KEYHATCH_PROFILE", parts)], "/v1"),
        (vec![("KEYHATCH_PROFILE", path.as_str())], "/northpost"),
    ] {
        let app = TestApp::start_with(&settings).await;
        let (mut lines, mut ids) = (Vec::new(), std::collections::BTreeSet::new());
        for (path, roots) in [
            (format!("{base}/openapi.json"), &[base][..]),
            (PROVIDERS.to_owned(), &["/provider", "/gateway"]),
        ] {
            let answer = Program::new(&app.address, None).get(&path).await;
            assert_eq!(answer.status, 200, "no credential is needed");
            oas3::from_json(&answer.body).unwrap();
            let document = answer.json();
            assert_eq!(document["openapi"], "3.1.0");
            assert_eq!(
                document["paths"][&path]["get"]["security"],
                json!([]),
                "it describes itself"
            );
            for (path, item) in document["paths"].as_object().unwrap() {
                assert!(roots.iter().any(|root| path.starts_with(root)), "{path}");
                for (method, operation) in item.as_object().unwrap() {
                    lines.push(format!("{} {path}", method.to_uppercase()));
                    assert!(
                        operation["responses"]["default"].is_null(),
                        "{path} says what can happen"
                    );
                    assert!(operation["security"].is_array(), "{path}");
                    let id = operation["operationId"].as_str().unwrap();
                    assert!(ids.insert(id.to_owned()), "{id} is there twice");
                }
            }
            assert_references(&document, &document);
        }
        let table = keyhatch::routes::api(&app.app.profile).lines();
        let mut served: Vec<_> = table
            .iter()
            // What mail programs call is described elsewhere (RFC 8058).
            .filter(|line| !line.path.starts_with("/unsubscribe"))
            // What may be in a parameter is said in words.
            .map(|line| format!("{} {}", line.method, line.path.replace(":.*}", "}")))
            .collect();
        lines.sort();
        served.sort();
        assert_eq!(lines, served);
    }
}

/// Every `$ref` leads somewhere.
fn assert_references(document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members.values().for_each(|member| assert_references(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| assert_references(document, item)),
        _ => {}
    }
}

#[tokio::test]
async fn answers_are_of_the_shape_the_document_says() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let (program, backend) = (app.program(key.text.expose_secret()), app.backend().await);
    let document = program.get("/api/v1/openapi.json").await.json();
    let providers = program.get(PROVIDERS).await.json();
    let keys = "/api/v1/api-keys";
    let made = program
        .post(keys, &json!({"name": "a", "scopes": ["rates:read"]}))
        .await;
    let one = format!("{keys}/{}", made.json()["id"].as_str().unwrap());
    let verify = "/provider/v1/keys/verify";
    let schema = |path: &str, method: &str, status: &str| {
        let operation = [&document, &providers].map(|document| &document["paths"][path][method]);
        let operation = operation.into_iter().find(|operation| operation.is_object()).unwrap();
        let body = &operation["responses"][status]["content"]["application/json"]["schema"];
        assert!(body.is_object(), "{method} {path} {status}");
        body.clone()
    };
    let one_path = "/api/v1/api-keys/{id}";
    let schema_of_verify = schema(verify, "post", "200");
    for (schema, answer) in [
        (schema("/api/v1/me", "get", "200"), program.get("/api/v1/me").await),
        (schema(keys, "get", "200"), program.get(keys).await),
        (schema(keys, "post", "201"), made),
        (schema(one_path, "get", "200"), program.get(&one).await),
        (
            schema(one_path, "patch", "200"),
            program.patch(&one, &json!({"enabled": false})).await,
        ),
        (
            schema(verify, "post", "200"),
            backend.post(verify, &json!({"key": key.text.expose_secret()})).await,
        ),
        (
            schema(verify, "post", "200"),
            backend.post(verify, &json!({"key": "nonsense"})).await,
        ),
        (
            json!({"$ref": "#/components/schemas/Error"}),
            program.get("/api/v1/nothing").await,
        ),
        (
            json!({"$ref": "#/components/schemas/Error"}),
            program.post(keys, &json!({"name": ""})).await,
        ),
    ] {
        let of = if schema == schema_of_verify {
            &providers
        } else {
            &document
        };
        let mistakes = mistakes(of, &schema, &answer.json());
        assert!(mistakes.is_empty(), "{}: {mistakes:?}", answer.body);
    }
}

#[tokio::test]
async fn answers_about_tokens_are_of_that_shape_too() {
    let service = Service::start("codivupload").await;
    let claims = json!({
        "iss": "https://codivupload.supabase.co/auth/v1", "aud": "authenticated", "sub": "zoe",
        "exp": service.app.app.now().seconds() + 60, "app_metadata": {"workspace": "acme"},
    });
    let token = hs256(JWT_SECRET.1.as_bytes(), &json!({"alg": "HS256"}), &claims);
    let program = service.app.program(&token);
    let (document, verify) = (program.get("/v1/openapi.json").await.json(), "/provider/v1/keys/verify");
    let providers = program.get(PROVIDERS).await.json();
    let backend = service.app.backend().await;
    for (path, method, answer) in [
        ("/v1/me", "get", program.get("/v1/me").await),
        (verify, "post", backend.post(verify, &json!({"key": token})).await),
        (
            verify,
            "post",
            backend.post(verify, &json!({"key": format!("{token}x")})).await,
        ),
    ] {
        let document = if path == verify { &providers } else { &document };
        let schema = &document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"];
        let mistakes = mistakes(document, schema, &answer.json());
        assert!(
            answer.status == 200 && mistakes.is_empty(),
            "{}: {mistakes:?}",
            answer.body
        );
    }
}

/// What of a value is not as the schema says: as much of JSON Schema as our document uses, and nothing beyond it.
fn mistakes(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return mistakes(document, document.pointer(&reference[1..]).unwrap(), value);
    }
    let choices = schema["oneOf"].as_array();
    if let (Some(choices), Value::Null) = (choices, &schema["properties"]) {
        let tried = choices.iter().map(|choice| mistakes(document, choice, value));
        let fitting = tried.clone().filter(Vec::is_empty).count();
        return if fitting == 1 {
            Vec::new()
        } else {
            tried.flatten().collect()
        };
    }
    let mut found = Vec::new();
    // Beside properties, choices say which of them there have to be.
    if let (Some(choices), Some(members)) = (choices, value.as_object()) {
        let has = |name: &Value| members.contains_key(name.as_str().unwrap());
        let fits = |choice: &&Value| choice["required"].as_array().is_some_and(|all| all.iter().all(has));
        if choices.iter().filter(fits).count() != 1 {
            found.push(format!("{value} is none, or several, of {choices:?}"));
        }
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        found.push(format!("{value} is none of {}", schema["enum"]));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let (required, properties) = parts.iter().map(|part| resolved(document, part)).fold(
            (Vec::new(), serde_json::Map::new()),
            |(mut required, mut properties), part| {
                required.extend(part["required"].as_array().cloned().unwrap_or_default());
                properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
                (required, properties)
            },
        );
        let whole = json!({"type": "object", "required": required, "properties": properties});
        return mistakes(document, &whole, value);
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&json!(kind)) {
        found.push(format!("{value} is no {kinds:?}"));
    }
    for item in value.as_array().into_iter().flatten() {
        found.extend(mistakes(document, &schema["items"], item));
    }
    if let Some(members) = value.as_object() {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(required.as_str().unwrap()) {
                found.push(format!("{required} is missing"));
            }
        }
        for (name, member) in members {
            match (&schema["properties"][name], &schema["additionalProperties"]) {
                (Value::Null, Value::Null) => found.push(format!("{name} is not in the document")),
                (Value::Null, others) => found.extend(mistakes(document, others, member)),
                (known, _) => found.extend(mistakes(document, known, member)),
            }
        }
    }
    found
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    schema["$ref"]
        .as_str()
        .map_or(schema, |reference| document.pointer(&reference[1..]).unwrap())
}
