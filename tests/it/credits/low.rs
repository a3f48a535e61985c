//! `credits.low`: once, when the balance falls below what the profile calls low; again only after it rose above.

use keyhatch::store::webhooks::deliveries;
use serde_json::Value;

use super::{change, job, service_with};
use crate::conformance::service::Service;

/// What the workspace's own endpoint was told of its credits, oldest first.
async fn told(service: &Service) -> Vec<Value> {
    let db = service.app.app.db.reader();
    let mut all = deliveries::list(db, service.workspace.id, deliveries::Filter::default(), 100)
        .await
        .unwrap();
    all.reverse();
    let low = all.iter().filter(|delivery| delivery.event_type == "credits.low");
    low.map(|delivery| serde_json::from_str::<Value>(&delivery.body).unwrap()["data"].clone())
        .collect()
}

async fn listen(service: &Service, event: &str) {
    let page = "/w/acme/webhooks";
    let fields = [("url", "http://127.0.0.1:9/hook"), ("events", event)];
    let answer = service.alice.submit(&format!("{page}/new"), page, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

fn balances(told: &[Value]) -> Vec<i64> {
    told.iter().map(|data| data["balance"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn it_is_told_once_until_there_are_enough_again() {
    let service = Service::start("kodisc").await;
    listen(&service, "credits.low").await;
    let backend = service.app.backend().await;
    let key = service.mint("live", &[]).await;
    assert_eq!(change(&backend, -90).await.json()["balance"], 10);
    assert!(told(&service).await.is_empty(), "a tenth is not less than a tenth");
    assert_eq!(job(&service, &key).await, 200);
    let first = told(&service).await;
    assert_eq!(balances(&first), [9]);
    assert_eq!((&first[0]["low"], &first[0]["unit"]), (&10.into(), &"credits".into()));
    for _ in 0..9 {
        assert_eq!(job(&service, &key).await, 200);
    }
    assert_eq!(job(&service, &key).await, 402);
    change(&backend, 5).await;
    change(&backend, -1).await;
    assert_eq!(balances(&told(&service).await), [9], "it was never enough in between");
    change(&backend, 6).await;
    assert_eq!(balances(&told(&service).await), [9]);
    change(&backend, -4).await;
    assert_eq!(balances(&told(&service).await), [9, 6]);
    // A change that is refused tells nothing, nor does one that is sent again.
    change(&backend, 100).await;
    change(&backend, -107).await;
    assert_eq!(balances(&told(&service).await), [9, 6]);
}

#[tokio::test]
async fn the_profile_says_what_is_low_and_nobody_is_told_who_did_not_ask() {
    let (service, _profile) = service_with("kodisc", &[("start = 100", "start = 100\nlow = 98")]).await;
    let backend = service.app.backend().await;
    change(&backend, -3).await;
    listen(&service, "credits.low").await;
    change(&backend, -1).await;
    assert!(told(&service).await.is_empty(), "it was low before");
    change(&backend, 10).await;
    change(&backend, -10).await;
    assert_eq!(balances(&told(&service).await), [96]);

    let (other, _profile) = service_with("kodisc", &[("start = 100", "start = 100\nlow = 98")]).await;
    listen(&other, "key.created").await;
    change(&other.app.backend().await, -10).await;
    assert!(told(&other).await.is_empty());
}
