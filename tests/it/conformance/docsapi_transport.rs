//! D06: plain http fails, and a key that was sent over it counts as compromised from then on.

use std::time::Duration;

use keyhatch::model::key::{Key, KeyState};
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::service::{Service, code, file};
use crate::keys::world::Made;
use crate::support::places::trail;
use crate::support::{Answer, Person, Program, TestApp};

/// Docs API behind a proxy on this machine.
pub async fn service() -> Service {
    Service::behind_a_proxy("docsapi").await
}

/// A request that the proxy got over `scheme`, from a customer's machine.
pub async fn send(program: &Program, scheme: &str, path: &str) -> Answer {
    let request = program.request(Method::GET, path).header("x-forwarded-proto", scheme);
    Answer::of(request.header("x-forwarded-for", "203.0.113.7").send().await.unwrap()).await
}

pub async fn stored(service: &Service, id: &str) -> Key {
    let found = keyhatch::store::keys::find_of_any_tenant(service.app.app.db.reader(), id.parse().unwrap()).await;
    found.unwrap().unwrap()
}

pub async fn secret_key(service: &Service, name: &str) -> Made {
    service.make(&[("name", name), ("type", "sk_live")]).await
}

#[tokio::test]
async fn d06_plain_http_fails_and_the_key_is_refused_over_https_too() {
    let service = service().await;
    for (type_id, path) in [
        ("sk_live", "/v1/me"),
        ("sk_test", "/v1/api-keys"),
        ("rk_live", "/v1/me"),
    ] {
        let scopes: &[&str] = if type_id == "rk_live" { &["jobs:write"] } else { &[] };
        let program = service.app.program(&service.mint(type_id, scopes).await);
        assert_eq!(send(&program, "https", "/v1/me").await.status, 200);
        let refused = send(&program, "http", path).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (403, "https_required"),
            "{path}"
        );
        for scheme in ["https", "https"] {
            let after = send(&program, scheme, "/v1/me").await;
            assert_eq!(
                (after.status, code(&after).as_str()),
                (401, "invalid_credentials"),
                "{path}"
            );
        }
        let again = send(&program, "http", "/v1/me").await;
        assert_eq!(code(&again), "https_required", "how it came is looked at first");
    }
    // What was never in memory, too.
    let program = service.app.program(&service.mint("sk_live", &[]).await);
    assert_eq!(send(&program, "http", "/v1/me").await.status, 403);
    assert_eq!(send(&program, "https", "/v1/me").await.status, 401);
}

#[tokio::test]
async fn d06_what_is_no_secret_key_is_refused_and_nothing_changes() {
    let service = service().await;
    let public = service.make(&[("name", "web"), ("type", "pk_live")]).await;
    let program = service.app.program(&public.text);
    for _ in 0..2 {
        assert_eq!(code(&send(&program, "http", "/v1/me").await), "https_required");
        assert_eq!(send(&program, "https", "/v1/me").await.status, 200, "it is no secret");
    }
    for nonsense in ["sk_live_nonsense", &format!("{}x", public.text)] {
        let program = service.app.program(nonsense);
        assert_eq!(code(&send(&program, "http", "/v1/me").await), "https_required");
        assert_eq!(code(&send(&program, "https", "/v1/me").await), "invalid_credentials");
    }
    let elsewhere = Service::behind_a_proxy("docsapi").await;
    let unknown = elsewhere.mint("sk_live", &[]).await;
    assert_eq!(
        code(&send(&service.app.program(&unknown), "http", "/v1/me").await),
        "https_required"
    );
    let missing = send(&service.stranger(), "http", "/v1/me").await;
    assert_eq!(
        (missing.status, code(&missing).as_str()),
        (401, "missing_authorization")
    );
    let events = trail(&service.app, &service.workspace).await;
    assert!(events.iter().all(|event| event.action != "key.compromised"));
    // Revoked is the end already.
    let revoked = secret_key(&service, "gone").await;
    let ring = service.app.ring(&service.workspace, None);
    keyhatch::domain::keys::revoke(
        &service.app.app,
        ring.manage_keys().unwrap(),
        revoked.id.parse().unwrap(),
    )
    .await
    .unwrap();
    send(&service.app.program(&revoked.text), "http", "/v1/me").await;
    assert_eq!(stored(&service, &revoked.id).await.state, KeyState::Revoked);
    // What is refused for now could be let through again.
    let disabled = secret_key(&service, "resting").await;
    service.press(&disabled, "disablement").await;
    send(&service.app.program(&disabled.text), "http", "/v1/me").await;
    assert_eq!(stored(&service, &disabled.id).await.state, KeyState::Compromised);
}

#[tokio::test]
async fn d06_each_gateway_judges_how_the_held_request_came() {
    let service = service().await;
    for (gateway, expected) in [("forward", 403), ("nginx", 403), ("envoy", 403)] {
        let program = service.app.program(&service.mint("sk_live", &[]).await);
        let ask = async |scheme: &str| {
            let address = match gateway {
                "envoy" => "/gateway/envoy/v1/resources".to_owned(),
                _ => format!("/gateway/{gateway}"),
            };
            let request = program.request(Method::GET, &address);
            let request = request
                .header("x-forwarded-method", "GET")
                .header("x-original-method", "GET");
            let request = request
                .header("x-forwarded-uri", "/v1/resources")
                .header("x-original-uri", "/v1/resources");
            Answer::of(request.header("x-forwarded-proto", scheme).send().await.unwrap()).await
        };
        assert_eq!(ask("https").await.status, 200, "{gateway}");
        let refused = ask("http").await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (expected, "https_required"),
            "{gateway}"
        );
        assert_eq!(ask("https").await.status, 401, "{gateway}");
    }
    // A proxy that says nothing sensible lets nothing through, and costs nobody a key.
    let program = service.app.program(&service.mint("sk_live", &[]).await);
    for scheme in ["", "httq", "http, "] {
        assert_eq!(
            code(&send(&program, scheme, "/v1/me").await),
            "https_required",
            "{scheme:?}"
        );
    }
    assert_eq!(send(&program, "https", "/v1/me").await.status, 200);
    let forwarded = program
        .request(Method::GET, "/v1/me")
        .header("forwarded", "for=203.0.113.7;proto=http");
    assert_eq!(forwarded.send().await.unwrap().status(), 403);
    assert_eq!(send(&program, "https", "/v1/me").await.status, 401);
}

