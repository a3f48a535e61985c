//! To everybody but staff there is no support desk, signed in or not.

use crate::support::TestApp;
use crate::support::places::{assert_same, issue, secret, trail};

#[tokio::test]
async fn the_desk_does_not_exist_for_anybody_else() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = issue(&app, &acme, Some(&shop), &secret("One", "live")).await.key;
    let nobody = app.browser();
    nobody.get("/sign-in").await;
    for browser in [&alice.browser, &nobody] {
        let nothing = browser.get("/no-such-page").await;
        assert_eq!(nothing.status, 404);
        for path in [
            "/staff",
            "/staff/lookups",
            &format!("/staff/keys/{}", key.id),
            "/staff/keys/x",
        ] {
            assert_same(&browser.get(path).await, &nothing, path);
        }
        let fields = [("display_prefix", key.display_prefix.as_str())];
        let nothing = browser.post("/no-such-page", &fields).await;
        assert_same(
            &browser.post("/staff/lookups", &fields).await,
            &nothing,
            "without a proof",
        );
        let proved = browser.submit_from("/sign-in", "/staff/lookups", &fields).await;
        assert_same(&proved, &nothing, "with a proof");
    }
    assert!(
        trail(&app, &acme)
            .await
            .iter()
            .all(|line| line.action != "key.looked_up")
    );
}

#[tokio::test]
async fn staff_are_strangers_in_their_customers_workspaces() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    app.workspace(&alice, "Acme").await;
    assert_eq!(sam.get("/w/acme").await.status, 404);
    let answer = sam
        .post("/staff/lookups", &[("display_prefix", "kh_live_4f7aQm2X")])
        .await;
    assert_eq!(answer.status, 403, "staff need a proof, too");
}
