//! Projects: making and renaming them, within the plan.

use std::collections::HashSet;

use keyhatch::domain::access::{By, ManageProjects};

use crate::support::places::{trail, typed};
use crate::support::{Person, TestApp};

async fn create(person: &Person, name: &str) -> crate::support::Answer {
    person
        .submit("/w/acme/projects/new", "/w/acme/projects", &[("name", name)])
        .await
}

#[tokio::test]
async fn alice_makes_a_project_and_is_led_to_its_keys() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let answer = create(&alice, "Büro & Laden").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/w/acme/p/b-ro-laden/keys");
    let home = alice.get("/w/acme/p/b-ro-laden").await;
    assert_eq!(home.location(), "/w/acme/p/b-ro-laden/keys");
    assert_eq!(trail(&app, &acme).await[0].action, "project.created");
}

#[tokio::test]
async fn names_are_checked_at_their_field_and_kept() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.workspace(&alice, "Acme").await;
    create(&alice, "Shop").await;
    let long = "ü".repeat(65);
    for bad in ["", " ", &long, "a\u{1b}b", "Shop", " sHOP "] {
        let answer = create(&alice, bad).await;
        assert_eq!(answer.status, 422, "{bad:?}");
        assert_eq!(answer.texts("#name-error").len(), 1, "{bad:?}");
        assert_eq!(answer.attribute("#name", "value").as_deref(), Some(bad));
    }
    let other = create(&alice, "Shop!").await;
    assert_eq!(
        other.location(),
        "/w/acme/p/shop-2/keys",
        "another name, the same letters"
    );
    assert_eq!(alice.get("/w/acme").await.texts(".rows a"), ["Shop", "Shop!"]);
}

#[tokio::test]
async fn a_project_is_renamed_and_keeps_its_address() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    create(&alice, "Shop").await;
    create(&alice, "Warehouse").await;
    let path = "/w/acme/p/shop/settings";
    let renamed = alice.submit(path, path, &[("name", "shop")]).await;
    assert_eq!(renamed.location(), path, "its own name in other letters is free");
    for bad in ["", "WAREHOUSE"] {
        let answer = alice.submit(path, path, &[("name", bad)]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.texts("#name-error").len(), 1);
        assert_eq!(answer.attribute("#name", "value").as_deref(), Some(bad));
    }
    assert_eq!(alice.get("/w/acme").await.texts(".rows a"), ["shop", "Warehouse"]);
    assert_eq!(trail(&app, &acme).await[0].details, "“Shop” → “shop”");
}

#[tokio::test]
async fn two_people_who_rename_a_project_hear_of_each_other() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let adam = app.person("adam").await;
    app.join(&acme, &adam, "admin").await;
    create(&alice, "Shop").await;
    let path = "/w/acme/p/shop/settings";
    let opened = adam.get(path).await.form(path);
    alice.submit(path, path, &[("name", "Web shop")]).await;

    let answer = adam.try_post(path, &typed(&opened, "name", "Store")).await.unwrap();
    assert_eq!(answer.status, 409);
    let said = answer.text(".callout dl dd");
    assert!(
        said.contains("Saved: Web shop") && said.contains("Yours: Store"),
        "{said}"
    );
    assert_eq!(answer.attribute("#name", "value").as_deref(), Some("Store"));
    assert_eq!(alice.get("/w/acme").await.texts(".rows a"), ["Web shop"]);
    // Saving once more means: mine.
    let mine = adam.try_post(path, &answer.form(path)).await.unwrap();
    assert_eq!(mine.location(), path);
    assert_eq!(trail(&app, &acme).await[0].details, "“Web shop” → “Store”");
    // Whoever changes nothing overwrites nothing.
    assert_eq!(alice.submit(path, path, &[]).await.status, 303);
    assert_eq!(trail(&app, &acme).await[0].details, "“Web shop” → “Store”");
}

#[tokio::test]
async fn developers_and_viewers_see_its_settings_and_change_nothing() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    app.project(&acme, "Shop").await;
    for (name, role) in [("bob", "developer"), ("victor", "viewer")] {
        let person = app.person(name).await;
        app.join(&acme, &person, role).await;
        let page = person.get("/w/acme/p/shop/settings").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.texts("main form").len(), 0);
        let answer = person
            .submit_from(
                "/w/acme/p/shop/settings",
                "/w/acme/p/shop/settings",
                &[("name", "Mine")],
            )
            .await;
        assert_eq!(answer.status, 403);
        let error = answer.text("main p");
        assert_eq!(error, "Only admins and owners manage projects.");
    }
}

#[tokio::test]
async fn a_full_plan_says_so_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    for n in 0..10 {
        app.project(&acme, &format!("Project {n}")).await;
    }
    let answer = create(&alice, "One more").await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .text(".problems")
            .contains("The Free plan has 10 projects, and all are taken.")
    );
    assert_eq!(answer.attribute("#name", "value").as_deref(), Some("One more"));
}

#[tokio::test]
async fn concurrent_creations_stay_within_the_plan_and_apart() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    for n in 0..7 {
        app.project(&acme, &format!("Project {n}")).await;
    }
    let by = By::operator();
    let names: Vec<_> = (0..8).map(|n| format!("Shop{}", "!".repeat(n))).collect();
    let all = names
        .iter()
        .map(|name| keyhatch::domain::projects::create(&app.app, ManageProjects::operator(&acme, &by), name));
    let made: Vec<_> = futures_util::future::join_all(all)
        .await
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(made.len(), 3, "ten in all");
    let slugs: HashSet<_> = made.iter().map(|project| &project.slug).collect();
    assert_eq!(slugs.len(), 3);
}
