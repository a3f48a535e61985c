//! A 429 arrives as one, and whoever waits as long as it says is let through.

use std::time::Duration;

use reqwest::Method;

use super::{World, client};
use crate::support::Answer;

/// 100 requests a minute for each key, 7 exports an hour for a workspace.
async fn world_with_limits() -> World {
    World::start_with(&[(
        "limits = { requests = 1_000_000_000, exports = 2_000 }",
        "limits = { requests = 100, exports = 7 }",
    )])
    .await
}

/// How long a 429 says to wait.
fn wait(answer: &Answer, limit: &str) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["code"], "rate_limit_exceeded");
    let all = |name: &str| -> Vec<_> {
        let values = answer.headers.get_all(name).into_iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    };
    let [wait] = &all("retry-after")[..] else {
        panic!("{:?}", answer.headers);
    };
    assert_eq!(all("ratelimit"), [format!("\"{limit}\";r=0;t={wait}")]);
    assert_eq!(all("ratelimit-policy").len(), 1);
    assert_eq!(all("content-type"), ["application/json"]);
    let error = body["error"].as_str().unwrap();
    assert!(error.contains(&format!(" {wait} second")), "{error}");
    wait.parse().unwrap()
}

#[tokio::test]
async fn the_hundred_and_first_request_of_a_minute_comes_back_after_its_wait() {
    let world = world_with_limits().await;
    for proxy in &world.proxies {
        let key = world.key("secret", &[]).await;
        let program = client(proxy, Some(&key));
        for turn in 0..100 {
            assert_eq!(
                program.get("/api/v1/rates").await.status,
                200,
                "{:?} {turn}",
                proxy.kind
            );
        }
        let wait = wait(&program.get("/api/v1/rates").await, "requests");
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(world.api.take().len(), 100, "{:?}", proxy.kind);
        world.app.advance(Duration::from_secs(wait));
        assert_eq!(program.get("/api/v1/rates").await.status, 200, "{:?}", proxy.kind);
        assert_eq!(world.api.take().len(), 1);
    }
}

#[tokio::test]
async fn a_workspace_shares_its_allowance_across_keys_and_gateways() {
    let world = world_with_limits().await;
    let (one, two) = (world.key("secret", &[]).await, world.key("secret", &[]).await);
    let export = async |turn: usize| {
        let key = if turn % 4 < 2 { &one } else { &two };
        let request = client(&world.proxies[turn % 2], Some(key)).request(Method::POST, "/api/v1/shipments/exports");
        Answer::of(request.send().await.unwrap()).await
    };
    for turn in 0..7 {
        assert_eq!(export(turn).await.status, 200, "{turn}");
    }
    assert_eq!(world.api.take().len(), 7);
    for turn in 0..4 {
        assert!(wait(&export(turn).await, "exports") > 60);
    }
    assert!(world.api.take().is_empty());
}
