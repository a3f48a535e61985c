//! The first steps: each is a fact, and the page follows the facts.

mod clicks;
mod dismissal;
mod first_request;
mod joined;
mod snippets;
mod trial;

use std::time::Duration;

use keyhatch::domain::access::KeyRing;

use crate::support::places::{call, issue, secret};
use crate::support::{Answer, PASSWORD, Person, TestApp};

fn states(page: &Answer) -> Vec<String> {
    page.texts(".step h2 .visually-hidden")
}

async fn welcome(person: &Person) -> Answer {
    let page = person.get("/welcome").await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

#[tokio::test]
async fn alice_walks_from_nothing_to_a_first_call() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let page = welcome(&alice).await;
    assert_eq!(
        states(&page),
        ["(done)", "(do this now)", "(to do)", "(to do)", "(to do)", "(to do)"]
    );
    let made = alice.submit("/welcome", "/workspaces", &[("name", "Acme")]).await;
    assert_eq!(made.location(), "/welcome");
    let page = welcome(&alice).await;
    assert_eq!(
        states(&page),
        ["(done)", "(done)", "(do this now)", "(to do)", "(to do)", "(to do)"]
    );
    let made = alice.submit("/welcome", "/w/acme/projects", &[("name", "Shop")]).await;
    assert_eq!(made.location(), "/welcome");
    let page = welcome(&alice).await;
    assert_eq!(
        states(&page),
        ["(done)", "(done)", "(done)", "(do this now)", "(to do)", "(to do)"]
    );
    assert_eq!(
        page.attribute(".step a.button", "href").as_deref(),
        Some("/w/acme/p/shop/keys/new?environment=test&name=First+key")
    );
    let standing = keyhatch::domain::access::Standing::enter(&app.app, &alice.account, "acme", "x")
        .await
        .unwrap();
    let ring = standing.key_ring(&app.app, Some("shop")).await.unwrap();
    let (acme, shop) = (ring.workspace.clone(), ring.project.clone().unwrap());
    issue(&app, &acme, Some(&shop), &secret("Live one", "live")).await;
    assert_eq!(
        states(&welcome(&alice).await)[3],
        "(do this now)",
        "a live key is no test key"
    );
    let key = issue(&app, &acme, Some(&shop), &secret("First key", "test")).await;
    let page = welcome(&alice).await;
    assert_eq!(
        states(&page),
        ["(done)", "(done)", "(done)", "(done)", "(do this now)", "(to do)"]
    );
    assert_eq!(page.text("#first-request"), "Waiting for your first request…");
    assert!(page.attribute("#steps", "data-poll").is_some());
    assert_eq!(
        page.attribute("#steps", "data-events").as_deref(),
        Some("/welcome/first-request")
    );
    let curl = page.text("#curl");
    assert_eq!(
        curl,
        format!(
            "curl {}/api/v1/me \\ -H \"Authorization: Bearer $NORTHPOST_API_KEY\"",
            app.app.settings.public_url
        )
    );
    assert_eq!(page.texts("#all-set h2").len(), 0);

    call(&app, "kh_test_nonsense").await;
    assert_eq!(states(&welcome(&alice).await)[4], "(do this now)");
    call(&app, key.text.expose_secret()).await;
    let at = app.app.now().time_of_day();
    app.advance(Duration::from_secs(5));
    let page = welcome(&alice).await;
    assert_eq!(states(&page)[..5], ["(done)"; 5]);
    assert_eq!(states(&page)[5], "(do this now)");
    assert_eq!(
        page.text("#first-request"),
        format!("Received {at} UTC from 203.0.113.7 with {}…", key.key.display_prefix)
    );
    assert!(
        page.attribute("#steps", "data-poll").is_some(),
        "the webhook may still come"
    );
    assert_eq!(
        page.attribute("#steps", "data-say"),
        Some(format!("Received {at} UTC from 203.0.113.7."))
    );
    let waiting = "#all-set[data-poll]";
    assert_eq!(page.texts(waiting).len(), 0, "nothing waits for the call any more");
    assert_eq!(page.text("#all-set h2"), "You are set");

    let proof = ring.manage_keys().unwrap();
    keyhatch::domain::keys::revoke(&app.app, proof, key.key.id)
        .await
        .unwrap();
    assert_eq!(
        states(&welcome(&alice).await)[..5],
        ["(done)"; 5],
        "what has been done stays done"
    );
}

#[tokio::test]
async fn a_wrong_name_in_the_walk_is_corrected_on_its_own_page() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let answer = alice.submit("/welcome", "/workspaces", &[("name", "a\u{0}b")]).await;
    assert_eq!(answer.status, 422);
    let mut form = answer.form("/workspaces");
    form.retain(|(name, _)| name != "name");
    assert!(form.contains(&("next".to_owned(), "/welcome".to_owned())));
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let fields = [&fields[..], &[("name", "Acme")]].concat();
    assert_eq!(alice.post("/workspaces", &fields).await.location(), "/welcome");
}

#[tokio::test]
async fn a_revoked_or_expired_key_is_no_first_key() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let mut what = secret("Short", "test");
    what.expiry = "7".to_owned();
    issue(&app, &acme, Some(&shop), &what).await;
    let key = issue(&app, &acme, Some(&shop), &secret("Other", "test")).await.key;
    assert_eq!(states(&welcome(&alice).await)[3], "(done)");
    let ring = KeyRing::held_by_operator(acme, Some(shop));
    keyhatch::domain::keys::revoke(&app.app, ring.manage_keys().unwrap(), key.id)
        .await
        .unwrap();
    assert_eq!(states(&welcome(&alice).await)[3], "(done)", "the other one is left");
    app.advance(Duration::from_secs(8 * 24 * 3600));
    let bob = app.person("bob").await;
    assert_eq!(
        states(&welcome(&bob).await)[1],
        "(do this now)",
        "bob has nothing of alice's"
    );
    let browser = app.browser();
    browser.sign_in("alice@example.com", PASSWORD).await;
    let alice = Person { browser, ..alice };
    assert_eq!(states(&welcome(&alice).await)[3], "(do this now)");
}

#[tokio::test]
async fn with_several_workspaces_the_walk_is_in_the_latest_one_runs() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    app.workspace(&bob, "First").await;
    app.workspace(&bob, "Second").await;
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &bob, "developer").await;
    let page = welcome(&bob).await;
    assert!(page.text(".step:nth-child(2)").contains("You have Second"));
}
