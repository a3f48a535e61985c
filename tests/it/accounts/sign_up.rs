use std::time::Duration;

use super::link;
use crate::support::{Answer, Browser, PASSWORD, TestApp};

async fn sign_up(browser: &Browser, email: &str, password: &str) -> Answer {
    browser
        .submit("/sign-up", "/sign-up", &[("email", email), ("password", password)])
        .await
}

#[tokio::test]
async fn alice_signs_up_and_confirms_with_one_click_in_the_same_browser() {
    let app = TestApp::start().await;
    let alice = app.browser();
    let answer = sign_up(&alice, "Alice@Example.com", PASSWORD).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/sign-up/sent"));
    assert_eq!(alice.get("/sign-up/sent").await.text("h1"), "Check your mail");
    assert_eq!(alice.get("/account").await.status, 303, "not signed in yet");

    let mail = app.mails(1).await.remove(0);
    assert!(mail.contains("To: Alice@Example.com") && mail.contains("UTC"), "{mail}");
    assert!(
        mail.contains(&app.app.profile.api.name) && mail.contains("not you"),
        "{mail}"
    );
    assert!(!mail.contains(PASSWORD));
    let path = link(&mail, "/verify-email?token=");
    // A program that checks mails follows the link, with HEAD and GET, as often as it likes.
    for _ in 0..2 {
        app.browser().get(&path).await;
        app.browser().client.head(alice.url(&path)).send().await.unwrap();
    }
    let page = alice.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.texts("input[type=password]").is_empty(), "one click is enough");
    let answer = alice.submit(&path, "/verify-email", &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/welcome"));
    assert!(alice.get("/account").await.body.contains("Alice@Example.com"));

    let again = app.browser().get(&path).await;
    assert_eq!(again.status, 410, "the link works once");
    let other = app.browser();
    other.sign_in("alice@example.com", PASSWORD).await;
}

