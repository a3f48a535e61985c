//! D: Docs API.

use std::time::Duration;

use super::service::{Service, code, handed_on};
use crate::accounts::link;
use crate::keys::world::see;
use crate::support::{Browser, PASSWORD};

async fn service() -> Service {
    Service::start("docsapi").await
}

/// Bob signs up and confirms his address.
async fn bob_signs_up(service: &Service) -> Browser {
    let bob = service.app.browser();
    let fields = [("email", "bob@example.com"), ("password", PASSWORD)];
    bob.submit("/sign-up", "/sign-up", &fields).await;
    let path = link(&service.app.mails(1).await[0], "/verify-email?token=");
    let answer = bob.submit(&path, "/verify-email", &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/welcome"));
    bob
}

#[tokio::test]
async fn d01_a_new_account_has_two_pairs() {
    let service = service().await;
    let bob = bob_signs_up(&service).await;
    let welcome = bob.get("/welcome").await;
    let names = [
        "Test publishable key",
        "Test secret key",
        "Live publishable key",
        "Live secret key",
    ];
    let listed = welcome.texts("#given li > a:first-child");
    assert_eq!(listed, names);
    let urls: Vec<String> = {
        let html = welcome.html();
        let links = scraper::Selector::parse("#given li > a:first-child").unwrap();
        html.select(&links)
            .map(|link| link.value().attr("href").unwrap().to_owned())
            .collect()
    };
    for (url, prefix) in urls.iter().zip(["pk_test_", "sk_test_", "pk_live_", "sk_live_"]) {
        let text = if prefix.starts_with("pk") {
            bob.get(url).await.text("#public-text")
        } else {
            let shown = see(&bob, &format!("{url}/reveal")).await;
            let again = bob.get(&format!("{url}/reveal")).await;
            assert!(
                !shown.text.is_empty() && !again.body.contains(&shown.text),
                "shown once"
            );
            shown.text
        };
        assert!(text.starts_with(prefix), "{prefix}");
        let me = service.me(&text).await;
        assert_eq!(me.status, 200);
        assert_eq!(me.json()["environment"], &prefix[3..7]);
    }
    // Another browser with the right password is shown nothing.
    let service = Service::start("docsapi").await;
    bob_signs_up(&service).await;
    let elsewhere = service.app.browser();
    elsewhere.sign_in("bob@example.com", PASSWORD).await;
    let welcome = elsewhere.get("/welcome").await;
    let reveal = welcome.attribute("#given a[href$='/reveal']", "href").unwrap();
    let page = elsewhere.get(&reveal).await;
    assert!(page.texts("#key-text").is_empty() && page.body.contains("waits in another browser"));
}

#[tokio::test]
async fn d02_a_publishable_key_only_reads_and_stays_visible() {
    let service = service().await;
    let made = service.make(&[("name", "web"), ("type", "pk_live")]).await;
    for _ in 0..2 {
        assert_eq!(service.alice.get(&made.url).await.text("#public-text"), made.text);
    }
    for (method, path, expected) in [
        ("GET", "/v1/resources", 200),
        ("HEAD", "/v1/resources/7", 200),
        ("POST", "/v1/resources", 403),
        ("DELETE", "/v1/resources/7", 403),
        ("POST", "/v1/jobs", 403),
        ("GET", "/v1/webhooks", 403),
        ("GET", "/v1/api-keys", 403),
    ] {
        assert_eq!(
            service.status(&made.text, method, path).await,
            expected,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn d03_a_secret_key_has_full_access() {
    let service = service().await;
    for type_id in ["sk_live", "sk_test"] {
        let key = service.mint(type_id, &[]).await;
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            for path in ["/v1/resources/7", "/v1/jobs", "/v1/webhooks", "/v1/anything"] {
                assert_eq!(service.status(&key, method, path).await, 200, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn d04_the_environment_of_a_key_reaches_the_api_and_never_changes() {
    let service = service().await;
    let backend = service.app.backend().await;
    for (type_id, environment, other) in [
        ("pk_test", "test", "live"),
        ("sk_test", "test", "live"),
        ("sk_live", "live", "test"),
    ] {
        let key = service.mint(type_id, &[]).await;
        let judged = service.judge(&key, "GET", "/v1/resources").await;
        assert_eq!(handed_on(&judged, "environment"), environment);
        assert_eq!(service.me(&key).await.json()["environment"], environment);
        for (asked, valid) in [(environment, true), (other, false)] {
            let question = serde_json::json!({"key": key, "environment": asked});
            let answer = backend.post("/provider/v1/keys/verify", &question).await.json();
            assert_eq!(answer["valid"], valid, "{type_id} asked for {asked}: {answer}");
        }
    }
    let maker = service.mint("sk_test", &[]).await;
    let body = serde_json::json!({"name": "escape", "type": "sk_live"});
    let escaped = service.app.program(&maker).post("/v1/api-keys", &body).await;
    assert_eq!(escaped.status, 403, "a test key makes no live key");
}

#[tokio::test]
async fn d05_a_restricted_key_has_any_of_four_scopes() {
    let service = service().await;
    let requests = [
        ("GET", "/v1/resources", "resources:read"),
        ("POST", "/v1/resources", "resources:write"),
        ("DELETE", "/v1/resources/7", "resources:write"),
        ("POST", "/v1/jobs", "jobs:write"),
        ("DELETE", "/v1/jobs/7", "jobs:write"),
        ("POST", "/v1/webhooks", "webhooks:write"),
    ];
    for scopes in [
        &["resources:read"][..],
        &["resources:read", "jobs:write"],
        &["webhooks:write"],
        &["resources:read", "resources:write", "jobs:write", "webhooks:write"],
    ] {
        let name = format!("{} scopes, {} first", scopes.len(), scopes[0]);
        let mut fields = vec![("name", name.as_str()), ("type", "rk_live")];
        fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
        let made = service.make(&fields).await;
        assert!(made.text.starts_with("rk_live_"));
        for (method, path, needed) in requests {
            let expected = if scopes.contains(&needed) { 200 } else { 403 };
            assert_eq!(
                service.status(&made.text, method, path).await,
                expected,
                "{scopes:?}: {method} {path}"
            );
        }
    }
    assert_eq!(
        service.submit(&[("name", "none"), ("type", "rk_live")]).await.status,
        422,
        "at least one"
    );
}

#[tokio::test]
async fn d07_a_bad_key_is_401_and_a_lacking_one_403() {
    let service = service().await;
    assert_eq!(service.stranger().get("/v1/me").await.status, 401);
    assert_eq!(service.me("sk_live_nonsense").await.status, 401);
    let made = service
        .make(&[
            ("name", "worker"),
            ("type", "rk_test"),
            ("scopes", "resources:read"),
            ("expiry", "7"),
        ])
        .await;
    assert_eq!(service.status(&made.text, "GET", "/v1/resources").await, 200);
    let lacking = service.judge(&made.text, "POST", "/v1/resources").await;
    assert_eq!((lacking.status, code(&lacking).as_str()), (403, "insufficient_scope"));
    assert!(lacking.body.contains("resources:write"), "it names what is missing");
    service.app.advance(Duration::from_secs(8 * 24 * 3600));
    let expired = service.judge(&made.text, "GET", "/v1/resources").await;
    assert_eq!((expired.status, code(&expired).as_str()), (401, "invalid_credentials"));
}

#[tokio::test]
async fn d08_keys_are_rotated_on_a_schedule_and_at_once() {
    let service = service().await;
    for (name, grace, at_first, later) in [("scheduled", "24h", 200, 401), ("leaked", "now", 401, 401)] {
        let old = service.make(&[("name", name), ("type", "sk_live")]).await;
        let roll = format!("{}/roll", old.url);
        let rolled = service.alice.submit(&roll, &roll, &[("grace", grace)]).await;
        let new = see(&service.alice, &rolled.location()).await;
        assert_eq!(service.me(&new.text).await.status, 200);
        assert_eq!(service.me(&old.text).await.status, at_first, "{name}");
        service.app.clock.advance_millis(24 * 3_600_000);
        assert_eq!(service.me(&old.text).await.status, later, "{name}");
        service.app.clock.advance_millis(-24 * 3_600_000);
    }
}
