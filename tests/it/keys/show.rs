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
    assert_eq!(page.texts(".number dd"), ["1", "0"], "today");
    let chart = page.text("#usage desc");
    assert!(
        chart.contains("30 bars from") && chart.contains("The most in one day is 5"),
        "{chart}"
    );
    let spots = page.texts("#usage rect title");
    assert!(
        spots.len() == 2
            && spots[0].ends_with(": 3 accepted, 2 refused")
            && spots[1].ends_with(": 1 accepted, 0 refused"),
        "{spots:?}"
    );
    let table = page.text("table[aria-label='Refusals by reason'] tbody");
    assert_eq!(table, "The key is disabled invalid_credentials 0 2");
    let settings = page.text("dl.definition");
    assert!(settings.contains("from 203.0.113.7 curl/8.5"), "{settings}");
    let row = world.alice.get(&world.keys).await;
    assert_eq!(
        row.attribute(".spark", "aria-label").unwrap(),
        "4 accepted requests in 14 days, 1 of them today"
    );
    assert_eq!(
        row.attribute(".spark path", "d").unwrap(),
        "M72 20v-20h4v20zM78 20v-6h4v6z"
    );
    let overview = world.alice.get("/w/acme").await;
    assert!(overview.text(".rows").contains("1 request today"), "{}", overview.body);
    assert_eq!(
        overview.attribute(".spark", "aria-label"),
        row.attribute(".spark", "aria-label")
    );

    world.app.advance(Duration::from_secs(13 * 24 * 3600));
    let page = world.alice.get(&made.url).await;
    if page.status == 200 {
        assert_eq!(page.texts(".number dd"), ["0", "0"], "today");
        let tables = page.texts("table[aria-label='Refusals by reason']");
        assert_eq!(tables.len(), 0, "what is older is not shown");
    }
}

#[tokio::test]
async fn a_fresh_key_says_that_nothing_has_happened() {
    let world = World::start().await;
    let made = world.key("<b>CI</b> & \"co\"").await;
    let page = world.alice.get(&made.url).await;
    assert_eq!(page.text("h1"), "<b>CI</b> & \"co\"", "names are text");
    assert!(page.text("dl.definition").contains("Last used Never"));
    assert!(page.text("#usage").contains("No requests in the last 30 days."));
    let list = world.alice.get(&world.keys).await;
    assert_eq!(list.text("td[data-label='Last 14 days']"), "no requests");
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

#[tokio::test]
async fn a_long_history_has_pages() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let before = world.trail(&made).await.len();
    assert_eq!(
        world.alice.get(&made.url).await.text("#history .pagination"),
        format!("{before} entries")
    );
    for _ in 0..30 {
        world.press(&made, "disablement").await;
        world.press(&made, "enablement").await;
    }
    let (all, last) = (before + 60, before + 10);
    let newest = world.alice.get(&made.url).await;
    assert_eq!(newest.texts(".trail > li").len(), 50);
    assert_eq!(newest.text("#history .hint"), format!("1–50 of {all} entries"));
    let next = newest.attribute("#history a[rel=next]", "href").unwrap();
    assert!(next.ends_with("#history"), "{next}");
    let older = world.alice.get(&next).await;
    assert_eq!(older.texts(".trail > li").len(), last);
    assert_eq!(older.text("#history .hint"), format!("51–{all} of {all} entries"));
    assert_eq!(
        older.attribute("#history .actions a", "href"),
        Some(format!("{}#history", made.url))
    );
    assert!(
        older.text(".trail > li:last-child").contains("created"),
        "to its beginning"
    );
    let victor = world.member("victor", "viewer").await;
    assert_eq!(victor.get(&next).await.texts(".trail > li").len(), last);
    for nonsense in ["nonsense", "%FF"] {
        let page = world.alice.get(&format!("{}?before={nonsense}", made.url)).await;
        assert_eq!(page.texts(".trail > li").len(), 50, "{nonsense}");
    }
    let end = format!("{}?before=00000000-0000-7000-8000-000000000000", made.url);
    assert!(world.alice.get(&end).await.text("#history").contains("nothing older"));
}
