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
    walk.becomes("alice").await;
    walk.see("account-looked-at", "/account").await;
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
