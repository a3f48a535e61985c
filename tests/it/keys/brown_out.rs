//! A key that is disabled for a while works again by itself, at that moment, whoever has written it down or not.

use std::time::Duration;

use keyhatch::domain::keys;
use serde_json::json;

use super::world::{Made, World};
use crate::support::Answer;

const HOUR: Duration = Duration::from_secs(3_600);

/// Alice disables a key for as long as the form says.
async fn disable(world: &World, made: &Made, until: &str) -> Answer {
    let action = format!("{}/disablement", made.url);
    world.alice.submit(&made.url, &action, &[("until", until)]).await
}

/// What a request with it hears over HTTP, which is answered from memory where that can be.
async fn me(world: &World, made: &Made) -> u16 {
    world.app.program(&made.text).get("/api/v1/me").await.status
}

async fn badge(world: &World, made: &Made) -> String {
    world.alice.get(&made.url).await.text(".badges [data-state]")
}

/// What the trail says of enabling it.
async fn enabled(world: &World, made: &Made) -> Vec<String> {
    let trail = world.trail(made).await;
    trail
        .into_iter()
        .filter(|line| line.contains("enabled the key"))
        .collect()
}

#[tokio::test]
async fn an_hour_ends_by_itself_to_the_moment() {
    let world = World::start().await;
    let made = world.key("CI").await;
    assert_eq!(me(&world, &made).await, 200);
    let answer = disable(&world, &made, "1h").await;
    assert_eq!((answer.status, answer.location()), (303, made.url.clone()));
    assert_eq!(me(&world, &made).await, 401);
    let page = world.alice.get(&made.url).await;
    assert!(page.text(".flash").contains("are refused until"));
    assert!(
        page.text(".callout").contains("Then it works again."),
        "{}",
        page.text(".callout")
    );
    let badge_now = page.text(".badges [data-state]");
    assert!(badge_now.starts_with("Disabled · 59 min more"), "{badge_now}");
    let disabled = format!("{}?status=disabled", world.keys);
    let active = format!("{}?status=active", world.keys);
    assert_eq!(world.alice.get(&disabled).await.texts("tbody tr").len(), 1);

    world.app.advance(HOUR - Duration::from_secs(20));
    assert_eq!(me(&world, &made).await, 401, "shortly before");
    world.app.advance(Duration::from_secs(20));
    // Nobody has written anything.
    for _ in 0..3 {
        assert_eq!(me(&world, &made).await, 200, "at the moment");
    }
    assert_eq!(badge(&world, &made).await, "Active");
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .texts("form[action$='/enablement']")
            .is_empty()
    );
    assert!(world.alice.get(&disabled).await.texts("tbody tr").is_empty());
    assert_eq!(world.alice.get(&active).await.texts("tbody tr").len(), 1);
    let told = world.app.program(&made.text).get("/api/v1/api-keys").await.json();
    let told = &told["data"][0];
    assert_eq!(
        (&told["state"], &told["enabled"], &told["disabled_until"]),
        (&json!("active"), &json!(true), &json!(null))
    );
    assert!(enabled(&world, &made).await.is_empty());

    // Several nodes write it down at once, and again.
    let app = &world.app.app;
    let both = tokio::join!(keys::end_those_over(app), keys::end_those_over(app));
    both.0.unwrap();
    both.1.unwrap();
    keys::end_those_over(app).await.unwrap();
    let lines = enabled(&world, &made).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("Keyhatch enabled the key: it was disabled until"),
        "{lines:?}"
    );
    assert_eq!(me(&world, &made).await, 200);
    // It can be disabled as any other.
    disable(&world, &made, "").await;
    assert_eq!(me(&world, &made).await, 401);
}

#[tokio::test]
async fn a_key_that_is_not_in_memory_is_judged_alike() {
    let world = World::start().await;
    let made = world.key("CI").await;
    disable(&world, &made, "15m").await;
    world.app.app.records.forget_all();
    assert_eq!(world.ask(&made.text).await, "disabled");
    world.app.app.records.lease.end();
    world.app.advance(HOUR / 4);
    assert_eq!(world.ask(&made.text).await, "accepted");
}

