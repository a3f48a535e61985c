//! `/provider/v1/credits`: granting, spending, reading; once each, however often it is sent.

use reqwest::Method;
use serde_json::{Value, json};

use super::{CREDITS, amounts, change, field, ledger_of, left};
use crate::conformance::service::{Service, code};
use crate::support::{Answer, Program};

async fn send(backend: &Program, key: Option<&str>, body: &Value) -> Answer {
    let mut request = backend.request(Method::POST, CREDITS).json(body);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn it_grants_and_spends_and_tells_what_is_left() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let key = service.mint("live", &[]).await;
    let (workspace, slug) = (service.workspace.id.to_string(), service.workspace.slug.clone());
    let key_id = service.me(&key).await.json()["key"]["id"].clone();

    let granted = json!({"workspace": workspace, "amount": 50, "reason": "Invoice 7"});
    let answer = send(&backend, None, &granted).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = answer.json();
    assert_eq!(told["workspace"], json!({"id": workspace, "slug": slug}));
    assert_eq!(
        (&told["number"], &told["amount"], &told["balance"]),
        (&json!(2), &json!(50), &json!(150))
    );
    assert_eq!(
        (&told["kind"], &told["reason"]),
        (&json!("provider"), &json!("Invoice 7"))
    );
    assert!(told["created_at"].is_string() && told["key_id"].is_null());

    let spent = send(&backend, None, &json!({"key_id": key_id, "amount": -30}))
        .await
        .json();
    assert_eq!((&spent["balance"], &spent["key_id"]), (&json!(120), &key_id));
    let by_both = json!({"workspace": slug, "key_id": key_id, "amount": -20});
    assert_eq!(send(&backend, None, &by_both).await.json()["balance"], 100);
    assert_eq!(left(&service, &key).await, 100);
    assert_eq!(amounts(&ledger_of(&service).await), [100, 50, -30, -20]);

    let read = backend.get(&format!("{CREDITS}?workspace={slug}")).await.json();
    assert_eq!(
        (&read["balance"], &read["unit"], &read["next"]),
        (&json!(100), &json!("credits"), &Value::Null)
    );
    assert_eq!(read["data"].as_array().unwrap().len(), 4);
    assert_eq!(read["data"][3]["kind"], "start");
}

#[tokio::test]
async fn a_spend_that_does_not_fit_spends_nothing() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let refused = change(&backend, -101).await;
    assert_eq!((refused.status, code(&refused).as_str()), (402, "insufficient_credits"));
    assert!(
        refused.body.contains("this takes 101, and the workspace has 100"),
        "{}",
        refused.body
    );
    assert_eq!(change(&backend, -100).await.json()["balance"], 0);
    assert_eq!(change(&backend, -1).await.status, 402);
    assert_eq!(amounts(&ledger_of(&service).await), [100, -100]);
    // And never more than can be read exactly.
    assert_eq!(change(&backend, 9_007_199_254_740_991).await.status, 200);
    let refused = change(&backend, 1).await;
    assert_eq!((refused.status, code(&refused).as_str()), (409, "conflict"));
    assert_eq!(change(&backend, -9_007_199_254_740_991).await.json()["balance"], 0);
}

