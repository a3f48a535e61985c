//! A session that ends while a form is open loses nothing typed.

use keyhatch::domain::accounts::sessions;

use crate::support::{PASSWORD, Person, TestApp};

const ACTION: &str = "/account/sessions/others/revocation";

/// The proof of an open form, whose session is ended then.
async fn open_form_and_lose_the_session(app: &TestApp, alice: &Person) -> String {
    let csrf = alice.get("/account").await.attribute("input[name=csrf]", "value");
    sessions::revoke_others(&app.app, &alice.account, None).await.unwrap();
    csrf.unwrap()
}

#[tokio::test]
async fn what_alice_typed_waits_for_her_to_sign_in_and_is_sent_when_she_says_so() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let csrf = open_form_and_lose_the_session(&app, &alice).await;
    let typed = [
        ("csrf", csrf.as_str()),
        ("name", "CI <deploy> & “more”"),
        ("scopes", "charges:read"),
        ("scopes", "charges:write"),
        ("notes", "one\r\ntwo"),
    ];
    let refused = alice.post(ACTION, &typed).await;
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains("What you typed is kept"), "{}", refused.body);

    // A mistyped password loses nothing either.
    let sign_in = |password: &'static str| {
        let mut form = refused.form("/sign-in");
        form.retain(|(name, _)| name != "email" && name != "password");
        form.push(("email".into(), "alice@example.com".into()));
        form.push(("password".into(), password.into()));
        form
    };
    let send = async |form: Vec<(String, String)>| {
        let fields: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        alice.post("/sign-in", &fields).await
    };
    let wrong = send(sign_in("wrong")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.attribute("input[name=action]", "value").as_deref(), Some(ACTION));

    let page = send(sign_in(PASSWORD)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let form = page.form(ACTION);
    let fields: Vec<_> = form
        .iter()
        .skip(1)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(fields[..3], typed[1..4]);
    assert_eq!(fields[3].1.replace("\r\n", "\n"), "one\ntwo");
    let all: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(alice.post(ACTION, &all).await.status, 303, "it is sent on");
}

#[tokio::test]
async fn nobody_sends_what_somebody_else_typed() {
    let app = TestApp::start().await;
    let (alice, _bob) = (app.person("alice").await, app.person("bob").await);
    let csrf = open_form_and_lose_the_session(&app, &alice).await;
    let refused = alice.post(ACTION, &[("csrf", &csrf), ("name", "hers")]).await;
    let mut form = refused.form("/sign-in");
    form.retain(|(name, _)| name != "email" && name != "password");
    form.push(("email".into(), "bob@example.com".into()));
    form.push(("password".into(), PASSWORD.into()));
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = alice.post("/sign-in", &fields).await;
    assert_eq!(answer.location(), "/");

    // What was not put together by us is not carried: another address, another text.
    let stranger = app.browser();
    let csrf = stranger
        .get("/sign-in")
        .await
        .attribute("input[name=csrf]", "value")
        .unwrap();
    for action in ["https://evil.example/", "//evil.example/", ACTION] {
        let fields = [
            ("csrf", csrf.as_str()),
            ("email", "alice@example.com"),
            ("password", PASSWORD),
            ("action", action),
            ("typed", "name=x"),
            ("proof", csrf.as_str()),
            ("seal", "AAAA"),
        ];
        let answer = stranger.post("/sign-in", &fields).await;
        assert_eq!(
            (answer.status, answer.headers["location"].to_str().unwrap()),
            (303, "/")
        );
        stranger.submit_from("/account", "/sign-out", &[]).await;
        let again = stranger.get("/sign-in").await;
        assert_eq!(again.status, 200);
    }
}

#[tokio::test]
async fn secrets_are_not_carried() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let csrf = open_form_and_lose_the_session(&app, &alice).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("current_password", PASSWORD),
        ("password", "the secret of a new one"),
    ];
    let refused = alice.post("/account/security", &fields).await;
    assert_eq!(refused.status, 401);
    assert!(
        !refused.body.contains(PASSWORD) && !refused.body.contains("new one"),
        "{}",
        refused.body
    );
    let huge = "x".repeat(100_000);
    let answer = alice
        .post("/account/security", &[("csrf", &csrf), ("name", &huge)])
        .await;
    assert_eq!(answer.status, 413);
}
