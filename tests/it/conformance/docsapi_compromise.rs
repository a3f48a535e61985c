//! D06, once a key is compromised: what its people and their programs are told, and what they can do about it.

use keyhatch::model::key::KeyState;
use serde_json::json;

use super::docsapi_transport::{secret_key, send, service, stored};
use crate::accounts::link;
use crate::keys::world::see;
use crate::support::places::trail;
use crate::webhooks::customer::Customer;

#[tokio::test]
async fn d06_a_flood_is_one_change_and_one_mail_a_person() {
    let service = service().await;
    let made = secret_key(&service, "nightly export").await;
    let before = stored(&service, &made.id).await;
    let program = service.app.program(&made.text);
    let flood = (0..64).map(|_| {
        let program = program.clone();
        tokio::spawn(async move {
            for _ in 0..8 {
                assert_eq!(send(&program, "http", "/v1/me").await.status, 403);
            }
        })
    });
    for one in flood.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let after = stored(&service, &made.id).await;
    assert_eq!(
        (after.state, after.version),
        (KeyState::Compromised, before.version + 1)
    );
    let events = trail(&service.app, &service.workspace).await;
    let lines: Vec<_> = events
        .iter()
        .filter(|event| event.action == "key.compromised")
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].address.as_deref(), Some("203.0.113.7"));
    let mails = service.app.mails(1).await;
    assert_eq!(mails.len(), 1);
    for part in ["nightly export", "To: alice@example.com", "203.0.113.7", "plain http"] {
        assert!(mails[0].contains(part), "{part}: {}", mails[0]);
    }
    assert!(!mails[0].contains(&made.text));
    // The link of the mail leads to the way out.
    let roll = link(&mails[0], &service.keys);
    assert_eq!(roll, format!("{}/roll", made.url));
    let page = service.alice.get(&roll).await;
    assert!(
        page.texts("[name=grace][type=radio]").is_empty(),
        "there is nothing to wait for"
    );
    let rolled = service.alice.submit(&roll, &roll, &[("grace", "7d")]).await;
    let new = see(&service.alice, &rolled.location()).await;
    assert_eq!(
        send(&service.app.program(&new.text), "https", "/v1/me").await.status,
        200
    );
    assert_eq!(stored(&service, &made.id).await.state, KeyState::Revoked);
    assert_eq!(send(&program, "https", "/v1/me").await.status, 401);
}

#[tokio::test]
async fn d06_the_workspaces_own_endpoint_is_told() {
    let service = service().await;
    let server = Customer::start().await;
    let fields = [("url", server.url.as_str()), ("events", "key.compromised")];
    let set = service
        .alice
        .submit("/w/acme/events/new", "/w/acme/events", &fields)
        .await;
    assert_eq!(set.status, 303);
    let made = secret_key(&service, "CI deploy").await;
    send(&service.app.program(&made.text), "http", "/v1/me").await;
    let told = server.wait_for(1).await.remove(0);
    assert_eq!(told.data()["how"], "plain_http");
    assert_eq!(told.data()["key"]["id"], made.id.as_str());
    assert_eq!(told.data()["key"]["state"], "compromised");
    assert!(!told.body.contains(&made.text));
}

#[tokio::test]
async fn d06_the_pages_say_what_happened_and_what_to_do() {
    let service = service().await;
    let made = secret_key(&service, "CI deploy").await;
    service.mint("sk_test", &[]).await;
    send(&service.app.program(&made.text), "http", "/v1/me").await;

    let page = service.alice.get(&made.url).await;
    assert_eq!(page.text(".badge[data-state]"), "Compromised");
    assert!(page.body.contains("was sent over plain http") && page.body.contains("203.0.113.7"));
    assert!(
        page.body.contains("The request came over plain http"),
        "why requests were refused"
    );
    assert!(
        page.attribute(&format!("a[href='{}/roll']", made.url), "href")
            .is_some()
    );
    for button in ["enablement", "disablement"] {
        let action = format!("form[action='{}/{button}']", made.url);
        assert!(page.attribute(&action, "action").is_none(), "{button}");
        let action = format!("{}/{button}", made.url);
        let pressed = service.alice.submit_from(&made.url, &action, &[]).await;
        assert_eq!(pressed.status, 409, "{button}");
    }
    let list = service.alice.get(&format!("{}?status=compromised", service.keys)).await;
    assert_eq!(list.texts(".lead-cell a"), ["CI deploy"]);
    let list = service.alice.get(&format!("{}?status=active", service.keys)).await;
    assert!(!list.texts(".lead-cell a").contains(&"CI deploy".to_owned()));

    let sam = service.app.person("sam").await;
    let desk = sam.get(&format!("/staff/keys/{}", made.id)).await;
    assert!(desk.body.contains("Compromised") && desk.body.contains("was sent over plain http"));

    // Nor does it come back over the API.
    let keeper = service.mint("sk_live", &[]).await;
    let keeper = service.app.program(&keeper);
    let path = format!("/v1/api-keys/{}", made.id);
    let view = keeper.get(&path).await.json();
    assert_eq!(
        (&view["state"], &view["enabled"]),
        (&json!("compromised"), &json!(false))
    );
    assert_eq!(keeper.patch(&path, &json!({"enabled": true})).await.status, 409);
    assert_eq!(
        send(&service.app.program(&made.text), "https", "/v1/me").await.status,
        401
    );
}
