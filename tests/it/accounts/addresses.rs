//! One parser for addresses, wherever they are typed; and nothing it takes is refused when mail is sent.

use keyhatch::model::email::Email;
use lettre::message::header::ContentType;
use proptest::prelude::*;

use super::link;
use crate::support::{PASSWORD, TestApp};

const UNREACHABLE: [&str; 9] = [
    "a..b@example.com",
    ".a@example.com",
    "a.@example.com",
    "\"a b\"@example.com",
    "ä@example.com",
    "a@exam_ple.com",
    "a@example..com",
    "a@example.com.",
    "a@127.0.0.1",
];

#[tokio::test]
async fn an_address_that_no_mail_reaches_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for email in UNREACHABLE {
        for (path, fields) in [
            ("/sign-up", vec![("email", email), ("password", PASSWORD)]),
            ("/forgot-password", vec![("email", email)]),
        ] {
            let answer = browser.submit(path, path, &fields).await;
            assert_eq!(answer.status, 422, "{email} at {path}");
            assert!(!answer.text("#email-error").is_empty(), "{email} at {path}");
        }
        let made = keyhatch::domain::accounts::create(&app.app, email, PASSWORD, None).await;
        assert!(made.is_err(), "{email}");
    }
}

#[tokio::test]
async fn both_spellings_of_a_domain_are_one_account() {
    let app = TestApp::start().await;
    let alice = app.browser();
    let fields = [("email", "Alice@bücher.example"), ("password", PASSWORD)];
    assert_eq!(alice.submit("/sign-up", "/sign-up", &fields).await.status, 303);
    let mail = app.mails(1).await.remove(0);
    assert!(mail.contains("To: Alice@xn--bcher-kva.example"), "{mail}");
    let path = link(&mail, "/verify-email?token=");
    alice.submit(&path, "/verify-email", &[]).await;
    assert!(alice.get("/account").await.body.contains("Alice@bücher.example"));
    for spelling in ["alice@xn--bcher-kva.example", "alice@BÜCHER.example"] {
        app.browser().sign_in(spelling, PASSWORD).await;
        let again = keyhatch::domain::accounts::create(&app.app, spelling, PASSWORD, None).await;
        assert!(again.is_err(), "{spelling} has an account already");
    }
}

#[tokio::test]
async fn another_spelling_is_no_further_attempt() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for attempt in 0..11 {
        let hidden = "\u{ad}".repeat(attempt);
        let email = format!("alice@ex{hidden}ample.com");
        let fields = [("email", email.as_str()), ("password", "wrong and wrong again")];
        let answer = browser.submit("/sign-in", "/sign-in", &fields).await;
        assert_eq!(answer.status, if attempt < 10 { 422 } else { 429 }, "attempt {attempt}");
    }
}

#[tokio::test]
async fn who_has_an_address_of_older_rules_signs_in() {
    let app = TestApp::start().await;
    let person = app.person("alice").await;
    let tx = app.app.db.begin().await.unwrap();
    let sql = "UPDATE accounts SET email = 'a..b@Example.com', email_folded = 'a..b@example.com'";
    sea_orm::ConnectionTrait::execute_unprepared(&tx, sql).await.unwrap();
    keyhatch::store::db::commit(tx).await.unwrap();
    assert!(person.get("/account").await.body.contains("a..b@Example.com"));
    app.browser().sign_in("A..b@example.com", PASSWORD).await;
}

#[test]
fn the_sender_is_read_by_the_same_rules() {
    let sender = |text: &str| keyhatch::domain::mail::sender(text);
    for (text, expected) in [
        ("keys@acme.example", "keys@acme.example"),
        (
            "Acme Keys <keys@bücher.example>",
            "\"Acme Keys\" <keys@xn--bcher-kva.example>",
        ),
        (
            "\"Acme, Inc.\" <keys@acme.example>",
            "\"Acme, Inc.\" <keys@acme.example>",
        ),
        ("Keyhatch <keyhatch@localhost>", "Keyhatch <keyhatch@localhost>"),
    ] {
        let read = sender(text).unwrap().to_string();
        assert_eq!(read.replace('"', ""), expected.replace('"', ""), "{text}");
    }
    for bad in UNREACHABLE {
        let error = sender(&format!("Acme <{bad}>")).unwrap_err().to_string();
        assert!(error.contains("KEYHATCH_MAIL_FROM"), "{error}");
    }
    assert!(sender("Acme\r\nBcc: x <keys@acme.example>").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_taken_can_be_sent(
        typed in prop_oneof![
            "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\"\\\\ (),:;<>@-]{0,70}@[a-zA-Z0-9._-]{0,70}",
            "[a-z.]{1,5}@(\\PC{0,6}[.。]?){1,4}",
            "[a-z+.]{1,66}@([a-z0-9-]{1,65}\\.){0,4}[a-z0-9-]{1,4}",
            "\\PC{0,12}@\\PC{0,24}",
            "a@xn--[a-z0-9-]{1,20}",
        ]
    ) {
        if let Ok(email) = Email::parse(&typed) {
            prop_assert!(email.as_str().is_ascii());
            let address: lettre::Address = email.as_str().parse().unwrap();
            prop_assert_eq!(address.to_string(), email.as_str());
            let message = lettre::Message::builder()
                .from("keys@acme.example".parse().unwrap())
                .to(email.as_str().parse().unwrap())
                .header(ContentType::TEXT_PLAIN)
                .body(String::new())
                .unwrap();
            prop_assert_eq!(message.envelope().to(), &[address]);
            let text = String::from_utf8(message.formatted()).unwrap().replace("\r\n ", "");
            let header = format!("To: {}\r\n", email.as_str());
            prop_assert!(text.contains(&header), "{}", text);
            // What is kept, and what is shown, are the same address when they are typed again.
            prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email.clone());
            prop_assert_eq!(Email::parse(&email.to_string()).map(|shown| shown.folded()), Ok(email.folded()));
        }
    }
}
