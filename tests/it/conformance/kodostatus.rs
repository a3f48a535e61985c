//! S: KodoStatus. Its plans are in `kodostatus_plans`.

use std::time::Duration;

use keyhatch::model::timestamp::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::service::{Service, code};
use crate::support::Answer;

async fn service() -> Service {
    Service::on_plan("kodostatus", Some("pro")).await
}

/// Creates a key over the API, with a full-access key.
async fn create(service: &Service, full: &str, body: &Value) -> Answer {
    service.manage(full, Method::POST, "", Some(body)).await
}

#[tokio::test]
async fn s01_a_key_can_do_exactly_what_its_scopes_say() {
    let service = service().await;
    let requests = [
        ("GET", "/api/v1/incidents", "incidents:read"),
        ("GET", "/api/v1/incidents/7", "incidents:read"),
        ("POST", "/api/v1/incidents", "incidents:write"),
        ("PATCH", "/api/v1/incidents/7", "incidents:write"),
        ("GET", "/api/v1/services", "services:read"),
        ("POST", "/api/v1/services", "services:write"),
        ("POST", "/api/v1/heartbeat", "heartbeat:write"),
        ("POST", "/api/v1/heartbeat/db-backup", "heartbeat:write"),
        ("GET", "/api/v1/metrics", "metrics:read"),
        ("POST", "/api/v1/metrics", "metrics:write"),
        ("GET", "/api/v1/api-keys", ""),
        ("POST", "/api/v1/api-keys", ""),
        ("DELETE", "/api/v1/pages/7", ""),
    ];
    for scopes in [
        &["incidents:write"][..],
        &["incidents:read", "services:read"],
        &["heartbeat:write", "metrics:write"],
    ] {
        let key = service.mint("scoped", scopes).await;
        assert_eq!(service.me(&key).await.json()["scopes"], json!(scopes));
        for (method, path, needed) in requests {
            let answer = service.judge(&key, method, path).await;
            let expected = if scopes.contains(&needed) { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{scopes:?}: {method} {path}");
            if expected == 403 {
                assert_eq!(code(&answer), "insufficient_scope");
                assert!(answer.body.contains(needed));
            }
        }
    }
    let full = service.mint("full", &[]).await;
    for (method, path, _) in requests {
        assert_eq!(service.status(&full, method, path).await, 200, "{method} {path}");
    }
}

#[tokio::test]
async fn s02_a_key_is_made_on_a_page_with_checkboxes_and_copied_once() {
    let service = service().await;
    let list = service.alice.get(&service.keys).await;
    assert_eq!(
        list.attribute("main a.primary, .empty a", "href").unwrap(),
        format!("{}/new", service.keys)
    );
    let form = service.alice.get(&format!("{}/new", service.keys)).await;
    for scope in [
        "incidents:read",
        "incidents:write",
        "services:read",
        "heartbeat:write",
        "metrics:write",
    ] {
        let checkbox = format!("input[type=checkbox][name=scopes][value='{scope}']");
        assert!(form.attribute(&checkbox, "name").is_some(), "{scope}");
    }
    for field in ["name", "expires_at"] {
        assert!(form.attribute(&format!("[name={field}]"), "name").is_some(), "{field}");
    }
    let made = service
        .make(&[
            ("name", "Dashboard Widget"),
            ("type", "scoped"),
            ("scopes", "incidents:read"),
            ("scopes", "services:read"),
            ("expiry", "date"),
            ("expires_at", "2099-12-31"),
        ])
        .await;
    assert!(made.text.starts_with("kodo_"));
    assert!(
        !service
            .alice
            .get(&format!("{}/reveal", made.url))
            .await
            .body
            .contains(&made.text)
    );
    let me = service.me(&made.text).await.json();
    assert_eq!(me["scopes"], json!(["incidents:read", "services:read"]));
    assert!(
        me["key"]["expires_at"].as_str().unwrap().starts_with("2099-12-31")
            || me["key"]["expires_at"].as_str().unwrap().starts_with("2100-01-01")
    );
}

#[tokio::test]
async fn s03_a_full_access_key_makes_keys_over_the_api() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    let body = json!({"name": "CI/CD Pipeline", "scopes": ["incidents:write"], "expires_at": "2099-12-31T23:59:59Z"});
    let answer = create(&service, &full, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let made = answer.json();
    let text = made["key"].as_str().unwrap();
    assert!(text.starts_with("kodo_"));
    assert!(made["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(made["key_prefix"], format!("{}..", &text[..11]));
    assert_eq!(
        (&made["name"], &made["scopes"]),
        (&json!("CI/CD Pipeline"), &json!(["incidents:write"]))
    );
    assert_eq!(made["enabled"], true);
    assert_eq!(
        made["expires_at"].as_str().unwrap().replace(".000", ""),
        "2099-12-31T23:59:59Z"
    );
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(service.status(text, "POST", "/api/v1/incidents").await, 200);

    let refused = create(&service, text, &json!({"name": "more", "scopes": ["incidents:write"]})).await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (403, "insufficient_scope"),
        "it takes a full-access key"
    );
    let unknown = create(&service, &full, &json!({"name": "x", "scopes": ["incidents:wirte"]})).await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn s04_the_list_never_holds_a_keys_text() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    let made = create(&service, &full, &json!({"name": "one", "scopes": ["incidents:read"]}))
        .await
        .json();
    let list = service.manage(&full, Method::GET, "", None).await;
    assert_eq!(list.status, 200);
    let keys = list.json()["data"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2);
    assert!(
        keys.iter()
            .all(|key| key.get("key").is_none() && key["key_prefix"].as_str().unwrap().ends_with(".."))
    );
    assert!(!list.body.contains(made["key"].as_str().unwrap()) && !list.body.contains(&full));
    let one = service
        .manage(&full, Method::GET, &format!("/{}", made["id"].as_str().unwrap()), None)
        .await;
    assert_eq!(one.json()["name"], "one");
    assert!(one.json().get("key").is_none());
}

#[tokio::test]
async fn s05_a_key_is_disabled_and_enabled_again() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    let made = create(&service, &full, &json!({"name": "one", "scopes": ["incidents:read"]}))
        .await
        .json();
    let (text, path) = (
        made["key"].as_str().unwrap(),
        format!("/{}", made["id"].as_str().unwrap()),
    );
    for (enabled, status) in [(false, 401), (true, 200), (false, 401)] {
        let answer = service
            .manage(&full, Method::PATCH, &path, Some(&json!({"enabled": enabled})))
            .await;
        assert_eq!((answer.status, &answer.json()["enabled"]), (200, &json!(enabled)));
        assert_eq!(service.me(text).await.status, status, "the very next request");
        let shown = service.manage(&full, Method::GET, &path, None).await;
        assert_eq!(shown.json()["enabled"], enabled);
    }
}

#[tokio::test]
async fn s06_a_deleted_key_is_gone_for_good() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    let body = json!({"name": "one", "scopes": ["incidents:read"]});
    let made = create(&service, &full, &body).await.json();
    let (text, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    let path = format!("/{id}");
    assert_eq!(service.me(text).await.status, 200);
    assert_eq!(service.manage(&full, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(service.me(text).await.status, 401, "the very next request");
    for (method, body) in [
        (Method::GET, None),
        (Method::PATCH, Some(json!({"enabled": true}))),
        (Method::DELETE, None),
    ] {
        assert_eq!(
            service.manage(&full, method.clone(), &path, body.as_ref()).await.status,
            404,
            "{method}"
        );
    }
    for rest in ["", "?status=all", "?status=revoked", "?q=one"] {
        let list = service.manage(&full, Method::GET, rest, None).await;
        assert!(!list.body.contains(id), "{rest}: {}", list.body);
    }
    assert_eq!(service.alice.get(&format!("{}{path}", service.keys)).await.status, 404);
    assert!(
        !service
            .alice
            .get(&format!("{}?status=all", service.keys))
            .await
            .body
            .contains(id)
    );
    let audit = service.alice.get(&format!("/w/{}/audit", service.workspace.slug)).await;
    assert!(
        audit.body.contains("deleted the key") && audit.body.contains(&text[..11]),
        "the trail remembers"
    );
    assert_eq!(
        create(&service, &full, &body).await.status,
        201,
        "its name and its place are free"
    );
    assert_eq!(service.me(text).await.status, 401);
}

#[tokio::test]
async fn s08_last_use_is_kept_and_shown() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    let made = create(
        &service,
        &full,
        &json!({"name": "widget", "scopes": ["incidents:read"]}),
    )
    .await
    .json();
    let path = format!("/{}", made["id"].as_str().unwrap());
    assert!(service.manage(&full, Method::GET, &path, None).await.json()["last_used_at"].is_null());
    let row = |page: &Answer| page.texts("td[data-label='Last used']");
    let list = service.alice.get(&format!("{}?q=widget", service.keys)).await;
    assert_eq!(row(&list), ["never"]);
    service
        .status(made["key"].as_str().unwrap(), "GET", "/api/v1/incidents")
        .await;
    service.app.app.usage.flush(&service.app.app.db).await.unwrap();
    let used = service.manage(&full, Method::GET, &path, None).await.json();
    // Not as texts: how many digits a second has depends on the moment.
    let moment = |of: &Value| Timestamp::parse(of.as_str().unwrap()).unwrap();
    assert!(moment(&used["last_used_at"]) >= moment(&made["created_at"]));
    let list = service.alice.get(&format!("{}?q=widget", service.keys)).await;
    assert_ne!(row(&list), ["never"]);
}

#[tokio::test]
async fn s09_an_expiry_is_honoured_to_the_second() {
    let service = service().await;
    let full = service.mint("full", &[]).await;
    // To a whole second, so that what is said is what is meant.
    let now = service.app.app.now().millis();
    service.app.clock.advance_millis(1_000 - now.rem_euclid(1_000));
    let at = service.app.app.now().plus(3_600_000).rfc3339();
    let body = json!({"name": "one", "scopes": ["incidents:read"], "expires_at": at});
    let made = create(&service, &full, &body).await.json();
    let text = made["key"].as_str().unwrap();
    service.app.advance(Duration::from_secs(3_599));
    assert_eq!(service.me(text).await.status, 200, "a second before");
    service.app.advance(Duration::from_secs(1));
    assert_eq!(service.me(text).await.status, 401, "at that second");
    let shown = service
        .manage(&full, Method::GET, &format!("/{}", made["id"].as_str().unwrap()), None)
        .await;
    assert_eq!(shown.json()["expires_at"], made["expires_at"]);
}

#[tokio::test]
async fn s10_people_are_led_to_disable_a_key_before_they_delete_it() {
    let service = service().await;
    let made = service
        .make(&[("name", "old agent"), ("type", "scoped"), ("scopes", "metrics:write")])
        .await;
    let page = service.alice.get(&made.url).await;
    assert!(
        page.text(".danger-zone").contains("Disable it first"),
        "{}",
        page.text(".danger-zone")
    );
    assert!(
        page.texts(".danger-zone h3").iter().all(|title| title != "Revoke"),
        "one way to end a key"
    );
    let deletion = format!("{}/deletion", made.url);
    let asked = service.alice.get(&deletion).await;
    assert_eq!(asked.texts("main h2"), ["Disable it first"]);
    let disabling = format!("{}/disablement", made.url);
    assert_eq!(
        service.alice.submit(&deletion, &disabling, &[]).await.status,
        303,
        "it is one click away"
    );
    assert_eq!(service.me(&made.text).await.status, 401);
    let asked = service.alice.get(&deletion).await;
    assert!(!asked.body.contains("Disable it first"));
    let victor = service.member("victor", "viewer").await;
    assert_eq!(victor.get(&deletion).await.status, 403);
    assert_eq!(victor.submit_from("/workspaces", &deletion, &[]).await.status, 403);
    let charlie = service.app.person("charlie").await;
    assert_eq!(charlie.submit_from("/workspaces", &deletion, &[]).await.status, 404);
    let done = service.alice.submit(&deletion, &deletion, &[]).await;
    assert_eq!((done.status, done.location()), (303, service.keys.clone()));
    let list = service.alice.get(&service.keys).await;
    assert!(list.text(".flash").contains("is deleted"));
    assert_eq!(service.alice.get(&made.url).await.status, 404);
}
