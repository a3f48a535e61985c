//! The first steps are put away, and found again; and the provider's own stand behind ours.

use super::{states, welcome};
use crate::keys::world::World;
use crate::support::places::call;
use crate::support::{Answer, TestApp};

const LEFT: &str = "aside[aria-label='First steps'] p";

#[tokio::test]
async fn they_are_put_away_and_found_under_help() {
    let world = World::start().await;
    let overview = world.alice.get("/w/acme").await;
    assert_eq!(overview.text(LEFT), "2 steps to your first request.");
    let action = "/welcome/dismissal";
    let away = world.alice.submit("/w/acme", action, &[]).await;
    let page = world.alice.follow(&away.location()).await;
    assert!(
        page.text(".flash")
            .contains("You find them again in your menu, under Help.")
    );
    assert!(page.texts(LEFT).is_empty());
    assert_eq!(
        page.attribute(".account a[href='/welcome']", "href").as_deref(),
        Some("/welcome")
    );

    // They are where they were, and a first key does not lead there any more.
    let page = welcome(&world.alice).await;
    assert_eq!(states(&page)[3], "(do this now)");
    assert!(page.text(".put-away").contains("You have put these steps away"));
    let made = world
        .submit(&[("name", "First"), ("type", "secret"), ("environment", "test")])
        .await;
    let reveal = world.alice.get(&made.location()).await;
    let action = format!("{}/acknowledgement", made.location());
    let csrf = reveal.attribute("input[name=csrf]", "value").unwrap();
    let stored = world.alice.post(&action, &[("csrf", &csrf)]).await;
    assert_eq!(stored.location(), made.location().trim_end_matches("/reveal"));

    let back = world.alice.submit("/welcome", "/welcome/dismissal/removal", &[]).await;
    assert_eq!(back.location(), "/welcome");
    assert_eq!(
        world.alice.get("/w/acme").await.text(LEFT),
        "One step to your first request."
    );
    call(&world.app, &reveal.text("#key-text")).await;
    world.alice.get("/welcome").await;
    assert!(
        world.alice.get("/w/acme").await.texts(LEFT).is_empty(),
        "there is nothing left"
    );
}

#[tokio::test]
async fn in_the_workspace_of_others_only_ones_own_steps_are_told() {
    let world = World::start().await;
    let victor = world.member("victor", "viewer").await;
    let bob = world.member("bob", "developer").await;
    world.key("Hers").await;
    assert!(victor.get("/w/acme").await.texts(LEFT).is_empty());
    assert_eq!(bob.get("/w/acme").await.text(LEFT), "2 steps to your first request.");
}

fn further(page: &Answer) -> Vec<String> {
    states(page).split_off(6)
}

#[tokio::test]
async fn a_provider_adds_steps_of_their_own() {
    let facts = [
        ("Mail", "done_when = \"email-confirmed\"\n"),
        ("Live", "done_when = \"live-key\"\n"),
        ("Call", "done_when = \"first-request\"\n"),
        ("Team", "done_when = \"second-member\"\n"),
        ("Forum", ""),
    ];
    let steps = facts.map(|(title, fact)| {
        format!(
            "[[welcome.step]]\ntitle = \"{title}\"\ntext = \"Why.\"\nlink = \"https://forum.example.com/x\"\n{fact}"
        )
    });
    let example = include_str!("../../../profiles/example.toml");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{example}\n{}", steps.join("\n"))).unwrap();
    let path = file.path().display().to_string();
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
    let alice = app.person("alice").await;
    let page = welcome(&alice).await;
    assert_eq!(
        further(&page),
        ["(done)", "(to do)", "(to do)", "(to do)", "(whenever you like)"]
    );
    let last = ".step:last-child";
    assert_eq!(page.text(&format!("{last} .step-body")), "Why. forum.example.com");
    let link = page.attribute(&format!("{last} a"), "href");
    assert_eq!(link.as_deref(), Some("https://forum.example.com/x"));
    let acme = app.workspace(&alice, "Acme").await;
    let site = app.project(&acme, "Site").await;
    let key = app.key(&acme, Some(&site), "secret", "live", &[]).await;
    call(&app, key.text.expose_secret()).await;
    let bob = app.person("bob").await;
    app.join(&acme, &bob, "viewer").await;
    assert_eq!(
        further(&welcome(&alice).await),
        ["(done)", "(done)", "(done)", "(done)", "(whenever you like)"]
    );
    // They are there for whoever joins, too.
    assert_eq!(states(&welcome(&bob).await).len(), 3 + facts.len());
}
