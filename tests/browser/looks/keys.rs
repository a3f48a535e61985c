//! The keys of a project: none, one, too many for a page, and each state that one can be in.

use keyhatch::model::timestamp::Timestamp;
use serde_json::json;

use super::receiver;
use super::walk::Walk;

const KEYS: &str = "/w/acme/p/site/keys";
const OLD: &str = "/w/acme/p/old/keys";

pub async fn walk(walk: &mut Walk) {
    none(walk).await;
    let key = one(walk).await;
    used(walk, &key).await;
    replaced(walk, &key).await;
    ended(walk).await;
    many(walk).await;
    health(walk).await;
}

async fn none(walk: &mut Walk) {
    walk.see("keys-none", KEYS).await;
    walk.see("welcome-without-key", "/welcome").await;
    walk.see("usage-none", "/w/acme/p/site/usage").await;
    walk.see("leaked-keys", "/w/acme/p/site/leaked-keys").await;
    walk.see("webhooks-none", "/w/acme/p/site/webhooks").await;
    walk.becomes("victor").await;
    walk.see("keys-none-viewer", KEYS).await;
    walk.see("leaked-keys-viewer", "/w/acme/p/site/leaked-keys").await;
    walk.see("welcome-viewer", "/welcome").await;
    walk.see("webhooks-none-viewer", "/w/acme/p/site/webhooks").await;
    walk.becomes("alice").await;
    walk.see("new-key", &format!("{KEYS}/new")).await;
    walk.submit(
        KEYS,
        &[("name", ""), ("type", "restricted"), ("webhook_url", "nowhere")],
    )
    .await;
    walk.look("new-key-errors", 422).await;
}

/// Makes a key; returns its page.
async fn one(walk: &mut Walk) -> String {
    let receiver = receiver::start();
    let takes = format!("{receiver}/takes");
    walk.open(&format!("{KEYS}/new")).await;
    let fields = [
        ("name", "CI deploy"),
        ("type", "restricted"),
        ("environment", "test"),
        ("scopes", "shipments:read"),
        ("expiry", "30"),
        ("webhook_url", &takes),
    ];
    walk.post(&format!("{KEYS}/new/test-events"), &fields).await;
    walk.look("new-key-tried", 200).await;
    let fails = format!("{receiver}/fails");
    let fields = [&fields[..5], &[("webhook_url", fails.as_str())]].concat();
    walk.post(&format!("{KEYS}/new/test-events"), &fields).await;
    walk.look("new-key-tried-in-vain", 200).await;
    walk.submit(KEYS, &fields).await;
    walk.look("reveal", 200).await;
    let text = walk
        .browser
        .script("return document.querySelector('.reveal code').textContent", json!([]));
    let text = text.await.as_str().unwrap().to_owned();
    let url = walk.browser.url().await;
    let key = url
        .strip_prefix(&walk.server.address)
        .unwrap()
        .trim_end_matches("/reveal")
        .to_owned();
    walk.post(&format!("{key}/reveal/trial"), &[]).await;
    walk.look("reveal-tried", 200).await;
    walk.see("reveal-over", &format!("{key}/reveal")).await;
    walk.see("key-unused", &key).await;
    walk.see("welcome-with-key", "/welcome").await;
    walk.see("key-first-request", &format!("{key}/first-request")).await;
    walk.becomes("bob").await;
    walk.see("welcome-joined", "/welcome").await;
    walk.becomes("alice").await;
    walk.open("/welcome").await;
    walk.submit("/welcome/dismissal", &[]).await;
    walk.look("welcome-dismissed", 200).await;
    walk.see("welcome-put-away", "/welcome").await;
    walk.submit("/welcome/dismissal/removal", &[]).await;
    walk.see("keys-one", KEYS).await;
    // Not among its scopes, and then not of this world.
    walk.server.ask("GET", "/api/v1/api-keys", &text, json!(null)).await;
    assert_eq!(walk.server.curl(&text), 200);
    key
}

async fn used(walk: &mut Walk, key: &str) {
    let edit = format!("{key}/edit");
    walk.see("key-edit", &edit).await;
    walk.submit(
        &edit,
        &[
            ("name", ""),
            ("webhook_url", "nowhere"),
            ("expiry", "date"),
            ("expires_at", "2020-01-01"),
        ],
    )
    .await;
    walk.look("key-edit-errors", 422).await;
    walk.open(&edit).await;
    walk.meanwhile(&edit, "name", "CI deploy, nightly").await;
    walk.submit(
        &edit,
        &[("name", "Continuous integration"), ("scopes", "tracking:read")],
    )
    .await;
    walk.look("key-edit-meanwhile", 409).await;

    let rotation = format!("{key}/signing-secret");
    walk.see("key-signing-secret", &rotation).await;
    walk.submit(&rotation, &[("overlap", "24h")]).await;
    walk.look("key-signing-secret-reveal", 200).await;
    walk.see("key-signing-secret-again", &rotation).await;
    walk.see("key-two-signing-secrets", key).await;

    walk.see("key-revoke", &format!("{key}/revocation")).await;
    walk.post(&format!("{key}/revocation"), &[("name", "something else")])
        .await;
    walk.look("key-revoke-mistyped", 422).await;
    walk.see("welcome-received", "/welcome").await;
    walk.see("key-first-request-received", &format!("{key}/first-request"))
        .await;
    walk.see("docs", "/docs/authentication").await;
    for range in ["24h", "7d", "12m"] {
        walk.see(&format!("usage-{range}"), &format!("/w/acme/usage?range={range}"))
            .await;
    }
    walk.see("usage-reason", "/w/acme/p/site/usage?reason=insufficient_scope")
        .await;
    walk.see("usage-key", &format!("{key}/usage")).await;
    walk.see("key-callers", &format!("{key}/callers")).await;
    let edit = format!("{key}/edit");
    walk.open(&edit).await;
    walk.submit(&edit, &[("allowed_addresses", "203.0.113.7")]).await;
    walk.look("key-edit-breaks", 409).await;
    walk.becomes("victor").await;
    walk.see("key-viewer", key).await;
    walk.becomes("alice").await;
    walk.open(key).await;
    walk.submit(&format!("{key}/disablement"), &[]).await;
    walk.look("key-disabled", 200).await;
    walk.submit(&format!("{key}/enablement"), &[]).await;
    walk.submit(&format!("{key}/disablement"), &[("until", "1h")]).await;
    walk.look("key-disabled-for-an-hour", 200).await;
    walk.submit(&format!("{key}/enablement"), &[]).await;
    stopped(walk).await;
    walk.open(key).await;
}

