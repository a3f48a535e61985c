//! Keyhatch in Debian's Chromium, with scripts and without: the journey from the first link to a key that works, and then
//! does not. A browser that is missing is a failure: `scripts/test` installs it.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod checks;
mod chromium;
mod first_request;
mod lighthouse;
mod looks;
mod origins;
mod person;
mod server;

use chromium::Chromium;
use person::Person;
use serde_json::json;
use server::Server;

#[tokio::test]
async fn from_the_first_link_to_a_revoked_key_with_scripts() {
    journey(true).await;
}

#[tokio::test]
async fn from_the_first_link_to_a_revoked_key_without_scripts() {
    journey(false).await;
}

async fn journey(scripts: bool) {
    let (server, browser) = (Server::start(), Chromium::start(scripts).await);
    let alice = Person::arrive(&browser, &server).await;

    let key = alice.create_key("CI deploy").await;
    assert_eq!(server.curl(&key.text), 200, "a new key works");
    assert!(!browser.url().await.contains(&key.text) && !browser.title().await.contains(&key.text));
    browser.reload().await;
    alice.sees_nothing_of(&key, "after a reload of the reveal").await;
    alice.open(&key.page).await;
    alice.sees_nothing_of(&key, "on the key's page").await;
    let page = browser.source().await;
    for part in ["shipments:read", "tracking:read", "https://hooks.example.com/keyhatch"] {
        assert!(page.contains(part), "{part} is on the key's page");
    }

    alice.send(&format!("{}/disablement", key.page)).await;
    browser.one(&form(&server, &format!("{}/enablement", key.page))).await;
    assert_eq!(server.curl(&key.text), 401, "a disabled key is refused");
    alice.send(&format!("{}/enablement", key.page)).await;
    browser.one(&form(&server, &format!("{}/disablement", key.page))).await;
    assert_eq!(server.curl(&key.text), 200, "an enabled key works again");

    alice.open(&format!("{}/roll", key.page)).await;
    browser.click("[name=grace][value='1h']").await;
    alice.send(&format!("{}/roll", key.page)).await;
    let successor = alice.read_reveal().await;
    assert_ne!(successor.text, key.text);
    assert_eq!(server.curl(&key.text), 200, "the old key lives on for an hour");
    assert_eq!(server.curl(&successor.text), 200, "the new key works already");

    for key in [&key, &successor] {
        alice.open(&format!("{}/revocation", key.page)).await;
        if !browser.all("main [name=name]").await.is_empty() {
            browser.fill("main [name=name]", "CI deploy").await;
        }
        alice.send(&format!("{}/revocation", key.page)).await;
        browser.at("another page", |url| !url.ends_with("/revocation")).await;
        assert_eq!(server.curl(&key.text), 401, "a revoked key is refused");
    }
    alice.hears_no_complaint("the whole way").await;
}

#[tokio::test]
async fn back_after_leaving_the_reveal_shows_nothing_with_scripts() {
    back(true).await;
}

#[tokio::test]
async fn back_after_leaving_the_reveal_shows_nothing_without_scripts() {
    back(false).await;
}

async fn back(scripts: bool) {
    let (server, browser) = (Server::start(), Chromium::start(scripts).await);
    let alice = Person::arrive(&browser, &server).await;

    // First, that this browser does keep whole pages: otherwise the rest would prove nothing.
    alice.open(&format!("{}/new", alice.keys)).await;
    browser.script("document.body.dataset.kept = 'kept'", json!([])).await;
    alice.open("/workspaces").await;
    browser.back().await;
    let kept = browser
        .script("return document.body.dataset.kept ?? ''", json!([]))
        .await;
    assert_eq!(kept, "kept", "the back/forward cache is on");

    let key = alice.create_key("Watched").await;
    alice.open("/workspaces").await;
    browser.back().await;
    browser.at("the reveal again", |url| url.ends_with("/reveal")).await;
    alice.sees_nothing_of(&key, "after Back").await;
    alice.open(&key.page).await;
    browser.back().await;
    alice.sees_nothing_of(&key, "after Back, the second time").await;

    // And by the page's own way on.
    let key = alice.create_key("Watched too").await;
    alice.send(&format!("{}/reveal/acknowledgement", key.page)).await;
    browser.at("another page", |url| !url.contains("/reveal")).await;
    browser.back().await;
    browser.at("the reveal again", |url| url.ends_with("/reveal")).await;
    alice.sees_nothing_of(&key, "after Back from the page after it").await;
    assert_eq!(server.curl(&key.text), 200);
}

#[tokio::test]
async fn a_double_click_on_create_makes_one_key() {
    let links = regex::Regex::new(r"/keys/([0-9a-f]{8}-[0-9a-f-]{27})").unwrap();
    for scripts in [true, false] {
        let (server, browser) = (Server::start(), Chromium::start(scripts).await);
        let alice = Person::arrive(&browser, &server).await;
        alice.fill_in_key("Clicked twice").await;
        let button = format!(
            "form[action='{}'] button:not([type=button], [tabindex='-1'], [formaction])",
            path(&server, &alice.keys)
        );
        browser.double_click(&button).await;
        let key = alice.read_reveal().await;
        assert_eq!(server.curl(&key.text), 200);
        alice.open(&alice.keys).await;
        let source = browser.source().await;
        let keys: std::collections::BTreeSet<_> =
            links.captures_iter(&source).map(|found| found[1].to_owned()).collect();
        assert_eq!(keys.len(), 1, "scripts: {scripts}");
    }
}

#[tokio::test]
async fn copy_puts_exactly_the_key_on_the_clipboard() {
    let (server, browser) = (Server::start(), Chromium::start(true).await);
    let alice = Person::arrive(&browser, &server).await;
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    browser.command("Browser.grantPermissions", permissions).await;
    let key = alice.create_key("Copied").await;
    browser.click(".reveal [data-copy]").await;
    browser.one("[data-copied]").await;
    let copied = browser.script("return navigator.clipboard.readText()", json!([])).await;
    assert_eq!(copied, key.text.as_str());
    alice.hears_no_complaint("copying").await;
}

/// A form by its action.
fn form(server: &Server, action: &str) -> String {
    format!("form[action='{}']", path(server, action))
}

/// The path of an address.
fn path<'a>(server: &Server, url: &'a str) -> &'a str {
    url.strip_prefix(server.address.as_str()).unwrap_or(url)
}
