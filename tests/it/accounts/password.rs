use std::time::Duration;

use super::link;
use crate::support::{PASSWORD, TestApp};

const NEW: &str = "another five words nobody guesses";

#[tokio::test]
async fn alice_changes_her_password() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let phone = app.browser();
    phone.sign_in("alice@example.com", PASSWORD).await;
    phone
        .submit(
            "/forgot-password",
            "/forgot-password",
            &[("email", "alice@example.com")],
        )
        .await;
    let reset = link(&app.mails(1).await[0], "/reset-password?token=");

    let page = "/account/security";
    for (current, new, field) in [
        ("wrong", NEW, "current_password"),
        ("", NEW, "current_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "", "password"),
        (PASSWORD, "alice@example.com", "password"),
    ] {
        let answer = alice
            .submit(page, page, &[("current_password", current), ("password", new)])
            .await;
        assert_eq!(answer.status, 422);
        assert!(!answer.text(&format!("#{field}-error")).is_empty());
        assert_eq!(answer.attribute("input[type=password]", "value"), None);
        assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(NEW));
    }
    assert_eq!(phone.get("/account").await.status, 200);
    let answer = alice
        .submit(page, page, &[("current_password", PASSWORD), ("password", NEW)])
        .await;
    assert_eq!(answer.location(), page);
    assert_eq!(alice.get(page).await.status, 200, "this browser stays signed in");
    assert_eq!(phone.get("/account").await.status, 303, "the other is out at once");
    assert_eq!(
        phone.get(&reset).await.status,
        410,
        "links that reset the old one are dead"
    );
    assert!(app.mails(2).await.iter().any(|mail| mail.contains("was changed on")));
    app.browser().sign_in("alice@example.com", NEW).await;
}

#[tokio::test]
async fn a_session_of_the_old_password_ends_even_if_it_was_begun_at_that_moment() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let tx = app.app.db.begin().await.unwrap();
    let at = app.app.now().plus(1);
    keyhatch::store::accounts::set_password(&tx, alice.account.id, "x".into(), at)
        .await
        .unwrap();
    keyhatch::store::db::commit(tx).await.unwrap();
    assert_eq!(alice.get("/account").await.status, 303);
}

#[tokio::test]
async fn the_password_is_asked_for_again_and_leads_back() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let page = "/confirm-password?next=/account/sessions";
    let wrong = alice.submit(page, "/confirm-password", &[("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.attribute("input[name=next]", "value").as_deref(),
        Some("/account/sessions")
    );
    let before = keyhatch::domain::accounts::sessions::list(&app.app, &alice.account)
        .await
        .unwrap();
    app.advance(Duration::from_secs(3600));
    let right = alice.submit(page, "/confirm-password", &[("password", PASSWORD)]).await;
    assert_eq!(right.location(), "/account/sessions");
    let after = keyhatch::domain::accounts::sessions::list(&app.app, &alice.account)
        .await
        .unwrap();
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before[0].id, after[0].id, "under a new session id");
    let away = "/confirm-password?next=//evil.example";
    let answer = alice.submit(away, "/confirm-password", &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/");
    assert_eq!(
        app.browser().get(page).await.status,
        303,
        "nobody is asked for nobody's password"
    );
}
