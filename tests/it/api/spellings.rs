//! The API takes what its description says, and no other spelling of it.

use serde_json::{Value, json};

use super::acme;
use crate::support::TestApp;

const KEYS: &str = "/api/v1/api-keys";

#[tokio::test]
async fn parameters_have_one_spelling() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let id = keeper.key.id.to_string();
    let program = app.program(keeper.text.expose_secret());
    let simple = id.replace('-', "");
    for (query, field) in [
        ("limit=", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=05", "limit"),
        ("limit=%205", "limit"),
        ("limit=5.0", "limit"),
        ("before=", "before"),
        (&format!("before={simple}"), "before"),
        (&format!("before=%7B{id}%7D"), "before"),
        (&format!("before=urn:uuid:{id}"), "before"),
        ("status=", "status"),
        ("type=", "type"),
        ("environment=", "environment"),
    ] {
        let answer = program.get(&format!("{KEYS}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.json()["fields"][field].is_string(), "{query}: {}", answer.body);
    }
    for query in [
        "limit=5",
        "q=",
        &format!("before={id}"),
        &format!("before={}", id.to_uppercase()),
        "status=all&type=secret&environment=live",
    ] {
        assert_eq!(program.get(&format!("{KEYS}?{query}")).await.status, 200, "{query}");
    }
    for id in [simple, format!("%7B{id}%7D"), format!("urn:uuid:{id}")] {
        assert_eq!(program.get(&format!("{KEYS}/{id}")).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn fields_have_one_spelling() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let own = format!("{KEYS}/{}", keeper.key.id);
    let program = app.program(keeper.text.expose_secret());
    let wrong = [
        (json!({"expires_at": "2099-01-31T18:00"}), "expires_at"),
        (json!({"expires_at": "2099-01-31 18:00:00Z"}), "expires_at"),
        (json!({"expires_at": " 2099-01-31"}), "expires_at"),
        (json!({"webhook_url": ""}), "webhook_url"),
        (json!({"webhook_url": " https://example.com/"}), "webhook_url"),
        (json!({"name": format!(" {} ", "x".repeat(65))}), "name"),
    ];
    let only_new = [(json!({"environment": ""}), "environment")];
    let told = |answer: &crate::support::Answer, field: &str, body: &Value| {
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        assert!(answer.json()["fields"][field].is_string(), "{body}: {}", answer.body);
    };
    for (body, field) in wrong.iter().chain(&only_new) {
        let mut whole = json!({"name": "fine", "type": "secret"});
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        told(&program.post(KEYS, &whole).await, field, body);
    }
    for (body, field) in &wrong {
        told(&program.patch(&own, body).await, field, body);
    }
    for body in [
        json!({"expires_at": "2099-01-31"}),
        json!({"expires_at": "2099-01-31t18:00:00.5+01:00"}),
        json!({"webhook_url": "https://example.com/"}),
        json!({"webhook_url": null}),
    ] {
        let answer = program.patch(&own, &body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    }
}

/// The description names what there is in this profile, in requests as in answers.
#[tokio::test]
async fn the_description_names_the_words() {
    let app = TestApp::start().await;
    let stranger = crate::support::Program::new(&app.address, None);
    let customers = stranger.get("/api/v1/openapi.json").await.json();
    assert_eq!(customers["servers"], json!([{"url": app.address}]));
    let parameters = &customers["paths"][KEYS]["get"]["parameters"];
    let of = |name: &str| {
        let all = parameters.as_array().unwrap();
        all.iter().find(|parameter| parameter["name"] == name).unwrap()["schema"].clone()
    };
    assert_eq!(of("type")["enum"], json!(["secret", "restricted", "publishable"]));
    assert_eq!(of("status")["enum"][0], "living");
    let schemas = &customers["components"]["schemas"];
    let [secret, restricted, publishable] = [0, 1, 2].map(|place| &schemas["KeyToMake"]["anyOf"][place]);
    assert_eq!(secret["required"], json!(["name", "type"]));
    assert_eq!(secret["properties"]["scopes"]["maxItems"], 0);
    // It is meant where there are scopes and no type.
    assert_eq!(restricted["required"], json!(["name", "scopes"]));
    assert_eq!(restricted["properties"]["type"]["enum"], json!(["restricted", null]));
    assert_eq!(restricted["properties"]["scopes"]["minItems"], 1);
    assert_eq!(publishable["additionalProperties"], false);
    assert!(schemas["Me"]["properties"]["credits"].is_null(), "it has none");
    assert!(
        schemas["KeyMade"]["allOf"].is_null(),
        "what is flattened is written out"
    );

    let providers = stranger.get("/provider/v1/openapi.json").await.json();
    let allowed = &providers["paths"]["/gateway/forward"]["get"]["responses"]["200"]["headers"];
    let handed_on = allowed
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| name.starts_with("x-keyhatch-"));
    assert_eq!(handed_on.count(), 9, "{allowed}");
    let limited = &providers["components"]["responses"]["TooManyRequests"]["headers"];
    for name in ["Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"] {
        assert_eq!(limited[name]["required"], true, "{name}");
    }
    let question = &providers["components"]["schemas"]["VerifyQuestion"]["properties"];
    assert_eq!(question["limit"]["enum"], json!(["requests", "exports", null]));
    assert_eq!(question["cost"]["maximum"], 0, "it has no credits");
}
