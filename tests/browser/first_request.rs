//! The pages that wait for a first request, with scripts and without.

use std::time::Instant;

use serde_json::json;

use super::chromium::Chromium;
use super::person::Person;
use super::server::Server;

/// What stands at the indicator.
const STATE: &str = "return document.querySelector('#first-request')?.textContent.trim().replace(/\\s+/g, ' ') ?? ''";

/// Waits until the indicator has turned, without touching the page; what people who hear it are told.
async fn turned(browser: &Chromium, server: &Server, key: &str) -> String {
    let waiting = browser.script(STATE, json!([])).await;
    assert_eq!(waiting, "Waiting for your first request…");
    assert_eq!(server.curl(key), 200);
    let began = Instant::now();
    loop {
        let state = browser.script(STATE, json!([])).await;
        let state = state.as_str().unwrap_or_default();
        if state.starts_with("Received ") {
            assert!(state.contains(" UTC from 127.0.0.1 with kh_"), "{state}");
            break;
        }
        // The bound is for machines that do something else; a page that only looked now and then would need two seconds.
        assert!(began.elapsed().as_secs() < 20, "it says {state}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let voice = "return document.querySelector('[role=status].visually-hidden').textContent.trim()";
    let voice = browser.script(voice, json!([])).await;
    voice.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_reveal_turns_by_itself_and_keeps_the_key() {
    let (server, browser) = (Server::start(), Chromium::start(true).await);
    let alice = Person::arrive(&browser, &server).await;
    let key = alice.create_key("CI deploy").await;
    // Whatever its script asks for meanwhile, the page stays what it is.
    let heard = turned(&browser, &server, &key.text).await;
    assert!(heard.starts_with("Received "), "{heard}");
    assert!(browser.source().await.contains(&key.text), "the key is still there");
    alice.open(&key.page).await;
    browser.back().await;
    browser.at("the reveal again", |url| url.ends_with("/reveal")).await;
    alice.sees_nothing_of(&key, "after Back from the key").await;
    alice.hears_no_complaint("waiting on the reveal").await;
}

#[tokio::test]
async fn the_walk_turns_by_itself() {
    let (server, browser) = (Server::start(), Chromium::start(true).await);
    let alice = Person::arrive(&browser, &server).await;
    let key = alice.create_key("CI deploy").await;
    alice.open("/welcome").await;
    let heard = turned(&browser, &server, &key.text).await;
    assert!(
        heard.starts_with("Received ") && heard.ends_with(" UTC from 127.0.0.1."),
        "{heard}"
    );
    let set = browser.script("return document.querySelector('#all-set h2').textContent", json!([]));
    assert_eq!(set.await, "You are set");
    alice.hears_no_complaint("waiting in the walk").await;
}

/// Somewhere on the way events are not let through, or held back: then the page looks by itself.
#[tokio::test]
async fn where_events_do_not_come_the_page_looks() {
    let (server, browser) = (Server::start(), Chromium::start(true).await);
    let alice = Person::arrive(&browser, &server).await;
    let deaf = "
        class Deaf { constructor(url) { Deaf.asked = url } close() {} }
        window.EventSource = Deaf;";
    browser
        .command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": deaf }))
        .await;
    let key = alice.create_key("CI deploy").await;
    turned(&browser, &server, &key.text).await;
    let asked = browser.script("return EventSource.asked", json!([])).await;
    assert!(
        asked.as_str().is_some_and(|asked| asked.ends_with("/first-request")),
        "{asked}"
    );
}