#[tokio::test]
async fn d06_the_providers_own_systems_may_say_how_a_request_came() {
    let service = service().await;
    let backend = service.app.backend().await;
    let made = secret_key(&service, "told").await;
    let ask = async |scheme: Option<&str>, escaped: bool| {
        let mut question = json!({"key": made.text, "client_ip": "203.0.113.9"});
        if let Some(scheme) = scheme {
            question["scheme"] = scheme.into();
        }
        if escaped {
            // For the whole way alone.
            question["path"] = "/v1/\"".into();
            question["method"] = "GET".into();
        }
        backend.post("/provider/v1/keys/verify", &question).await.json()
    };
    for escaped in [false, true] {
        assert_eq!(ask(Some("https"), escaped).await["valid"], true);
        assert_eq!(ask(None, escaped).await["valid"], true, "not judged");
        assert!(ask(Some("ftp"), escaped).await["fields"]["scheme"].is_string());
    }
    let refused = ask(Some("http"), false).await;
    assert_eq!(
        (&refused["reason"], &refused["status"]),
        (&json!("https_required"), &json!(403))
    );
    for escaped in [false, true] {
        let after = ask(None, escaped).await;
        assert_eq!(
            (&after["code"], &after["reason"]),
            (&json!("invalid_credentials"), &json!("compromised"))
        );
        assert_eq!(ask(Some("http"), escaped).await["reason"], "https_required");
    }
    assert_eq!(
        stored(&service, &made.id).await.compromise.unwrap().address.unwrap(),
        "203.0.113.9"
    );
}

#[tokio::test]
async fn d06_whoever_hangs_up_does_not_keep_a_key_alive() {
    let service = service().await;
    let made = secret_key(&service, "in a hurry").await;
    let address = service.app.address.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1/me HTTP/1.1\r\nHost: api\r\nX-Forwarded-Proto: http\r\nAuthorization: Bearer {}\r\n\r\n",
        made.text
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    drop(stream);
    for _ in 0..400 {
        if stored(&service, &made.id).await.state == KeyState::Compromised {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it is still good");
}

/// On PostgreSQL: each node hears of what the other has seen before anybody is answered.
#[tokio::test]
async fn d06_every_node_refuses_it_from_the_answer_on() {
    let service = service().await;
    let Some(url) = service.app.database_url() else { return };
    let file = file("docsapi").display().to_string();
    let other = TestApp::start_with(&[("KEYHATCH_PROFILE", &file), ("KEYHATCH_DATABASE_URL", &url)]).await;
    for _ in 0..10 {
        let key = service.mint("sk_live", &[]).await;
        let there = other.program(&key);
        assert_eq!(there.get("/v1/me").await.status, 200);
        send(&service.app.program(&key), "http", "/v1/me").await;
        assert_eq!(there.get("/v1/me").await.status, 401);
    }
}

#[tokio::test]
async fn d06_without_a_proxy_everything_is_plain_http_but_for_development() {
    // At home, in development.
    let home = Service::start("docsapi").await;
    let program = home.app.program(&home.mint("sk_live", &[]).await);
    assert_eq!(program.get("/v1/me").await.status, 200);
    assert_eq!(send(&program, "http", "/v1/me").await.status, 200, "nobody is believed");

    // In earnest, and reached past the proxy.
    let file = file("docsapi").display().to_string();
    let settings = [
        ("KEYHATCH_PROFILE", file.as_str()),
        ("KEYHATCH_PUBLIC_URL", "https://keys.example.com"),
        ("KEYHATCH_TRUSTED_PROXIES", "192.0.2.1"),
    ];
    let app = TestApp::start_with(&settings).await;
    let account = keyhatch::domain::accounts::create(&app.app, "alice@example.com", crate::support::PASSWORD, None);
    let alice = Person {
        account: account.await.unwrap(),
        browser: app.browser(),
    };
    let workspace = app.workspace(&alice, "Acme").await;
    for scheme in [None, Some("https")] {
        let key = app.key(&workspace, None, "sk_live", "live", &[]).await;
        let program = app.program(key.text.expose_secret());
        // A gateway that is not listed costs nobody a key.
        let held = program.request(Method::GET, "/gateway/envoy/v1/resources");
        let held = Answer::of(held.header("x-forwarded-proto", "http").send().await.unwrap()).await;
        assert_eq!(code(&held), "https_required");
        let kept = keyhatch::store::keys::find_of_any_tenant(app.app.db.reader(), key.key.id).await;
        assert_eq!(kept.unwrap().unwrap().state, KeyState::Active);

        let request = program.request(Method::GET, "/v1/me");
        let request = match scheme {
            Some(scheme) => request.header("x-forwarded-proto", scheme),
            None => request,
        };
        assert_eq!(request.send().await.unwrap().status(), 403, "{scheme:?}");
        let marked = keyhatch::store::keys::find_of_any_tenant(app.app.db.reader(), key.key.id).await;
        assert_eq!(marked.unwrap().unwrap().state, KeyState::Compromised, "{scheme:?}");
    }
}