#[tokio::test]
async fn the_same_request_is_one_change_and_another_is_a_conflict() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let body = json!({"workspace": "acme", "amount": -10, "reason": "Job 7"});
    let first = send(&backend, Some("job-7"), &body).await;
    let again = send(&backend, Some("\"job-7\""), &body).await;
    let in_the_body = json!({"workspace": "acme", "amount": -10, "reason": "Job 7", "idempotency_key": "job-7"});
    let by_field = send(&backend, None, &in_the_body).await;
    assert_eq!(first.status, 200, "{}", first.body);
    for answer in [again, by_field] {
        assert_eq!((answer.status, &answer.body), (200, &first.body));
    }
    for other in [
        json!({"workspace": "acme", "amount": -11, "reason": "Job 7"}),
        json!({"workspace": "acme", "amount": 10, "reason": "Job 7"}),
        json!({"workspace": "acme", "amount": -10, "reason": "Job 8"}),
        json!({"workspace": "acme", "amount": -10}),
    ] {
        let refused = send(&backend, Some("job-7"), &other).await;
        assert_eq!((refused.status, code(&refused).as_str()), (409, "conflict"), "{other}");
    }
    // A refused change has used no key.
    let large = json!({"workspace": "acme", "amount": -95});
    assert_eq!(send(&backend, Some("large"), &large).await.status, 402);
    assert_eq!(change(&backend, 5).await.status, 200);
    assert_eq!(send(&backend, Some("large"), &large).await.json()["balance"], 0);
    // Sent again, it is what it was, though nothing is left by now.
    assert_eq!(send(&backend, Some("job-7"), &body).await.body, first.body);
    assert_eq!(amounts(&ledger_of(&service).await), [100, -10, 5, -95]);
    // It counts within the workspace.
    let other = service.app.workspace(&service.alice, "Other").await;
    let elsewhere = json!({"workspace": other.slug, "amount": -1});
    assert_eq!(send(&backend, Some("job-7"), &elsewhere).await.json()["balance"], 99);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_times_at_once_is_once() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    for round in 0..3 {
        let mut sending = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let backend = backend.clone();
            let body = json!({"workspace": "acme", "amount": -7});
            sending.spawn(async move { send(&backend, Some(&format!("round-{round}")), &body).await });
        }
        let mut answers = std::collections::BTreeSet::new();
        while let Some(answer) = sending.join_next().await {
            let answer = answer.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.body);
            answers.insert(answer.body);
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert_eq!(amounts(&ledger_of(&service).await), [100, -7, -7, -7]);
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    for amount in [
        json!(0),
        json!(1.5),
        json!("5"),
        json!(null),
        json!(9_007_199_254_740_992_i64),
        json!([1]),
    ] {
        let answer = send(&backend, None, &json!({"workspace": "acme", "amount": amount})).await;
        assert!(field(&answer, "amount").is_string(), "{amount}: {}", answer.body);
    }
    for (body, name) in [
        (json!({"amount": 1}), "workspace"),
        (json!({"workspace": "acme"}), "amount"),
        (json!({"workspace": 7, "amount": 1}), "workspace"),
        (json!({"key_id": "seven", "amount": 1}), "key_id"),
        (
            json!({"workspace": "acme", "amount": 1, "reason": "x".repeat(201)}),
            "reason",
        ),
        (json!({"workspace": "acme", "amount": 1, "reason": "a\nb"}), "reason"),
        (
            json!({"workspace": "acme", "amount": 1, "idempotency_key": ""}),
            "idempotency_key",
        ),
        (json!({"workspace": "acme", "amonut": 1, "amount": 1}), "amonut"),
    ] {
        assert!(field(&send(&backend, None, &body).await, name).is_string(), "{body}");
    }
    let two = json!({"workspace": "acme", "amount": 1, "idempotency_key": "a"});
    assert!(field(&send(&backend, Some("b"), &two).await, "idempotency_key").is_string());
    let other = service.app.workspace(&service.alice, "Other").await;
    let key = service.mint("live", &[]).await;
    let key_id = service.me(&key).await.json()["key"]["id"].clone();
    let foreign = json!({"workspace": other.slug, "key_id": key_id, "amount": 1});
    assert!(field(&send(&backend, None, &foreign).await, "key_id").is_string());
    for nowhere in [
        json!({"workspace": "nobody", "amount": 1}),
        json!({"workspace": "acme\0", "amount": 1}),
        json!({"key_id": other.id.to_string(), "amount": 1}),
    ] {
        assert_eq!(send(&backend, None, &nowhere).await.status, 404, "{nowhere}");
    }
    for (query, name) in [
        ("", "workspace"),
        ("workspace=acme&limit=0", "limit"),
        ("workspace=acme&before=x", "before"),
    ] {
        assert!(
            field(&backend.get(&format!("{CREDITS}?{query}")).await, name).is_string(),
            "{query}"
        );
    }
    assert_eq!(amounts(&ledger_of(&service).await), [100], "nothing happened");
}

#[tokio::test]
async fn only_a_service_token_opens_it() {
    let service = Service::start("kodisc").await;
    let key = service.mint("live", &[]).await;
    for program in [service.stranger(), service.app.program(&key)] {
        assert_eq!(change(&program, 1_000).await.status, 401);
        assert_eq!(program.get(&format!("{CREDITS}?workspace=acme")).await.status, 401);
    }
    assert_eq!(amounts(&ledger_of(&service).await), [100]);
}

#[tokio::test]
async fn the_ledger_is_read_page_by_page() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    for _ in 0..6 {
        change(&backend, -1).await;
    }
    let (mut numbers, mut cursor) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = backend
            .get(&format!("{CREDITS}?workspace=acme&limit=3{cursor}"))
            .await
            .json();
        assert_eq!(page["balance"], 94, "on each page it is that of now");
        let lines = page["data"].as_array().unwrap();
        numbers.extend(lines.iter().map(|line| line["number"].as_i64().unwrap()));
        if page["next"].is_null() {
            break;
        }
        cursor = format!("&before={}", page["next"]);
    }
    assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
}
