use std::time::Duration;

use keyhatch::domain::access::By;
use keyhatch::domain::keys::NewKeyInput;
use keyhatch::domain::members;
use keyhatch::model::role::Role;

use crate::support::places::{self, call, issue, secret, trail};
use crate::support::{Answer, Person, TestApp};

async fn look_up(sam: &Person, typed: &str) -> Answer {
    sam.submit("/staff", "/staff/lookups", &[("display_prefix", typed)])
        .await
}

#[tokio::test]
async fn sam_finds_a_key_and_the_customer_sees_it() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    app.person("bob").await;
    let acme = app.workspace(&alice, "Acme").await;
    let by = By::operator();
    members::add(&app.app, places::members(&acme, &by), "bob@example.com", Role::Owner)
        .await
        .unwrap();
    let shop = app.project(&acme, "Shop").await;
    let what = NewKeyInput {
        name: "CI <deploy>".to_owned(),
        type_id: "restricted".to_owned(),
        environment: "live".to_owned(),
        scopes: vec!["shipments:read".to_owned(), "rates:read".to_owned()],
        expiry: "7".to_owned(),
        ..NewKeyInput::default()
    };
    let issued = issue(&app, &acme, Some(&shop), &what).await;
    call(&app, issued.text.expose_secret()).await;
    app.advance(Duration::from_secs(60));
    assert!(
        sam.get("/staff")
            .await
            .text(".staff-banner")
            .contains("Every look is recorded")
    );
    let answer = look_up(&sam, &format!(" {}… ", issued.key.display_prefix)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(".count"), "1 key found");
    assert_eq!(answer.text("article h2"), "CI <deploy>");
    assert_eq!(answer.texts("article .badge"), ["Live", "Expires in 6 d"]);
    let said = answer.text("article");
    for part in [
        "Restricted key, 2 scopes",
        "shipments:read",
        "Acme acme",
        "Shop shop",
        "alice@example.com, bob@example.com",
        "Made by operator",
        "(in 6 days)",
        "(1 minute ago) from 203.0.113.7 with curl/8.14.1",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let by_id = answer.attribute("article h2 a", "href").unwrap();
    assert_eq!(by_id, format!("/staff/keys/{}", issued.key.id));
    assert_eq!(sam.get(&by_id).await.text("article"), said);
    let page = alice.get("/w/acme/audit").await;
    let whats = page.texts("[data-label=What]");
    let line = format!(
        "looked up the key for support CI <deploy> ({})",
        issued.key.display_prefix
    );
    assert_eq!(whats[..2], [line.clone(), line], "the search, and the look by id");
    assert_eq!(page.texts("[data-label=Who]")[0], "sam@example.com Support");
    assert_eq!(page.texts("[data-label=From]")[0], "127.0.0.1");
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].actor_kind.as_str(), lines[0].key_id),
        ("staff", Some(issued.key.id))
    );
    assert_eq!(lines[0].project_id, Some(shop.id));
}

#[tokio::test]
async fn all_keys_with_the_same_prefix_are_shown_each_in_its_own_trail() {
    let app = TestApp::start().await;
    let (alice, charlie, sam) = (
        app.person("alice").await,
        app.person("charlie").await,
        app.person("sam").await,
    );
    let mut workspaces = Vec::new();
    for (person, name) in [(&alice, "Acme"), (&charlie, "Umbrella")] {
        let workspace = app.workspace(person, name).await;
        let project = app.project(&workspace, "Shop").await;
        let key = issue(&app, &workspace, Some(&project), &secret(name, "test")).await.key;
        workspaces.push((workspace, key));
    }
    // Chance would take sixty-two to the eighth tries.
    let sql = "UPDATE keys SET display_prefix = 'kh_test_4f7aQm2X' WHERE name IN ('Acme', 'Umbrella')";
    app.app.db.execute(sql).await.unwrap();
    let answer = look_up(&sam, "kh_test_4f7aQm2X").await;
    assert_eq!(answer.text(".count"), "2 keys have this display prefix");
    assert_eq!(answer.texts("article h2"), ["Umbrella", "Acme"]);
    for (workspace, key) in &workspaces {
        let lines = trail(&app, workspace).await;
        let looks: Vec<_> = lines.iter().filter(|line| line.action == "key.looked_up").collect();
        assert_eq!(looks.len(), 1);
        assert_eq!(looks[0].key_id, Some(key.id));
    }
}

