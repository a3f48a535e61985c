use std::time::Duration;

use regex::Regex;
use serde_json::json;

use super::{enable, mint, mint_at, page, plain, send, service, sign, token};
use crate::conformance::service::code;

#[tokio::test]
async fn a_session_says_what_it_is_and_when_it_ends() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    for (environment, path, kind) in [
        ("live", "/v1/embed/sessions", "session"),
        ("test", "/v1/embed/catalogs", "catalog"),
    ] {
        let key = service.mint(environment, &[]).await;
        let body = json!({
            "publishable_key": keys.publishable, "subject": "customer 42", "origin": "https://shop.example.com",
        });
        let minted = mint_at(&service, path, &key, &keys, &body).await;
        assert!(token(&minted).starts_with("khe_"));
        assert_eq!(minted.headers["cache-control"], "no-store");
        let minted = minted.json();
        assert_eq!(minted["type"], kind);
        assert_eq!(minted["environment"], environment);
        assert_eq!(minted["publishable_key"], json!(keys.publishable));
        assert_eq!(minted["subject"], "customer 42");
        assert_eq!(minted["origin"], "https://shop.example.com");
        let ends = keyhatch::model::timestamp::Timestamp::parse(minted["expires_at"].as_str().unwrap()).unwrap();
        let lives = ends.millis() - service.app.app.now().millis();
        assert!((59 * 60_000..=60 * 60_000).contains(&lives), "{lives}");
    }
}

#[tokio::test]
async fn a_signature_is_good_for_these_bytes_and_five_minutes() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let program = service.app.program(&key);
    let path = "/v1/embed/sessions";
    let body = plain(&keys).to_string();
    let now = service.app.app.now().seconds();
    for (seconds, expected) in [(-290, 201), (290, 201), (-310, 401), (310, 401)] {
        let timestamp = (now + seconds).to_string();
        let answer = send(&program, path, &timestamp, &sign(&keys, &timestamp, &body), &body).await;
        assert_eq!(answer.status, expected, "{seconds}: {}", answer.body);
    }
    let timestamp = now.to_string();
    let good = sign(&keys, &timestamp, &body);
    let other = send(&program, path, &timestamp, &good, &body.replace('{', "{ ")).await;
    assert_eq!((other.status, code(&other).as_str()), (401, "invalid_credentials"));
    // What is repeated with the key mints another like it, as long as it is recent.
    for expected in [201, 201] {
        assert_eq!(send(&program, path, &timestamp, &good, &body).await.status, expected);
    }
    service.app.advance(Duration::from_secs(301));
    assert_eq!(send(&program, path, &timestamp, &good, &body).await.status, 401);
}

#[tokio::test]
async fn what_is_wrong_with_the_body_is_told_at_its_field_and_after_the_signature() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let publishable = &keys.publishable;
    for (body, field) in [
        (
            json!({ "publishable_key": publishable, "origin": "https://a.example/path" }),
            "origin",
        ),
        (
            json!({ "publishable_key": publishable, "subject": "x".repeat(201) }),
            "subject",
        ),
        (json!({ "publishable_key": publishable, "subject": 42 }), "subject"),
        (json!({ "publishable_key": publishable, "colour": "red" }), "colour"),
    ] {
        let answer = mint(&service, &key, &keys, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.body);
    }
    let program = service.app.program(&key);
    let timestamp = service.app.app.now().seconds().to_string();
    for (body, status) in [("[]", 400), ("{", 400), ("\"x\"", 400)] {
        let answer = send(
            &program,
            "/v1/embed/sessions",
            &timestamp,
            &sign(&keys, &timestamp, body),
            body,
        )
        .await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        let unsigned = send(&program, "/v1/embed/sessions", &timestamp, "v1,AAAA", body).await;
        assert_eq!(unsigned.status, 401, "{body}: {}", unsigned.body);
    }
    let large = json!({ "publishable_key": publishable, "subject": "x".repeat(70_000) });
    assert_eq!(mint(&service, &key, &keys, &large).await.status, 413);
}

#[tokio::test]
async fn refusals_are_on_the_page_of_the_key_and_count_against_nothing() {
    let service = service().await;
    let made = service.make(&[("name", "server"), ("type", "live")]).await;
    let program = service.app.program(&made.text);
    let body = json!({});
    program.post("/v1/embed/sessions", &body).await;
    let keys = enable(&service.alice, &page(&service)).await;
    program.post("/v1/embed/sessions", &body).await;
    send(&program, "/v1/embed/sessions", "1", "v1,AAAA", "{}").await;
    super::suspend(&service, true).await;
    mint(&service, &made.text, &keys, &plain(&keys)).await;
    let shown = service.alice.get(&made.url).await;
    assert_eq!(shown.texts(".number dd")[..2], ["0", "4"], "accepted and refused today");
    for words in [
        "Embed mode is not enabled",
        "A session takes a signature besides the key",
        "The embed signature or publishable key was wrong",
        "The embed partnership is suspended",
    ] {
        assert!(shown.body.contains(words), "{words}");
    }
}

#[tokio::test]
async fn keys_at_rest_are_sealed_and_digests() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let format = Regex::new("^ck_embed_[ps]k_[0-9A-Za-z]{46}$").unwrap();
    assert!(format.is_match(&keys.publishable) && format.is_match(&keys.signing));
    let key = service.mint("live", &[]).await;
    let token = token(&mint(&service, &key, &keys, &plain(&keys)).await);
    crate::conformance::service::assert_kept_nowhere(&service, &keys.signing);
    crate::conformance::service::assert_kept_nowhere(&service, &token);
}
