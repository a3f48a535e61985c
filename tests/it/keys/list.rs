use super::world::World;
use crate::support::TestApp;

async fn names(world: &World, query: &str) -> Vec<String> {
    let page = world.alice.get(&format!("{}{query}", world.keys)).await;
    assert_eq!(page.status, 200, "{query}");
    page.texts(".lead-cell a")
}

#[tokio::test]
async fn an_empty_list_has_one_button_and_a_snippet() {
    let world = World::start().await;
    let page = world.alice.get(&world.keys).await;
    assert_eq!(page.text(".empty h2"), "No keys yet");
    assert_eq!(page.texts("main a.button"), ["Create a key"]);
    let snippet = page.text("#first-call");
    assert!(
        snippet.contains("/api/v1/me") && snippet.contains("$NORTHPOST_API_KEY"),
        "{snippet}"
    );
    let victor = world.member("victor", "viewer").await;
    let page = victor.get(&world.keys).await;
    assert!(page.texts("main a.button").is_empty());
    assert!(
        page.text(".empty")
            .contains("developers, admins and owners create them")
    );
}

#[tokio::test]
async fn filters_are_in_the_url() {
    let world = World::start().await;
    let live = world.make(&[("name", "Live one"), ("environment", "live")]).await;
    world.make(&[("name", "100% _odd_"), ("type", "publishable")]).await;
    world
        .make(&[
            ("name", "Partner"),
            ("type", "restricted"),
            ("scopes", "shipments:read"),
            ("scopes", "labels:write"),
            ("scopes", "tracking:read"),
        ])
        .await;
    let off = world.make(&[("name", "Off"), ("expiry", "never")]).await;
    world.press(&off, "disablement").await;
    let gone = world.key("Gone").await;
    let revocation = format!("{}/revocation", gone.url);
    world.alice.submit(&revocation, &revocation, &[]).await;
    world.make(&[("name", "Soon"), ("expiry", "7")]).await;

    assert_eq!(
        names(&world, "").await,
        ["Soon", "Off", "Partner", "100% _odd_", "Live one"]
    );
    assert_eq!(names(&world, "?environment=live").await, ["Live one"]);
    assert_eq!(names(&world, "?type=publishable").await, ["100% _odd_"]);
    assert_eq!(names(&world, "?status=disabled").await, ["Off"]);
    assert_eq!(names(&world, "?status=revoked").await, ["Gone"]);
    assert_eq!(names(&world, "?status=expiring").await, ["Soon"]);
    assert_eq!(names(&world, "?status=expired").await, [""; 0]);
    assert_eq!(names(&world, "?status=all").await.len(), 6);
    assert_eq!(
        names(&world, "?status=active").await,
        ["Soon", "Partner", "100% _odd_", "Live one"]
    );
    assert_eq!(names(&world, "?q=PART").await, ["Partner"]);
    assert_eq!(
        names(&world, "?q=%25").await,
        ["100% _odd_"],
        "a percent sign means itself"
    );
    assert_eq!(names(&world, "?q=_o").await, ["100% _odd_"]);
    assert_eq!(names(&world, &format!("?q={}", &live.text[..12])).await, ["Live one"]);
    assert_eq!(names(&world, "?q=one&environment=test").await, [""; 0]);
    assert_eq!(
        names(&world, "?status=nonsense&environment=mars&type=none&before=1")
            .await
            .len(),
        5
    );
    for odd in [
        "?q=%00",
        "?q=%FF",
        "?q=a&q=b",
        "?%",
        &format!("?q={}", "x".repeat(3000)),
        "?q='--",
    ] {
        names(&world, odd).await;
    }

    let page = world
        .alice
        .get(&format!("{}?q=no+such+key&status=all", world.keys))
        .await;
    assert_eq!(page.text(".empty h2"), "No key matches");
    assert_eq!(page.attribute("#q", "value").unwrap(), "no such key");
    assert_eq!(page.attribute("#status option[selected]", "value").unwrap(), "all");
    assert_eq!(page.attribute(".empty a", "href").unwrap(), world.keys);

    let page = world.alice.get(&format!("{}?q=Partner", world.keys)).await;
    assert_eq!(
        page.texts("td .scope-list > span"),
        ["shipments:read", "labels:write", "+1 more"]
    );
    assert_eq!(page.text("td[data-label='Made by']"), "alice@example.com");
    assert_eq!(page.text("td[data-label='Last used']"), "never");
}

#[tokio::test]
async fn a_whole_key_does_not_stay_in_the_url() {
    let world = World::start().await;
    let made = world.key("CI").await;
    world.key("Other").await;
    let page = world.alice.get(&format!("{}?q={}", world.keys, made.text)).await;
    assert_eq!(page.status, 303);
    assert!(!page.location().contains(&made.text[16..]));
    let page = world.alice.get(&page.location()).await;
    assert_eq!(page.texts(".lead-cell a"), ["CI"]);
    assert!(page.text(".flash").contains("You searched with a whole key."));
}

#[tokio::test]
async fn long_lists_have_pages() {
    let world = World::of(TestApp::start().await).await;
    let big = world.app.workspace_on(&world.alice, "Big", Some("enterprise")).await;
    let project = world.app.project(&big, "Site").await;
    let keys = format!("/w/{}/p/{}/keys", big.slug, project.slug);
    let ring = keyhatch::domain::access::KeyRing::held_by_operator(big, Some(project));
    for number in 0..120 {
        let input = keyhatch::domain::keys::NewKeyInput {
            name: format!("key {number}"),
            type_id: "secret".to_owned(),
            ..Default::default()
        };
        let proof = ring.manage_keys().unwrap();
        let new = input.check(&world.app.app, proof).unwrap();
        keyhatch::domain::keys::issue(&world.app.app, proof, new).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut path = format!("{keys}?type=secret");
    for (expected, shown) in [
        (50, "1–50 of 120 keys"),
        (50, "51–100 of 120 keys"),
        (20, "101–120 of 120 keys"),
    ] {
        let page = world.alice.get(&path).await;
        let names = page.texts(".lead-cell a");
        assert_eq!(names.len(), expected);
        assert_eq!(page.text(".pagination .hint"), shown);
        seen.extend(names);
        path = page.attribute("a[rel=next]", "href").unwrap_or_default();
        assert!(path.is_empty() || path.contains("type=secret"), "filters stay: {path}");
    }
    assert_eq!(path, "", "the last page has no next");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}