#[tokio::test]
async fn it_is_enabled_early_or_kept_longer() {
    let world = World::start().await;
    let made = world.key("CI").await;
    disable(&world, &made, "1h").await;
    world.press(&made, "enablement").await;
    assert_eq!(world.ask(&made.text).await, "accepted");
    world.app.advance(HOUR);
    keys::end_those_over(&world.app.app).await.unwrap();
    assert_eq!(enabled(&world, &made).await.len(), 1, "nothing was left to end");

    disable(&world, &made, "15m").await;
    disable(&world, &made, "1d").await;
    world.app.advance(HOUR);
    assert_eq!(world.ask(&made.text).await, "disabled");
    // Nothing has broken: it stays so.
    disable(&world, &made, "").await;
    world.app.advance(48 * HOUR);
    assert_eq!(world.ask(&made.text).await, "disabled");
    keys::end_those_over(&world.app.app).await.unwrap();
    assert_eq!(badge(&world, &made).await, "Disabled");
    let trail = world.trail(&made).await;
    assert!(
        trail[0].contains("disabled the key") && !trail[0].contains("until"),
        "{trail:?}"
    );
    assert!(trail[1].contains("disabled the key: until"), "{trail:?}");
    let csrf = super::world::csrf(&world.alice, &made.url).await;
    let fields = [("csrf", csrf.as_str()), ("until", "2h")];
    let answer = world.alice.post(&format!("{}/disablement", made.url), &fields).await;
    assert_eq!(answer.status, 422, "nobody is offered that");
}

#[tokio::test]
async fn a_double_click_is_one() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let csrf = super::world::csrf(&world.alice, &made.url).await;
    let disablement = format!("{}/disablement", made.url);
    let click = || async {
        let fields = [("csrf", csrf.as_str()), ("until", "1h")];
        world.alice.post(&disablement, &fields).await.status
    };
    let twenty = futures_util::future::join_all((0..20).map(|_| click())).await;
    assert!(twenty.iter().all(|status| *status == 303), "{twenty:?}");
    let trail = world.trail(&made).await;
    let lines = trail.iter().filter(|line| line.contains("disabled the key"));
    assert_eq!(lines.count(), 1, "{trail:?}");
}

