//! Embed mode: its pages, sessions, and what the provider is told of them. What the document promises is in `conformance`.

mod owners;
mod pages;
mod sessions;
mod snippets;
mod verify;

use keyhatch::model::embed::signature;
use keyhatch::model::key_format::KeyText;
use reqwest::Method;
use serde_json::{Value, json};

use crate::conformance::service::Service;
use crate::support::{Answer, Browser, Program};

/// The keys of a partner.
#[derive(Clone, Debug)]
pub struct Keys {
    pub publishable: String,
    pub signing: String,
}

/// A service with embed mode, which belongs to projects.
pub async fn service() -> Service {
    Service::start("craftkit").await
}

/// `/w/acme/p/site/embed`
pub fn page(service: &Service) -> String {
    service.keys.replace("/keys", "/embed")
}

/// Enables embed mode as a person does, and reads both keys.
pub async fn enable(browser: &Browser, page: &str) -> Keys {
    let enabled = browser.submit(page, page, &[]).await;
    assert_eq!(enabled.status, 303, "{}", enabled.body);
    Keys {
        signing: see(browser, &enabled).await,
        publishable: browser.get(page).await.text("#publishable-key"),
    }
}

/// The signing key on the page that a form led to.
pub async fn see(browser: &Browser, redirect: &Answer) -> String {
    let shown = browser.get(&redirect.location()).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown.text("#embed-signing-key")
}

/// What is asked with nothing special about it.
pub fn plain(keys: &Keys) -> Value {
    json!({ "publishable_key": keys.publishable })
}

/// A request for a session, signed now.
pub async fn mint(service: &Service, key: &str, keys: &Keys, body: &Value) -> Answer {
    mint_at(service, "/v1/embed/sessions", key, keys, body).await
}

/// The same at another address.
pub async fn mint_at(service: &Service, path: &str, key: &str, keys: &Keys, body: &Value) -> Answer {
    let timestamp = service.app.app.now().seconds().to_string();
    let text = body.to_string();
    send(
        &service.app.program(key),
        path,
        &timestamp,
        &sign(keys, &timestamp, &text),
        &text,
    )
    .await
}

/// The value of `X-Embed-Signature`.
pub fn sign(keys: &Keys, timestamp: &str, body: &str) -> String {
    let key = KeyText::presented(keys.signing.clone());
    signature::sign(&key, timestamp, body.as_bytes())
}

/// A request with exactly these headers.
pub async fn send(program: &Program, path: &str, timestamp: &str, signature: &str, body: &str) -> Answer {
    let request = program
        .request(Method::POST, path)
        .header("content-type", "application/json")
        .header("x-embed-timestamp", timestamp)
        .header("x-embed-signature", signature)
        .body(body.to_owned());
    Answer::of(request.send().await.unwrap()).await
}

/// What the provider is told of a token.
pub async fn verify(service: &Service, question: &Value) -> Value {
    let backend = service.app.backend().await;
    let answer = backend.post("/provider/v1/embed/verify", question).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// The token of a minted session.
pub fn token(minted: &Answer) -> String {
    assert_eq!(minted.status, 201, "{}", minted.body);
    minted.json()["token"].as_str().unwrap().to_owned()
}

/// The operator suspends the partnership of Alice's project, or resumes it.
pub async fn suspend(service: &Service, suspended: bool) {
    let ring = service.app.ring(&service.workspace, service.project.as_ref());
    let app = &service.app.app;
    let partner = match suspended {
        true => keyhatch::domain::embed::suspend(app, &ring).await.unwrap(),
        false => keyhatch::domain::embed::resume(app, &ring).await.unwrap(),
    };
    assert_eq!(partner.suspended_at.is_some(), suspended);
}
