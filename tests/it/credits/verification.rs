//! What a request costs, when it is taken, and what a refusal leaves behind.

use std::time::Duration;

use keyhatch::store;
use reqwest::Method;
use serde_json::{Value, json};

use super::{amounts, change, field, job, ledger_of, left, service_with};
use crate::conformance::service::{Service, code};
use crate::support::Answer;

const VERIFY: &str = "/provider/v1/keys/verify";

#[tokio::test]
async fn only_what_passes_everything_else_costs_something() {
    let service = Service::start("kodisc").await;
    let key = service.mint("live", &[]).await;
    for (method, path, status) in [
        ("GET", "/api/v2/jobs", 200),
        ("POST", "/api/v2/jobs/7", 200),
        ("GET", "/api/v2/api-keys", 403),
        ("POST", "/api/v2//jobs", 400),
        ("POST", "/api/v2/JOBS", 400),
    ] {
        assert_eq!(service.status(&key, method, path).await, status, "{method} {path}");
    }
    assert_eq!(job(&service, &format!("kdsc_live_{}", "0".repeat(48))).await, 401);
    assert_eq!(amounts(&ledger_of(&service).await), [100]);
    assert_eq!(job(&service, &key).await, 200);
    let entries = ledger_of(&service).await;
    assert_eq!(amounts(&entries), [100, -1]);
    assert_eq!(entries[1].reason, "POST /api/v2/jobs");
    assert_eq!(
        entries[1].key_id.map(|id| id.to_string()),
        service.me(&key).await.json()["key"]["id"].as_str().map(str::to_owned)
    );
    // A suspended workspace, and a revoked key, pay nothing.
    keyhatch::domain::workspaces::suspend(&service.app.app, &service.workspace)
        .await
        .unwrap();
    assert_eq!(job(&service, &key).await, 403);
    assert_eq!(amounts(&ledger_of(&service).await), [100, -1]);
}

#[tokio::test]
async fn who_cannot_pay_is_told_by_every_gateway() {
    let service = Service::start("kodisc").await;
    let key = service.mint("live", &[]).await;
    change(&service.app.backend().await, -100).await;
    let program = service.app.program(&key);
    for cold in [true, false] {
        if cold {
            service.app.app.records.forget_all();
        }
        let refused = service.judge(&key, "POST", "/api/v2/jobs?x=1").await;
        assert_eq!((refused.status, code(&refused).as_str()), (402, "insufficient_credits"));
        assert_eq!(
            refused.json()["error"],
            "Not enough credits: this takes 1, and the workspace has 0."
        );
        let envoy = program
            .request(Method::POST, "/gateway/envoy/api/v2/jobs")
            .send()
            .await
            .unwrap();
        assert_eq!(envoy.status(), 402);
        let nginx = program
            .request(Method::GET, "/gateway/nginx")
            .header("x-original-method", "POST")
            .header("x-original-uri", "/api/v2/jobs");
        let nginx = Answer::of(nginx.send().await.unwrap()).await;
        assert_eq!(
            (nginx.status, &nginx.headers["x-keyhatch-status"]),
            (403, &"402".parse().unwrap())
        );
        let question = json!({"key": key, "method": "POST", "path": "/api/v2/jobs"});
        let told = service.app.backend().await.post(VERIFY, &question).await.json();
        assert_eq!(told["valid"], false);
        assert_eq!(
            (&told["code"], &told["reason"]),
            (&json!("insufficient_credits"), &json!("insufficient_credits"))
        );
        assert_eq!((&told["status"], &told["needed"]), (&json!(402), &json!("credits: 1")));
    }
    // Free requests go on, and the key is as good as ever.
    assert_eq!(service.status(&key, "GET", "/api/v2/jobs").await, 200);
    assert_eq!(left(&service, &key).await, 0);
}

#[tokio::test]
async fn the_provider_names_a_price() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let key = service.mint("live", &[]).await;
    let ask = async |cost: Value| {
        let question = json!({"key": key, "method": "POST", "path": "/api/v2/jobs", "cost": cost});
        backend.post(VERIFY, &question).await
    };
    for (cost, left) in [(json!(40), 60), (json!(0), 60), (Value::Null, 59), (json!(59), 0)] {
        let answer = ask(cost.clone()).await;
        assert_eq!(answer.json()["valid"], true, "{cost}: {}", answer.body);
        assert_eq!(super::left(&service, &key).await, left, "{cost}");
    }
    assert_eq!(ask(json!(2)).await.json()["needed"], "credits: 2");
    assert_eq!(ask(json!(0)).await.json()["valid"], true);
    for wrong in [json!(-1), json!(1.5), json!("1"), json!(4_294_967_296_i64)] {
        assert!(field(&ask(wrong.clone()).await, "cost").is_string(), "{wrong}");
    }
    assert_eq!(amounts(&ledger_of(&service).await), [100, -40, -1, -59]);
}

#[tokio::test]
async fn the_ledger_keeps_no_more_of_a_method_than_a_method_has() {
    let any_method = ("match = [\"POST /api/v2/jobs\"]", "match = [\"/api/v2/jobs\"]");
    let (service, _profile) = service_with("kodisc", &[any_method]).await;
    let key = service.mint("live", &[]).await;
    let method = "LONG".repeat(1_000);
    assert_eq!(service.status(&key, &method, "/api/v2/jobs").await, 200);
    let last = ledger_of(&service).await.pop().unwrap();
    assert_eq!(last.reason, format!("{} /api/v2/jobs", "LONG".repeat(5)));
}

