//! `X-Request-Id`: what every answer calls its request, and who may choose it.

use std::collections::BTreeSet;

use keyhatch::domain::refused_requests;
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::support::places::acme;
use crate::support::{Answer, PASSWORD, Program, TestApp};

/// The one name in an answer.
fn name(answer: &Answer, about: &str) -> String {
    let mut names = answer.headers.get_all("x-request-id").into_iter();
    let name = names.next().unwrap_or_else(|| panic!("{about}: no name"));
    assert!(names.next().is_none(), "{about}: two names");
    name.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_answer_says_what_its_request_is_called() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = key.text.expose_secret();
    let backend = app.backend().await;
    let mut names = BTreeSet::new();
    let mut answers = Vec::new();
    for credential in [None, Some(key), Some("nonsense")] {
        let program = Program::new(&app.address, credential);
        for path in [
            "/",
            "/sign-in",
            "/no-such-page",
            "/healthz",
            "/readyz",
            "/docs/authentication",
            "/w/acme",
            "/staff",
            "/api/v1/me",
            "/api/v1/api-keys",
            "/api/v1/nothing",
            "/api/v1/openapi.json",
            "/gateway/forward",
            "/provider/v1/nothing",
        ] {
            // From memory, and the whole way.
            for _ in 0..2 {
                answers.push((format!("{credential:?} {path}"), program.get(path).await));
            }
        }
        for gateway in ["/gateway/forward", "/gateway/nginx"] {
            let held = program.request(Method::GET, gateway);
            let held = held
                .header("x-forwarded-method", "GET")
                .header("x-forwarded-uri", "/api/v1/rates")
                .header("x-original-method", "GET")
                .header("x-original-uri", "/api/v1/rates");
            answers.push((gateway.to_owned(), Answer::of(held.send().await.unwrap()).await));
        }
        answers.push(("DELETE".to_owned(), program.delete("/api/v1/me").await));
        answers.push(("POST".to_owned(), program.post("/api/v1/api-keys", &json!([])).await));
    }
    for question in [json!({"key": key}), json!({"key": "x"}), json!({"colour": 1})] {
        for _ in 0..2 {
            answers.push((
                "verify".to_owned(),
                backend.post("/provider/v1/keys/verify", &question).await,
            ));
        }
    }
    for (about, answer) in &answers {
        let name = name(answer, about);
        assert!(name.len() == 23 && name.starts_with("req_"), "{about}: {name}");
        assert!(names.insert(name), "{about}: a name twice");
    }
}

#[tokio::test]
async fn only_a_proxy_that_is_listed_names_requests() {
    let good = "8f14e45fceea167a5a36dedd4bea2543";
    for (trusted, given, kept) in [
        ("127.0.0.1", good, true),
        ("127.0.0.1", "a b c d e f g h", false),
        ("127.0.0.1", "short", false),
        ("127.0.0.1", "<script>alert(1)</script>", false),
        ("10.0.0.0/8", good, false),
    ] {
        let app = TestApp::start_with(&[("KEYHATCH_TRUSTED_PROXIES", trusted)]).await;
        let (workspace, project) = acme(&app).await;
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        for credential in [None, Some(key.text.expose_secret())] {
            let program = Program::new(&app.address, credential);
            for path in ["/sign-in", "/api/v1/me", "/api/v1/me", "/api/v1/api-keys"] {
                let request = program.request(Method::GET, path).header("x-request-id", given);
                let answer = Answer::of(request.send().await.unwrap()).await;
                assert_eq!(name(&answer, path) == given, kept, "{trusted} {given} {path}");
            }
        }
        // Which of two it is would depend on who reads them.
        let request = Program::new(&app.address, None).request(Method::GET, "/api/v1/me");
        let request = request.header("x-request-id", good).header("x-request-id", good);
        assert_ne!(name(&Answer::of(request.send().await.unwrap()).await, "two"), good);
    }
}

