use std::os::unix::fs::PermissionsExt;

use super::link;
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn in_development_mails_are_read_on_a_page() {
    let app = TestApp::start().await;
    let alice = app.browser();
    assert_eq!(alice.get("/dev/mail").await.status, 200, "also while there are none");
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    alice.submit("/sign-up", "/sign-up", &fields).await;
    let mail = app.mails(1).await.remove(0);
    alice
        .submit(
            "/sign-up",
            "/sign-up",
            &[("email", "bob@example.com"), ("password", PASSWORD)],
        )
        .await;
    app.mails(2).await;
    let page = alice.get("/dev/mail").await;
    assert!(
        page.text("article").contains("bob@example.com"),
        "newest first: {}",
        page.body
    );
    let path = link(&mail, "/verify-email?token=");
    assert_eq!(page.attribute(&format!("article a[href='{path}']"), "href"), Some(path));
}

#[tokio::test]
async fn mails_are_readable_by_their_owner_alone() {
    let app = TestApp::start().await;
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    app.browser().submit("/sign-up", "/sign-up", &fields).await;
    app.mails(1).await;
    let folder = app.data.path().join("mail");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn outside_of_development_there_is_no_such_page() {
    for setting in [
        ("KEYHATCH_PUBLIC_URL", "https://keys.example.com"),
        ("KEYHATCH_MAIL_URL", "smtp://127.0.0.1:9"),
    ] {
        let app = TestApp::start_with(&[setting]).await;
        assert_eq!(app.browser().get("/dev/mail").await.status, 404, "{setting:?}");
    }
}

#[tokio::test]
async fn the_front_door_leads_everybody_on() {
    let app = TestApp::start().await;
    let stranger = app.browser().get("/").await;
    assert_eq!(stranger.status, 200);
    assert!(stranger.attribute("a[href='/sign-up']", "href").is_some());
    let alice = app.person("alice").await;
    assert_eq!(alice.get("/").await.location(), "/welcome");
    let acme = app.workspace(&alice, "Acme").await;
    assert_eq!(alice.get("/").await.location(), format!("/w/{}", acme.slug));
    app.workspace(&alice, "Second").await;
    assert_eq!(alice.get("/").await.location(), "/workspaces");
}
