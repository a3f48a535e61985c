//! After a roll: both keys side by side, whether the old one can go, and putting its end off.

use std::time::Duration;

use keyhatch::domain::keys;

use super::world::{Made, World, see};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Alice rolls a key, and looks at the new one.
async fn roll(world: &World, made: &Made, grace: &str) -> Made {
    let page = format!("{}/roll", made.url);
    let answer = world.alice.submit(&page, &page, &[("grace", grace)]).await;
    see(&world.alice, &answer.location()).await
}

async fn verdict(world: &World, old: &Made) -> String {
    world
        .alice
        .get(&format!("{}/roll", old.url))
        .await
        .text("#roll .callout")
}

#[tokio::test]
async fn both_keys_are_side_by_side_and_it_is_said_whether_the_old_one_can_go() {
    let mut world = World::start().await;
    let victor = world.member("victor", "viewer").await;
    let old = world.key("CI").await;
    assert_eq!(world.ask(&old.text).await, "accepted");
    let new = roll(&world, &old, "7d").await;
    let page = format!("{}/roll", old.url);
    for made in [&old, &new] {
        let links = world.alice.get(&made.url).await.texts(&format!("a[href='{page}']"));
        assert_eq!(links, ["See both side by side"], "{}", made.url);
    }
    assert_eq!(world.ask(&old.text).await, "accepted");
    assert_eq!(world.ask(&new.text).await, "accepted");
    assert_eq!(world.ask(&new.text).await, "accepted");
    let shown = world.alice.get(&page).await;
    let said = shown.text("#roll .callout");
    assert!(
        said.contains("Still used") && said.contains("203.0.113.7 by curl/8.5"),
        "{said}"
    );
    assert_eq!(shown.attribute("#roll", "data-say").unwrap(), "Still used");
    assert!(
        shown.attribute("#roll", "data-poll").is_some(),
        "it looks again by itself"
    );
    let numbers = shown.texts("#roll .numbers dd");
    assert_eq!(numbers, ["2", "2", "2", "2"], "today and in this hour, of both");
    let viewed = victor.get(&page).await;
    assert_eq!((viewed.status, viewed.texts("form[action$='/grace']").len()), (200, 0));

    // To the moment: the clock of a test goes on while it looks.
    world.app.advance(DAY - Duration::from_secs(60));
    world.sign_in_again().await;
    assert!(verdict(&world, &old).await.contains("Still used"));
    world.app.advance(Duration::from_secs(60));
    let said = verdict(&world, &old).await;
    assert!(
        said.contains("Safe to revoke") && said.contains("The old key has not been used for 24 hours"),
        "{said}"
    );
    world.app.advance(6 * DAY);
    world.sign_in_again().await;
    assert!(verdict(&world, &old).await.contains("The old key is refused"));
}

#[tokio::test]
async fn a_key_that_nobody_ever_used_can_go() {
    let world = World::start().await;
    let old = world.key("CI").await;
    roll(&world, &old, "1h").await;
    assert!(verdict(&world, &old).await.contains("The old key has never been used."));
    let revocation = format!("{}/revocation", old.url);
    world.alice.submit(&revocation, &revocation, &[]).await;
    let shown = world.alice.get(&format!("{}/roll", old.url)).await;
    assert!(shown.text("#roll .callout").contains("The old key is refused"));
    assert!(shown.texts("form[action$='/grace']").is_empty());
}

#[tokio::test]
async fn the_old_key_may_work_longer_but_not_for_good() {
    let mut world = World::start().await;
    let old = world.key("CI").await;
    roll(&world, &old, "1h").await;
    let (page, grace) = (format!("{}/roll", old.url), format!("{}/grace", old.url));
    let answer = world.alice.submit(&page, &grace, &[("grace", "24h")]).await;
    assert_eq!((answer.status, answer.location()), (303, page.clone()));
    world.app.advance(2 * HOUR);
    assert_eq!(world.ask(&old.text).await, "accepted");
    let trail = world.trail(&old).await;
    assert!(
        trail[0].contains("changed the key: the old key works until"),
        "{trail:?}"
    );
    // Again and again, until a month has passed since the roll.
    for _ in 0..5 {
        world.sign_in_again().await;
        let answer = world.alice.submit(&page, &grace, &[("grace", "7d")]).await;
        assert_eq!(answer.status, 303);
        world.app.advance(6 * DAY);
    }
    assert_eq!(world.ask(&old.text).await, "expired");
    world.sign_in_again().await;
    let shown = world.alice.get(&page).await;
    assert!(shown.texts("form[action$='/grace']").is_empty());
    let csrf = shown.attribute("input[name=csrf]", "value").unwrap();
    let answer = world.alice.post(&grace, &[("csrf", &csrf), ("grace", "7d")]).await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn no_grace_prolongs_a_life() {
    let world = World::start().await;
    let old = world.make(&[("name", "CI"), ("expiry", "7")]).await;
    roll(&world, &old, "1h").await;
    let (page, grace) = (format!("{}/roll", old.url), format!("{}/grace", old.url));
    world.app.advance(HOUR / 2);
    assert_eq!(world.alice.submit(&page, &grace, &[("grace", "7d")]).await.status, 303);
    world.app.advance(7 * DAY - HOUR / 2);
    assert_eq!(
        world.ask(&old.text).await,
        "expired",
        "as it would have without the roll"
    );
}

#[tokio::test]
async fn a_key_that_was_not_rolled_has_no_grace() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let csrf = super::world::csrf(&world.alice, &made.url).await;
    let fields = [("csrf", csrf.as_str()), ("grace", "7d")];
    assert_eq!(
        world.alice.post(&format!("{}/grace", made.url), &fields).await.status,
        422
    );
    assert_eq!(world.ask(&made.text).await, "accepted");
}

