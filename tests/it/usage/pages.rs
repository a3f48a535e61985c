//! What the pages show, where they lead, and to whom.

use keyhatch::domain::verify::{Question, verify};
use keyhatch::model::verdict::Verdict;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn a_chart_has_a_scale_and_the_same_numbers_in_a_table() {
    let mut world = World::start().await;
    world.pass("hour");
    world.send(0, 3, 1).await;
    world.pass("hour");
    world.send(0, 5, 0).await;
    let page = world.alice.get("/w/acme/p/site/usage?range=24h").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let chart = page.text(".plot svg desc");
    assert!(chart.starts_with("24 bars from "), "{chart}");
    assert!(
        chart.contains("on a scale from 0 to 6 requests. The most in one hour is 5: "),
        "{chart}"
    );
    assert_eq!(
        page.text(".plot figcaption span"),
        "Requests by hour in the last 24 hours"
    );
    assert_eq!(page.texts(".axis.vertical span"), ["6", "3", "0"]);
    assert_eq!(page.texts(".axis.horizontal span").len(), 5);
    let spots = page.texts(".plot rect title");
    assert_eq!(spots.len(), 2);
    assert!(
        spots[0].ends_with(": 3 accepted, 1 refused") && spots[1].ends_with(": 5 accepted, 0 refused"),
        "{spots:?}"
    );
    assert_eq!(page.texts(".twin td"), ["5", "0", "3", "1"], "the newest first");
    assert_eq!(
        page.attribute(".twin", "tabindex").as_deref(),
        Some("0"),
        "a keyboard can scroll it"
    );
    assert!(!page.body.contains("style="), "the policy forbids it");
    assert_eq!(page.texts(".number dd:not(.hint)"), ["9", "8", "1"]);
    assert_eq!(page.texts(".number dd.hint"), ["none in the 24 hours before"; 3]);

    world.pass_days(1);
    world.sign_in_again().await;
    world.send(0, 12, 0).await;
    let page = world.alice.get("/w/acme/p/site/usage?range=24h").await;
    let changes = page.texts(".number dd.hint");
    assert!(
        changes.contains(&"33 % more than in the 24 hours before (9)".to_owned()),
        "{changes:?}"
    );
}

#[tokio::test]
async fn environments_are_apart_and_keys_and_reasons_lead_on() {
    let mut world = World::start().await;
    for key in 0..4 {
        world.send(key, 2 * (key + 1), if key == 1 { 3 } else { 0 }).await;
    }
    let page = world.alice.get("/w/acme/usage").await;
    let environments = page.texts("table[aria-label='Requests by environment'] tbody td");
    assert_eq!(environments, ["Live", "8", "0", "Test", "12", "3"]);
    let keys = page.texts("#keys tbody td.lead-cell a");
    assert_eq!(
        keys,
        ["Shop test", "Site test", "Shop live", "Site live"],
        "the most requests first"
    );
    let reason = page
        .attribute("table[aria-label='Refusals by reason'] a", "href")
        .unwrap();
    assert_eq!(reason, "/w/acme/usage?range=7d&reason=disabled#keys");
    let refused = world.alice.get(&reason).await;
    assert_eq!(refused.texts("#keys tbody td.lead-cell a"), ["Site test"]);
    assert_eq!(refused.texts("#keys tbody td.end"), ["0", "3"]);

    let live = world.alice.get("/w/acme/usage?environment=live&range=24h").await;
    assert_eq!(live.texts("#keys tbody td.lead-cell a"), ["Shop live", "Site live"]);
    assert_eq!(live.text(".number dd"), "8");
    let table = live.attribute("a[download]", "href").unwrap();
    assert_eq!(table, "/w/acme/usage.csv?range=24h&environment=live");
    let table = world.alice.get(&table).await;
    let header = |name: &str| table.headers[name].to_str().unwrap();
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"usage-acme-24h.csv\""
    );
    assert!(header("content-type").starts_with("text/csv"));
    assert_eq!(table.body.lines().count(), 25);
    assert!(!table.body.contains("test"), "{}", table.body);

    let key = live.attribute("#keys tbody a", "href").unwrap();
    assert_eq!(key, format!("{}/usage?range=24h", world.key_url(2)));
    let key = world.alice.get(&key).await;
    assert_eq!(key.text("h1"), "Usage of Shop live");
    assert!(key.texts("#keys").is_empty(), "a key has none");
}

