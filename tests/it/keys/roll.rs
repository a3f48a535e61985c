use std::time::Duration;

use tokio::task::JoinSet;

use super::world::{Made, World, error_at, see};
use crate::support::Answer;

const HOUR: u64 = 3600;

async fn roll(world: &World, made: &Made, grace: &str) -> Answer {
    let action = format!("{}/roll", made.url);
    world.alice.submit(&action, &action, &[("grace", grace)]).await
}

#[tokio::test]
async fn each_grace_ends_when_it_says() {
    let world = World::start().await;
    for (name, grace, seconds) in [("a", "1h", HOUR), ("b", "24h", 24 * HOUR), ("c", "7d", 7 * 24 * HOUR)] {
        let old = world.make(&[("name", name), ("expiry", "never")]).await;
        let new = see(&world.alice, &roll(&world, &old, grace).await.location()).await;
        assert_ne!(new.text, old.text);
        assert_ne!(new.signing_secret, old.signing_secret);
        assert_eq!(world.ask(&new.text).await, "accepted");
        assert_eq!(world.ask(&old.text).await, "accepted", "within its grace");
        world.app.advance(Duration::from_secs(seconds - 60));
        assert_eq!(world.ask(&old.text).await, "accepted", "{grace}: a minute before");
        world.app.advance(Duration::from_secs(60));
        assert_eq!(world.ask(&old.text).await, "expired", "{grace}: after");
        assert_eq!(world.ask(&new.text).await, "accepted");
        world.app.clock.advance_millis(-(seconds as i64 * 1000));
    }
}

#[tokio::test]
async fn without_a_grace_the_old_key_is_revoked_at_once() {
    let world = World::start().await;
    let old = world.key("Leaked").await;
    let new = see(&world.alice, &roll(&world, &old, "now").await.location()).await;
    assert_eq!(world.ask(&old.text).await, "revoked");
    assert_eq!(world.ask(&new.text).await, "accepted");
    let page = world.alice.get(&old.url).await;
    assert_eq!(page.text(".badges [data-state]"), "Revoked");
    assert_eq!(page.attribute(".callout[data-tone=note] a", "href").unwrap(), new.url);
}

#[tokio::test]
async fn the_two_keys_point_at_each_other_and_the_trail_tells() {
    let world = World::start().await;
    let fields = [
        ("name", "CI"),
        ("type", "restricted"),
        ("scopes", "shipments:read"),
        ("scopes", "labels:write"),
        ("webhook_url", "https://example.com/hooks"),
        ("environment", "live"),
    ];
    let old = world.make(&fields).await;
    let new = see(&world.alice, &roll(&world, &old, "24h").await.location()).await;
    let new_page = world.alice.get(&new.url).await;
    assert_eq!(new_page.text("h1"), "CI", "the name goes over");
    assert_eq!(
        new_page.texts(".definition .scope-list span"),
        ["shipments:read", "labels:write"]
    );
    assert!(new_page.text("dl.definition").contains("https://example.com/hooks"));
    assert!(new.text.starts_with("kh_live_"));
    let callout = new_page.text(".callout");
    assert!(
        callout.contains("It took over from CI") && callout.contains("works until"),
        "{callout}"
    );
    assert_eq!(new_page.attribute(".callout a", "href").unwrap(), old.url);

    let old_page = world.alice.get(&old.url).await;
    assert!(
        old_page.text(".badges").contains("Replaced · works 23 h more"),
        "{}",
        old_page.text(".badges")
    );
    assert!(old_page.texts("a.button[href$='/roll']").is_empty(), "rolled once");
    let trail = world.trail(&old).await;
    assert!(
        trail[0].contains("rolled the key: the old key works until"),
        "{trail:?}"
    );
    let trail = world.trail(&new).await;
    assert!(
        trail
            .iter()
            .any(|line| line.contains("created the key: replaces kh_live_")),
        "{trail:?}"
    );
    let again = world.alice.get(&format!("{}/roll", old.url)).await;
    assert_eq!((again.status, again.text("h1")), (200, "“CI”, old and new".to_owned()));
    let csrf = super::world::csrf(&world.alice, &new.url).await;
    let page = format!("{}/new", world.keys);
    let form = world.alice.get(&page).await.form(&world.keys);
    let nonce = form.iter().find(|(name, _)| name == "nonce").unwrap().1.clone();
    let fields = [("csrf", csrf.as_str()), ("grace", "1h"), ("nonce", nonce.as_str())];
    let again = world.alice.post(&format!("{}/roll", old.url), &fields).await;
    assert_eq!(again.status, 409);
    assert!(again.text("main").contains("its successor can be rolled"));
}

