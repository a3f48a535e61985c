use crate::support::TestApp;

#[tokio::test]
async fn alice_signs_in_and_out() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let page = alice.get("/sign-in").await;
    assert_eq!(page.status, 303, "who is signed in needs no form");
    let answer = alice.submit_from("/no-such-page", "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
    assert_eq!(alice.get("/sign-in").await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let stranger = app.browser();
    let wrong = stranger
        .submit(
            "/sign-in",
            "/sign-in",
            &[("email", "alice@example.com"), ("password", "not it")],
        )
        .await;
    let unknown = stranger
        .submit(
            "/sign-in",
            "/sign-in",
            &[("email", "nobody@example.com"), ("password", "not it")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(unknown.status, 422);
    assert_eq!(wrong.body.replace("alice@", "nobody@"), unknown.body);
}