#[tokio::test]
async fn another_browser_is_asked_for_the_password_of_the_sign_up() {
    let app = TestApp::start().await;
    sign_up(&app.browser(), "alice@example.com", PASSWORD).await;
    let path = link(&app.mails(1).await[0], "/verify-email?token=");
    let phone = app.browser();
    assert_eq!(phone.get(&path).await.texts("input[type=password]").len(), 1);
    for wrong in ["", "not the one that was chosen"] {
        let answer = phone.submit(&path, "/verify-email", &[("password", wrong)]).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.text("#password-error").is_empty());
    }
    let answer = phone.submit(&path, "/verify-email", &[("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/welcome");
}

#[tokio::test]
async fn mallory_cannot_leave_a_password_of_his_on_the_address_of_alice() {
    let app = TestApp::start().await;
    let (mallory, alice) = (app.browser(), app.browser());
    sign_up(&mallory, "alice@example.com", "the password that mallory knows").await;
    let his = link(&app.mails(1).await[0], "/verify-email?token=");
    sign_up(&alice, "alice@example.com", PASSWORD).await;
    let mails = app.mails(2).await;
    let hers = mails
        .iter()
        .map(|mail| link(mail, "/verify-email?token="))
        .find(|path| *path != his)
        .unwrap();
    sign_up(&mallory, "alice@example.com", "the password that mallory knows").await;
    app.mails(3).await;

    // Alice follows his link: it asks for a password she does not know, and hers is not it.
    let answer = alice.submit(&his, "/verify-email", &[("password", PASSWORD)]).await;
    assert_eq!(answer.status, 422);
    // Her own works at once, whatever he sent afterwards; his are dead with it.
    let answer = alice.submit(&hers, "/verify-email", &[]).await;
    assert_eq!(answer.location(), "/welcome");
    assert_eq!(mallory.get(&his).await.status, 410);
    let answer = mallory
        .submit(
            "/sign-in",
            "/sign-in",
            &[
                ("email", "alice@example.com"),
                ("password", "the password that mallory knows"),
            ],
        )
        .await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn new_waiting_and_existing_addresses_are_answered_alike() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let mut answers = Vec::new();
    for email in [
        "new@example.com",
        "new@example.com",
        "alice@example.com",
        "ALICE@example.com",
    ] {
        let browser = app.browser();
        let answer = sign_up(&browser, email, PASSWORD).await;
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let page = browser.follow(&answer.location()).await;
        answers.push((answer.status, answer.location(), answer.body, names, page.body));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let mails = app.mails(4).await;
    let known = mails.iter().filter(|mail| mail.contains("You have one already"));
    assert_eq!(known.count(), 2);
    for mail in mails.iter().filter(|mail| mail.contains("You have one already")) {
        assert!(mail.contains("/forgot-password") && !mail.contains("token="), "{mail}");
    }
}

#[tokio::test]
async fn a_known_address_costs_as_much_work_as_a_new_one() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let browser = app.browser();
    let csrf = browser
        .get("/sign-up")
        .await
        .attribute("input[name=csrf]", "value")
        .unwrap();
    // Hashing is what takes the time: a clock would measure what else the machine does.
    let mut costs = Vec::new();
    for email in ["alice@example.com", "new@example.com", "new@example.com"] {
        let before = app.app.passwords.begun();
        let fields = [("csrf", csrf.as_str()), ("email", email), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-up", &fields).await.status, 303);
        costs.push(app.app.passwords.begun() - before);
    }
    assert_eq!(costs, [costs[1]; 3]);
    assert!(costs[1] > 0);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_at_its_field_and_the_password_is_never_echoed() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let long = format!("{}@example.com", "a".repeat(300));
    let huge = "x".repeat(300);
    for (email, password, field) in [
        ("", PASSWORD, "email"),
        ("alice", PASSWORD, "email"),
        ("alice@example.com\r\nBcc: eve@example.com", PASSWORD, "email"),
        ("alice@exam\0ple.com", PASSWORD, "email"),
        ("<script>alert(1)</script>@example.com", PASSWORD, "email"),
        (long.as_str(), PASSWORD, "email"),
        ("alice@example.com", "", "password"),
        ("alice@example.com", "short-secret", "password"),
        ("alice@example.com", "aaaaaaaaaaaaaaaaaaaa", "password"),
        ("alice@example.com", huge.as_str(), "password"),
        ("alice.liddell@example.com", "alice.liddell@example.com", "password"),
    ] {
        let answer = sign_up(&browser, email, password).await;
        assert_eq!(answer.status, 422, "{email:?}");
        assert!(!answer.text(&format!("#{field}-error")).is_empty(), "{email:?}");
        assert!(!answer.body.contains("<script>alert"));
        assert_eq!(answer.attribute("input[type=password]", "value"), None);
        if !password.is_empty() && password != email {
            assert!(!answer.body.contains(password), "{password:?} is echoed");
        }
        if !email.contains(['\r', '\0']) {
            assert_eq!(answer.attribute("#email", "value").as_deref(), Some(email));
        }
    }
    let body = "csrf=%ff%fe&email=%ff%fe%00&password=%c3%28";
    let request = browser.client.post(browser.url("/sign-up")).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert!(request.send().await.unwrap().status().is_client_error());
    let answer = sign_up(&browser, "alice@example.com", &"x".repeat(100_000)).await;
    assert_eq!(answer.status, 413);
    for path in [
        "/verify-email",
        "/verify-email?token=",
        "/verify-email?token=%ff%00",
        "/reset-password?token=nonsense",
    ] {
        assert_eq!(browser.get(path).await.status, 410, "{path}");
    }
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let app = TestApp::start().await;
    let alice = app.browser();
    sign_up(&alice, "alice@example.com", PASSWORD).await;
    let path = link(&app.mails(1).await[0], "/verify-email?token=");
    app.advance(Duration::from_secs(24 * 3600 - 60));
    assert_eq!(alice.get(&path).await.status, 200);
    app.advance(Duration::from_secs(61));
    assert_eq!(alice.get(&path).await.status, 410);
}
