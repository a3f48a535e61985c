//! What only some profiles have: embed mode, inbound tokens, credits.

use std::sync::Arc;

use serde_json::json;

use super::desk;
use super::walk::Walk;
use super::whole_workspaces::Outcome;
use crate::checks::Checks;

pub async fn walks(checks: &Arc<Checks>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut walk = Walk::start("craftkit", checks).await;
    assemble(&mut walk).await;
    embed(&mut walk).await;
    embed_at_the_desk(&mut walk).await;
    inbound(&mut walk).await;
    outcomes.push((walk.seen, walk.wrong));
    let mut walk = Walk::start("kodisc", checks).await;
    assemble(&mut walk).await;
    credits(&mut walk).await;
    credits_at_the_desk(&mut walk).await;
    outcomes.push((walk.seen, walk.wrong));
    outcomes
}

/// Alice with a workspace and a project, and Victor who may look.
async fn assemble(walk: &mut Walk) {
    walk.people(&["alice", "victor", "sam"]);
    let server = &walk.server;
    server.run(&["workspace", "create", "--name", "Acme", "--owner", "alice@example.com"]);
    server.run(&["project", "create", "--workspace", "acme", "--name", "Site"]);
    let victor = ["--email", "victor@example.com", "--role", "viewer"];
    server.run(&[&["member", "add", "--workspace", "acme"][..], &victor].concat());
    walk.becomes("alice").await;
}

/// The page about Acme at the support desk.
async fn acme_at_the_desk(walk: &mut Walk) -> String {
    walk.becomes("sam").await;
    desk::find(walk, "acme").await;
    let page = walk.browser.url().await;
    page.strip_prefix(&walk.server.address).unwrap().to_owned()
}

async fn embed_at_the_desk(walk: &mut Walk) {
    let page = acme_at_the_desk(walk).await;
    walk.look("staff-workspace", 200).await;
    let links = desk::links(walk, "/staff/projects/").await;
    // It was suspended before.
    let removal = links
        .iter()
        .find(|link| link.ends_with("/embed/suspension/removal"))
        .unwrap();
    walk.see("staff-resume-embed", removal).await;
    walk.submit(removal, &[("reason", "They have stopped")]).await;
    let suspension = removal.strip_suffix("/removal").unwrap();
    walk.see("staff-suspend-embed", suspension).await;
    walk.submit(suspension, &[("reason", "Their pages copy the catalogue")])
        .await;
    walk.look("staff-suspend-embed-done", 200).await;
    assert!(page.starts_with("/staff/workspaces/"));
    walk.becomes("alice").await;
}

async fn credits_at_the_desk(walk: &mut Walk) {
    let page = format!("{}/credits", acme_at_the_desk(walk).await);
    walk.see("staff-credits", &page).await;
    walk.submit(&page, &[("amount", "many"), ("reason", "")]).await;
    walk.look("staff-credits-errors", 422).await;
    walk.submit(&page, &[("amount", "500"), ("reason", "A goodwill gesture")])
        .await;
    walk.look("staff-credits-granted", 200).await;
    walk.becomes("alice").await;
}

/// Makes a key that may do everything; returns its page and its text.
fn key(walk: &Walk) -> (String, String) {
    let key = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "live",
        "--name",
        "Production",
    ];
    let key = walk.server.run(&key);
    let page = format!("/w/acme/p/site/keys/{}", key["id"].as_str().unwrap());
    (page, key["key"].as_str().unwrap().to_owned())
}

async fn embed(walk: &mut Walk) {
    let embed = "/w/acme/p/site/embed";
    walk.see("embed-off", embed).await;
    walk.becomes("victor").await;
    walk.see("embed-off-viewer", embed).await;
    walk.becomes("alice").await;
    walk.open(embed).await;
    walk.submit(embed, &[]).await;
    walk.look("embed-reveal", 200).await;
    walk.see("embed-reveal-over", &format!("{embed}/reveal")).await;
    walk.see("embed", embed).await;
    walk.see("embed-signing-key", &format!("{embed}/signing-key")).await;
    walk.see("embed-disablement", &format!("{embed}/disablement")).await;
    walk.becomes("victor").await;
    walk.see("embed-viewer", embed).await;
    walk.server
        .run(&["project", "suspend-embed", "--workspace", "acme", "site"]);
    walk.see("embed-suspended", embed).await;
    walk.becomes("alice").await;
    walk.see("docs", "/docs/authentication").await;
}

async fn inbound(walk: &mut Walk) {
    let (key, _) = key(walk);
    let tokens = format!("{key}/inbound");
    walk.see("key", &key).await;
    walk.see("inbound-none", &tokens).await;
    walk.submit(&tokens, &[("template", "not a slug!")]).await;
    walk.look("inbound-errors", 422).await;
    walk.submit(&tokens, &[("template", "invoice")]).await;
    walk.look("inbound-reveal", 200).await;
    let reveal = walk.browser.url().await;
    let token = reveal
        .strip_prefix(&walk.server.address)
        .unwrap()
        .trim_end_matches("/reveal")
        .to_owned();
    walk.see("inbound-reveal-over", &format!("{token}/reveal")).await;
    walk.see("inbound-revocation", &format!("{token}/revocation")).await;
    walk.submit(&format!("{token}/revocation"), &[]).await;
    walk.open(&tokens).await;
    walk.submit(&tokens, &[("template", "receipt")]).await;
    walk.see("inbound", &tokens).await;
    walk.becomes("victor").await;
    walk.see("inbound-viewer", &tokens).await;
    walk.becomes("alice").await;
    walk.open(&format!("{key}/revocation")).await;
    walk.submit(&format!("{key}/revocation"), &[]).await;
    walk.see("inbound-of-a-revoked-key", &tokens).await;
}

async fn credits(walk: &mut Walk) {
    let credits = "/w/acme/credits";
    walk.see("credits-beginning", credits).await;
    let (_, text) = key(walk);
    let grant = [
        "workspace",
        "grant-credits",
        "acme",
        "--amount",
        "50",
        "--reason",
        "A good customer",
    ];
    walk.server.run(&grant);
    let uri = ("x-forwarded-uri", "/api/v2/jobs");
    let spent = reqwest::Client::new()
        .get(format!("{}/gateway/forward", walk.server.address))
        .header("x-forwarded-method", "POST")
        .header(uri.0, uri.1)
        .bearer_auth(text)
        .send();
    assert_eq!(spent.await.unwrap().status(), 200);
    walk.see("credits", credits).await;
    walk.see("credits-older-than-all", &format!("{credits}?before=0")).await;
    walk.see("workspace", "/w/acme").await;
    walk.server
        .run(&["workspace", "grant-credits", "acme", "--amount", "-149"]);
    walk.see("credits-none", credits).await;
    let link = "return document.querySelectorAll('tbody tr').length";
    assert!(walk.browser.script(link, json!([])).await.as_u64() >= Some(3));
    walk.see("docs", "/docs/authentication").await;
}
