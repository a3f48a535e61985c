//! The skin of every answer: headers, both envelopes, both cases, and JSON for what does not exist.

use reqwest::Method;
use serde_json::json;

use super::{acme, profile_with};
use crate::support::{Answer, Program, TestApp};

#[tokio::test]
async fn what_does_not_exist_answers_in_json() {
    let app = TestApp::start().await;
    let stranger = Program::new(&app.address, None);
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/shipments",
        "/api/v1/api-keys/",
        "/api/v1/me/too",
        "/provider",
        "/provider/v1/keys",
        "/provider/v2/keys/verify",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        assert_eq!(answer.json()["code"], "not_found", "{path}");
        assert_kept_private(&answer);
    }
    for (method, path, allowed) in [
        (Method::PUT, "/api/v1/me", "GET, HEAD"),
        (Method::DELETE, "/api/v1/api-keys", "GET, HEAD, POST"),
        (Method::PUT, "/api/v1/api-keys/x", "GET, HEAD, PATCH, DELETE"),
        (Method::GET, "/provider/v1/keys/verify", "POST"),
        (Method::POST, "/api/v1/openapi.json", "GET, HEAD"),
    ] {
        let answer = Answer::of(stranger.request(method, path).send().await.unwrap()).await;
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.json()["code"], "method_not_allowed");
        assert_eq!(answer.headers["allow"], allowed);
        assert_kept_private(&answer);
    }
    // Everything else is a page, and knows nothing of keys.
    for path in ["/api/v2/me", "/api/v11/me", "/providers"] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html"),
            "{path}"
        );
    }
}

fn assert_kept_private(answer: &Answer) {
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(
        !answer.headers.contains_key("set-cookie"),
        "an API answer has no session"
    );
}

#[tokio::test]
async fn problem_details_upper_case_another_base_and_a_header_of_its_own() {
    let (_folder, path) = profile_with(&[
        ("envelope = \"simple\"", "envelope = \"problem\""),
        ("case = \"lower\"", "case = \"upper\""),
        ("/api/v1", "/v1"),
        (
            "credentials = [\"bearer\", \"x-api-key\"]",
            "credentials = [\"header:northpost-key\"]",
        ),
    ]);
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "test", &[]).await;
    let stranger = Program::new(&app.address, None);
    let answer = app.program(key.text.expose_secret()).get("/v1/me").await;
    assert_eq!(answer.status, 401, "this profile takes no bearer");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(
        answer.json(),
        json!({
            "type": format!("{}/docs/authentication#missing_authorization", app.address), "title": "Unauthorized", "status": 401, "code": "MISSING_AUTHORIZATION",
            "detail": "Send an API key with this request, as “northpost-key: <key>”.",
        })
    );
    let with_key = |method, path: &str| {
        stranger
            .request(method, path)
            .header("Northpost-Key", key.text.expose_secret())
    };
    let answer = Answer::of(with_key(Method::GET, "/v1/me").send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["environment"], "test");
    assert_kept_private(&answer);
    let bad = with_key(Method::POST, "/v1/api-keys").json(&json!({"name": "", "type": "secret"}));
    let answer = Answer::of(bad.send().await.unwrap()).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["code"], "INVALID_REQUEST");
    assert_eq!(answer.json()["fields"], json!({"name": "Enter a name."}));
    assert_eq!(stranger.get("/v1/nothing").await.json()["code"], "NOT_FOUND");
    let token = Answer::of(
        stranger
            .request(Method::POST, "/provider/v1/keys/verify")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (token.status, token.json()["code"].clone()),
        (401, json!("MISSING_AUTHORIZATION"))
    );
}
