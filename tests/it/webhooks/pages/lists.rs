//! The deliveries of a project and of a key.

use keyhatch::model::ids::EndpointId;
use keyhatch::model::webhook::{Endpoint, Off, OffReason};
use keyhatch::store;
use serde_json::json;

use super::{list, member};
use crate::webhooks::customer::Reply;
use crate::webhooks::world::{WEBHOOKS, World};

#[tokio::test]
async fn a_project_without_webhooks_says_how_the_first_one_comes_to_be() {
    let world = World::start().await;
    let page = world.alice.get(&list(&world)).await;
    assert_eq!(page.text(".empty h2"), "No webhooks yet");
    let keys = list(&world).replace("/webhooks", "/keys");
    assert_eq!(page.attribute(".empty a.button", "href").unwrap(), keys);
    assert_eq!(
        page.attribute(".sections [aria-current]", "href").unwrap(),
        list(&world)
    );
    let victor = member(&world, "victor", "viewer").await;
    let page = victor.get(&list(&world)).await;
    assert_eq!(page.texts(".empty a.button").len(), 0, "nothing that Victor may not do");
    let page = world.alice.get(&world.page()).await;
    assert!(page.text("#webhooks").contains("Nothing was sent in the last 30 days."));
}

#[tokio::test]
async fn deliveries_are_listed_newest_first_by_state_and_key_a_page_at_a_time() {
    let world = World::start().await;
    let other = world.another_key("Nightly import", &world.receiver.at("/other")).await;
    let another = world.another_key("Nightly export", "").await;
    world.receiver.always(Reply::status(500));
    let failing = world.send(json!({"n": 0})).await;
    world.after(&failing, 1).await;
    // The third attempt is minutes away: nothing happens to it while the rest goes on, however slowly.
    world.move_on_to_next(&failing).await;
    world.after(&failing, 2).await;
    world.receiver.always(Reply::status(204));
    for n in 1..=55 {
        let id = world.send(json!({ "n": n })).await;
        world.in_state(&id, "delivered").await;
    }
    let event = json!({"key_id": other.key.id.to_string(), "type": "import.done", "data": null});
    let id = world.backend.post(WEBHOOKS, &event).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.in_state(&id, "delivered").await;

    let (alice, url) = (&world.alice, list(&world));
    let page = alice.get(&url).await;
    let events = page.texts("td.lead-cell");
    assert_eq!((events.len(), events[0].as_str()), (50, "import.done"));
    assert_eq!(page.texts("td[data-label=Key]")[0], "Nightly import");
    let older = alice.get(&page.attribute("a[rel=next]", "href").unwrap()).await;
    assert_eq!(older.texts("td.lead-cell").len(), 7);
    assert_eq!(older.texts("a[rel=next]").len(), 0);
    let last = older.texts("td[data-label=State]").pop().unwrap();
    assert!(last.starts_with("Retrying next attempt in"), "{last}");

    let count = async |query: &str| alice.get(&format!("{url}?{query}")).await.texts("td.lead-cell").len();
    assert_eq!(count("state=waiting").await, 1);
    assert_eq!(count("state=delivered").await, 50);
    assert_eq!(count("state=failed").await, 0);
    assert_eq!(
        count("state=nonsense&before=x").await,
        50,
        "what makes no sense filters nothing"
    );
    for key in [&other.key.id.to_string(), "nightly+IMPORT", &other.key.display_prefix] {
        assert_eq!(count(&format!("key={key}")).await, 1, "{key}");
    }
    let page = alice.get(&format!("{url}?state=failed")).await;
    assert_eq!(page.text(".empty h2"), "No webhook matches");
    let page = alice.get(&format!("{url}?key=nightly&state=delivered")).await;
    assert!(page.text("main .card").starts_with("Several keys are like “nightly”."));
    let links = page.texts("main .card li a");
    assert_eq!(links.len(), 2, "{links:?}");
    let choice = page.attribute("main .card li:last-child a", "href").unwrap();
    assert!(choice.contains("state=delivered"), "{choice}");
    let page = alice.get(&choice).await;
    assert!(
        page.text(".count").contains("Nightly import"),
        "{}",
        page.text(".count")
    );
    for nobody in ["nobody-has-this-name", "0192a000-0000-7000-8000-000000000000", "%00"] {
        let page = alice.get(&format!("{url}?key={nobody}")).await;
        assert_eq!(page.status, 200);
    }
    let whole = another.text.expose_secret();
    let redirect = alice.get(&format!("{url}?key={whole}")).await;
    assert!(!redirect.location().contains(whole));
}

#[tokio::test]
async fn what_is_shown_of_more_says_so() {
    let world = World::start().await;
    for n in 0..12 {
        let id = world.send(json!({ "n": n })).await;
        world.in_state(&id, "delivered").await;
        world.another_key(&format!("Nightly {n}"), "").await;
    }
    let page = world.alice.get(&format!("{}?key=nightly", list(&world))).await;
    assert_eq!(page.texts("main .card li a").len(), 10);
    assert!(page.text("main .card .hint").starts_with("The newest 10 of 12 keys."));
    let page = world.alice.get(&format!("{}?key=nightly+1", list(&world))).await;
    assert_eq!(page.texts("main .card li a").len(), 3);
    assert_eq!(page.texts("main .card .hint").len(), 0, "these are all");

    let key = world.alice.get(&world.page()).await;
    assert_eq!(key.text("#webhooks > .hint"), "The newest 5 of 12 deliveries.");
    for n in 0..7 {
        off(&world, &format!("https://old.example.com/{n}")).await;
    }
    let key = world.alice.get(&world.page()).await;
    assert_eq!(key.texts("#webhooks .callout").len(), 5);
    assert!(
        key.text("#webhooks > .hint")
            .starts_with("The newest 5 of 7 endpoints that are off."),
        "{}",
        key.body
    );
    for n in 7..11 {
        off(&world, &format!("https://old.example.com/{n}")).await;
    }
    let sam = world.app.person("sam").await;
    let desk = sam.get(&format!("/staff/keys/{}", world.key.key.id)).await;
    let mut said = desk.texts("section > .hint");
    said.retain(|hint| hint.starts_with("The newest"));
    assert_eq!(
        said,
        [
            "The newest 10 of 11 endpoints that are off.",
            "The newest 10 of 12 deliveries."
        ]
    );
}

/// An endpoint of the key that somebody has switched off.
async fn off(world: &World, url: &str) {
    let (db, key) = (&world.app.app.db, &world.key.key);
    let tx = db.begin().await.unwrap();
    let endpoint = Endpoint {
        id: EndpointId(world.app.app.new_id()),
        workspace_id: key.workspace_id,
        project_id: key.project_id,
        key_id: Some(key.id),
        url: url.to_owned(),
        event_types: None,
        failing_since: None,
        off: None,
        previous_secret_until: None,
        created_at: world.app.app.now(),
    };
    let mut endpoint = store::webhooks::endpoints::of_key(&tx, &endpoint).await.unwrap();
    endpoint.off = Some(Off {
        at: world.app.app.now(),
        reason: OffReason::ByHand,
    });
    store::webhooks::endpoints::update(&tx, &endpoint).await.unwrap();
    store::db::commit(tx).await.unwrap();
}
