//! The first steps of somebody who joins the workspace of others.

use super::{states, welcome};
use crate::keys::world::{World, see};
use crate::support::places::call;

const DONE: &str = "(done)";
const NOW: &str = "(do this now)";
const OPEN: &str = "(whenever you like)";

#[tokio::test]
async fn a_developer_makes_a_key_of_their_own_and_calls_with_it() {
    let world = World::start().await;
    let bob = world.member("bob", "developer").await;
    let page = welcome(&bob).await;
    assert_eq!(page.text("h1"), "Find your way in Acme");
    assert_eq!(states(&page), [DONE, DONE, NOW, "(to do)", OPEN]);
    assert!(page.text(".step:nth-child(2)").contains("Nobody has made one yet"));

    // What others do is not what Bob has done.
    let hers = world
        .make(&[("name", "Hers"), ("type", "secret"), ("environment", "test")])
        .await;
    call(&world.app, &hers.text).await;
    let page = welcome(&bob).await;
    assert_eq!(states(&page), [DONE, DONE, NOW, "(to do)", OPEN]);
    let look = page.text(".step:nth-child(2)");
    assert!(
        look.contains("You are a developer here, and see every key: Acme."),
        "{look}"
    );
    assert!(!page.body.contains("Received"));

    let new_key = page.attribute(".step[data-state=current] a.primary", "href").unwrap();
    let fields = [("name", "His"), ("type", "secret")];
    let made = bob.submit(&new_key, &world.keys, &fields).await;
    let his = see(&bob, &made.location()).await;
    let page = welcome(&bob).await;
    assert_eq!(states(&page), [DONE, DONE, DONE, NOW, OPEN]);
    assert!(
        page.text("#variable").contains("=kh_test_"),
        "{}",
        page.text("#variable")
    );
    let address = world.alice.get("/welcome").await;
    assert_eq!(
        address.text("h1"),
        "Make your first request",
        "Alice has made the workspace"
    );

    call(&world.app, &hers.text).await;
    assert_eq!(states(&welcome(&bob).await)[3], NOW);
    call(&world.app, &his.text).await;
    let page = welcome(&bob).await;
    assert_eq!(states(&page), [DONE, DONE, DONE, DONE, OPEN]);
    assert!(page.text("#first-request").starts_with("Received "));
    assert_eq!(page.text("#all-set h2"), "You are set");
}

#[tokio::test]
async fn a_viewer_looks_and_reads() {
    let world = World::start().await;
    let victor = world.member("victor", "viewer").await;
    let page = welcome(&victor).await;
    assert_eq!(states(&page), [DONE, NOW, OPEN], "there is nothing to see yet");
    world.key("Hers").await;
    let page = welcome(&victor).await;
    assert_eq!(states(&page), [DONE, DONE, OPEN]);
    assert!(page.text(".step:nth-child(2)").contains("You are a viewer here"));
    assert!(page.texts(".step form, .step a.primary").is_empty());
}

#[tokio::test]
async fn where_there_is_no_project_it_says_who_makes_one() {
    let app = crate::support::TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    for (name, role, says) in [
        ("dora", "developer", "Ask an admin or owner among the members."),
        ("adam", "admin", "there is none: create one."),
    ] {
        let person = app.person(name).await;
        app.join(&acme, &person, role).await;
        let page = welcome(&person).await;
        assert_eq!(states(&page)[2], NOW);
        let step = page.text(".step[data-state=current]");
        assert!(step.contains(says), "{step}");
    }
}

/// Somebody who owns the workspace with others, and came later.
#[tokio::test]
async fn an_owner_who_came_later_has_joined() {
    let world = World::start().await;
    world.app.advance(std::time::Duration::from_secs(1));
    let olga = world.member("olga", "owner").await;
    let page = welcome(&olga).await;
    assert_eq!(page.text("h1"), "Find your way in Acme");
    assert_eq!(welcome(&world.alice).await.text("h1"), "Make your first request");
}
