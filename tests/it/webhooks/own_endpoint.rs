//! A workspace's own endpoint: who sets it, who sees what, what it is told, which secret signs, and when it is told nothing.

mod form;
mod told;

use keyhatch::model::role::Role;
use keyhatch::store;
use serde_json::json;

use super::customer::{Customer, Reply};
use super::world::World;
use crate::support::places::{secret, trail};
use crate::support::{Answer, Browser, PASSWORD, Person};

const PAGE: &str = "/w/acme/webhooks";
const ALL: [&str; 5] = [
    "key.created",
    "key.expiring",
    "key.revoked",
    "key.compromised",
    "credits.low",
];

/// Fills in the form as it comes, with this URL and these events.
async fn submit(browser: &Browser, url: &str, events: &[&str]) -> Answer {
    let mut fields = vec![("url", url)];
    fields.extend(events.iter().map(|event| ("events", *event)));
    browser.submit(&format!("{PAGE}/new"), PAGE, &fields).await
}

/// Sets the endpoint, and returns the secret that the reveal shows.
async fn set(browser: &Browser, url: &str, events: &[&str]) -> String {
    let answer = submit(browser, url, events).await;
    assert_eq!(answer.location(), format!("{PAGE}/reveal"), "{}", answer.body);
    see(browser).await
}

async fn see(browser: &Browser) -> String {
    browser.get(&format!("{PAGE}/reveal")).await.text("#signing-secret")
}

async fn press(browser: &Browser, page: &str, action: &str) -> Answer {
    let answer = browser.submit(page, &format!("{PAGE}/{action}"), &[]).await;
    assert_eq!(answer.status, 303, "{action}: {}", answer.body);
    answer
}

async fn member(world: &World, name: &str, role: Role) -> Person {
    let person = world.app.person(name).await;
    world.app.join(&world.workspace, &person, role.as_str()).await;
    person
}

async fn waiting_count(world: &World) -> usize {
    let filter = store::webhooks::deliveries::Filter::default();
    let db = world.app.app.db.reader();
    let all = store::webhooks::deliveries::list(db, world.workspace.id, filter, 100).await;
    all.unwrap().len()
}