#[tokio::test]
async fn routes_are_counted_by_what_the_profile_calls_them() {
    let world = World::start().await;
    let backend = world.app.backend().await;
    let ask = async |key: usize, method: &str, path: &str| {
        let text = world.keys[key].issued.text.expose_secret();
        let question = json!({ "key": text, "method": method, "path": path });
        let said = backend.post("/provider/v1/keys/verify", &question).await.json();
        assert_eq!(said["valid"], true, "{said}");
    };
    // In turn, so that more routes are under way than a record tells apart.
    for path in [
        "shipments",
        "rates",
        "shipments/one",
        "unheard-of",
        "shipments",
        "rates",
        "shipments/two",
        "shipments",
    ] {
        ask(0, "GET", &format!("/api/v1/{path}")).await;
    }
    ask(0, "POST", "/api/v1/shipments").await;
    ask(1, "GET", "/api/v1/rates").await;
    let lines = async |url: &str| {
        let page = world.alice.get(&format!("{url}/usage")).await;
        let cells = page.texts("#routes tbody td");
        cells.chunks(3).map(|line| line[..2].join(": ")).collect::<Vec<_>>()
    };
    let of_project = [
        "GET /api/v1/shipments/**: 5",
        "/api/v1/rates/**: 3",
        "No route of the profile: 1",
        "/api/v1/shipments/**: 1",
    ];
    assert_eq!(lines("/w/acme/p/site").await, of_project);
    assert_eq!(lines("/w/acme").await, of_project);
    assert_eq!(lines(&world.key_url(1)).await, ["/api/v1/rates/**: 1"]);
    let test = world.alice.get("/w/acme/usage?environment=test").await;
    assert_eq!(test.texts("#routes tbody td"), ["/api/v1/rates/**", "1", "100 %"]);
}

#[tokio::test]
async fn whoever_asks_for_nonsense_sees_the_usual() {
    let mut world = World::start().await;
    world.send(0, 1, 0).await;
    for nonsense in [
        "range=forever",
        "environment=moon",
        "reason=%3Cb%3E",
        "range=%FF",
        "reason=unheard_of",
    ] {
        let page = world.alice.get(&format!("/w/acme/usage?{nonsense}")).await;
        assert_eq!(page.status, 200, "{nonsense}");
        assert_eq!(page.text(".number dd"), "1", "{nonsense}");
    }
}

#[tokio::test]
async fn nothing_is_a_page_that_says_what_to_do() {
    let world = World::start().await;
    let page = world.alice.get("/w/acme/p/site/usage").await;
    assert_eq!(page.text(".empty h2"), "No requests yet");
    assert_eq!(
        page.attribute(".empty a.button", "href").as_deref(),
        Some("/w/acme/p/site/keys")
    );
    let key = world.alice.get(&format!("{}/usage", world.key_url(0))).await;
    assert_eq!(
        key.attribute(".empty a.button", "href").as_deref(),
        Some("/docs/authentication")
    );
}

#[tokio::test]
async fn a_key_of_another_project_has_no_page_here() {
    let world = World::start().await;
    let elsewhere = world.keys[2].issued.key.id;
    for page in ["usage", "usage.csv"] {
        let page = format!("/w/acme/p/site/keys/{elsewhere}/{page}");
        assert_eq!(world.alice.get(&page).await.status, 404, "{page}");
    }
}

/// Two limits, of which one at a time is full: each is named, and what is missing says which was it.
#[tokio::test]
async fn limits_that_had_no_room_are_told_by_name() {
    let mut world = World::start().await;
    let text = world.keys[0].issued.text.expose_secret().to_owned();
    // The plan has 2,000 exports an hour, and a thousand million of everything.
    for number in 0..2_003 {
        let question = Question {
            credential: Some(&text),
            method: Some("POST"),
            path: Some("/api/v1/shipments/exports"),
            ..Question::default()
        };
        let is_allowed = matches!(verify(&world.app.app, &question).await.unwrap(), Verdict::Allowed(_));
        assert_eq!(is_allowed, number < 2_000, "{number}");
    }
    world.send(1, 1, 2).await;
    for url in [
        "/w/acme/usage",
        "/w/acme/p/site/usage",
        &format!("{}/usage", world.key_url(0)),
    ] {
        let page = world.alice.get(url).await;
        assert_eq!(page.texts("#limits tbody tr"), ["exports 3 100 %"], "{url}");
        let reasons = page.texts("table[aria-label='Refusals by reason'] tbody tr");
        assert!(reasons[0].contains("rate_limit_exceeded 3 "), "{reasons:?}");
    }
    let other = world.alice.get(&format!("{}/usage", world.key_url(1))).await;
    assert!(other.texts("#limits").is_empty(), "nothing of it was its own");
}
