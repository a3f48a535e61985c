//! APIs whose keys belong to whole workspaces, and what else they have of their own: deletion, first keys, templates, keys
//! that are no secret.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::walk::{PASSWORD, Walk};
use super::{receiver, webhooks};
use crate::checks::Checks;

/// What was seen, and what was wrong with it.
pub type Outcome = (BTreeSet<String>, Vec<String>);

pub async fn walks(checks: &Arc<Checks>) -> Vec<Outcome> {
    let mut walk = Walk::start("codivupload", checks).await;
    keys(&mut walk).await;
    let mut outcomes = vec![(walk.seen, walk.wrong)];
    for profile in ["docsapi", "kodostatus"] {
        let mut walk = Walk::start(profile, checks).await;
        first_keys(&mut walk).await;
        outcomes.push((walk.seen, walk.wrong));
    }
    outcomes
}

async fn keys(walk: &mut Walk) {
    let (url, keys) = ("/w/acme", "/w/acme/keys");
    walk.people(&["alice", "victor"]);
    walk.becomes("alice").await;
    walk.see("welcome-without-workspace", "/welcome").await;
    walk.server
        .run(&["workspace", "create", "--name", "Acme", "--owner", "alice@example.com"]);
    let victor = ["--email", "victor@example.com", "--role", "viewer"];
    walk.server
        .run(&[&["member", "add", "--workspace", "acme"][..], &victor].concat());
    walk.see("workspace", url).await;
    walk.see("keys-none", keys).await;
    walk.see("leaked-keys", "/w/acme/leaked-keys").await;
    walk.see("webhooks-none", "/w/acme/webhooks").await;
    walk.see("new-key", &format!("{keys}/new")).await;
    walk.see("new-key-template", &format!("{keys}/new?template=mcp")).await;
    walk.submit(keys, &[("name", "")]).await;
    walk.look("new-key-errors", 422).await;
    walk.submit(
        keys,
        &[("name", "Application"), ("type", "workspace"), ("expiry", "30")],
    )
    .await;
    walk.look("reveal", 200).await;
    let page = walk.browser.url().await;
    let key = page
        .strip_prefix(&walk.server.address)
        .unwrap()
        .trim_end_matches("/reveal")
        .to_owned();
    walk.see("key", &key).await;
    walk.see("key-first-request", &format!("{key}/first-request")).await;
    walk.see("usage-none", "/w/acme/usage").await;
    walk.see("usage-key-none", &format!("{key}/usage")).await;
    walk.see("key-callers-none", &format!("{key}/callers")).await;
    walk.see("key-edit", &format!("{key}/edit")).await;
    walk.see("key-roll", &format!("{key}/roll")).await;
    walk.see("key-revoke", &format!("{key}/revocation")).await;
    walk.see("key-delete", &format!("{key}/deletion")).await;
    walk.see("workspace-settings", "/w/acme/settings").await;
    walk.see("stop", "/w/acme/stops/live").await;
    walk.see("docs", "/docs/authentication").await;
    let receiver = receiver::start();
    let id = key.rsplit('/').next().unwrap();
    let token = walk.server.run(&["service-token", "create", "--name", "billing"]);
    let body = json!({ "key_id": id, "type": "upload.done", "data": {}, "url": format!("{receiver}/takes") });
    let token = token["token"].as_str().unwrap();
    let (status, said) = walk.server.ask("POST", "/provider/v1/webhooks", token, body).await;
    if status == 202 {
        let delivery = format!("/w/acme/webhooks/{}", said["id"].as_str().unwrap());
        walk.see("webhook", &delivery).await;
        walk.see("key-signing-secret", &format!("{key}/signing-secret")).await;
    }
    walk.see("webhooks", "/w/acme/webhooks").await;
    webhooks::own(walk, "/w/acme/events", &receiver).await;
    walk.open(&format!("{key}/deletion")).await;
    walk.submit(&format!("{key}/deletion"), &[]).await;
    walk.look("key-deleted", 200).await;
}

/// Somebody signs up, and keys come with the account.
async fn first_keys(walk: &mut Walk) {
    walk.open("/").await;
    walk.browser.open(&walk.server.first_link).await;
    walk.submit("/sign-up", &[("email", "alice@example.com"), ("password", PASSWORD)])
        .await;
    walk.look("welcome", 200).await;
    let links = "return [...document.querySelectorAll('#given a')].map((link) => link.getAttribute('href'))";
    let links = walk.browser.script(links, json!([])).await;
    let links: Vec<String> = serde_json::from_value(links).unwrap();
    let keys: Vec<&String> = links.iter().filter(|link| !link.ends_with("/reveal")).collect();
    assert!(!keys.is_empty(), "keys come with the account");
    for (number, key) in keys.into_iter().enumerate() {
        walk.see(&format!("first-key-{number}"), key).await;
    }
    if let Some(reveal) = links.iter().find(|link| link.ends_with("/reveal")) {
        walk.see("first-key-reveal", reveal).await;
    }
    walk.see("workspaces", "/workspaces").await;
    let keys = links[0].rsplit_once('/').unwrap().0.to_owned();
    walk.see("keys", &keys).await;
    walk.see("new-key", &format!("{keys}/new")).await;
    walk.see("docs", "/docs/authentication").await;
}
