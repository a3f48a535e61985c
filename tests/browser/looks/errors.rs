//! What goes wrong, as a page: each status that a page can have.

use super::walk::{PASSWORD, Walk};

pub async fn walk(walk: &mut Walk) {
    refused(walk).await;
    signed_out(walk).await;
    throttled(walk).await;
    broken(walk).await;
}

async fn refused(walk: &mut Walk) {
    walk.becomes("victor").await;
    walk.see_as("forbidden", "/w/acme/audit", 403).await;
    walk.see_as("forbidden-new-key", "/w/acme/p/site/keys/new", 403).await;
    walk.becomes("charlie").await;
    walk.see_as("not-theirs", "/w/acme", 404).await;
    walk.see_as("not-staff", "/staff", 404).await;
    walk.post("/docs/authentication", &[]).await;
    walk.look("not-allowed", 405).await;
    walk.open("/workspaces/new").await;
    walk.submit("/workspaces", &[("csrf", "an old one"), ("name", "Elsewhere")])
        .await;
    walk.look("form-expired", 403).await;
    walk.open("/workspaces/new").await;
    walk.post("/workspaces", &[("name", &"x".repeat(70_000))]).await;
    walk.look("too-large", 413).await;
    walk.becomes("alice").await;
    let key = a_key(walk).await;
    walk.see_as("revoked-key-edit", &format!("{key}/edit"), 409).await;
    walk.becomes("nobody").await;
    walk.see_as("not-found", "/no-such-page", 404).await;
}

/// The page of a key that is revoked.
async fn a_key(walk: &Walk) -> String {
    walk.open("/w/acme/p/old/keys?status=revoked").await;
    let link = "return document.querySelector('.lead-cell a').getAttribute('href')";
    let key = walk.browser.script(link, serde_json::json!([])).await;
    key.as_str().expect("a key").to_owned()
}

/// The session ends while a form is open.
async fn signed_out(walk: &mut Walk) {
    walk.becomes("bob").await;
    walk.open("/w/acme/p/site/keys/new").await;
    let session = walk.browser.script(
        "return fetch('/sign-out', { method: 'POST', body: new URLSearchParams({ csrf: document.querySelector('[name=csrf]').value }) })
            .then((answer) => answer.status)",
        serde_json::json!([]),
    );
    assert_eq!(session.await, 200);
    walk.submit("/w/acme/p/site/keys", &[("name", "Typed before"), ("type", "secret")])
        .await;
    walk.look("signed-out", 401).await;
    walk.submit("/sign-in", &[("email", "bob@example.com"), ("password", PASSWORD)])
        .await;
    walk.look("signed-in-again", 200).await;
    walk.becomes("nobody").await;
    walk.open("/sign-in").await;
    walk.post("/account/security", &[("password", "not to be kept")]).await;
    walk.look("signed-out-secret", 401).await;
}

async fn throttled(walk: &mut Walk) {
    walk.open("/sign-in").await;
    for _ in 0..10 {
        walk.submit("/sign-in", &[("email", "frank@example.com"), ("password", "a guess")])
            .await;
    }
    walk.submit("/sign-in", &[("email", "frank@example.com"), ("password", "a guess")])
        .await;
    // The refusals before.
    walk.browser.complaints().await;
    walk.look("throttled", 429).await;
}

/// The server's own troubles: the last things that it is asked.
async fn broken(walk: &mut Walk) {
    let mails = walk.server.database().with_file_name("mail");
    std::fs::rename(&mails, mails.with_extension("aside")).unwrap();
    std::fs::write(&mails, "no folder").unwrap();
    walk.see_as("broken", "/dev/mail", 500).await;
    walk.becomes("alice").await;
    let key = a_key(walk).await;
    let id = key.rsplit('/').next().unwrap();
    walk.open("/workspaces/new").await;
    let database = walk.server.database();
    std::fs::rename(&database, database.with_extension("aside")).unwrap();
    walk.submit("/workspaces", &[("name", "Meanwhile")]).await;
    walk.look("storage-away-form", 503).await;
    // Pages that only read go on; this one writes down who has looked.
    walk.becomes("sam").await;
    walk.see_as("storage-away", &format!("/staff/keys/{id}"), 503).await;
    walk.browser.one("main a.primary[href='']").await;
}
