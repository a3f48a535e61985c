use std::time::Duration;

use crate::support::{Answer, Browser, PASSWORD, TestApp};

/// The answer is a 429 page whose wait is the real one: over, the next attempt is let through.
async fn wait_it_out(app: &TestApp, answer: Answer) {
    assert_eq!(answer.status, 429, "{}", answer.body);
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(seconds > 0 && answer.body.contains("Try again in"), "{}", answer.body);
    app.advance(Duration::from_secs(seconds));
}

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    browser
        .submit("/sign-in", "/sign-in", &[("email", email), ("password", password)])
        .await
}

#[tokio::test]
async fn guessing_a_password_is_slow_for_known_and_unknown_addresses() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let browser = app.browser();
    for email in ["alice@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            assert_eq!(sign_in(&browser, email, "a wrong guess").await.status, 422);
        }
        let refused = sign_in(&browser, &email.to_uppercase(), PASSWORD).await;
        wait_it_out(&app, refused).await;
    }
    assert_eq!(sign_in(&browser, "alice@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn mails_to_one_address_are_few() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let browser = app.browser();
    for email in ["alice@example.com", "nobody@example.com"] {
        for round in 0..4 {
            let answer = match round % 2 {
                0 => {
                    browser
                        .submit("/forgot-password", "/forgot-password", &[("email", email)])
                        .await
                }
                _ => {
                    let fields = [("email", email), ("password", PASSWORD)];
                    browser.submit("/sign-up", "/sign-up", &fields).await
                }
            };
            assert_eq!(answer.status, 303);
        }
        let refused = browser
            .submit("/forgot-password", "/forgot-password", &[("email", email)])
            .await;
        wait_it_out(&app, refused).await;
        let answer = browser
            .submit("/forgot-password", "/forgot-password", &[("email", email)])
            .await;
        assert_eq!(answer.status, 303);
    }
}

#[tokio::test]
async fn confirming_a_password_is_throttled_too() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    for _ in 0..10 {
        let answer = alice
            .submit("/confirm-password", "/confirm-password", &[("password", "wrong")])
            .await;
        assert_eq!(answer.status, 422);
    }
    let fields = [
        ("current_password", PASSWORD),
        ("password", "another five words nobody guesses"),
    ];
    let refused = alice.submit("/account/security", "/account/security", &fields).await;
    wait_it_out(&app, refused).await;
    let answer = alice.submit("/account/security", "/account/security", &fields).await;
    assert_eq!(answer.status, 303);
}
