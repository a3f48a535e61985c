//! Events on their way: each thing that can become of one, the endpoint of a workspace, and what the support desk sees.

use std::time::{Duration, Instant};

use serde_json::json;

use super::receiver;
use super::walk::Walk;

const BASE: &str = "/w/acme/p/site";

pub async fn walk(walk: &mut Walk) {
    let receiver = receiver::start();
    let key = provider(walk, &receiver).await;
    own(walk, "/w/acme/webhooks", &receiver).await;
    desk(walk, &key).await;
}

/// What the provider sends for a key: taken, failed, given up; returns the key's display prefix and id.
async fn provider(walk: &mut Walk, receiver: &str) -> (String, String) {
    let key = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "secret",
        "--name",
        "Shop",
    ];
    let key = walk.server.run(&key);
    let text = |field: &str| key[field].as_str().unwrap().to_owned();
    let (id, prefix) = (text("id"), text("key_prefix"));
    let token = walk.server.run(&["service-token", "create", "--name", "billing"]);
    let mut deliveries = Vec::new();
    for what in ["takes", "fails", "gone"] {
        let body = json!({ "key_id": id, "type": "invoice.paid", "url": format!("{receiver}/{what}"),
            "data": { "invoice": "in_1", "amount": 4_200, "lines": ["a parcel to a place that is far away", "its insurance"] } });
        let token = token["token"].as_str().unwrap();
        let (status, said) = walk.server.ask("POST", "/provider/v1/webhooks", token, body).await;
        assert_eq!(status, 202, "{said}");
        let delivery = format!("{BASE}/webhooks/{}", said["id"].as_str().unwrap());
        attempted(walk, &delivery).await;
        deliveries.push(delivery);
    }
    let [taken, failed, gone] = &deliveries[..] else {
        unreachable!()
    };
    walk.see("webhook-delivered", taken).await;
    walk.see("webhook-waiting", failed).await;
    walk.see("webhook-endpoint-gone", gone).await;
    walk.see("key-endpoint-off", &format!("{BASE}/keys/{id}")).await;
    walk.see("webhooks", &format!("{BASE}/webhooks")).await;
    walk.see("webhooks-of-a-key", &format!("{BASE}/webhooks?key={id}"))
        .await;
    walk.see("webhooks-several-keys", &format!("{BASE}/webhooks?key=Load"))
        .await;
    walk.see("webhooks-no-match", &format!("{BASE}/webhooks?state=failed"))
        .await;
    walk.becomes("victor").await;
    walk.see("webhook-viewer", failed).await;
    walk.becomes("alice").await;
    (prefix, id)
}

