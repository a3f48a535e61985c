use std::time::Duration;

use super::link;
use crate::support::{PASSWORD, TestApp};

const NEW: &str = "another five words nobody guesses";

#[tokio::test]
async fn alice_resets_a_forgotten_password() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let browser = app.browser();
    let ask = [("email", "ALICE@example.com")];
    let answer = browser.submit("/forgot-password", "/forgot-password", &ask).await;
    assert_eq!(answer.location(), "/forgot-password/sent");
    let path = link(&app.mails(1).await[0], "/reset-password?token=");
    let answer = browser.submit(&path, "/reset-password", &[("password", "short")]).await;
    assert_eq!(answer.status, 422);
    assert!(!answer.text("#password-error").is_empty());
    assert!(!answer.body.contains("value=\"short\""));
    let answer = browser.submit(&path, "/reset-password", &[("password", NEW)]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/"));
    assert_eq!(browser.get("/account").await.status, 200, "signed in");
    assert_eq!(alice.get("/account").await.status, 303, "everybody else is out at once");
    assert_eq!(browser.get(&path).await.status, 410, "the link works once");
    let mails = app.mails(2).await;
    assert!(mails.iter().any(|mail| mail.contains("was changed on")), "{mails:?}");

    let old = [("email", "alice@example.com"), ("password", PASSWORD)];
    assert_eq!(app.browser().submit("/sign-in", "/sign-in", &old).await.status, 422);
    app.browser().sign_in("alice@example.com", NEW).await;
}

#[tokio::test]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let mut answers = Vec::new();
    for email in ["alice@example.com", "nobody@example.com"] {
        let browser = app.browser();
        let answer = browser
            .submit("/forgot-password", "/forgot-password", &[("email", email)])
            .await;
        let page = browser.follow(&answer.location()).await;
        answers.push((answer.status, answer.location(), answer.body, page.body));
    }
    assert_eq!(answers[0], answers[1]);
    app.mails(1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(app.mails(1).await.len(), 1);
    let bad = app
        .browser()
        .submit("/forgot-password", "/forgot-password", &[("email", "x")])
        .await;
    assert_eq!(bad.status, 422);
}

#[tokio::test]
async fn a_reset_link_is_good_for_an_hour_and_a_newer_one_replaces_it() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let browser = app.browser();
    let ask = [("email", "alice@example.com")];
    browser.submit("/forgot-password", "/forgot-password", &ask).await;
    let first = link(&app.mails(1).await[0], "/reset-password?token=");
    browser.submit("/forgot-password", "/forgot-password", &ask).await;
    let mails = app.mails(2).await;
    let second = mails
        .iter()
        .map(|mail| link(mail, "/reset-password?token="))
        .find(|path| *path != first);
    let second = second.unwrap();
    assert_eq!(browser.get(&first).await.status, 410);
    assert_eq!(browser.get(&second).await.status, 200);
    let fields = [("token", second.split('=').nth(1).unwrap()), ("password", NEW)];
    app.advance(Duration::from_secs(3601));
    let answer = browser.submit("/forgot-password", "/forgot-password", &ask).await;
    assert_eq!(answer.status, 303);
    let answer = browser.submit_from("/sign-in", "/reset-password", &fields).await;
    assert_eq!(answer.status, 410);
}

#[tokio::test]
async fn two_who_use_one_link_at_once_set_one_password() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let (a, b) = (app.browser(), app.browser());
    a.submit(
        "/forgot-password",
        "/forgot-password",
        &[("email", "alice@example.com")],
    )
    .await;
    let path = link(&app.mails(1).await[0], "/reset-password?token=");
    let (one, two) = tokio::join!(
        a.submit(&path, "/reset-password", &[("password", NEW)]),
        b.submit(&path, "/reset-password", &[("password", "yet another long password")]),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
}