/// The page once its badge says this.
async fn until(browser: &Browser, page: &str, badge: &str) -> Answer {
    for _ in 0..400 {
        let answer = browser.get(page).await;
        if answer.texts("#delivery .badges").iter().any(|said| said == badge) {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{page} never says {badge}");
}

/// The operator makes a key.
async fn issue(world: &World, name: &str) {
    let input = secret(name, "test");
    world.app.key_of(&world.workspace, Some(&world.project), input).await;
}

#[tokio::test]
async fn the_secret_is_shown_once_and_signs_what_is_sent() {
    let world = World::start().await;
    let server = Customer::start().await;
    let empty = world.alice.get(PAGE).await;
    assert_eq!(empty.attribute("main a.button", "href").unwrap(), format!("{PAGE}/new"));

    let answer = submit(&world.alice, &server.url, &ALL).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/w/acme/webhooks/reveal"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let reveal = answer.location();
    let early = world
        .alice
        .client
        .get(world.alice.url(&reveal))
        .header("purpose", "prefetch");
    assert_eq!(
        early.send().await.unwrap().status(),
        503,
        "who asks ahead takes nothing"
    );
    world.alice.client.head(world.alice.url(&reveal)).send().await.unwrap();
    let elsewhere = world.app.browser();
    elsewhere.sign_in("alice@example.com", PASSWORD).await;
    let other = elsewhere.get(&reveal).await;
    assert!(other.text("h1").contains("another browser") && !other.body.contains("whsec_"));

    let shown = world.alice.get(&reveal).await;
    assert_eq!(shown.headers["cache-control"], "no-store");
    let secret = shown.text("#signing-secret");
    assert_eq!(
        shown.text("#signing-secret-line"),
        format!("NORTHPOST_WORKSPACE_WEBHOOK_SECRET={secret}")
    );
    let again = world.alice.get(&reveal).await;
    assert!(!again.body.contains("whsec_"));
    assert_eq!(
        again.attribute("a.primary", "href").unwrap(),
        format!("{PAGE}/signing-secret")
    );

    let sent = press(&world.alice, PAGE, "test-events").await.location();
    let received = server.wait_for(1).await.remove(0);
    assert!(received.is_signed_with(&secret));
    assert_eq!(received.data(), json!({"workspace": "acme", "message": "It works."}));
    assert!(sent.ends_with(received.id()), "{sent}");
    let delivery = until(&world.alice, &sent, "Delivered").await;
    assert!(delivery.text("#attempts").contains("204 No Content"));
    let list = world.alice.get(PAGE).await;
    assert!(list.texts("tbody tr")[0].contains("webhook.test Delivered"));
    for page in [
        PAGE,
        &sent,
        "/w/acme/audit",
        "/w/acme/webhooks/edit",
        "/w/acme/webhooks/signing-secret",
    ] {
        assert!(!world.alice.get(page).await.body.contains(&secret[6..]), "{page}");
    }
    let actions: Vec<_> = trail(&world.app, &world.workspace).await;
    let actions: Vec<_> = actions.iter().map(|event| event.action.as_str()).take(3).collect();
    assert_eq!(
        actions,
        ["webhook.tested", "signing_secret.revealed", "webhook_endpoint.created"]
    );
}

#[tokio::test]
async fn admins_manage_and_the_others_look() {
    let world = World::start().await;
    let server = Customer::start().await;
    let adam = member(&world, "adam", Role::Admin).await;
    set(&adam, &server.url, &["key.created"]).await;
    let edit = format!("{PAGE}/edit");
    let changed = adam
        .submit(&edit, &edit, &[("url", &server.at("/two")), ("events", "key.revoked")])
        .await;
    assert_eq!(changed.location(), PAGE);
    let line = trail(&world.app, &world.workspace).await.remove(0);
    assert_eq!(line.action, "webhook_endpoint.changed");
    assert_eq!(line.actor_name, "adam@example.com");
    assert!(line.details.contains("/hook → ") && line.details.contains("events: key.created → key.revoked"));

    for (name, role) in [("bob", Role::Developer), ("victor", Role::Viewer)] {
        let person = member(&world, name, role).await;
        let page = person.get(PAGE).await;
        assert!(page.text("main").contains(&server.at("/two")), "{name} sees where");
        assert!(
            page.texts("main form, main a.button").is_empty(),
            "{name} has no buttons"
        );
        assert!(page.texts(".danger-zone").is_empty());
        assert!(!page.body.contains("whsec_"));
        for part in ["new", "edit", "signing-secret", "reveal", "removal"] {
            assert_eq!(
                person.get(&format!("{PAGE}/{part}")).await.status,
                403,
                "{name} at {part}"
            );
        }
    }
    let charlie = world.app.person("charlie").await;
    assert_eq!(charlie.get(PAGE).await.status, 404);
}

#[tokio::test]
async fn off_and_on_again() {
    let world = World::start().await;
    let server = Customer::start().await;
    set(&world.alice, &server.url, &ALL).await;
    press(&world.alice, PAGE, "disablement").await;
    issue(&world, "Unheard").await;
    let page = world.alice.get(PAGE).await;
    assert!(page.text(".callout").contains("the audit trail says who"));
    assert!(page.texts("main form").iter().all(|form| !form.contains("test event")));
    press(&world.alice, PAGE, "enablement").await;
    issue(&world, "Heard").await;
    assert_eq!(server.wait_for(1).await[0].data()["key"]["name"], "Heard");

    server.always(Reply::status(410));
    issue(&world, "The last one").await;
    let mail = world.app.mails(1).await.remove(0);
    assert!(mail.contains("410 Gone") && mail.contains("alice@example.com"));
    assert!(mail.contains(&format!("{}{PAGE}\r\n", world.app.address)), "{mail}");
    let page = world.alice.get(PAGE).await;
    assert!(page.text(".callout").contains("It answered 410 Gone"));
    let gone = world.alice.get(PAGE).await.attribute("tbody a", "href").unwrap();
    let delivery = world.alice.get(&gone).await;
    assert!(
        delivery.texts("main form").is_empty(),
        "nothing is sent again while it is off"
    );

    server.always(Reply::status(204));
    press(&world.alice, PAGE, "enablement").await;
    let resend = format!("{}/resends", gone.trim_start_matches(&format!("{PAGE}/")));
    press(&world.alice, &gone, &resend).await;
    let received = server.wait_for(3).await;
    assert_eq!(received[1].id(), received[2].id(), "the same id again");
    until(&world.alice, &gone, "Delivered").await;
}

#[tokio::test]
async fn removed_with_all_that_waits() {
    let world = World::start().await;
    let server = Customer::start().await;
    let old = set(&world.alice, &server.url, &ALL).await;
    server.always(Reply::status(500));
    issue(&world, "Unheard").await;
    server.wait_for(1).await;
    press(&world.alice, &format!("{PAGE}/removal"), "removal").await;
    assert_eq!(waiting_count(&world).await, 0);
    issue(&world, "Unheard too").await;
    assert!(world.alice.get(PAGE).await.body.contains("No endpoint yet"));
    for part in ["edit", "signing-secret", "reveal", "removal"] {
        assert_eq!(world.alice.get(&format!("{PAGE}/{part}")).await.status, 404, "{part}");
    }
    assert_eq!(
        trail(&world.app, &world.workspace).await[1].action,
        "webhook_endpoint.removed"
    );
    assert_ne!(set(&world.alice, &server.url, &ALL).await, old);
}