/// Waits until a delivery has been tried.
async fn attempted(walk: &Walk, delivery: &str) {
    let began = Instant::now();
    loop {
        walk.open(delivery).await;
        if !walk.browser.all("#attempts article").await.is_empty() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{delivery} is not tried");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The endpoint that a workspace is told of its keys at; `url` is its page.
pub async fn own(walk: &mut Walk, url: &str, receiver: &str) {
    walk.see("own-endpoint-none", url).await;
    let new = format!("{url}/new");
    walk.see("own-endpoint-new", &new).await;
    walk.submit(url, &[("url", "nowhere")]).await;
    walk.look("own-endpoint-new-errors", 422).await;
    walk.open(&new).await;
    walk.submit(url, &[("url", &format!("{receiver}/fails"))]).await;
    walk.look("own-endpoint-reveal", 200).await;
    walk.see("own-endpoint-reveal-over", &format!("{url}/reveal")).await;
    walk.see("own-endpoint", url).await;
    walk.see("own-endpoint-edit", &format!("{url}/edit")).await;
    walk.submit(&format!("{url}/edit"), &[("url", "nowhere")]).await;
    walk.look("own-endpoint-edit-errors", 422).await;
    let edit = format!("{url}/edit");
    walk.open(&edit).await;
    walk.meanwhile(&edit, "url", &format!("{receiver}/fails/here")).await;
    walk.submit(&edit, &[("url", "https://hooks.example.com/keyhatch")])
        .await;
    walk.look("own-endpoint-edit-meanwhile", 409).await;
    walk.open(url).await;
    walk.submit(&format!("{url}/test-events"), &[]).await;
    let link = "return document.querySelector(`a[href*='/deliveries/']`)?.getAttribute('href')";
    walk.open(url).await;
    let delivery = walk.browser.script(link, json!([])).await;
    let delivery = delivery.as_str().expect("a delivery").to_owned();
    attempted(walk, &delivery).await;
    walk.see("own-endpoint-delivery", &delivery).await;
    walk.see("own-endpoint-failing", url).await;
    walk.see("own-endpoint-signing-secret", &format!("{url}/signing-secret"))
        .await;
    walk.submit(&format!("{url}/signing-secret"), &[("overlap", "24h")])
        .await;
    walk.look("own-endpoint-signing-secret-reveal", 200).await;
    walk.see("own-endpoint-removal", &format!("{url}/removal")).await;
    walk.open(url).await;
    walk.submit(&format!("{url}/disablement"), &[]).await;
    walk.look("own-endpoint-off", 200).await;
    walk.see("own-endpoint-given-up", &delivery).await;
    walk.becomes("victor").await;
    walk.see("own-endpoint-viewer", url).await;
    walk.becomes("alice").await;
}

/// A request that a key has not the scope for, and one with a key that was mistyped: what they are called.
fn refused(walk: &Walk) -> (String, String) {
    let key = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "restricted",
        "--scope",
        "rates:read",
        "--name",
        "CI deploy",
    ];
    let key = walk.server.run(&key);
    let text = key["key"].as_str().unwrap();
    let ask = |text: &str| walk.server.request_id("/gateway/envoy/api/v1/shipments", text);
    (ask(text), ask(&text.to_uppercase().replacen("KH_LIVE_", "kh_live_", 1)))
}

/// As somebody reads it out who spells.
fn spelled(prefix: &str) -> String {
    let letters: Vec<String> = prefix[8..].chars().map(String::from).collect();
    format!("kilo hotel live {}", letters.join(" "))
}

async fn desk(walk: &mut Walk, (prefix, id): &(String, String)) {
    walk.becomes("sam").await;
    walk.see("staff", "/staff").await;
    for (name, typed, status) in [
        ("staff-hit", prefix.as_str(), 200),
        ("staff-near", &prefix[8..12], 200),
        ("staff-spelled", &spelled(prefix), 200),
        ("staff-none", "kh_live_zzzzzzzz", 200),
        ("staff-nothing-typed", "", 422),
        ("staff-too-short", "kh_li", 422),
        (
            "staff-whole-key",
            "kh_live_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
            422,
        ),
    ] {
        walk.open("/staff").await;
        walk.submit("/staff/lookups", &[("display_prefix", typed)]).await;
        walk.look(name, status).await;
    }
    walk.see("staff-key", &format!("/staff/keys/{id}")).await;
    walk.see(
        "staff-key-asked",
        &format!("/staff/keys/{id}?request=POST+/api/v1/webhooks/1"),
    )
    .await;
    let (refused, keyless) = refused(walk);
    walk.see("staff-request", &format!("/staff/requests/{refused}")).await;
    walk.see("staff-request-without-key", &format!("/staff/requests/{keyless}"))
        .await;
    walk.see("staff-request-unknown", "/staff/requests/req_0123456789abcdefghj")
        .await;
    walk.see("staff-account", "/account").await;
    walk.becomes("alice").await;
    for (name, id, status) in [
        ("requests", "", 200),
        ("request-refused", refused.as_str(), 200),
        ("request-without-key", &keyless, 200),
        ("request-unknown", "req_0123456789abcdefghj", 200),
        ("request-no-id", "nothing", 422),
    ] {
        walk.see_as(name, &format!("/w/acme/requests?id={id}"), status).await;
    }
    walk.see("audit", "/w/acme/audit").await;
    walk.see(
        "audit-older-than-all",
        "/w/acme/audit?before=00000000-0000-7000-8000-000000000000",
    )
    .await;
}
