//! What the provider's own backend asks.

use reqwest::Method;
use serde_json::{Value, json};

use super::acme;
use crate::support::{Answer, Program, TestApp};

const VERIFY: &str = "/provider/v1/keys/verify";

#[tokio::test]
async fn a_good_key_is_described_in_full() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(
            &workspace,
            Some(&project),
            "restricted",
            "test",
            &["rates:read", "labels:write"],
        )
        .await;
    let backend = app.backend().await;
    let body = json!({
        "key": key.text.expose_secret(), "scopes": ["rates:read"], "environment": "test",
        "method": "POST", "path": "/api/v1/shipments/7/labels?x=1", "client_ip": "2001:db8::7",
    });
    let answer = backend.post(VERIFY, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.json(),
        json!({
            "valid": true, "code": "valid", "key_id": key.key.id.to_string(), "name": key.key.name,
            "type": "restricted", "environment": "test", "display_prefix": key.key.display_prefix,
            "workspace": {"id": workspace.id.to_string(), "slug": "acme", "name": "Acme", "plan": "enterprise"},
            "project": {"id": project.id.to_string(), "slug": "site", "name": "Site"},
            "scopes": ["labels:write", "rates:read"], "access": "scopes", "expires_at": null,
        })
    );
    assert!(!answer.body.contains(key.text.expose_secret()));
    app.app.usage.flush(&app.app.db).await.unwrap();
    let ring = app.ring(&workspace, Some(&project));
    let used = keyhatch::domain::keys::find(&app.app, ring.read_keys(), key.key.id)
        .await
        .unwrap();
    assert_eq!(used.last_use.unwrap().address, "2001:db8::7");
}

#[tokio::test]
async fn routes_decide_what_a_request_needs() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let backend = app.backend().await;
    let restricted = app
        .key(&workspace, Some(&project), "restricted", "live", &["shipments:read"])
        .await;
    let publishable = app.key(&workspace, Some(&project), "publishable", "live", &[]).await;
    let secret = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    // What each of them lacks: a scope by its name, or anything else.
    const ELSE: Option<&str> = Some("");
    const AMBIGUOUS: [Option<&str>; 3] = [Some("ambiguous_path"); 3];
    let table: [(&str, &str, [Option<&str>; 3]); 12] = [
        ("GET", "/api/v1/shipments", [None, None, None]),
        ("HEAD", "/api/v1/shipments/7", [None, None, None]),
        ("POST", "/api/v1/shipments", [Some("shipments:write"), ELSE, None]),
        (
            "GET",
            "/api/v1/shipments/exports/1",
            [Some("exports:write"), None, None],
        ),
        ("GET", "/api/v1/webhooks", [Some("webhooks:read"), ELSE, None]),
        ("GET", "/api/v1/me", [None, None, None]),
        ("GET", "/api/v1/ping", [ELSE, ELSE, None]),
        ("DELETE", "/api/v1/ping", [ELSE, ELSE, None]),
        ("GET", "/internal/admin", [ELSE, ELSE, ELSE]),
        ("GET", "/api/v1/shipments/..", AMBIGUOUS),
        ("GET", "/api/v1//webhooks", AMBIGUOUS),
        ("GET", "/api/v1/shipments/ab%2Fcd", AMBIGUOUS),
    ];
    for (method, path, expected) in table {
        for (key, lack) in [&restricted, &publishable, &secret].into_iter().zip(expected) {
            let body = json!({"key": key.text.expose_secret(), "method": method, "path": path});
            let told = backend.post(VERIFY, &body).await.json();
            let about = format!("{method} {path} {}: {told}", key.key.type_id);
            assert_eq!(told["valid"], json!(lack.is_none()), "{about}");
            let Some(lack) = lack else { continue };
            let is_ambiguous = lack == "ambiguous_path";
            let (code, status) = if is_ambiguous {
                (lack, 400)
            } else {
                ("insufficient_scope", 403)
            };
            assert_eq!(
                (&told["code"], &told["reason"], &told["status"]),
                (&json!(code), &json!(code), &json!(status)),
                "{about}"
            );
            // It names a scope, or nothing.
            let needed = (!is_ambiguous && !lack.is_empty()).then(|| json!(lack));
            assert_eq!(told.get("needed"), needed.as_ref(), "{about}");
        }
    }
}

#[tokio::test]
async fn only_a_service_token_opens_it() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let body = json!({"key": key.text.expose_secret()});
    let nobody = Program::new(&app.address, None).post(VERIFY, &body).await;
    assert_eq!(
        (nobody.status, nobody.json()["code"].clone()),
        (401, json!("missing_authorization"))
    );
    for token in [key.text.expose_secret(), "khs_", "khs_wrong", "x"] {
        let answer = app.program(token).post(VERIFY, &body).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (401, json!("invalid_credentials")),
            "{token}"
        );
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert!(!answer.body.contains(key.text.expose_secret()));
    }
    let x_api_key = Program::new(&app.address, None)
        .request(Method::POST, VERIFY)
        .header("x-api-key", "khs_wrong");
    assert_eq!(x_api_key.json(&body).send().await.unwrap().status(), 401);
    // A service token is no key.
    let backend = app.backend().await;
    assert_eq!(backend.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn bad_questions_are_told_at_their_field() {
    let app = TestApp::start().await;
    let backend = app.backend().await;
    let table: [(Value, &str); 16] = [
        (json!({}), "key"),
        (json!({"key": null}), "key"),
        (json!({"key": 5}), "key"),
        (json!({"key": ["a"]}), "key"),
        (json!({"key": "a", "scopes": "rates:read"}), "scopes"),
        (json!({"key": "a", "scopes": ["nonsense"]}), "scopes"),
        (json!({"key": "a", "scopes": [1]}), "scopes"),
        (json!({"key": "a", "environment": "moon"}), "environment"),
        (json!({"key": "a", "method": "get"}), "method"),
        (json!({"key": "a", "method": ""}), "method"),
        (json!({"key": "a", "path": "/x"}), "method"),
        (json!({"key": "a", "method": "GET", "path": "x"}), "path"),
        (json!({"key": "a", "client_ip": "here"}), "client_ip"),
        (json!({"key": "a", "cost": 1}), "cost"),
        (json!({"key": "a", "limit": "nonsense"}), "limit"),
        (json!({"key": "a", "colour": "red"}), "colour"),
    ];
    for (body, field) in table {
        let answer = backend.post(VERIFY, &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        assert!(answer.json()["fields"][field].is_string(), "{body}: {}", answer.body);
    }
    for key in [
        "",
        " ",
        "\0",
        "kh_live_",
        "é".repeat(60).as_str(),
        "x".repeat(10_000).as_str(),
    ] {
        let told = Answer::of(
            backend
                .request(Method::POST, VERIFY)
                .json(&json!({"key": key}))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(
            (told.status, told.json()["reason"].clone()),
            (200, json!("malformed")),
            "{key:?}"
        );
    }
}
