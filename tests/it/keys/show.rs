use std::time::Duration;

use super::world::World;

#[tokio::test]
async fn use_is_counted_by_outcome_today_and_over_two_weeks() {
    let mut world = World::start().await;
    let made = world
        .make(&[
            ("name", "CI"),
            ("type", "restricted"),
            ("scopes", "shipments:read"),
            ("expiry", "never"),
        ])
        .await;
    for _ in 0..3 {
        assert_eq!(world.ask(&made.text).await, "accepted");
    }
    world.press(&made, "disablement").await;
    world.ask(&made.text).await;
    world.ask(&made.text).await;
    world.press(&made, "enablement").await;
    world.app.advance(Duration::from_secs(24 * 3600));
    world.sign_in_again().await;
    world.ask(&made.text).await;

    let page = world.alice.get(&made.url).await;
    assert_eq!(
        page.texts(".number dd"),
        ["1", "0", "4", "2"],
        "accepted and refused, today and in 14 days"
    );
    let table = page.text("table[aria-label='Refusals by reason'] tbody");
    assert_eq!(table, "The key is disabled invalid_credentials 0 2");
    let settings = page.text("dl.definition");
    assert!(settings.contains("from 203.0.113.7 curl/8.5"), "{settings}");
    assert!(
        page.attribute(".spark", "aria-label")
            .unwrap()
            .contains("4 requests in 14 days")
    );
    let bars: Vec<_> = page
        .html()
        .select(&scraper::Selector::parse(".spark rect").unwrap())
        .map(|bar| bar.value().attr("height").unwrap().to_owned())
        .collect();
    assert_eq!(bars.len(), 14);
    assert_eq!(bars[12..], ["20", "6"]);
    let row = world.alice.get(&world.keys).await;
    assert_eq!(row.attribute(".spark", "aria-label").unwrap(), "4 requests in 14 days");

    world.app.advance(Duration::from_secs(13 * 24 * 3600));
    let page = world.alice.get(&made.url).await;
    if page.status == 200 {
        assert_eq!(
            page.texts(".number dd"),
            ["0", "0", "1", "0"],
            "what is older is not shown"
        );
    }
}

#[tokio::test]
async fn a_fresh_key_says_that_nothing_has_happened() {
    let world = World::start().await;
    let made = world.key("<b>CI</b> & \"co\"").await;
    let page = world.alice.get(&made.url).await;
    assert_eq!(page.text("h1"), "<b>CI</b> & \"co\"", "names are text");
    assert!(page.text("dl.definition").contains("Last used Never"));
    assert!(
        page.text("main")
            .contains("No request with this key was refused in the last 14 days.")
    );
    assert!(page.text("dl.definition").contains(&made.id));
    assert_eq!(page.texts(".danger-row h3"), ["Disable", "Revoke"]);
}

#[tokio::test]
async fn a_key_that_nobody_uses_says_so() {
    let mut world = World::start().await;
    let made = world.make(&[("name", "CI"), ("expiry", "never")]).await;
    assert!(world.alice.get(&world.keys).await.texts("td .hint").is_empty());
    world.app.advance(Duration::from_secs(30 * 24 * 3600));
    world.sign_in_again().await;
    assert_eq!(
        world.alice.get(&world.keys).await.text("td .hint"),
        "idle for 30 days: still needed?"
    );
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text(".callout")
            .contains("Nobody uses it")
    );
    world.ask(&made.text).await;
    assert!(world.alice.get(&made.url).await.texts(".callout").is_empty());
}