#[tokio::test]
async fn what_is_refused_for_good_does_not_come_back() {
    let world = World::start().await;
    let (revoked, rolled, leaked) = (world.key("one").await, world.key("two").await, world.key("three").await);
    for made in [&revoked, &rolled, &leaked] {
        disable(&world, made, "1h").await;
    }
    let revocation = format!("{}/revocation", revoked.url);
    world.alice.submit(&revocation, &revocation, &[]).await;
    let roll = format!("{}/roll", rolled.url);
    assert_eq!(world.alice.submit(&roll, &roll, &[("grace", "7d")]).await.status, 303);
    let stranger = crate::support::Program::new(&world.app.address, None);
    let report = json!({ "key": leaked.text });
    assert_eq!(stranger.post("/api/v1/keys/revocation", &report).await.status, 202);
    world.app.advance(HOUR);
    keys::end_those_over(&world.app.app).await.unwrap();
    assert_eq!(world.ask(&revoked.text).await, "revoked");
    assert_eq!(world.ask(&leaked.text).await, "compromised");
    // One that was rolled works on to its own end.
    assert_eq!(world.ask(&rolled.text).await, "accepted");
    for made in [&revoked, &leaked] {
        assert!(enabled(&world, made).await.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_leaks_meanwhile_stays_disabled() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let rules = world.keys.replace("/keys", "/leaked-keys");
    world.alice.submit(&rules, &rules, &[("action", "disable")]).await;
    disable(&world, &made, "1h").await;
    let stranger = crate::support::Program::new(&world.app.address, None);
    stranger
        .post("/api/v1/keys/revocation", &json!({ "key": made.text }))
        .await;
    world.app.advance(HOUR);
    assert_eq!(world.ask(&made.text).await, "disabled");
    assert_eq!(badge(&world, &made).await, "Disabled");
}

#[tokio::test]
async fn a_key_that_expires_meanwhile_says_so() {
    let mut world = World::start().await;
    let made = world.make(&[("name", "CI"), ("expiry", "7")]).await;
    world.app.advance(7 * 24 * HOUR - HOUR);
    world.sign_in_again().await;
    disable(&world, &made, "1d").await;
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text(".callout")
            .contains("By then it has expired.")
    );
    world.app.advance(2 * HOUR);
    assert_eq!(world.ask(&made.text).await, "disabled");
    world.app.advance(24 * HOUR);
    assert_eq!(world.ask(&made.text).await, "expired");
}

#[tokio::test]
async fn a_change_after_the_end_finds_the_key_as_it_is() {
    let world = World::start().await;
    let made = world.key("CI").await;
    disable(&world, &made, "15m").await;
    world.app.advance(HOUR);
    let edit = format!("{}/edit", made.url);
    assert_eq!(world.alice.submit(&edit, &edit, &[("name", "CI 2")]).await.status, 303);
    let trail = world.trail(&made).await;
    assert!(
        trail[0].contains("changed the key") && trail[1].contains("Keyhatch enabled"),
        "{trail:?}"
    );
    assert_eq!(me(&world, &made).await, 200);
    disable(&world, &made, "15m").await;
    assert_eq!(me(&world, &made).await, 401);
}

#[tokio::test]
async fn a_program_names_the_moment() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let keeper = world.app.program(&world.key("keeper").await.text);
    let path = format!("/api/v1/api-keys/{}", made.id);
    let until = world.app.app.now().plus(3_600_000);
    let body = json!({"enabled": false, "disabled_until": until.rfc3339()});
    for _ in 0..2 {
        let told = keeper.patch(&path, &body).await;
        assert_eq!(told.status, 200, "{}", told.body);
        assert_eq!(told.json()["state"], "disabled");
        assert_eq!(told.json()["disabled_until"], until.rfc3339());
    }
    assert_eq!(
        world
            .trail(&made)
            .await
            .iter()
            .filter(|line| line.contains("disabled the key"))
            .count(),
        1
    );
    for wrong in [
        json!({"enabled": false, "disabled_until": "2020-01-01T00:00:00Z"}),
        json!({"enabled": false, "disabled_until": "1h"}),
    ] {
        let told = keeper.patch(&path, &wrong).await;
        assert_eq!(told.status, 422, "{wrong}");
        assert!(told.json()["fields"]["disabled_until"].is_string(), "{}", told.body);
    }
    for alone in [
        json!({"enabled": true, "disabled_until": until.rfc3339()}),
        json!({"disabled_until": until.rfc3339()}),
    ] {
        assert_eq!(keeper.patch(&path, &alone).await.status, 409, "{alone}");
    }
    world.app.advance(HOUR);
    assert_eq!(world.ask(&made.text).await, "accepted");
    // Without a moment it stays.
    keeper.patch(&path, &body).await;
    let told = keeper.patch(&path, &json!({"enabled": false})).await.json();
    assert_eq!(told["disabled_until"], json!(null));
}

#[tokio::test]
async fn who_may_not_switch_a_key_on_may_not_have_it_come_back_by_itself() {
    let world = World::start().await;
    let (made, narrow) = (world.key("CI").await, world.key("narrow").await);
    let path = format!("/api/v1/api-keys/{}", narrow.id);
    let boss = world.app.program(&made.text);
    let here = json!({"allowed_addresses": ["127.0.0.1"]});
    assert_eq!(boss.patch(&path, &here).await.status, 200);
    let other = world.key("other").await;
    let of_other = format!("/api/v1/api-keys/{}", other.id);
    let narrow = world.app.program(&narrow.text);
    let soon = |millis| json!({"enabled": false, "disabled_until": world.app.app.now().plus(millis).rfc3339()});
    // Disabling one that works is fine, and it may end.
    assert_eq!(narrow.patch(&of_other, &soon(3_600_000)).await.status, 200);
    assert_eq!(narrow.patch(&of_other, &soon(7_200_000)).await.status, 200);
    assert_eq!(
        narrow.patch(&of_other, &soon(60_000)).await.status,
        422,
        "sooner is switching it on"
    );
    assert_eq!(narrow.patch(&of_other, &json!({"enabled": false})).await.status, 200);
    assert_eq!(narrow.patch(&of_other, &soon(60_000)).await.status, 422);
}
