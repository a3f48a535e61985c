//! V: CodivUpload.

use std::time::Duration;

use serde_json::json;

use super::service::{Service, assert_kept_nowhere, assert_only_the_digest_is_kept};

async fn service() -> Service {
    Service::start("codivupload").await
}

#[tokio::test]
async fn v01_keys_are_made_under_api_keys_and_sent_as_bearer() {
    let service = service().await;
    let overview = service.alice.get(&format!("/w/{}", service.workspace.slug)).await;
    assert!(
        overview.body.contains(&format!("href=\"{}\"", service.keys)),
        "the dashboard leads to the keys"
    );
    let made = service.make(&[("name", "app-production")]).await;
    assert!(made.text.starts_with("cdv_"));
    assert_eq!(service.me(&made.text).await.status, 200);
    let request = service.stranger().request(reqwest::Method::GET, "/v1/me");
    let answer = crate::support::Answer::of(request.header("X-API-Key", &made.text).send().await.unwrap()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["code"], "MISSING_AUTHORIZATION");
}

#[tokio::test]
async fn v03_a_key_reaches_everything_in_its_workspace() {
    let service = service().await;
    let key = service.mint("workspace", &[]).await;
    let me = service.me(&key).await.json();
    assert_eq!((&me["project"], &me["access"]), (&json!(null), &json!("all")));
    assert_eq!(me["workspace"]["id"], service.workspace.id.to_string());
    for (method, path) in [
        ("GET", "/v1/profiles"),
        ("POST", "/v1/posts"),
        ("DELETE", "/v1/profiles/7"),
        ("POST", "/v1/upload-media"),
    ] {
        assert_eq!(service.status(&key, method, path).await, 200, "{method} {path}");
    }
}

#[tokio::test]
async fn v04_the_101st_request_of_a_minute_has_to_wait() {
    let service = service().await;
    let (key, other) = (
        service.mint("workspace", &[]).await,
        service.mint("workspace", &[]).await,
    );
    for number in 0..100 {
        let answer = match number % 3 {
            0 => service.me(&key).await,
            1 => service.judge(&key, "GET", "/v1/posts").await,
            _ => service.judge(&key, "POST", "/v1/posts").await,
        };
        assert_eq!(answer.status, 200, "request {}", number + 1);
    }
    for answer in [service.me(&key).await, service.judge(&key, "GET", "/v1/posts").await] {
        assert_eq!(answer.status, 429);
        assert_eq!(answer.headers["content-type"], "application/json");
        let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        let unit = if seconds == 1 { "second" } else { "seconds" };
        assert_eq!(
            answer.json(),
            json!({"error": format!("Rate limit exceeded. Try again in {seconds} {unit}."), "code": "RATE_LIMIT_EXCEEDED"})
        );
    }
    assert_eq!(service.me(&other).await.status, 200, "each key has its own");
    let wait = service.me(&key).await.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    service.app.advance(Duration::from_secs(wait));
    assert_eq!(service.me(&key).await.status, 200, "after as long as it was told");
}

#[tokio::test]
async fn v05_a_workspace_has_50_uploads_an_hour_with_all_its_keys() {
    let service = service().await;
    let (one, two) = (
        service.mint("workspace", &[]).await,
        service.mint("workspace", &[]).await,
    );
    for number in 0..50 {
        let key = if number % 2 == 0 { &one } else { &two };
        assert_eq!(
            service.status(key, "POST", "/v1/upload-media").await,
            200,
            "upload {}",
            number + 1
        );
    }
    for key in [&one, &two] {
        let refused = service.judge(key, "POST", "/v1/upload-media").await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str().unwrap()),
            (429, "RATE_LIMIT_EXCEEDED")
        );
        assert_eq!(
            service.status(key, "POST", "/v1/posts").await,
            200,
            "it is about one endpoint"
        );
    }
    let elsewhere = service.app.workspace(&service.alice, "Elsewhere").await;
    let theirs = service.app.key(&elsewhere, None, "workspace", "live", &[]).await;
    assert_eq!(
        service
            .status(theirs.text.expose_secret(), "POST", "/v1/upload-media")
            .await,
        200
    );
}

#[tokio::test]
async fn v06_what_must_be_readable_again_is_sealed_and_keys_are_hashed() {
    let service = service().await;
    let made = service.make(&[("name", "app-production")]).await;
    assert!(made.signing_secret.starts_with("whsec_"));
    assert_only_the_digest_is_kept(&service, &made.text).await;
    assert_kept_nowhere(&service, made.signing_secret.trim_start_matches("whsec_"));
}

#[tokio::test]
async fn v07_a_leaked_key_is_deleted_replaced_and_its_activity_looked_at() {
    let service = service().await;
    let leaked = service.make(&[("name", "app-production")]).await;
    for _ in 0..3 {
        assert_eq!(service.me(&leaked.text).await.status, 200);
    }
    let page = service.alice.get(&leaked.url).await;
    assert_eq!(page.texts(".number dd")[0], "3", "its recent activity");
    assert!(
        page.text("dl.definition").contains("from 127.0.0.1"),
        "and where it came from"
    );
    let deletion = format!("{}/deletion", leaked.url);
    let asked = service.alice.get(&deletion).await;
    assert!(asked.body.contains("3 accepted"), "{}", asked.body);
    let mistyped = service.alice.submit(&deletion, &deletion, &[("name", "app")]).await;
    assert_eq!(
        (mistyped.status, service.me(&leaked.text).await.status),
        (422, 200),
        "it is in use, so its name is asked for"
    );
    let deleted = service
        .alice
        .submit(&deletion, &deletion, &[("name", "app-production")])
        .await;
    assert_eq!(deleted.status, 303);
    assert_eq!(service.me(&leaked.text).await.status, 401, "at once");
    let replacement = service.make(&[("name", "app-production")]).await;
    assert_eq!(service.me(&replacement.text).await.status, 200);
    let audit = service.alice.get(&format!("/w/{}/audit", service.workspace.slug)).await;
    for deed in ["deleted the key", "created the key"] {
        assert!(audit.body.contains(deed), "{deed}");
    }
    assert!(
        audit.body.contains(&leaked.text[..12]),
        "the trail knows which one it was"
    );
}

#[tokio::test]
async fn v08_one_of_many_keys_falls_and_leaves_the_others() {
    let service = service().await;
    let mut keys = Vec::new();
    for name in ["app-production", "mcp-claude", "automation-n8n", "staging"] {
        keys.push(service.make(&[("name", name)]).await);
    }
    let deletion = format!("{}/deletion", keys[2].url);
    assert_eq!(service.alice.submit(&deletion, &deletion, &[]).await.status, 303);
    let mut statuses = Vec::new();
    for key in &keys {
        statuses.push(service.me(&key.text).await.status);
    }
    assert_eq!(statuses, [200, 200, 401, 200]);
}
