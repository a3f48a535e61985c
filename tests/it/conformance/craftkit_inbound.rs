//! C: CraftKit's inbound webhooks.

use super::service::{code, handed_on, judge};
use crate::inbound::{make, send, service};

#[tokio::test]
async fn c09_an_inbound_token_authenticates_alone_and_its_key_owns_the_result() {
    let service = service().await;
    let key = service
        .make(&[("name", "inbound webhook handler"), ("type", "test")])
        .await;
    let token = make(&service.alice, &key.url, "invoice").await;

    // Asked directly, with nothing but the token.
    let answer = send(&service, &token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let owner = answer.json();
    assert_eq!(owner["key_id"], key.id.as_str());
    assert_eq!(owner["template"], "invoice");
    assert_eq!(owner["environment"], "test");
    assert_eq!(owner["workspace"]["slug"], "acme");
    assert_eq!(owner["project"]["slug"], "site");

    // Through a gateway: the API behind learns whose the result is.
    let path = format!("/v1/inbound/{token}");
    let judged = judge(&service.stranger(), "POST", &path).await;
    assert_eq!(judged.status, 200, "{}", judged.body);
    assert_eq!(handed_on(&judged, "key-id"), key.id);
    assert_eq!(handed_on(&judged, "template"), "invoice");
    assert_eq!(handed_on(&judged, "environment"), "test");
    assert_eq!(
        handed_on(&judged, "project"),
        service.project.as_ref().unwrap().id.to_string()
    );

    // It opens nothing else, not even as a key.
    for (method, path) in [
        ("GET", path.as_str()),
        ("POST", "/v1/templates/invoice/render"),
        ("GET", "/v1/renders"),
    ] {
        let refused = judge(&service.stranger(), method, path).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (401, "missing_authorization"),
            "{method} {path}"
        );
        let refused = service.judge(&token, method, path).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (401, "invalid_credentials"),
            "{method} {path}"
        );
    }

    // Revoking the key ends it, at once.
    let page = format!("{}/revocation", key.url);
    let revoked = service
        .alice
        .submit(&page, &page, &[("name", "inbound webhook handler")])
        .await;
    assert_eq!(revoked.status, 303);
    let refused = send(&service, &token).await;
    assert_eq!((refused.status, code(&refused).as_str()), (401, "invalid_credentials"));
    let refused = judge(&service.stranger(), "POST", &path).await;
    assert_eq!((refused.status, code(&refused).as_str()), (401, "invalid_credentials"));
}

#[tokio::test]
async fn c09_each_token_is_for_one_template_and_revocable_alone() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let invoice = make(&service.alice, &key.url, "invoice").await;
    let receipt = make(&service.alice, &key.url, "receipt").await;
    assert_eq!(send(&service, &receipt).await.json()["template"], "receipt");
    let tokens = format!("{}/inbound", key.url);
    let list = service.alice.get(&tokens).await;
    // The newest is first.
    let revocation = list.attribute("tbody tr:nth-child(2) a", "href").unwrap();
    assert_eq!(
        service.alice.submit(&revocation, &revocation, &[]).await.location(),
        tokens
    );
    let refused = send(&service, &invoice).await;
    assert_eq!((refused.status, code(&refused).as_str()), (401, "invalid_credentials"));
    assert_eq!(send(&service, &receipt).await.status, 200);
    assert_eq!(service.me(&key.text).await.status, 200, "the key itself stays");
}
