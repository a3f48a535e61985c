//! JSON that names a member twice is refused wherever it comes, and the member is named.

use reqwest::Method;
use serde_json::json;

use super::acme;
use crate::support::{Answer, Program, TestApp};

async fn send(program: &Program, method: Method, path: &str, body: &str) -> Answer {
    let request = program.request(method, path).header("content-type", "application/json");
    Answer::of(request.body(body.to_owned()).send().await.unwrap()).await
}

/// Asserts that it is refused for one member.
fn assert_named(answer: &Answer, member: &str, about: &str) {
    assert_eq!(answer.status, 422, "{about}: {}", answer.body);
    let body = answer.json();
    assert_eq!(body["code"], "invalid_request", "{about}");
    let fields = body["fields"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), [member], "{about}: {}", answer.body);
    assert!(
        fields[member].as_str().unwrap().contains("twice"),
        "{about}: {}",
        answer.body
    );
}

#[tokio::test]
async fn on_the_api() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let own = format!("/api/v1/api-keys/{}", keeper.key.id);
    let keeper = app.program(keeper.text.expose_secret());
    for (body, member) in [
        (r#"{"name":"one","name":"two"}"#, "name"),
        (r#"{"name":"one","n\u0061me":"two"}"#, "name"),
        (
            r#"{"name":"one","type":"secret","scopes":[{"a":1,"a":2}]}"#,
            "scopes[0].a",
        ),
        (r#"{"unknown":1,"unknown":1}"#, "unknown"),
    ] {
        for (method, path) in [(Method::POST, "/api/v1/api-keys"), (Method::PATCH, own.as_str())] {
            assert_named(&send(&keeper, method, path, body).await, member, body);
        }
    }
    let listed = keeper.get("/api/v1/api-keys").await;
    assert!(!listed.body.contains("\"two\""), "{}", listed.body);
    // Whoever may not ask is not told of anything else.
    let stranger = Program::new(&app.address, Some("nonsense"));
    let answer = send(
        &stranger,
        Method::POST,
        "/api/v1/api-keys",
        r#"{"name":"one","name":"two"}"#,
    )
    .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn on_the_provider_api_and_in_what_is_handed_on() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let (good, other) = (
        app.key(&workspace, Some(&project), "secret", "live", &[]).await,
        app.key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
            .await,
    );
    let (good, other) = (good.text.expose_secret(), other.text.expose_secret());
    let backend = app.backend().await;
    let verify = "/provider/v1/keys/verify";
    // In memory, so that the lane is asked too.
    for key in [good, other] {
        assert_eq!(backend.post(verify, &json!({"key": key})).await.json()["valid"], true);
    }
    for (body, member) in [
        (format!(r#"{{"key":"{other}","key":"{good}"}}"#), "key"),
        (
            format!(r#"{{"key":"{good}","method":"GET","path":"/api/v1/rates","path":"/api/v1/shipments"}}"#),
            "path",
        ),
        (
            format!(r#"{{"key":"{good}","scopes":[],"scopes":["rates:read"]}}"#),
            "scopes",
        ),
    ] {
        assert_named(&send(&backend, Method::POST, verify, &body).await, member, "verify");
    }
    let event = |data: &str| {
        format!(
            r#"{{"key_id":"{}","type":"invoice.paid","data":{data}}}"#,
            app.app.new_id()
        )
    };
    for (body, member) in [
        (event(r#"{"amount":1,"amount":1000}"#), "data.amount"),
        (event(r#"{"items":[{},{"n":1e400,"id":1,"id":2}]}"#), "data.items[1].id"),
        (
            event("1").replace("\"data\"", "\"type\":\"invoice.void\",\"data\""),
            "type",
        ),
        (event("1").replace("\"data\"", "\"data\":2,\"data\""), "data"),
    ] {
        assert_named(
            &send(&backend, Method::POST, "/provider/v1/webhooks", &body).await,
            member,
            &body,
        );
    }
}
