//! Whether a first request has arrived: a page for people, events for pages that wait.

use std::time::Duration;

use keyhatch::domain::keys::Issued;
use keyhatch::model::key::LastUse;
use keyhatch::model::workspace::Workspace;
use keyhatch::store;

use crate::support::places::{call, issue, secret};
use crate::support::{Browser, Person, TestApp};

/// The events of the walk.
const WALK: &str = "/welcome/first-request";

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The events that a page hears.
struct Events(reqwest::Response);

async fn ask(browser: &Browser, path: &str) -> reqwest::Response {
    let asked = browser.client.get(browser.url(path));
    asked.header("accept", "text/event-stream").send().await.unwrap()
}

impl Events {
    async fn listen(browser: &Browser, path: &str) -> Self {
        let answer = ask(browser, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
            ("vary", "accept"),
        ] {
            assert_eq!(answer.headers()[name], value);
        }
        Self(answer)
    }

    /// The next event; nothing once they end. Comments are no events.
    async fn next(&mut self) -> Option<String> {
        loop {
            let part = tokio::time::timeout(PATIENCE, self.0.chunk()).await;
            let part = String::from_utf8(part.expect("nothing came").unwrap()?.to_vec()).unwrap();
            if let Some(data) = part.lines().find_map(|line| line.strip_prefix("data: ")) {
                return Some(data.to_owned());
            }
            assert!(part.starts_with(':'), "{part}");
        }
    }

    async fn hear(&mut self, event: &str) {
        assert_eq!(self.next().await.as_deref(), Some(event));
    }

    async fn end(mut self) {
        assert_eq!(self.next().await, None);
    }
}

/// Alice, her workspace, a key in it, and where its first request is waited for.
struct World {
    app: TestApp,
    alice: Person,
    acme: Workspace,
    key: Issued,
    url: String,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let alice = app.person("alice").await;
        let acme = app.workspace(&alice, "Acme").await;
        let shop = app.project(&acme, "Shop").await;
        let key = issue(&app, &acme, Some(&shop), &secret("First key", "test")).await;
        let url = format!("/w/acme/p/shop/keys/{}/first-request", key.key.id);
        Self {
            app,
            alice,
            acme,
            key,
            url,
        }
    }

    async fn member(&self, name: &str, role: &str) -> Person {
        let person = self.app.person(name).await;
        self.app.join(&self.acme, &person, role).await;
        person
    }

    async fn call(&self) {
        call(&self.app, self.key.text.expose_secret()).await;
    }
}

#[tokio::test]
async fn the_pages_that_wait_are_told_of_it() {
    let world = World::start().await;
    let victor = world.member("victor", "viewer").await;
    let mut all = vec![
        Events::listen(&world.alice, &world.url).await,
        Events::listen(&world.alice, WALK).await,
        Events::listen(&victor, &world.url).await,
    ];
    for events in &mut all {
        events.hear("waiting").await;
    }
    call(&world.app, "kh_test_nonsense").await;
    world.call().await;
    for mut events in all {
        events.hear("received").await;
        events.end().await;
    }
    for url in [&world.url, WALK] {
        let mut late = Events::listen(&world.alice, url).await;
        late.hear("received").await;
        late.end().await;
    }
}

/// Another node has counted it, and written it down: this one finds it in the database alone.
#[tokio::test]
async fn a_request_to_another_node_arrives_too() {
    let world = World::start().await;
    let mut events = Events::listen(&world.alice, &world.url).await;
    events.hear("waiting").await;
    let tx = world.app.app.db.begin().await.unwrap();
    let last = LastUse {
        at: world.app.app.now(),
        address: "203.0.113.9".to_owned(),
        user_agent: "curl/8.14.1".to_owned(),
    };
    store::usage::set_last_uses(&tx, &[(world.key.key.id, last)])
        .await
        .unwrap();
    store::db::commit(tx).await.unwrap();
    events.hear("received").await;
}

