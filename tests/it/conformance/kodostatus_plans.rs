//! S07: the plans of KodoStatus, and the key that every workspace has had from the start.

use reqwest::Method;
use serde_json::json;

use super::service::{Service, code};

/// How many of so many scoped keys, all asked for at once, are made.
async fn made_of(service: &Service, full: &str, asked: usize) -> usize {
    let path = format!("{}/api-keys", service.base);
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..asked {
        let request = service
            .stranger()
            .request(Method::POST, &path)
            .header("X-API-Key", full);
        let body = json!({"name": format!("key {number}"), "scopes": ["metrics:write"]});
        asking.spawn(async move { crate::support::Answer::of(request.json(&body).send().await.unwrap()).await });
    }
    let mut made = 0;
    while let Some(answer) = asking.join_next().await {
        let answer = answer.unwrap();
        match answer.status {
            201 => made += 1,
            409 => assert_eq!(code(&answer), "plan_limit_reached"),
            other => panic!("{other}: {}", answer.body),
        }
    }
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_plans_limit_scoped_keys_under_concurrent_creation() {
    let service = Service::on_plan("kodostatus", Some("starter")).await;
    for (plan, asked, allowed) in [
        ("starter", 5, 0),
        ("pro", 12, 5),
        ("team", 32, 25),
        ("enterprise", 32, 32),
    ] {
        let workspace = service.app.workspace_on(&service.alice, plan, Some(plan)).await;
        let full = service.app.key(&workspace, None, "full", "live", &[]).await;
        let full = full.text.expose_secret();
        assert_eq!(made_of(&service, full, asked).await, allowed, "{plan}");
        let list = service.manage(full, Method::GET, "?limit=100", None).await.json();
        assert_eq!(list["data"].as_array().unwrap().len(), allowed + 1, "{plan}");
        let another = service
            .manage(full, Method::POST, "", Some(&json!({"name": "other", "type": "full"})))
            .await;
        assert_eq!(
            another.status,
            if plan == "enterprise" { 201 } else { 409 },
            "{plan}: one full-access key"
        );
    }
}

#[tokio::test]
async fn s07_a_new_account_has_its_one_full_access_key() {
    let service = Service::start("kodostatus").await;
    // Alice's account came with a workspace of its own.
    let keys = "/w/my-status-page/keys";
    let list = service.alice.get(keys).await;
    assert_eq!(list.texts("td.lead-cell a"), ["Full-access key"]);
    let form = service.alice.get(&format!("{keys}/new")).await;
    assert!(
        form.body.contains("No place left: your plan has 1 key."),
        "{}",
        form.body
    );
    assert!(form.body.contains("Not part of your plan."));
    let fields = [("name", "one"), ("type", "scoped"), ("scopes", "metrics:write")];
    let refused = service.alice.submit(&format!("{keys}/new"), keys, &fields).await;
    assert_eq!(refused.status, 409);
}