#[tokio::test]
async fn a_price_for_whatever_does_not_say() {
    let (service, _profile) = service_with(
        "kodisc",
        &[
            ("start = 100", "start = 100\ncost = 3"),
            (
                "match = [\"POST /api/v2/jobs\"]\ncost = 1",
                "match = [\"POST /api/v2/jobs\"]\ncost = 0",
            ),
        ],
    )
    .await;
    let key = service.mint("live", &[]).await;
    assert_eq!(job(&service, &key).await, 200);
    assert_eq!(left(&service, &key).await, 100, "the route says nothing is to be paid");
    assert_eq!(service.status(&key, "GET", "/api/v2/other").await, 200);
    assert_eq!(left(&service, &key).await, 97, "and asking is free");
}

#[tokio::test]
async fn limits_come_first_and_a_refusal_for_credits_counts_against_them() {
    let limit = "[limit.requests]\ncount = 5\nper = \"minute\"\nof = \"key\"\n\n[errors]";
    let (service, _profile) = service_with("kodisc", &[("[errors]", limit), ("start = 100", "start = 2")]).await;
    let key = service.mint("live", &[]).await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(job(&service, &key).await);
    }
    assert_eq!(statuses, [200, 200, 402, 402, 402, 429, 429]);
    assert_eq!(amounts(&ledger_of(&service).await), [2, -1, -1]);
    // Over the limit nothing is paid, though there are credits.
    change(&service.app.backend().await, 10).await;
    assert_eq!(job(&service, &key).await, 429);
    service.app.advance(Duration::from_secs(120));
    assert_eq!(job(&service, &key).await, 200);
    assert_eq!(amounts(&ledger_of(&service).await), [2, -1, -1, 10, -1]);
}

#[tokio::test]
async fn what_is_paid_and_what_is_not_is_counted_like_anything_else() {
    let (service, _profile) = service_with("kodisc", &[("start = 100", "start = 3")]).await;
    let made = service.make(&[("name", "worker")]).await;
    for _ in 0..5 {
        job(&service, &made.text).await;
    }
    let app = &service.app.app;
    app.usage.flush(&app.db).await.unwrap();
    let id = made.id.parse().unwrap();
    let sums = store::usage::sums_since(app.db.reader(), &[id], 0).await.unwrap();
    let of = |outcome: &str| -> i64 {
        let counts = sums.iter().filter(|sum| sum.outcome == outcome);
        counts.map(|sum| sum.count).sum()
    };
    assert_eq!((of("accepted"), of("insufficient_credits")), (3, 2));
    let totals: Vec<_> = app.totals.all().filter(|(_, count)| *count > 0).collect();
    assert_eq!(totals, [("accepted", 3), ("insufficient_credits", 2)]);
    let refusals = store::refused_requests::of_key(app.db.reader(), id, 10).await.unwrap();
    assert_eq!(refusals.len(), 2);
    assert_eq!(refusals[0].request.as_deref(), Some("POST /api/v2/jobs"));
    assert_eq!(refusals[0].needed.as_deref(), Some("credits: 1"));
    let page = service.alice.get(&made.url).await;
    assert!(
        page.body.contains("The workspace could not pay for it"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_costs_nothing_waits_for_nobody_who_writes() {
    let service = Service::start("kodisc").await;
    let key = service.mint("live", &[]).await;
    assert_eq!(service.status(&key, "GET", "/api/v2/jobs").await, 200);
    // The one connection that writes is taken; on PostgreSQL, the balance is locked.
    let tx = service.app.app.db.begin().await.unwrap();
    store::credits::lock(&tx, service.workspace.id).await.unwrap();
    let patience = Duration::from_secs(5);
    let free = tokio::time::timeout(patience, service.status(&key, "GET", "/api/v2/jobs")).await;
    assert_eq!(free.unwrap(), 200);
    assert_eq!(tokio::time::timeout(patience, left(&service, &key)).await.unwrap(), 100);
    let paying = tokio::time::timeout(Duration::from_millis(300), job(&service, &key)).await;
    assert!(paying.is_err(), "it waits for the database");
    drop(tx);
    assert_eq!(job(&service, &key).await, 200);
    // Whether who hung up has paid depends on when.
    assert!((2..=3).contains(&ledger_of(&service).await.len()));
}

#[tokio::test]
async fn where_there_are_no_credits_nothing_tells_of_them() {
    let service = Service::start("docsapi").await;
    let key = service.mint("sk_live", &[]).await;
    let me = service.me(&key).await;
    assert!(me.json().get("credits").is_none(), "{}", me.body);
    let backend = service.app.backend().await;
    let asked = backend.post(VERIFY, &json!({"key": key, "cost": 1})).await;
    assert_eq!(field(&asked, "cost"), "This API has no credits.");
    assert_eq!(
        backend.post(VERIFY, &json!({"key": key, "cost": 0})).await.json()["valid"],
        true
    );
    assert_eq!(change(&backend, 5).await.status, 404);
    assert_eq!(backend.get("/provider/v1/credits?workspace=acme").await.status, 404);
    assert_eq!(service.alice.get("/w/acme/credits").await.status, 404);
    assert!(!service.alice.get("/w/acme").await.body.contains("/credits"));
    assert_eq!(
        store::credits::balance(service.app.app.db.reader(), service.workspace.id)
            .await
            .unwrap(),
        None
    );
}