#[tokio::test]
async fn a_refusal_is_on_record_for_fourteen_days() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    app.person("sam").await;
    let mut names = Vec::new();
    for credential in [None, Some(key.text.expose_secret())] {
        let answer = Program::new(&app.address, credential).get("/api/v1/api-keys").await;
        assert!(answer.status >= 400, "{}", answer.body);
        names.push(name(&answer, "refused"));
    }
    let found = async |name: &str| {
        let sam = app.browser();
        sam.sign_in("sam@example.com", PASSWORD).await;
        // As it is read out: the desk's field leads to the page.
        let spoken = name.replace("req_", "REQ ").to_uppercase();
        let answer = sam
            .submit("/staff", "/staff/lookups", &[("display_prefix", &spoken)])
            .await;
        assert_eq!(answer.location(), format!("/staff/requests/{name}"));
        sam.get(&answer.location()).await.texts("article").len()
    };
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    for (days, expected) in [(0, 1), (13, 1), (2, 0)] {
        app.advance(day * days);
        refused_requests::sweep(&app.app).await.unwrap();
        for name in &names {
            assert_eq!(found(name).await, expected, "{name} after {days} more days");
        }
    }
}

#[tokio::test]
async fn a_refusal_that_is_just_being_written_down_is_found() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let sam = app.person("sam").await;
    for round in 0..30 {
        for credential in [None, Some(key.text.expose_secret())] {
            let answer = Program::new(&app.address, credential).get("/api/v1/api-keys").await;
            let name = name(&answer, "refused");
            let (usage, db) = (std::sync::Arc::clone(&app.app.usage), app.app.db.clone());
            let flush = tokio::spawn(async move { usage.flush(&db).await });
            if round % 2 == 0 {
                tokio::task::yield_now().await;
            }
            let page = sam.get(&format!("/staff/requests/{name}")).await;
            assert_eq!(page.texts("article").len(), 1, "{credential:?} in round {round}");
            flush.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_secret_in_the_field_is_neither_looked_up_nor_left_in_the_address() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = key.text.expose_secret();
    let alice = app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    for secret in [
        key,
        &key[..key.len() - 3],
        &format!("{key}x"),
        "whsec_4f7aQm2XvB8cT1LwYp9RzKd6",
        "khs_4f7aQm2XvB8cT1LwYp9RzKd6",
    ] {
        let answer = alice.get(&format!("/w/acme/requests?id={secret}")).await;
        assert_eq!((answer.status, answer.location()), (303, "/w/acme/requests".to_owned()));
        let page = alice.get("/w/acme/requests").await;
        assert!(
            page.body.contains("was not looked up") && !page.body.contains(secret),
            "{secret}"
        );
    }
}

#[tokio::test]
async fn what_was_sent_in_place_of_a_key_is_told() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = key.text.expose_secret();
    let sam = app.person("sam").await;
    let nobody = Program::new(&app.address, None);
    let with = |name: &'static str, value: String, path: &str| nobody.request(Method::GET, path).header(name, value);
    let me = "/api/v1/me";
    for (request, expected) in [
        // What a program sends whose variable is not set.
        (with("authorization", "Bearer ".to_owned(), me), "It is empty"),
        (with("authorization", key.to_owned(), me), "not with the scheme"),
        (
            with("x-auth-token", key.to_owned(), me),
            "a header that is not looked at",
        ),
        (
            nobody.request(Method::GET, &format!("{me}?api_key={key}")),
            "a key in the address",
        ),
        (
            with("authorization", format!("Bearer \"{key}\""), me),
            "quotes around it",
        ),
    ] {
        let answer = Answer::of(request.send().await.unwrap()).await;
        let page = sam.get(&format!("/staff/requests/{}", name(&answer, expected))).await;
        assert!(
            page.text("article").contains(expected),
            "{expected} in {}",
            page.text("article")
        );
        assert!(!page.body.contains(key), "{expected}");
    }
}

/// How many refused requests are written down.
async fn on_record(app: &TestApp) -> i64 {
    let db = app.app.db.reader();
    let count = "SELECT count(*) AS count FROM refused_requests";
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), count))
        .await;
    row.unwrap().unwrap().try_get("", "count").unwrap()
}

#[tokio::test]
async fn a_flood_without_keys_is_on_record_in_part() {
    let app = TestApp::start().await;
    app.person("sam").await;
    let nobody = Program::new(&app.address, None);
    for _ in 0..150 {
        assert_eq!(nobody.get("/api/v1/me").await.status, 401);
    }
    app.app.usage.flush(&app.app.db).await.unwrap();
    assert_eq!(on_record(&app).await, 100);
    // A minute later there is room for three more.
    app.advance(std::time::Duration::from_secs(60));
    for _ in 0..10 {
        nobody.get("/api/v1/me").await;
    }
    app.app.usage.flush(&app.app.db).await.unwrap();
    assert_eq!(on_record(&app).await, 103);
}