async fn stopped(walk: &mut Walk) {
    let stop = "/w/acme/p/site/stops/test";
    walk.see("stop", stop).await;
    walk.submit(stop, &[("name", "site"), ("why", "x")]).await;
    walk.look("stop-errors", 422).await;
    walk.open(stop).await;
    let fields = [("name", "Shop"), ("why", "The deploy server was broken into")];
    walk.submit(stop, &fields).await;
    walk.look("stopped-list", 200).await;
    walk.see("stopped-already", stop).await;
    walk.see("stopped-overview", "/w/acme").await;
    walk.submit(&format!("{stop}/removal"), &[]).await;
}

async fn replaced(walk: &mut Walk, key: &str) {
    let roll = format!("{key}/roll");
    walk.see("key-roll", &roll).await;
    walk.submit(&roll, &[("grace", "a while")]).await;
    walk.look("key-roll-errors", 422).await;
    walk.open(&roll).await;
    walk.submit(&roll, &[("grace", "1h")]).await;
    let url = walk.browser.url().await;
    let successor = url
        .strip_prefix(&walk.server.address)
        .unwrap()
        .trim_end_matches("/reveal")
        .to_owned();
    walk.see("key-replaced", key).await;
    walk.see("key-successor", &successor).await;
    walk.see("key-rolled", &roll).await;
}

/// Keys that no request can use any more, in a project of their own.
async fn ended(walk: &mut Walk) {
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let soon = Timestamp::from_millis(now + 2_000).rfc3339();
    let make = |name: &str, more: &[&str]| {
        let key = [
            "key",
            "create",
            "--workspace",
            "acme",
            "--project",
            "old",
            "--type",
            "secret",
            "--name",
            name,
        ];
        let made = walk.server.run(&[&key[..], more].concat());
        format!("{OLD}/{}", made["id"].as_str().unwrap())
    };
    let (revoked, expired) = (make("Revoked", &[]), make("Expired", &["--expires-at", &soon]));
    walk.open(&format!("{revoked}/revocation")).await;
    walk.submit(&format!("{revoked}/revocation"), &[]).await;
    walk.look("key-revoked", 200).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    walk.see("key-expired", &expired).await;
    walk.open(&format!("{expired}/revocation")).await;
    walk.submit(&format!("{expired}/revocation"), &[]).await;
    walk.see("keys-none-left", OLD).await;
    walk.see("keys-revoked", &format!("{OLD}?status=revoked")).await;
}

async fn many(walk: &mut Walk) {
    let root = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "secret",
        "--name",
        "Root",
    ];
    let root = walk.server.run(&[&root[..], &["--environment", "live"]].concat());
    let root = root["key"].as_str().unwrap();
    for number in 0..55 {
        let body = json!({ "name": format!("Load {number}"), "type": "restricted", "environment": "live",
            "scopes": ["shipments:read", "tracking:read", "rates:read"] });
        let (status, said) = walk.server.ask("POST", "/api/v1/api-keys", root, body).await;
        assert_eq!(status, 201, "{said}");
    }
    walk.see("keys", KEYS).await;
    walk.see("keys-no-match", &format!("{KEYS}?q=nothing-like-it")).await;
    let next = "return document.querySelector('.pagination a')?.getAttribute('href')";
    walk.open(KEYS).await;
    let next = walk.browser.script(next, json!([])).await;
    let next = next.as_str().expect("a second page").to_owned();
    let next = if next.starts_with('/') {
        next
    } else {
        format!("{KEYS}{next}")
    };
    walk.see("keys-second-page", &next).await;
    walk.becomes("victor").await;
    walk.see("keys-viewer", &format!("{KEYS}?environment=test")).await;
    walk.becomes("alice").await;
}

/// What may be wrong with keys: all of it, and one finding with more than a page.
async fn health(walk: &mut Walk) {
    walk.see("key-health", "/w/acme/key-health").await;
    walk.submit("/w/acme/key-health/mail", &[]).await;
    walk.look("key-health-with-mail", 200).await;
    walk.see("key-health-one", "/w/acme/key-health?finding=never-ends")
        .await;
    walk.see("key-health-none-of-these", "/w/acme/key-health?finding=idle")
        .await;
    walk.becomes("victor").await;
    walk.see("key-health-viewer", "/w/acme/key-health").await;
    walk.becomes("alice").await;
}
