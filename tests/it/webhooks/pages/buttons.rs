//! Sending and switching, and who may.

use serde_json::json;

use super::{list, member, settled};
use crate::webhooks::customer::Reply;
use crate::webhooks::world::World;

#[tokio::test]
async fn bob_sends_a_test_event_from_the_key_and_sees_it_arrive() {
    let world = World::start().await;
    let bob = member(&world, "bob", "developer").await;
    let action = format!("{}/test-events", world.page());
    let sent = bob.submit(&world.page(), &action, &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let page = settled(&bob, &sent.location()).await;
    let one = world.receiver.wait_for(1).await.remove(0);
    assert_eq!(page.text("h1"), "webhook.test");
    assert_eq!(page.texts(".badges .badge")[..2], ["Delivered", "Live"]);
    assert_eq!(page.text("#body"), one.body);
    assert_eq!(page.text("#delivery-id"), one.id());
    let attempt = page.text("article");
    for part in [
        "204",
        one.id(),
        &one.headers["webhook-signature"],
        &one.headers["webhook-timestamp"],
        "127.0.0.1",
    ] {
        assert!(attempt.contains(part), "{part} is in {attempt}");
    }
    assert!(attempt.contains("The answer had no body."));
    assert!(!page.body.contains(world.secret()));

    let key = bob.get(&world.page()).await;
    assert_eq!(key.texts("#webhooks td.lead-cell"), ["webhook.test"]);
    assert_eq!(key.text("#webhooks td .badge"), "Delivered");
    assert!(!key.body.contains(world.secret()));
    let all = key.attribute("#webhooks .actions a", "href").unwrap();
    assert_eq!(bob.get(&all).await.texts("td.lead-cell"), ["webhook.test"]);
}

#[tokio::test]
async fn a_key_that_cannot_have_webhooks_says_why() {
    let world = World::start().await;
    let key = world.another_key("Mute", "").await.key;
    let page = world.page().replace(&world.key.key.id.to_string(), &key.id.to_string());
    let shown = world.alice.get(&page).await;
    assert!(shown.text("#webhooks").contains("It has no webhook URL."));
    assert_eq!(shown.texts("#webhooks button").len(), 0);
    let sent = world
        .alice
        .submit_from(&page, &format!("{page}/test-events"), &[])
        .await;
    assert_eq!(sent.location(), page);
    let said = world.alice.get(&page).await.text(".flash");
    assert_eq!(said, "This key has no webhook URL yet. Edit the key and give it one.");
}

#[tokio::test]
async fn an_endpoint_that_is_off_says_why_and_is_switched_on_again() {
    let world = World::start().await;
    world.receiver.next(Reply::status(410));
    let id = world.send(json!({})).await;
    world.in_state(&id, "stopped").await;
    let url = format!("{}/{id}", list(&world));
    let page = world.alice.get(&url).await;
    assert_eq!(page.texts(".badges .badge")[0], "Stopped");
    let callouts = page.texts(".callout");
    assert!(callouts[0].contains("Its endpoint was switched off"), "{callouts:?}");
    assert!(callouts[1].contains("It answered 410 Gone"), "{callouts:?}");
    assert_eq!(
        page.texts("form[action$=resends]").len(),
        0,
        "it cannot be sent while it is off"
    );

    let victor = member(&world, "victor", "viewer").await;
    assert!(
        victor
            .get(&world.page())
            .await
            .text("#webhooks .callout")
            .contains("410 Gone")
    );
    assert_eq!(victor.get(&world.page()).await.texts("#webhooks button").len(), 0);
    let key = world.alice.get(&world.page()).await;
    assert_eq!(key.texts("#webhooks form[action$=test-events]").len(), 0);
    let action = key.attribute("#webhooks .callout form", "action").unwrap();
    assert_eq!(victor.submit_from(&world.page(), &action, &[]).await.status, 403);
    let bob = member(&world, "bob", "developer").await;
    let on = bob.submit(&world.page(), &action, &[]).await;
    assert_eq!(on.location(), world.page());
    let key = bob.get(&world.page()).await;
    assert!(key.text(".flash").starts_with("Events go there again."));
    assert_eq!(key.texts("#webhooks .callout").len(), 0);
    bob.submit(&url, &format!("{url}/resends"), &[]).await;
    assert_eq!(settled(&bob, &url).await.texts(".badges .badge")[0], "Delivered");

    let off = action.replace("/enablement", "/disablement");
    bob.submit(&world.page(), &off, &[]).await;
    let page = bob.get(&world.page()).await;
    assert!(page.text("#webhooks .callout").contains("Somebody switched it off"));
    let trail = page.texts(".trail > li > span").join("\n");
    assert!(trail.contains("bob@example.com"), "{trail}");
}

#[tokio::test]
async fn who_is_not_a_member_sees_nothing_and_who_only_looks_sends_nothing() {
    let world = World::start().await;
    let id = world.send(json!({})).await;
    world.in_state(&id, "delivered").await;
    let (victor, charlie) = (
        member(&world, "victor", "viewer").await,
        world.app.person("charlie").await,
    );
    let url = format!("{}/{id}", list(&world));
    let page = victor.get(&url).await;
    assert_eq!((page.status, page.texts("main button:not([data-js])").len()), (200, 0));
    let sends = [format!("{url}/resends"), format!("{}/test-events", world.page())];
    for action in &sends {
        assert_eq!(
            victor.submit_from("/account", action, &[]).await.status,
            403,
            "{action}"
        );
        assert_eq!(
            charlie.submit_from("/account", action, &[]).await.status,
            404,
            "{action}"
        );
    }
    for page in [list(&world), url.clone()] {
        assert_eq!(charlie.get(&page).await.status, 404, "{page}");
    }
    // In a project of his own, Alice's delivery is not there either.
    let elsewhere = world.app.workspace(&charlie, "Elsewhere").await;
    world.app.project(&elsewhere, "Site").await;
    let own = format!("/w/{}/p/site/webhooks/{id}", elsewhere.slug);
    assert_eq!(charlie.get(&own).await.status, 404);
    assert_eq!(
        charlie
            .submit_from("/account", &format!("{own}/resends"), &[])
            .await
            .status,
        404
    );
    world.app.project(&world.workspace, "Other").await;
    let other = url.replace("/p/site/", "/p/other/");
    assert_eq!(world.alice.get(&other).await.status, 404, "nor in another project");
    for wrong in ["nonsense", "msg_", &id.to_uppercase(), &id[4..]] {
        let page = world.alice.get(&format!("{}/{wrong}", list(&world))).await;
        assert_eq!(page.status, 404, "{wrong}");
    }
    assert_eq!(world.receiver.received().len(), 1, "nothing more was sent");
}
