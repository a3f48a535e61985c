use keyhatch::domain::access::By;
use keyhatch::domain::workspaces;
use keyhatch::error::AppError;
use keyhatch::store;

use crate::support::places::trail;
use crate::support::{Person, TestApp};

#[tokio::test]
async fn alice_makes_her_first_workspace() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let empty = alice.get("/workspaces").await;
    assert_eq!(empty.text(".empty h2"), "No workspaces yet");
    assert_eq!(
        empty.texts("main a[href='/workspaces/new']").len(),
        1,
        "one button, no more"
    );
    let made = alice
        .submit("/workspaces/new", "/workspaces", &[("name", "  Acme & Söhne ")])
        .await;
    assert_eq!(made.status, 303);
    assert_eq!(made.location(), "/w/acme-s-hne");
    assert_eq!(alice.get("/w/acme-s-hne").await.text("h1"), "Acme & Söhne");
    let list = alice.get("/workspaces").await;
    assert_eq!(list.texts(".rows a"), ["Acme & Söhne"]);
    assert_eq!(list.texts(".rows .badge"), ["Owner", "Free"]);
}

#[tokio::test]
async fn names_are_checked_at_their_field_and_kept() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let long = "x".repeat(65);
    for bad in ["", "   ", &long, "a\u{7}b", "a\u{202E}b", "a\nb"] {
        let answer = alice
            .submit("/workspaces/new", "/workspaces", &[("name", bad), ("next", "/welcome")])
            .await;
        assert_eq!(answer.status, 422, "{bad:?}");
        assert_eq!(answer.texts("#name-error").len(), 1, "{bad:?}");
        assert_eq!(answer.attribute("#name", "value").as_deref(), Some(bad));
        assert_eq!(
            answer.attribute("#name", "aria-describedby").as_deref(),
            Some("name-hint name-error")
        );
        assert_eq!(
            answer.attribute("[name=next]", "value").as_deref(),
            Some("/welcome"),
            "the way on is kept"
        );
    }
    assert_eq!(alice.get("/workspaces").await.texts(".rows li").len(), 0);
}

#[tokio::test]
async fn two_tenants_may_have_one_name_and_markup_is_text() {
    let app = TestApp::start().await;
    let (alice, charlie) = (app.person("alice").await, app.person("charlie").await);
    let first = alice
        .submit("/workspaces/new", "/workspaces", &[("name", "日本")])
        .await;
    let second = charlie
        .submit("/workspaces/new", "/workspaces", &[("name", "日本")])
        .await;
    assert_eq!(first.location(), "/w/workspace");
    assert!(second.location().starts_with("/w/workspace-"), "{}", second.location());
    assert_eq!(charlie.get(&second.location()).await.text("h1"), "日本");
    let markup = alice
        .submit("/workspaces/new", "/workspaces", &[("name", "<b>\"Bold\"</b>")])
        .await;
    assert_eq!(alice.get(&markup.location()).await.text("h1"), "<b>\"Bold\"</b>");
}

#[tokio::test]
async fn the_way_on_stays_inside() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    for (next, location) in [
        ("/welcome", "/welcome"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
    ] {
        let answer = alice
            .submit("/workspaces/new", "/workspaces", &[("name", "Acme"), ("next", next)])
            .await;
        assert_eq!(answer.location(), location);
    }
}

#[tokio::test]
async fn making_one_is_in_its_trail() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let workspace = app.workspace(&alice, "Acme").await;
    let lines = trail(&app, &workspace).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].action, "workspace.created");
}

#[tokio::test]
async fn signed_out_people_are_led_to_the_sign_in() {
    let app = TestApp::start().await;
    for path in ["/workspaces", "/workspaces/new", "/w/acme", "/w/acme/audit", "/welcome"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.location().starts_with("/sign-in?next=%2F"), "{path}");
    }
}

/// As if this person had made so many already.
async fn has_made(app: &TestApp, person: &Person, count: u32) {
    let tx = app.app.db.begin().await.unwrap();
    for _ in 0..count {
        let counted = store::accounts::count_workspace(&tx, person.account.id, u32::MAX).await;
        assert!(counted.unwrap());
    }
    store::db::commit(tx).await.unwrap();
}

#[tokio::test]
async fn the_hundred_first_is_refused_and_its_name_kept() {
    let app = TestApp::start().await;
    let (alice, charlie) = (app.person("alice").await, app.person("charlie").await);
    has_made(&app, &alice, 99).await;
    let fields = [("name", "The hundredth"), ("next", "/welcome")];
    let made = alice.submit("/workspaces/new", "/workspaces", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let fields = [("name", "One too many"), ("next", "/welcome")];
    let refused = alice.submit("/workspaces/new", "/workspaces", &fields).await;
    assert_eq!(refused.status, 409);
    let problems = refused.text(".problems li");
    assert!(problems.contains("You have made 100 workspaces"), "{problems}");
    assert_eq!(refused.attribute("#name", "value").as_deref(), Some("One too many"));
    assert_eq!(refused.attribute("[name=next]", "value").as_deref(), Some("/welcome"));
    assert_eq!(alice.get("/workspaces").await.texts(".rows a"), ["The hundredth"]);
    let other = charlie.submit("/workspaces/new", "/workspaces", &fields).await;
    assert_eq!(other.status, 303, "what Alice has made is not counted for Charlie");
    // The operator is free to give her more.
    app.workspace(&alice, "From the operator").await;
    assert_eq!(alice.get("/workspaces").await.texts(".rows a").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_take_the_last_place_once() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    has_made(&app, &alice, 99).await;
    let attempts = (0..8).map(|number| {
        let (app, account) = (app.app.clone(), alice.account.clone());
        let by = By::person(&account, "192.0.2.1");
        // All of one name: who finds the address taken tries again, and is counted once.
        let name = if number < 4 { "Acme" } else { "Other" };
        tokio::spawn(async move { workspaces::create(&app, &account, &by, name, None).await })
    });
    let attempts: Vec<_> = attempts.collect();
    let mut made = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert!(matches!(error, AppError::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(workspaces::list(&app.app, &alice.account).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_made_is_not_counted() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    has_made(&app, &alice, 97).await;
    // The second finds the first one's address taken on its first try.
    for name in ["Acme", "", "Acme", "Acme"] {
        let answer = alice.submit("/workspaces/new", "/workspaces", &[("name", name)]).await;
        assert_eq!(answer.status, if name.is_empty() { 422 } else { 303 });
    }
    assert_eq!(
        alice
            .submit("/workspaces/new", "/workspaces", &[("name", "Acme")])
            .await
            .status,
        409
    );
}
