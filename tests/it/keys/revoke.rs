use super::world::{Made, World, csrf, error_at};
use crate::support::Answer;

async fn revoke(world: &World, made: &Made, fields: &[(&str, &str)]) -> Answer {
    let action = format!("{}/revocation", made.url);
    world.alice.submit(&action, &action, fields).await
}

#[tokio::test]
async fn an_unused_key_is_revoked_without_a_question() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let page = world.alice.get(&format!("{}/revocation", made.url)).await;
    assert!(page.text(".card").contains("It has never been used."));
    assert!(page.texts("label[for=name]").is_empty());
    let answer = revoke(&world, &made, &[]).await;
    assert_eq!(answer.location(), made.url);
    assert_eq!(world.ask(&made.text).await, "revoked");
    let page = world.alice.get(&made.url).await;
    let flash = page.text(".flash");
    let told = flash.strip_prefix("Requests with this key are refused since ").unwrap();
    let told = told.strip_suffix(" UTC.").unwrap();
    assert!(page.text("[data-tone=bad] time").contains(told), "{flash}");
    assert!(world.trail(&made).await[0].contains("alice@example.com revoked the key"));
}

#[tokio::test]
async fn a_used_key_asks_for_its_name() {
    let world = World::start().await;
    let made = world.key("CI deploy").await;
    for _ in 0..3 {
        assert_eq!(world.ask(&made.text).await, "accepted");
    }
    let page = world.alice.get(&format!("{}/revocation", made.url)).await;
    let card = page.text(".evidence");
    assert!(
        card.contains("It is in use.") && card.contains("3 accepted, 0 refused"),
        "{card}"
    );
    assert!(card.contains("203.0.113.7"));
    assert_eq!(page.texts(".gentler h3"), ["Disable it", "Roll it"]);
    for wrong in ["", "ci deploy", "CI", "CI deploy!"] {
        let answer = revoke(&world, &made, &[("name", wrong)]).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(error_at(&answer, "name"), "Type the name exactly as it is: CI deploy");
        assert_eq!(answer.attribute("#name", "value").unwrap(), wrong);
    }
    assert_eq!(world.ask(&made.text).await, "accepted");
    assert_eq!(revoke(&world, &made, &[("name", " CI deploy ")]).await.status, 303);
    assert_eq!(world.ask(&made.text).await, "revoked");
}

#[tokio::test]
async fn only_people_are_asked() {
    let world = World::start().await;
    let made = world.key("CI").await;
    world.ask(&made.text).await;
    let csrf = csrf(&world.alice, &world.keys).await;
    let answer = world
        .alice
        .post(&format!("{}/revocation", made.url), &[("csrf", &csrf)])
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(world.ask(&made.text).await, "revoked");
}

#[tokio::test]
async fn nobody_is_asked_a_day_later() {
    let world = World::start().await;
    let made = world.key("CI").await;
    world.ask(&made.text).await;
    world.app.advance(std::time::Duration::from_secs(24 * 3600));
    let page = world.alice.get(&format!("{}/revocation", made.url)).await;
    assert!(page.text(".card").contains("It was not used in the last 24 hours."));
    assert_eq!(revoke(&world, &made, &[]).await.status, 303);
}

#[tokio::test]
async fn a_revoked_key_is_frozen() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let nonces = {
        let roll = format!("{}/roll", made.url);
        world.alice.get(&roll).await.form(&roll)
    };
    let nonce = nonces.iter().find(|(name, _)| name == "nonce").unwrap().1.clone();
    revoke(&world, &made, &[]).await;
    let page = world.alice.get(&made.url).await;
    assert!(
        page.texts(".danger-zone, main form, main .page-head a").is_empty(),
        "nothing to press"
    );
    let csrf = csrf(&world.alice, &made.url).await;
    let trail = world.trail(&made).await;
    for button in ["disablement", "enablement", "edit", "roll", "signing-secret"] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", "New"),
            ("grace", "1h"),
            ("nonce", &nonce),
        ];
        let answer = world.alice.post(&format!("{}/{button}", made.url), &fields).await;
        assert_eq!(answer.status, 409, "{button}");
        assert!(answer.text("main").contains("This key is revoked."), "{button}");
    }
    for page in ["edit", "roll", "signing-secret", "revocation"] {
        assert_eq!(
            world.alice.get(&format!("{}/{page}", made.url)).await.status,
            409,
            "{page}"
        );
    }
    // A second click on “Revoke” finds what it wanted.
    let again = world
        .alice
        .post(&format!("{}/revocation", made.url), &[("csrf", &csrf)])
        .await;
    assert_eq!(again.status, 303);
    assert_eq!(world.trail(&made).await, trail, "nothing happened, nothing is told");
    assert_eq!(world.ask(&made.text).await, "revoked");
}
