//! Webhooks on other pages: the form of a new key, the support desk, the first steps.

use keyhatch::domain::keys::NewKeyInput;
use serde_json::json;

use super::{list, member, settled};
use crate::support::places::call;
use crate::webhooks::customer::Reply;
use crate::webhooks::world::{World, with_url};

#[tokio::test]
async fn a_url_is_tried_from_the_form_of_a_new_key_and_nothing_typed_is_lost() {
    let world = World::start().await;
    let keys = list(&world).replace("/webhooks", "/keys");
    let (form, action) = (format!("{keys}/new"), format!("{keys}/new/test-events"));
    let tried = async |url: &str| {
        let typed = [
            ("name", "CI <deploy>"),
            ("type", "restricted"),
            ("scopes", "shipments:read"),
            ("expiry", "30"),
            ("webhook_url", url),
        ];
        let page = world.alice.get(&form).await;
        let mut fields = page.form(&keys);
        fields.retain(|(name, _)| !typed.iter().any(|(given, _)| given == name));
        let nonce = fields.iter().find(|(name, _)| name == "nonce").unwrap().1.clone();
        let own = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fields: Vec<_> = fields.into_iter().chain(own).collect();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = world.alice.post(&action, &fields).await;
        let kept = answer.form(&keys);
        for (name, value) in typed {
            assert!(
                kept.contains(&(name.to_owned(), value.to_owned())),
                "{name} is kept: {kept:?}"
            );
        }
        assert!(
            kept.contains(&("nonce".to_owned(), nonce)),
            "one key, whatever was tried before"
        );
        answer
    };
    let page = tried(&world.receiver.url).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text("#webhook .callout-title"), "Reached");
    let said = page.text("#webhook .callout");
    assert!(
        said.contains("It answered 204 No Content after") && said.contains("throwaway secret"),
        "{said}"
    );
    let one = world.receiver.received().remove(0);
    assert!(!one.is_signed_with(world.secret()));

    world.receiver.next(Reply::status(401));
    let page = tried(&world.receiver.url).await;
    assert_eq!(page.text("#webhook .callout-title"), "Reached");
    assert!(page.text("#webhook .callout").contains("401 Unauthorized"));
    let page = tried("http://127.0.0.1:9/").await;
    assert_eq!(page.text("#webhook .callout-title"), "Not reached");
    for (wrong, why) in [
        ("", "Enter the URL to send a test event to."),
        ("hooks", "Write a whole URL, like https://example.com/webhooks."),
        ("http://169.254.169.254/", ""),
    ] {
        let page = tried(wrong).await;
        assert_eq!(page.status, 422, "{wrong}");
        let error = page.text("#webhook_url-error");
        assert!(why.is_empty() || error == why, "{error}");
    }
    let mut page = tried(&world.receiver.url).await;
    for _ in 0..25 {
        page = tried(&world.receiver.url).await;
    }
    assert_eq!(page.status, 429);
    assert!(page.text("#webhook_url-error").starts_with("Too many test events."));
    assert!(page.headers.contains_key("retry-after"));
    let victor = member(&world, "victor", "viewer").await;
    assert_eq!(victor.submit_from("/account", &action, &[]).await.status, 403);
    assert_eq!(
        world.alice.get(&keys).await.texts("tbody tr").len(),
        1,
        "nothing was made"
    );
    assert_eq!(
        world.alice.get(&list(&world)).await.texts(".empty").len(),
        1,
        "nor kept"
    );
}

#[tokio::test]
async fn support_sees_that_webhooks_fail_and_not_what_they_say() {
    let world = World::start().await;
    let sam = world.app.person("sam").await;
    let url = format!("/staff/keys/{}", world.key.key.id);
    assert!(
        sam.get(&url)
            .await
            .text("main")
            .contains("Nothing was sent for this key")
    );
    let id = world.send(json!({"customer": "Jane Roe"})).await;
    world.in_state(&id, "delivered").await;
    world.receiver.next(Reply::status(410));
    let gone = world.send(json!({"customer": "Jane Roe"})).await;
    world.in_state(&gone, "stopped").await;
    let page = sam.get(&url).await;
    let table = "table[aria-label='Last webhooks'] td";
    assert_eq!(
        page.texts(&format!("{table}[data-label=State]")),
        ["Stopped", "Delivered"]
    );
    assert_eq!(page.texts(&format!("{table}[data-label=Id]")), [gone, id]);
    assert!(page.texts(".callout").concat().contains("410 Gone"));
    for secret in ["Jane Roe", world.receiver.url.as_str(), "/hook"] {
        assert!(!page.body.contains(secret), "{secret} is the customer's");
    }
}

#[tokio::test]
async fn the_walk_ends_with_a_webhook_that_has_arrived() {
    let world = World::start().await;
    let state = async || {
        world
            .alice
            .get("/welcome")
            .await
            .texts(".step h2 .visually-hidden")
            .pop()
            .unwrap()
    };
    assert_eq!(state().await, "(to do)", "a call comes first");
    let input = NewKeyInput {
        environment: "test".to_owned(),
        ..with_url("First key", "")
    };
    let key = world.app.key_of(&world.workspace, Some(&world.project), input).await;
    call(&world.app, key.text.expose_secret()).await;
    assert_eq!(state().await, "(do this now)");
    let page = world.alice.get("/welcome").await;
    let edit = page.attribute(".step:last-child a.button", "href").unwrap();
    assert!(
        edit.ends_with(&format!("/keys/{}/edit#webhook_url", key.key.id)),
        "{edit}"
    );
    let edit = edit.split('#').next().unwrap();
    let saved = world
        .alice
        .submit(edit, edit, &[("webhook_url", &world.receiver.url)])
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let action = edit.replace("/edit", "/test-events");
    let sent = world.alice.submit("/welcome", &action, &[]).await;
    settled(&world.alice, &sent.location()).await;
    assert_eq!(state().await, "(done)");
    let page = world.alice.get("/welcome").await;
    assert!(
        page.text("#webhook-state").starts_with("Received "),
        "{}",
        page.text("#webhook-state")
    );
    assert_eq!(page.texts("[data-poll]").len(), 0, "nothing waits any more");
}
