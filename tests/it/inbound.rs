//! Inbound tokens: their pages, and how a request with one is judged. What the document promises is in `conformance`.

mod judged;
mod pages;
mod proxies;
mod twice;

use crate::conformance::service::Service;
use crate::support::{Answer, Browser};

pub async fn service() -> Service {
    Service::start("craftkit").await
}

/// Makes a token as a person does, and reads it.
pub async fn make(browser: &Browser, key_url: &str, template: &str) -> String {
    let page = format!("{key_url}/inbound");
    let made = browser.submit(&page, &page, &[("template", template)]).await;
    assert_eq!(made.status, 303, "{}", made.body);
    browser.get(&made.location()).await.text("#inbound-token")
}

/// A webhook from somebody who has the address and nothing else.
pub async fn send(service: &Service, token: &str) -> Answer {
    let path = format!("{}/inbound/{token}", service.base);
    service
        .stranger()
        .post(&path, &serde_json::json!({ "amount": 7 }))
        .await
}