#[tokio::test]
async fn people_hear_once_that_the_old_key_is_still_used_a_day_before_its_end() {
    let world = World::start().await;
    let (used, unused, before) = (
        world.key("used").await,
        world.key("unused").await,
        world.key("before").await,
    );
    assert_eq!(world.ask(&before.text).await, "accepted");
    for made in [&used, &unused, &before] {
        roll(&world, made, "7d").await;
    }
    let app = &world.app.app;
    let tell = || async {
        app.usage.flush(&app.db).await.unwrap();
        let both = tokio::join!(keys::tell_of_expiry(app), keys::tell_of_expiry(app));
        both.0.unwrap();
        both.1.unwrap();
    };
    world.app.advance(6 * DAY - HOUR);
    assert_eq!(world.ask(&used.text).await, "accepted");
    tell().await;
    world.app.advance(2 * HOUR);
    for _ in 0..2 {
        tell().await;
    }
    let mails = world.app.mails(1).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    for part in [
        "is still used, and ends in",
        "It was rolled, and is still used: 2 hours ago from 203.0.113.7 by curl/8.5",
        &format!("{}/roll", used.url),
    ] {
        assert!(mails[0].contains(part), "{part} in {}", mails[0]);
    }
    assert!(!mails[0].contains("Rolling makes a new key"));
    world.app.advance(HOUR);
    assert_eq!(world.ask(&used.text).await, "accepted");
    tell().await;
    assert_eq!(world.app.mails(1).await.len(), 1, "once");
}

/// A key that is refused, and sent all the same: the mail says so, and no more than that.
#[tokio::test]
async fn people_hear_of_an_old_key_that_is_only_tried() {
    let world = World::start().await;
    let (tried, given_up) = (world.key("tried").await, world.key("given up").await);
    for made in [&tried, &given_up] {
        world.press(made, "disablement").await;
        assert_eq!(world.ask(&made.text).await, "disabled");
        roll(&world, made, "24h").await;
    }
    let app = &world.app.app;
    // Before the roll says nothing of who has it after; the hour of the roll is one with it.
    world.app.advance(6 * HOUR);
    assert_eq!(world.ask(&tried.text).await, "disabled");
    world.app.advance(6 * HOUR + Duration::from_secs(60));
    app.usage.flush(&app.db).await.unwrap();
    keys::tell_of_expiry(app).await.unwrap();
    let mail = world.app.mails(1).await.remove(0);
    assert!(mail.contains("is still sent: "), "{mail}");
    assert!(!mail.contains("still used") && !mail.contains("Roll it:"), "{mail}");
}

/// Who disables the old key to see who misses it must not hear that nobody does.
#[tokio::test]
async fn a_key_that_is_refused_but_still_sent_is_not_said_to_be_safe() {
    let mut world = World::start().await;
    let old = world.key("CI").await;
    assert_eq!(world.ask(&old.text).await, "accepted");
    roll(&world, &old, "7d").await;
    world.press(&old, "disablement").await;
    world.app.advance(DAY + HOUR);
    assert_eq!(world.ask(&old.text).await, "disabled");
    assert_eq!(world.ask(&old.text).await, "disabled");
    world.sign_in_again().await;
    let said = verdict(&world, &old).await;
    assert!(
        said.contains("Still sent") && said.contains("but 2 were refused"),
        "{said}"
    );
    // When nobody has tried for a day, it can go.
    world.app.advance(DAY);
    world.sign_in_again().await;
    assert!(verdict(&world, &old).await.contains("Safe to revoke"));
}
