//! The support desk's pages about people and workspaces, in front of an installation where something happened already.

use super::walk::{PASSWORD, Walk};

pub async fn walk(walk: &mut Walk) {
    walk.becomes("nobody").await;
    walk.open("/sign-up").await;
    let waiting = [("email", "gwen@example.com"), ("password", PASSWORD)];
    walk.submit("/sign-up", &waiting).await;
    // Somebody guesses at Erin's password.
    for _ in 0..11 {
        walk.open("/sign-in").await;
        walk.submit("/sign-in", &[("email", "erin@example.com"), ("password", "mistyped")])
            .await;
    }
    // The refusals of that.
    walk.browser.complaints().await;
    walk.becomes("sam").await;
    for (name, typed) in [
        ("staff-workspaces", "Acme"),
        ("staff-workspaces-beginning", "sma"),
        ("staff-nobody", "unknown@example.com"),
        ("staff-person", "alice@example.com"),
        ("staff-person-throttled", "erin@example.com"),
        ("staff-sign-up", "gwen@example.com"),
        ("staff-workspace", "small"),
    ] {
        find(walk, typed).await;
        walk.look(name, 200).await;
    }
    find(walk, "alice@example.com").await;
    let acme = links(walk, "/staff/workspaces/").await;
    for (number, page) in acme.iter().enumerate() {
        walk.see(&format!("staff-workspace-{number}"), page).await;
    }
    find(walk, "alice@example.com").await;
    let alice = walk.browser.url().await;
    let alice = alice.strip_prefix(&walk.server.address).unwrap().to_owned();
    find(walk, "gwen@example.com").await;
    let gwen = links(walk, "/staff/accounts/").await;
    deeds(walk, &acme[0], &alice, &gwen[0]).await;
    walk.becomes("alice").await;
    walk.see("account-looked-at", "/account").await;
    walk.see("audit-with-support", "/w/small/audit").await;
}

/// Each deed's page: as it is asked for, with a mistake, and what it leads to.
async fn deeds(walk: &mut Walk, workspace: &str, alice: &str, confirmation: &str) {
    walk.open(workspace).await;
    let project = links(walk, "/staff/projects/").await;
    let sessions = format!("{alice}/sessions/revocation");
    for (name, page) in [
        ("staff-suspend-project", project[0].clone()),
        ("staff-suspend", format!("{workspace}/suspension")),
    ] {
        walk.see(name, &page).await;
        walk.submit(&page, &[("reason", "no")]).await;
        walk.look(&format!("{name}-errors"), 422).await;
        walk.submit(&page, &[("reason", "Reported for spam by three people")])
            .await;
        walk.look(&format!("{name}-done"), 200).await;
        let removal = format!("{page}/removal");
        walk.see(&format!("{name}-removal"), &removal).await;
        walk.submit(&removal, &[("reason", "It was not them")]).await;
    }
    walk.see("staff-plan", &format!("{workspace}/plan")).await;
    let (key, page) = (format!("{workspace}/plan"), confirmation.to_owned());
    walk.submit(&key, &[("plan", "free"), ("reason", "")]).await;
    walk.look("staff-plan-errors", 422).await;
    walk.see("staff-confirmation", &page).await;
    walk.submit(&page, &[("reason", "It did not arrive")]).await;
    walk.look("staff-confirmation-sent", 200).await;
    walk.see("staff-sessions", &sessions).await;
}

/// Types something into the desk's field, and goes where that leads.
pub async fn find(walk: &Walk, typed: &str) {
    walk.open("/staff").await;
    walk.submit("/staff/lookups", &[("display_prefix", typed)]).await;
}

/// Where the links of the page lead that begin like this.
pub async fn links(walk: &Walk, beginning: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(`main a[href^='${arguments[0]}']`)].map((link) => link.getAttribute('href'))";
    let links = walk.browser.script(script, serde_json::json!([beginning])).await;
    serde_json::from_value(links).unwrap()
}