#[tokio::test]
async fn it_is_a_page_for_whoever_may_see_the_key() {
    let world = World::start().await;
    let (victor, charlie) = (
        world.member("victor", "viewer").await,
        world.app.person("charlie").await,
    );
    let page = victor.get(&world.url).await;
    assert_eq!(page.text("#first-request"), "Waiting for your first request…");
    assert_eq!(page.attribute("#first-request", "data-events"), Some(world.url.clone()));
    assert_eq!(
        page.attribute("a.primary", "href"),
        Some(world.url.clone()),
        "without scripts"
    );
    world.call().await;
    let at = world.app.app.now().time_of_day();
    let page = victor.get(&world.url).await;
    assert_eq!(
        page.text("#first-request"),
        format!(
            "Received {at} UTC from 203.0.113.7 with {}…",
            world.key.key.display_prefix
        )
    );
    assert_eq!(page.attribute("#first-request", "data-poll"), None);
    assert_eq!(ask(&charlie, &world.url).await.status(), 404);
    assert_eq!(
        ask(&charlie, WALK).await.status(),
        404,
        "there is no workspace to wait in"
    );
    assert_eq!(ask(&world.app.browser(), &world.url).await.status(), 303);
    assert_eq!(world.alice.get(WALK).await.location(), "/welcome");
}

#[tokio::test]
async fn it_ends_with_the_session() {
    let world = World::start().await;
    let mut events = Events::listen(&world.alice, &world.url).await;
    events.hear("waiting").await;
    let mut of_walk = Events::listen(&world.alice, WALK).await;
    of_walk.hear("waiting").await;
    let elsewhere = world.app.browser();
    elsewhere.sign_in("alice@example.com", crate::support::PASSWORD).await;
    let ended = elsewhere
        .submit("/account/sessions", "/account/sessions/others/revocation", &[])
        .await;
    assert_eq!(ended.status, 303);
    events.end().await;
    of_walk.end().await;
}

#[tokio::test]
async fn it_ends_with_the_membership() {
    let world = World::start().await;
    let bob = world.member("bob", "developer").await;
    let mut events = Events::listen(&bob, &world.url).await;
    events.hear("waiting").await;
    let tx = world.app.app.db.begin().await.unwrap();
    store::members::delete(&tx, world.acme.id, bob.account.id)
        .await
        .unwrap();
    store::db::commit(tx).await.unwrap();
    events.end().await;
}

/// A browser opens six connections to a server: pages have to be left some.
#[tokio::test]
async fn a_person_listens_three_times_at_once() {
    let world = World::start().await;
    let bob = world.member("bob", "developer").await;
    let mut listening = Vec::new();
    for _ in 0..3 {
        listening.push(Events::listen(&world.alice, &world.url).await);
    }
    // It tells the browser not to ask again; the page looks by itself.
    assert_eq!(ask(&world.alice, &world.url).await.status(), 204);
    Events::listen(&bob, &world.url).await.hear("waiting").await;
    drop(listening);
    for _ in 0..200 {
        if ask(&world.alice, &world.url).await.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("places are not given back");
}

#[tokio::test]
async fn when_the_process_stops_nobody_waits() {
    let world = World::start().await;
    let mut events = Events::listen(&world.alice, &world.url).await;
    events.hear("waiting").await;
    keyhatch::app::stop_delivering(&world.app.app);
    events.end().await;
    assert_eq!(ask(&world.alice, &world.url).await.status(), 204);
}

/// The page that shows a key is followed by a new session cookie, so that Back does not bring it back. What its script asks
/// meanwhile is not what follows.
#[tokio::test]
async fn waiting_on_the_reveal_leaves_the_session_to_the_next_page() {
    let world = World::start().await;
    let keys = "/w/acme/p/shop/keys";
    let made = world
        .alice
        .submit(&format!("{keys}/new"), keys, &[("name", "CI"), ("type", "secret")])
        .await;
    let page = world.alice.get(&made.location()).await;
    let url = page.attribute("#first-request", "data-events").unwrap();
    assert_eq!(url, made.location().replace("/reveal", "/first-request"));
    let renewed = |answer: &reqwest::Response| answer.headers().get_all("set-cookie").iter().count();
    for accepted in ["text/event-stream", "*/*"] {
        let asked = world.alice.client.get(world.alice.url(&url)).header("accept", accepted);
        let answer = asked.header("sec-fetch-dest", "empty").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), renewed(&answer)), (200, 0), "{accepted}");
    }
    let next = world.alice.client.get(world.alice.url(keys)).send().await.unwrap();
    assert_eq!((next.status().as_u16(), renewed(&next)), (200, 1));
}
