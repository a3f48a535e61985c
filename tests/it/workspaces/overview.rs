use std::time::Duration;

use crate::support::TestApp;
use crate::support::places::{call, issue, secret};

#[tokio::test]
async fn it_lists_projects_with_their_keys_and_last_use() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    assert_eq!(alice.get("/w/acme").await.text(".empty h2"), "No projects yet");
    let shop = app.project(&acme, "Shop").await;
    app.project(&acme, "Warehouse").await;
    issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let key = issue(&app, &acme, Some(&shop), &secret("Two", "test")).await;
    call(&app, key.text.expose_secret()).await;
    app.app.usage.flush(&app.app.db).await.unwrap();
    app.advance(Duration::from_secs(180));
    let page = alice.get("/w/acme").await;
    assert_eq!(page.texts(".rows a"), ["Shop", "Warehouse"]);
    assert_eq!(page.text(".pagination"), "2 projects");
    assert_eq!(
        page.attribute(".rows a", "href").as_deref(),
        Some("/w/acme/p/shop/keys")
    );
    assert_eq!(
        page.texts(".rows p"),
        ["2 keys, last used 3 minutes ago", "0 keys, never used"]
    );
    assert!(page.texts("nav.sections a").contains(&"Audit".to_owned()));
    assert!(!page.texts("nav.sections a").contains(&"Keys".to_owned()));
}

#[tokio::test]
async fn whoever_has_others_is_led_to_them_in_the_order_in_which_they_were_made() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.workspace(&alice, "Zebra").await;
    let others = async || alice.get("/w/zebra").await.texts("a[href='/workspaces']").len();
    let alone = others().await;
    let bob = app.person("bob").await;
    let acme = app.workspace(&bob, "Acme").await;
    assert_eq!(others().await, alone, "what Bob has is not hers");
    app.join(&acme, &alice, "viewer").await;
    assert_eq!(others().await, alone + 1);
    app.workspace(&alice, "Mill").await;
    assert_eq!(others().await, alone + 1);
    let list = alice.get("/workspaces").await;
    let places = ["Zebra", "Acme", "Mill"].map(|name| list.body.find(name).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert!(list.text("main").contains("Viewer"), "her role there");
}

#[tokio::test]
async fn a_suspended_workspace_says_so() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    keyhatch::domain::workspaces::suspend(&app.app, &acme).await.unwrap();
    assert_eq!(
        alice.get("/w/acme").await.text(".callout-title"),
        "This workspace is suspended"
    );
    assert!(
        alice
            .get("/workspaces")
            .await
            .texts(".badge")
            .contains(&"Suspended".to_owned())
    );
}

/// The example profile, with keys that belong to workspaces.
async fn start_with_workspace_keys() -> (TestApp, tempfile::NamedTempFile) {
    let text = include_str!("../../../profiles/example.toml");
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = text.replace("keys_belong_to = \"project\"", "keys_belong_to = \"workspace\"");
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().display().to_string();
    (TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await, file)
}

#[tokio::test]
async fn where_workspaces_own_keys_there_are_no_projects() {
    let (app, _profile) = start_with_workspace_keys().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    app.project(&acme, "Shop").await;
    issue(&app, &acme, None, &secret("One", "live")).await;
    let page = alice.get("/w/acme").await;
    assert_eq!(page.attribute(".rows a", "href").as_deref(), Some("/w/acme/keys"));
    assert_eq!(page.texts(".rows p"), ["1 key, never used"]);
    assert_eq!(page.texts(".pagination").len(), 0);
    assert!(page.texts("nav.sections a").contains(&"Keys".to_owned()));
    for path in ["/w/acme/projects/new", "/w/acme/p/shop", "/w/acme/p/shop/settings"] {
        assert_eq!(alice.get(path).await.status, 404, "{path}");
    }
    let answer = alice
        .submit_from("/w/acme", "/w/acme/projects", &[("name", "Other")])
        .await;
    assert_eq!(answer.status, 404);
    let walk = alice.get("/welcome").await;
    assert_eq!(walk.texts(".step").len(), 5, "without a project to make");
    assert_eq!(walk.text(".step[aria-current] h2"), "Create a test key (do this now)");
    assert_eq!(
        walk.attribute(".step[aria-current] a", "href").as_deref(),
        Some("/w/acme/keys/new?environment=test&name=First+key")
    );
}
