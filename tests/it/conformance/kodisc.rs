//! K: Kodisc.

use regex::Regex;
use reqwest::Method;

use super::service::{Service, assert_only_the_digest_is_kept, code};
use crate::support::Answer;

async fn service() -> Service {
    Service::start("kodisc").await
}

#[tokio::test]
async fn k01_every_request_authenticates_with_a_bearer_key() {
    let service = service().await;
    let key = service.mint("live", &[]).await;
    assert_eq!(service.me(&key).await.status, 200);
    for (method, path) in [
        ("GET", "/api/v2/jobs/7"),
        ("POST", "/api/v2/jobs"),
        ("GET", "/api/v2/anything"),
    ] {
        assert_eq!(service.status(&key, method, path).await, 200, "{method} {path}");
        let refused = super::service::judge(&service.stranger(), method, path).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (401, "missing_authorization")
        );
    }
    for (name, value) in [("X-API-Key", key.clone()), ("Authorization", format!("Token {key}"))] {
        let request = service
            .stranger()
            .request(Method::GET, "/api/v2/me")
            .header(name, value);
        assert_eq!(Answer::of(request.send().await.unwrap()).await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn k02_no_valid_header_or_a_revoked_key_is_401() {
    let service = service().await;
    let made = service.make(&[("name", "prod-render-worker")]).await;
    assert_eq!(service.me(&made.text).await.status, 200);
    let never_made = format!("kdsc_live_{}", "0123456789abcdef".repeat(3));
    for key in ["nonsense", "kdsc_live_", never_made.as_str(), &made.text[1..]] {
        let answer = service.me(key).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (401, "invalid_credentials"),
            "{key}"
        );
    }
    assert_eq!(service.stranger().get("/api/v2/me").await.status, 401);
    let page = format!("{}/revocation", made.url);
    service
        .alice
        .submit(&page, &page, &[("name", "prod-render-worker")])
        .await;
    assert_eq!(service.me(&made.text).await.status, 401);
}

#[tokio::test]
async fn k03_a_key_is_its_prefix_and_48_random_hex_characters() {
    let service = service().await;
    let shape = Regex::new("^kdsc_live_[0-9a-f]{48}$").unwrap();
    let mut keys = std::collections::BTreeSet::new();
    for number in 0..20 {
        let made = service.make(&[("name", &format!("worker {number}"))]).await;
        assert!(shape.is_match(&made.text));
        keys.insert(made.text);
    }
    assert_eq!(keys.len(), 20);
}

#[tokio::test]
async fn k04_the_first_16_characters_are_shown_and_looked_up() {
    let service = service().await;
    let made = service.make(&[("name", "prod-render-worker")]).await;
    let prefix = &made.text[..16];
    for page in [&service.keys, &made.url] {
        let page = service.alice.get(page).await;
        assert!(page.texts("code").contains(&prefix.to_owned()), "{}", page.body);
        assert!(!page.body.contains(&made.text[..17]));
    }
    assert_eq!(service.me(&made.text).await.json()["key"]["display_prefix"], prefix);
    let sam = service.app.person("sam").await;
    let found = sam
        .submit("/staff", "/staff/lookups", &[("display_prefix", prefix)])
        .await;
    assert_eq!(found.status, 200);
    assert!(
        found.body.contains("prod-render-worker") && found.body.contains("Acme"),
        "{}",
        found.body
    );
}

#[tokio::test]
async fn k05_a_new_key_takes_a_name_and_perhaps_a_webhook_url() {
    let service = service().await;
    let form = service.form().await;
    for field in ["name", "webhook_url"] {
        assert!(form.iter().any(|(name, _)| name == field), "{field}: {form:?}");
    }
    assert_eq!(service.submit(&[("name", "")]).await.status, 422);
    let without = service.make(&[("name", "one")]).await;
    assert!(
        service
            .alice
            .get(&without.url)
            .await
            .text("dl.definition")
            .contains("Webhook URL None")
    );
    let url = "https://hooks.example.com/kodisc";
    let with = service.make(&[("name", "two"), ("webhook_url", url)]).await;
    assert!(service.alice.get(&with.url).await.text("dl.definition").contains(url));
}

#[tokio::test]
async fn k07_the_full_key_is_shown_once_and_a_lost_one_is_replaced() {
    let service = service().await;
    let answer = service.submit(&[("name", "prod-render-worker")]).await;
    let made = crate::keys::world::see(&service.alice, &answer.location()).await;
    assert_eq!(made.text.len(), 58);
    let again = service.alice.get(&answer.location()).await;
    assert!(!again.body.contains(&made.text) && again.body.contains("was shown already"));
    for page in [&service.keys, &made.url] {
        assert!(!service.alice.get(page).await.body.contains(&made.text));
    }
    let replacing = again.attribute(".actions a.primary", "href").unwrap();
    assert_eq!(replacing, format!("{}/roll", made.url));
    let rolled = service.alice.submit(&replacing, &replacing, &[("grace", "now")]).await;
    let new = crate::keys::world::see(&service.alice, &rolled.location()).await;
    assert_ne!(new.text, made.text);
    assert_eq!(
        (service.me(&new.text).await.status, service.me(&made.text).await.status),
        (200, 401)
    );
}

#[tokio::test]
async fn k08_each_key_has_a_signing_secret_that_no_api_response_holds() {
    let service = service().await;
    let (one, two) = (
        service.make(&[("name", "one")]).await,
        service.make(&[("name", "two")]).await,
    );
    assert!(one.signing_secret.starts_with("whsec_") && one.signing_secret.len() > 30);
    assert_ne!(one.signing_secret, two.signing_secret);
    let program = service.app.program(&one.text);
    let backend = service.app.backend().await;
    let body = serde_json::json!({"name": "three", "type": "live"});
    for answer in [
        service.me(&one.text).await,
        program.get("/api/v2/api-keys").await,
        program.get(&format!("/api/v2/api-keys/{}", one.id)).await,
        program.post("/api/v2/api-keys", &body).await,
        program.get("/api/v2/openapi.json").await,
        service.judge(&one.text, "GET", "/api/v2/jobs").await,
        backend
            .post("/provider/v1/keys/verify", &serde_json::json!({"key": one.text}))
            .await,
    ] {
        assert!(!answer.body.contains("whsec_"), "{}", answer.body);
        assert!(
            answer
                .headers
                .values()
                .all(|value| !value.as_bytes().starts_with(b"whsec_"))
        );
    }
}

#[tokio::test]
async fn k09_only_the_hash_of_a_key_is_stored() {
    let service = service().await;
    let made = service.make(&[("name", "prod-render-worker")]).await;
    assert_only_the_digest_is_kept(&service, &made.text).await;
}

#[tokio::test]
async fn k10_me_confirms_the_key_and_tells_the_live_balance() {
    let service = service().await;
    let made = service.make(&[("name", "prod-render-worker")]).await;
    let me = service.me(&made.text).await.json();
    assert_eq!(me["key"]["name"], "prod-render-worker");
    assert_eq!(me["credits"], serde_json::json!({"balance": 100, "unit": "credits"}));
    let left = async || {
        let me = service.me(&made.text).await.json();
        me["credits"]["balance"].as_i64().unwrap()
    };
    // A job takes one, and the very next look knows; looking and other requests take none.
    for spent in 1..=5 {
        assert_eq!(service.status(&made.text, "POST", "/api/v2/jobs").await, 200);
        assert_eq!(left().await, 100 - spent);
        assert_eq!(service.status(&made.text, "GET", "/api/v2/jobs/7").await, 200);
        assert_eq!(left().await, 100 - spent);
    }
    let backend = service.app.backend().await;
    let change = async |amount: i64| {
        let body = serde_json::json!({"workspace": "acme", "amount": amount});
        backend.post("/provider/v1/credits", &body).await.status
    };
    assert_eq!((change(20).await, left().await), (200, 115));
    assert_eq!((change(-114).await, left().await), (200, 1));
    assert_eq!(service.status(&made.text, "POST", "/api/v2/jobs").await, 200);
    assert_eq!(left().await, 0);
    let refused = service.judge(&made.text, "POST", "/api/v2/jobs").await;
    assert_eq!((refused.status, code(&refused).as_str()), (402, "insufficient_credits"));
    assert_eq!(left().await, 0);
    let page = service.alice.get("/w/acme/credits").await;
    assert!(page.text("dl.definition").contains("0 credits"), "{}", page.body);
    let document = service.stranger().get("/api/v2/openapi.json").await.json();
    assert!(document["components"]["schemas"]["Me"]["properties"]["credits"].is_object());
}

#[tokio::test]
async fn k12_revoking_is_immediate_final_and_advises_two_keys() {
    let service = service().await;
    let (one, two) = (
        service.make(&[("name", "pool a")]).await,
        service.make(&[("name", "pool b")]).await,
    );
    let page = format!("{}/revocation", one.url);
    let warning = service.alice.get(&page).await;
    assert!(
        warning.body.contains("at least two live keys in production"),
        "{}",
        warning.body
    );
    assert!(warning.body.contains("cannot be taken back"));
    assert_eq!(service.me(&one.text).await.status, 200);
    assert_eq!(
        service.alice.submit(&page, &page, &[("name", "pool a")]).await.status,
        303
    );
    assert_eq!(service.me(&one.text).await.status, 401, "the very next request");
    assert_eq!(service.me(&two.text).await.status, 200);
    let revoked = service.alice.get(&one.url).await;
    assert!(revoked.body.contains("Revoked for good"));
    let undo = format!("{}/enablement", one.url);
    assert_eq!(service.alice.submit_from(&service.keys, &undo, &[]).await.status, 409);
    assert_eq!(service.me(&one.text).await.status, 401);
}