#[tokio::test]
async fn of_very_many_keys_with_the_same_prefix_the_newest_are_shown() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let shop = app.project(&acme, "Shop").await;
    for n in 0..53 {
        issue(&app, &acme, Some(&shop), &secret(&format!("Key {n}"), "test")).await;
    }
    let sql = "UPDATE keys SET display_prefix = 'kh_test_4f7aQm2X'";
    app.app.db.execute(sql).await.unwrap();
    let answer = look_up(&sam, "kh_test_4f7aQm2X").await;
    let said = answer.text(".count");
    assert!(said.starts_with("The newest 50 of 53 keys."), "{said}");
    assert!(said.contains("ask for its id"), "{said}");
    let shown = answer.texts("article h2");
    assert_eq!((shown.len(), shown[0].as_str()), (50, "Key 52"));
}

#[tokio::test]
async fn signs_that_mean_something_to_databases_are_just_signs() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = issue(&app, &acme, Some(&shop), &secret("One", "live")).await.key;
    let prefix = &key.display_prefix;
    for other in [
        "kh_live_%%%%%%%%",
        "kh_live_________",
        "'; DROP TABLE --",
        "kh_live_\0\0日本日本日本日本",
    ] {
        let answer = look_up(&sam, other).await;
        assert_eq!(answer.texts("article").len(), 0, "{other}");
    }
    for short in ["", "kh_live_", &prefix[..11]] {
        let answer = look_up(&sam, short).await;
        assert_eq!(answer.status, 422, "{short}");
        assert_eq!(answer.texts("#display_prefix-error").len(), 1);
        assert_eq!(
            answer.attribute("#display_prefix", "value").as_deref(),
            Some(short),
            "the beginning of a key is shown everywhere anyway"
        );
    }
    let unknown = sam.get("/staff/keys/019a0000-0000-7000-8000-000000000000").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(sam.get("/staff/keys/nonsense").await.status, 404);
    assert!(
        trail(&app, &acme)
            .await
            .iter()
            .all(|line| line.action != "key.looked_up")
    );
}

#[tokio::test]
async fn it_says_what_a_key_is_by_now() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = issue(&app, &acme, Some(&shop), &secret("One", "live")).await.key;
    let ring = keyhatch::domain::access::KeyRing::held_by_operator(acme.clone(), Some(shop));
    let states = ["Active", "Disabled", "Revoked"];
    for (n, state) in states.into_iter().enumerate() {
        let proof = ring.manage_keys().unwrap();
        match n {
            1 => drop(keyhatch::domain::keys::disable(&app.app, proof, key.id).await.unwrap()),
            2 => drop(keyhatch::domain::keys::revoke(&app.app, proof, key.id).await.unwrap()),
            _ => {}
        }
        let answer = look_up(&sam, &key.display_prefix).await;
        assert_eq!(answer.texts("article .badge"), ["Live", state]);
    }
    keyhatch::domain::workspaces::suspend(&app.app, &acme).await.unwrap();
    let answer = look_up(&sam, &key.display_prefix).await;
    assert_eq!(
        answer.texts("article .badge"),
        ["Live", "Revoked", "Workspace suspended"]
    );
    assert!(answer.text("article").contains("Last used Never"));
}

#[tokio::test]
async fn what_is_no_key_is_not_called_one() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = issue(&app, &acme, Some(&shop), &secret("One", "live")).await.key;
    for typed in ["acme-international-shipping", "the key for the shop"] {
        let answer = look_up(&sam, typed).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(!answer.body.contains("looks like a whole key"), "{typed}");
        assert!(
            answer
                .text(".problems")
                .contains("display prefix of the key, or for its id"),
            "{typed}"
        );
    }
    let answer = look_up(&sam, &format!(" {} ", key.id)).await;
    assert_eq!((answer.status, answer.text("article h2").as_str()), (200, "One"));
    assert_eq!(trail(&app, &acme).await[0].action, "key.looked_up");
}

#[tokio::test]
async fn the_id_of_a_request_and_a_slug_are_not_called_a_whole_key() {
    let app = TestApp::start().await;
    let sam = app.person("sam").await;
    for typed in [
        "req_8f14e45fceea167a5a36dedd4bea2543",
        "01JD5Z6Q8X9YV7W3K2M4N5P6R7",
        "acme-eu2-production",
        "acmeshippingproduction2024",
    ] {
        let answer = look_up(&sam, typed).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(!answer.body.contains("looks like a whole key"), "{typed}");
        assert!(
            answer.text("#display_prefix-error").contains("no display prefix"),
            "{typed}"
        );
    }
}
