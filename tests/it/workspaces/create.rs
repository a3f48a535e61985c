use crate::support::TestApp;
use crate::support::places::trail;

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