#[tokio::test]
async fn a_double_click_rolls_once() {
    let world = World::start().await;
    let old = world.key("CI").await;
    let action = format!("{}/roll", old.url);
    let form = world.alice.get(&action).await.form(&action);
    let mut clicks = JoinSet::new();
    for _ in 0..8 {
        let (browser, action, form) = (world.alice.browser.clone(), action.clone(), form.clone());
        clicks.spawn(async move {
            let fields: Vec<_> = form
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            browser.post(&action, &fields).await.location()
        });
    }
    let reveals = clicks.join_all().await;
    assert!(reveals.windows(2).all(|pair| pair[0] == pair[1]), "{reveals:?}");
    let new = see(&world.alice, &reveals[0]).await;
    assert_eq!(world.ask(&new.text).await, "accepted");
    assert_eq!(world.alice.get(&world.keys).await.texts(".lead-cell a").len(), 2);
}

#[tokio::test]
async fn a_roll_takes_no_place_of_the_plan() {
    let world = World::start().await;
    let mut keys = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        keys.push(world.key(name).await);
    }
    assert_eq!(
        roll(&world, &keys[0], "7d").await.status,
        303,
        "the plan is full, and stays so"
    );
    assert_eq!(world.submit(&[("name", "f"), ("type", "secret")]).await.status, 409);
}

#[tokio::test]
async fn a_grace_never_prolongs_a_life() {
    let mut world = World::start().await;
    let old = world.make(&[("name", "Short"), ("expiry", "7")]).await;
    world.app.advance(Duration::from_secs(6 * 24 * HOUR));
    world.sign_in_again().await;
    let page = world.alice.get(&format!("{}/roll", old.url)).await;
    assert_eq!(page.text("#grace-24h-hint"), page.text("#grace-7d-hint"));
    assert_eq!(roll(&world, &old, "7d").await.status, 303);
    world.app.advance(Duration::from_secs(24 * HOUR));
    assert_eq!(world.ask(&old.text).await, "expired");
}

#[tokio::test]
async fn a_disabled_key_rolls_into_an_active_one() {
    let world = World::start().await;
    let old = world.key("CI").await;
    world.press(&old, "disablement").await;
    let new = see(&world.alice, &roll(&world, &old, "24h").await.location()).await;
    assert_eq!(world.ask(&old.text).await, "disabled");
    assert_eq!(world.ask(&new.text).await, "accepted");
}

#[tokio::test]
async fn the_end_of_a_grace_can_come_sooner_not_later() {
    let world = World::start().await;
    let old = world.key("CI").await;
    roll(&world, &old, "7d").await;
    let edit = format!("{}/edit", old.url);
    let later = world.alice.submit(&edit, &edit, &[("expiry", "90")]).await;
    assert_eq!(later.status, 422);
    assert!(error_at(&later, "expires_at").contains("earlier, not later"));
}

#[tokio::test]
async fn what_is_no_grace_is_refused() {
    let world = World::start().await;
    let old = world.key("CI").await;
    for bad in ["", "2h", "now ", "-1", "\0", "7D"] {
        let answer = roll(&world, &old, bad).await;
        assert_eq!(answer.status, 422, "{bad:?}");
        assert!(error_at(&answer, "grace").contains("now, 1h, 24h or 7d"));
    }
    assert_eq!(world.ask(&old.text).await, "accepted");
}
