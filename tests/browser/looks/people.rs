//! Outside, the account, and a workspace with its people, from nothing to several of each.

use std::time::{Duration, Instant};

use serde_json::json;

use super::walk::{PASSWORD, Walk};

pub async fn walk(walk: &mut Walk) {
    outside(walk).await;
    new_account(walk).await;
    forgotten_password(walk).await;
    walk.becomes("alice").await;
    account(walk).await;
    workspaces(walk).await;
    projects(walk).await;
    full_and_suspended(walk).await;
}

async fn outside(walk: &mut Walk) {
    walk.see("home", "/").await;
    walk.see("sign-in", "/sign-in").await;
    walk.see("forgot-password", "/forgot-password").await;
    walk.see("docs-signed-out", "/docs/authentication").await;
    walk.see("leaked-key", "/leaked-key").await;
    walk.submit("/leaked-key", &[("key", "cut short"), ("found_at", "somewhere")])
        .await;
    walk.look("leaked-key-errors", 422).await;
    walk.see("key-health-mail-none", "/key-health-mail").await;
    walk.see("leaked-key-received", "/leaked-key/received").await;
    walk.see("mail-none", "/dev/mail").await;
    let first = walk.server.first_link.clone();
    let first = first.strip_prefix(&walk.server.address).unwrap();
    walk.see("sign-up-first", first).await;
    walk.people(&["alice", "bob", "victor", "charlie", "sam"]);
    walk.see("sign-up", "/sign-up").await;
    walk.submit("/sign-up", &[("email", "nobody"), ("password", "short")])
        .await;
    walk.look("sign-up-errors", 422).await;
    walk.open("/sign-in").await;
    walk.submit("/sign-in", &[("email", "alice@example.com"), ("password", "mistyped")])
        .await;
    walk.look("sign-in-wrong", 422).await;
    walk.open("/forgot-password").await;
    walk.submit("/forgot-password", &[("email", "nobody")]).await;
    walk.look("forgot-password-errors", 422).await;
}

async fn new_account(walk: &mut Walk) {
    let fields = [("email", "erin@example.com"), ("password", PASSWORD)];
    walk.open("/sign-up").await;
    walk.submit("/sign-up", &fields).await;
    walk.look("sign-up-sent", 200).await;
    let link = mailed(walk, "/verify-email?").await;
    walk.look("mail", 200).await;
    walk.see("verify-email", &link).await;
    walk.becomes("nobody").await;
    walk.see("verify-email-elsewhere", &link).await;
    walk.submit("/verify-email", &[("password", "mistyped")]).await;
    walk.look("verify-email-wrong", 422).await;
    walk.submit("/verify-email", &[("password", PASSWORD)]).await;
    walk.look("welcome-first", 200).await;
    walk.see_as("verify-email-dead", &link, 410).await;
}

async fn forgotten_password(walk: &mut Walk) {
    walk.becomes("nobody").await;
    walk.open("/forgot-password").await;
    walk.submit("/forgot-password", &[("email", "erin@example.com")]).await;
    walk.look("forgot-password-sent", 200).await;
    let link = mailed(walk, "/reset-password?").await;
    walk.see("reset-password", &link).await;
    walk.submit("/reset-password", &[("password", "short")]).await;
    walk.look("reset-password-errors", 422).await;
    walk.see_as("reset-password-dead", "/reset-password?token=old", 410)
        .await;
}

/// Reads mail until there is one with a link to this page; returns the link.
async fn mailed(walk: &Walk, page: &str) -> String {
    let script = "return document.querySelector(`main article a[href^='${arguments[0]}']`)?.getAttribute('href')";
    let began = Instant::now();
    loop {
        walk.open("/dev/mail").await;
        let found = walk.browser.script(script, json!([page])).await;
        if let Some(link) = found.as_str() {
            return link.to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(20), "no mail leads to {page}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn account(walk: &mut Walk) {
    walk.see("account", "/account").await;
    walk.see("security", "/account/security").await;
    walk.submit(
        "/account/security",
        &[("current_password", "mistyped"), ("password", "short")],
    )
    .await;
    walk.look("security-errors", 422).await;
    walk.see("sessions-one", "/account/sessions").await;
    walk.see("confirm-password", "/confirm-password?next=/account").await;
    walk.submit("/confirm-password", &[("password", "mistyped")]).await;
    walk.look("confirm-password-wrong", 422).await;
    // Another browser.
    walk.becomes("nobody").await;
    walk.open("/sign-in").await;
    walk.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)])
        .await;
    walk.see("sessions", "/account/sessions").await;
    walk.becomes("alice").await;
}

