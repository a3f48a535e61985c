//! A stranger who storms an account, or the address it is used from, keeps nobody out of a browser that was signed in before.

use reqwest::header::SET_COOKIE;

use crate::support::{Answer, Browser, PASSWORD, TestApp};

const ALICE: &str = "alice@example.com";
const BOB: &str = "bob@example.com";
const NEW: &str = "another five words nobody guesses";

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Answer {
    browser
        .submit("/sign-in", "/sign-in", &[("email", email), ("password", password)])
        .await
}

async fn sign_out(browser: &Browser) {
    let answer = browser.submit_from("/no-such-page", "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
}

/// Charlie tries wrong passwords, until Alice's account and the address have no attempt left. (Everybody here has one address.)
async fn storm(app: &TestApp) {
    let charlie = app.browser();
    for _ in 0..10 {
        sign_in(&charlie, ALICE, "a wrong guess").await;
    }
    for number in 0..60 {
        sign_in(&charlie, &format!("guess{number}@example.com"), "a wrong guess").await;
    }
    assert_eq!(
        sign_in(&charlie, "nobody@example.com", "a wrong guess").await.status,
        429
    );
    assert_eq!(sign_in(&charlie, ALICE, "a wrong guess").await.status, 429);
}

/// The value of the cookie that an answer sets.
fn mark(answer: &Answer) -> Option<String> {
    let cookies = answer
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|cookie| cookie.to_str().unwrap());
    let mark = cookies
        .filter_map(|cookie| cookie.strip_prefix("keyhatch_device="))
        .next();
    mark.map(|cookie| cookie.split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn alice_gets_in_from_her_browser_while_a_stranger_storms_and_from_a_strange_one_she_does_not() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    sign_out(&alice).await;
    storm(&app).await;
    let strange = app.browser();
    assert_eq!(sign_in(&strange, ALICE, PASSWORD).await.status, 429);
    for _ in 0..3 {
        assert_eq!(sign_in(&alice, ALICE, "a typing mistake").await.status, 422);
        let answer = sign_in(&alice, ALICE, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        sign_out(&alice).await;
        // That she got in gives nobody else another attempt.
        assert_eq!(sign_in(&strange, ALICE, PASSWORD).await.status, 429);
        assert_eq!(sign_in(&strange, ALICE, "a wrong guess").await.status, 429);
    }
}

#[tokio::test]
async fn a_known_browser_has_a_few_guesses_of_its_own_and_no_more() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    sign_out(&alice).await;
    storm(&app).await;
    // Charlie has got hold of her browser.
    for _ in 0..5 {
        assert_eq!(sign_in(&alice, ALICE, "a wrong guess").await.status, 422);
    }
    let refused = sign_in(&alice, ALICE, PASSWORD).await;
    assert_eq!(refused.status, 429, "then it is a browser like any other");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_known_browser_is_known_for_its_own_account_only() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    sign_out(&alice).await;
    sign_out(&bob).await;
    storm(&app).await;
    assert_eq!(
        sign_in(&bob, ALICE, PASSWORD).await.status,
        429,
        "Bob's browser is no help with Alice's account"
    );
    assert_eq!(sign_in(&bob, "nobody@example.com", PASSWORD).await.status, 429);
    assert_eq!(sign_in(&bob, BOB, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn two_people_share_a_browser() {
    let app = TestApp::start().await;
    let (alice, _bob) = (app.person("alice").await, app.person("bob").await);
    sign_out(&alice).await;
    assert_eq!(sign_in(&alice, BOB, PASSWORD).await.status, 303);
    sign_out(&alice).await;
    storm(&app).await;
    for email in [ALICE, BOB, ALICE] {
        assert_eq!(sign_in(&alice, email, PASSWORD).await.status, 303, "{email}");
        sign_out(&alice).await;
    }
}

#[tokio::test]
async fn a_new_password_ends_what_the_old_one_left() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let laptop = app.browser();
    laptop.sign_in(ALICE, PASSWORD).await;
    let fields = [("current_password", PASSWORD), ("password", NEW)];
    let changed = laptop.submit("/account/security", "/account/security", &fields).await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    sign_out(&laptop).await;
    storm(&app).await;
    assert_eq!(
        sign_in(&alice, ALICE, NEW).await.status,
        429,
        "it was signed in with the old password"
    );
    assert_eq!(
        sign_in(&laptop, ALICE, NEW).await.status,
        303,
        "where it was changed it is known"
    );
}

#[tokio::test]
async fn a_password_that_was_reset_ends_it_too() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let phone = app.browser();
    let asked = phone
        .submit("/forgot-password", "/forgot-password", &[("email", ALICE)])
        .await;
    assert_eq!(asked.status, 303);
    let mail = app.mails(1).await.pop().unwrap();
    let link = regex::Regex::new(r"/reset-password\?token=[\w-]+").unwrap();
    let page = link.find(&mail).unwrap().as_str().to_owned();
    let reset = phone.submit(&page, "/reset-password", &[("password", NEW)]).await;
    assert_eq!(reset.status, 303, "{}", reset.body);
    sign_out(&phone).await;
    storm(&app).await;
    assert_eq!(sign_in(&alice, ALICE, NEW).await.status, 429);
    assert_eq!(sign_in(&phone, ALICE, NEW).await.status, 303);
}

#[tokio::test]
async fn a_mark_says_nothing_and_cannot_be_made() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    sign_out(&alice).await;
    let (first, again) = (sign_in(&alice, ALICE, PASSWORD).await, {
        sign_out(&alice).await;
        sign_in(&alice, ALICE, PASSWORD).await
    });
    let (first, again) = (mark(&first).unwrap(), mark(&again).unwrap());
    assert_ne!(first, again, "each sign-in makes its own");
    assert_eq!(
        again.matches('~').count(),
        0,
        "and it takes the place of the one before"
    );
    for told in [
        alice.account.id.to_string(),
        alice.account.id.0.simple().to_string(),
        "alice".to_owned(),
    ] {
        assert!(!again.contains(&told));
    }
    assert_eq!(mark(&sign_in(&app.browser(), ALICE, "a wrong guess").await), None);
    storm(&app).await;
    let (number, mac) = again.split_once('.').unwrap();
    let other = format!("{}{}", if number.starts_with('A') { "B" } else { "A" }, &number[1..]);
    let many = vec![format!("{other}.{mac}"); 100].join("~");
    for forged in [
        format!("{other}.{mac}"),
        format!("{number}.{}", "A".repeat(43)),
        format!("{number}."),
        number.to_owned(),
        format!("~{}", "x".repeat(3_000)),
        format!("{many}~{again}"),
        String::new(),
    ] {
        let browser = app.browser();
        let page = browser.get("/sign-in").await;
        let secret = page
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap());
        let secret = secret
            .filter_map(|cookie| cookie.split(';').next())
            .collect::<Vec<_>>()
            .join("; ");
        let csrf = page.attribute("input[name=csrf]", "value").unwrap();
        let fields = [("csrf", csrf.as_str()), ("email", ALICE), ("password", PASSWORD)];
        let client = crate::support::http()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let request = client.post(browser.url("/sign-in")).form(&fields);
        let request = request.header("cookie", format!("{secret}; keyhatch_device={forged}"));
        assert_eq!(request.send().await.unwrap().status(), 429, "{}", forged.len());
    }
}
