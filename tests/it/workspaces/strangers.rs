//! Another tenant's workspace is, byte for byte, one that does not exist.

use crate::support::TestApp;
use crate::support::places::assert_same;

#[tokio::test]
async fn charlie_cannot_tell_acme_from_nothing() {
    let app = TestApp::start().await;
    let (alice, charlie) = (app.person("alice").await, app.person("charlie").await);
    let acme = app.workspace(&alice, "Acme").await;
    app.project(&acme, "Shop").await;
    let own = app.workspace(&charlie, "Own").await;
    app.project(&own, "Mine").await;
    let unknown_page = charlie.get("/no/such/page").await;
    for path in [
        "",
        "/members",
        "/audit",
        "/audit?before=019a0000-0000-7000-8000-000000000000",
        "/settings",
        "/projects/new",
        "/p/shop",
        "/p/shop/settings",
    ] {
        let theirs = charlie.get(&format!("/w/acme{path}")).await;
        let nothing = charlie.get(&format!("/w/nobody{path}")).await;
        assert_eq!(theirs.status, 404, "{path}");
        assert_same(&theirs, &nothing, path);
        assert_same(&theirs, &unknown_page, path);
        let theirs = app.browser().get(&format!("/w/acme{path}")).await;
        assert_eq!(theirs.status, 303, "signed out, {path}");
    }
    for path in ["/settings", "/projects", "/p/shop/settings"] {
        let fields = [("name", "Taken over")];
        let theirs = charlie
            .submit_from("/workspaces", &format!("/w/acme{path}"), &fields)
            .await;
        let nothing = charlie
            .submit_from("/workspaces", &format!("/w/nobody{path}"), &fields)
            .await;
        assert_eq!(theirs.status, 404, "{path}");
        assert_same(&theirs, &nothing, path);
    }
    for path in ["/p/shop", "/p/shop/settings"] {
        let mixed = charlie.get(&format!("/w/own{path}")).await;
        assert_same(
            &mixed,
            &unknown_page,
            "another tenant's project under one's own workspace",
        );
    }
    assert_eq!(alice.get("/w/acme").await.text("h1"), "Acme");
}

#[tokio::test]
async fn a_form_without_its_proof_changes_nothing() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    app.project(&acme, "Shop").await;
    for path in [
        "/workspaces",
        "/w/acme/settings",
        "/w/acme/projects",
        "/w/acme/p/shop/settings",
    ] {
        for fields in [&[("name", "Evil")][..], &[("name", "Evil"), ("csrf", "AAAA")]] {
            assert_eq!(alice.post(path, fields).await.status, 403, "{path}");
        }
    }
    assert_eq!(alice.get("/workspaces").await.texts(".rows a"), ["Acme"]);
    assert_eq!(alice.get("/w/acme").await.texts(".rows a"), ["Shop"]);
}

#[tokio::test]
async fn who_is_removed_is_a_stranger_from_the_next_request_on() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &bob, "admin").await;
    assert_eq!(bob.get("/w/acme").await.status, 200);
    let by = keyhatch::domain::access::By::operator();
    let proof = crate::support::places::members(&acme, &by);
    keyhatch::domain::members::remove(&app.app, proof, "bob@example.com")
        .await
        .unwrap();
    assert_eq!(bob.get("/w/acme").await.status, 404);
}