async fn workspaces(walk: &mut Walk) {
    walk.see("workspaces-none", "/workspaces").await;
    walk.see("new-workspace", "/workspaces/new").await;
    walk.submit("/workspaces", &[("name", "")]).await;
    walk.look("new-workspace-errors", 422).await;
    walk.submit("/workspaces", &[("name", "Small")]).await;
    walk.see("workspace-without-projects", "/w/small").await;
    walk.see("workspaces-one", "/workspaces").await;
    walk.see("members-one", "/w/small/members").await;
    walk.see("key-health-empty", "/w/small/key-health").await;
    walk.see("audit-beginning", "/w/small/audit").await;
    let server = &walk.server;
    let owner = ["--owner", "alice@example.com", "--plan", "enterprise"];
    server.run(&[&["workspace", "create", "--name", "Acme"][..], &owner].concat());
    for (name, role) in [("bob", "developer"), ("victor", "viewer")] {
        let email = format!("{name}@example.com");
        server.run(&[
            "member",
            "add",
            "--workspace",
            "acme",
            "--email",
            &email,
            "--role",
            role,
        ]);
    }
    walk.see("workspaces", "/workspaces").await;
    walk.see("workspace-settings", "/w/acme/settings").await;
    walk.submit("/w/acme/settings", &[("name", "")]).await;
    walk.look("workspace-settings-errors", 422).await;
    walk.submit("/w/acme/settings", &[("name", "Acme Incorporated")]).await;
    walk.look("workspace-settings-saved", 200).await;
    walk.meanwhile("/w/acme/settings", "name", "Acme, Inc.").await;
    walk.submit("/w/acme/settings", &[("name", "Acme Corporation")]).await;
    walk.look("workspace-settings-meanwhile", 409).await;
    walk.becomes("victor").await;
    walk.see("workspace-without-projects-viewer", "/w/acme").await;
    walk.see("workspace-settings-viewer", "/w/acme/settings").await;
    walk.becomes("alice").await;
}

async fn projects(walk: &mut Walk) {
    walk.see("new-project", "/w/acme/projects/new").await;
    walk.submit("/w/acme/projects", &[("name", "")]).await;
    walk.look("new-project-errors", 422).await;
    walk.submit("/w/acme/projects", &[("name", "Site")]).await;
    let project = ["project", "create", "--workspace", "acme", "--name"];
    walk.server.run(&[&project[..], &["Old"]].concat());
    walk.see("workspace", "/w/acme").await;
    let emails = "dora@example.com\nemil@example.com\nnobody";
    let fields = [("emails", emails), ("role", "developer")];
    walk.open("/w/acme/members").await;
    walk.submit("/w/acme/invitations", &fields).await;
    walk.look("members-invite-errors", 422).await;
    walk.see("members", "/w/acme/members").await;
    let pick = "return document.querySelector(`main a[href$='/removal']`).getAttribute('href')";
    let own = walk.browser.script(pick, json!([])).await;
    walk.see("member-leave", own.as_str().unwrap()).await;
    let link = mailed(walk, "/invitations/").await;
    walk.see("invitation-other", &link).await;
    walk.becomes("nobody").await;
    walk.see("invitation", &link).await;
    walk.submit(&format!("{link}/acceptance"), &[("password", "short")])
        .await;
    walk.look("invitation-errors", 422).await;
    walk.becomes("alice").await;
    walk.see_as("invitation-dead", "/invitations/used-up", 410).await;
    walk.see("project-settings", "/w/acme/p/site/settings").await;
    walk.submit("/w/acme/p/site/settings", &[("name", "")]).await;
    walk.look("project-settings-errors", 422).await;
    let settings = "/w/acme/p/site/settings";
    walk.meanwhile(settings, "name", "Shop").await;
    walk.submit(settings, &[("name", "Store")]).await;
    walk.look("project-settings-meanwhile", 409).await;
    walk.becomes("victor").await;
    walk.see("project-settings-viewer", "/w/acme/p/site/settings").await;
    walk.becomes("alice").await;
}

async fn full_and_suspended(walk: &mut Walk) {
    let server = &walk.server;
    server.run(&["project", "create", "--workspace", "small", "--name", "App"]);
    let key = [
        "key",
        "create",
        "--workspace",
        "small",
        "--project",
        "app",
        "--type",
        "secret",
    ];
    for name in ["1", "2", "3", "4", "5"] {
        server.run(&[&key[..], &["--name", name]].concat());
    }
    walk.open("/w/small/p/app/keys/new").await;
    let sixth = [
        ("name", "6"),
        ("type", "secret"),
        ("environment", "test"),
        ("expiry", "30"),
    ];
    walk.submit("/w/small/p/app/keys", &sixth).await;
    walk.look("new-key-plan-full", 409).await;
    walk.server.run(&["workspace", "suspend", "small"]);
    walk.see("workspace-suspended", "/w/small").await;
    walk.see("workspaces-suspended", "/workspaces").await;
    walk.server.run(&["workspace", "resume", "small"]);
}
