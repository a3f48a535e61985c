//! Keys that may be used from some addresses only: judged by the client's address, as a trusted proxy or the provider says it.

use keyhatch::domain::access::KeyRing;
use keyhatch::domain::keys::{self, Edit, Issued, NewKeyInput};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::places::assert_same;
use crate::support::{Answer, Program, TestApp};

/// This machine is a proxy.
const PROXY: [(&str, &str); 1] = [("KEYHATCH_TRUSTED_PROXIES", "127.0.0.1")];

/// A key with a list, and whose it is. The plan has twenty exports an hour.
async fn key_from(app: &TestApp, addresses: &[&str]) -> (Issued, KeyRing) {
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("free")).await;
    let project = app.project(&workspace, "Site").await;
    let ring = KeyRing::held_by_operator(workspace.clone(), Some(project.clone()));
    let input = NewKeyInput {
        name: "Office".to_owned(),
        type_id: "secret".to_owned(),
        environment: "live".to_owned(),
        allowed_addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        ..NewKeyInput::default()
    };
    (app.key_of(&workspace, Some(&project), input).await, ring)
}

async fn through(program: &Program, gateway: &str, client: &str) -> Answer {
    let address = match gateway {
        "me" => "/api/v1/me".to_owned(),
        "envoy" => "/gateway/envoy/api/v1/shipments".to_owned(),
        other => format!("/gateway/{other}"),
    };
    let request = program.request(Method::GET, &address).header("x-forwarded-for", client);
    let request = request
        .header("x-original-method", "GET")
        .header("x-original-uri", "/api/v1/shipments")
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-uri", "/api/v1/shipments");
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn every_door_asks_from_where() {
    let app = TestApp::start_with(&PROXY).await;
    let (key, _) = key_from(&app, &["203.0.113.0/24", "2001:db8::/32"]).await;
    let program = app.program(key.text.expose_secret());
    for gateway in ["me", "forward", "nginx", "envoy"] {
        for (client, is_allowed) in [
            ("203.0.113.7", true),
            ("203.0.114.7", false),
            ("2001:db8::7", true),
            ("2001:db9::7", false),
            ("::ffff:203.0.113.7", true),
            // What stands before the proxy's own word is the client's, and may say anything.
            ("203.0.113.7, 198.51.100.9", false),
            ("198.51.100.9, 203.0.113.7", true),
            ("nonsense", false),
            ("", false),
        ] {
            app.app.records.forget_all();
            let cold = through(&program, gateway, client).await;
            let warm = through(&program, gateway, client).await;
            assert_same(&cold, &warm, &format!("{gateway} {client}"));
            let status = if is_allowed { 200 } else { 403 };
            assert_eq!(warm.status, status, "{gateway} {client}: {}", warm.body);
            if !is_allowed && gateway != "nginx" {
                assert_eq!(warm.json()["code"], "ip_not_allowed", "{gateway} {client}");
            }
        }
    }
    // Whoever is not behind the proxy is who they are.
    let direct = TestApp::start().await;
    let (key, _) = key_from(&direct, &["203.0.113.7"]).await;
    let answer = through(&direct.program(key.text.expose_secret()), "me", "203.0.113.7").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error"], "This API key may not be used from 127.0.0.1.");
}

#[tokio::test]
async fn the_provider_says_from_where_or_the_key_is_refused() {
    let app = TestApp::start().await;
    let (key, _) = key_from(&app, &["203.0.113.7", "2001:db8::/32"]).await;
    let backend = app.backend().await;
    for (client, valid) in [
        (json!("203.0.113.7"), true),
        (json!("::ffff:203.0.113.7"), true),
        (json!("203.0.113.8"), false),
        (json!("2001:db8:1::"), true),
        (Value::Null, false),
    ] {
        let question = json!({"key": key.text.expose_secret(), "client_ip": client});
        app.app.records.forget_all();
        let cold = backend.post("/provider/v1/keys/verify", &question).await;
        let warm = backend.post("/provider/v1/keys/verify", &question).await;
        assert_same(&cold, &warm, &question["client_ip"].to_string());
        assert_eq!(warm.json()["valid"], valid, "{}", warm.body);
        if !valid {
            let said = warm.json();
            assert_eq!(
                (&said["code"], &said["reason"], &said["status"]),
                (&json!("ip_not_allowed"), &json!("ip_not_allowed"), &json!(403))
            );
        }
    }
}

#[tokio::test]
async fn a_list_is_true_from_the_next_request_on_and_costs_no_allowance() {
    let app = TestApp::start_with(&PROXY).await;
    let (key, ring) = key_from(&app, &[]).await;
    let program = app.program(key.text.expose_secret());
    assert_eq!(through(&program, "forward", "203.0.113.7").await.status, 200);
    let edit = async |addresses: &[&str]| {
        let edit = Edit {
            allowed_addresses: Some(addresses.iter().map(|address| (*address).to_owned()).collect()),
            ..Edit::default()
        };
        keys::edit(&app.app, ring.manage_keys().unwrap(), key.key.id, edit)
            .await
            .unwrap();
    };
    let export = async |client: &str| {
        let request = program
            .request(Method::GET, "/gateway/forward")
            .header("x-forwarded-for", client);
        let request = request.header("x-forwarded-method", "POST");
        let request = request.header("x-forwarded-uri", "/api/v1/shipments/exports");
        Answer::of(request.send().await.unwrap()).await
    };
    edit(&["198.51.100.0/24"]).await;
    for _ in 0..40 {
        let answer = export("203.0.113.7").await;
        assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("ip_not_allowed")));
    }
    for _ in 0..20 {
        assert_eq!(export("198.51.100.1").await.status, 200);
    }
    // What stands first in the contract is what is told.
    assert_eq!(export("198.51.100.1").await.json()["code"], "rate_limit_exceeded");
    assert_eq!(export("203.0.113.7").await.json()["code"], "ip_not_allowed");
    edit(&[]).await;
    assert_eq!(through(&program, "forward", "203.0.113.7").await.status, 200);
    keys::disable(&app.app, ring.manage_keys().unwrap(), key.key.id)
        .await
        .unwrap();
    edit(&["198.51.100.0/24"]).await;
    assert_eq!(export("203.0.113.7").await.json()["code"], "invalid_credentials");
}
