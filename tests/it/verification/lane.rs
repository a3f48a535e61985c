//! The first answer comes the whole way, through the database; the second from memory, before routing. Nobody can tell.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::places::{acme, assert_same};
use crate::support::{Answer, Program, TestApp};

/// What each gateway says about a request.
async fn gateway(name: &str, program: &Program, method: &str, path: &str) -> Answer {
    let request = match name {
        "envoy" => program.request(method.parse().unwrap(), &format!("/gateway/envoy{path}")),
        "nginx" => program
            .request(Method::GET, "/gateway/nginx")
            .header("x-original-method", method)
            .header("x-original-uri", path),
        _ => program
            .request(Method::GET, "/gateway/forward")
            .header("x-forwarded-method", method)
            .header("x-forwarded-uri", path),
    };
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn cold_and_warm_say_the_same() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let ring = app.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let backend = app.backend().await;
    let restricted = app
        .key(
            &workspace,
            Some(&project),
            "restricted",
            "test",
            &["rates:read", "labels:write"],
        )
        .await;
    let named = keyhatch::domain::keys::Edit {
        name: Some("Zoë \"the\\ key\"".to_owned()),
        expiry: Some(("30".to_owned(), String::new())),
        ..Default::default()
    };
    keyhatch::domain::keys::edit(&app.app, proof, restricted.key.id, named)
        .await
        .unwrap();
    let secret = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let publishable = app.key(&workspace, Some(&project), "publishable", "live", &[]).await;
    let revoked = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    keyhatch::domain::keys::revoke(&app.app, proof, revoked.key.id)
        .await
        .unwrap();
    for key in [&restricted, &secret, &publishable, &revoked] {
        let text = key.text.expose_secret();
        let program = app.program(text);
        let questions: [Value; 4] = [
            json!({"key": text}),
            json!({"key": text, "method": "POST", "path": "/api/v1/rates", "client_ip": "203.0.113.7"}),
            json!({"key": text, "scopes": ["rates:read"], "method": null}),
            // An escape: for the whole way alone.
            json!({"key": text, "method": "GET", "path": "/api/v1/rates?q=\"x\""}),
        ];
        for question in &questions {
            app.app.records.forget_all();
            let cold = backend.post("/provider/v1/keys/verify", question).await;
            let warm = backend.post("/provider/v1/keys/verify", question).await;
            assert_same(&cold, &warm, &question.to_string());
        }
        for (method, path) in [
            ("GET", "/api/v1/rates"),
            ("HEAD", "/api/v1/rates"),
            ("POST", "/api/v1/shipments?x=1"),
            ("GET", "/api//v1"),
        ] {
            for name in ["forward", "nginx", "envoy"] {
                app.app.records.forget_all();
                let cold = gateway(name, &program, method, path).await;
                let warm = gateway(name, &program, method, path).await;
                assert_same(&cold, &warm, &format!("{name} {path}"));
            }
        }
        app.app.records.forget_all();
        let cold = program.get("/api/v1/me").await;
        assert_eq!(app.app.records.len(), 1, "it was kept");
        let warm = program.get("/api/v1/me").await;
        assert_same(&cold, &warm, "me");
    }
}

#[tokio::test]
async fn what_is_unusual_goes_the_whole_way() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    assert_eq!(program.get("/api/v1/me").await.status, 200);
    assert_eq!(program.post("/api/v1/me", &json!({})).await.status, 405);
    assert_eq!(program.get("/api/v1/me/").await.status, 404);
    let backend = app.backend().await;
    let good = json!({"key": key.text.expose_secret()});
    assert_eq!(
        backend.post("/provider/v1/keys/verify", &good).await.json()["valid"],
        true
    );
    // What has the values of a question, but not its names.
    let array = json!([key.text.expose_secret(), null, null, null, null]);
    assert_eq!(backend.post("/provider/v1/keys/verify", &array).await.status, 400);
    // A large body, one that is no JSON, one with an unknown field: each as if there were no lane.
    let large = json!({"key": "x".repeat(70_000)});
    assert_eq!(backend.post("/provider/v1/keys/verify", &large).await.status, 413);
    let odd = json!({"key": key.text.expose_secret(), "colour": "red"});
    let answer = backend.post("/provider/v1/keys/verify", &odd).await;
    assert_eq!(
        (answer.status, answer.json()["fields"]["colour"].is_string()),
        (422, true),
        "{}",
        answer.body
    );
    let request = backend.request(Method::POST, "/provider/v1/keys/verify");
    let request = request.header("content-type", "application/json").body("{\"key\":");
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_service_token_that_was_revoked_is_refused_at_once() {
    let app = TestApp::start().await;
    let made = keyhatch::domain::service_tokens::create(&app.app, "gateway")
        .await
        .unwrap();
    let backend = app.program(secrecy::ExposeSecret::expose_secret(&made.text));
    for _ in 0..2 {
        assert_eq!(
            backend
                .post("/provider/v1/keys/verify", &json!({"key": "a"}))
                .await
                .status,
            200
        );
    }
    keyhatch::domain::service_tokens::revoke(&app.app, "gateway")
        .await
        .unwrap();
    assert_eq!(
        backend
            .post("/provider/v1/keys/verify", &json!({"key": "a"}))
            .await
            .status,
        401
    );
    let again = keyhatch::domain::service_tokens::revoke(&app.app, "gateway").await;
    assert!(matches!(again, Err(keyhatch::error::AppError::NotFound)));
}
