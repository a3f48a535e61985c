//! Keys that leaked: whoever holds one ends it, nobody learns which ones there are, and its owner decides what else is done.

mod github;

use keyhatch::model::key::KeyState;
use serde_json::{Value, json};

use crate::support::places::{assert_same, issue, secret};
use crate::support::{Answer, Browser, Person, Program, TestApp};
use keyhatch::domain::keys::Issued;
use keyhatch::model::workspace::{Project, Workspace};

const REPORT: &str = "/api/v1/keys/revocation";
const PLACE: &str = "https://github.com/example/shop/blob/main/.env#L3";

struct World {
    app: TestApp,
    alice: Person,
    workspace: Workspace,
    project: Project,
    stranger: Program,
}

impl World {
    async fn start() -> Self {
        Self::of(TestApp::start().await).await
    }

    async fn of(app: TestApp) -> Self {
        let alice = app.person("alice").await;
        let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
        let project = app.project(&workspace, "Site").await;
        Self {
            stranger: Program::new(&app.address, None),
            app,
            alice,
            workspace,
            project,
        }
    }

    async fn key(&self, name: &str) -> Issued {
        issue(&self.app, &self.workspace, Some(&self.project), &secret(name, "live")).await
    }

    async fn report(&self, body: &Value) -> Answer {
        self.stranger.post(REPORT, body).await
    }

    async fn state(&self, key: &Issued) -> KeyState {
        let found = keyhatch::store::keys::find_of_any_tenant(self.app.app.db.reader(), key.key.id).await;
        found.unwrap().unwrap().state
    }

    async fn works(&self, key: &Issued) -> bool {
        self.app
            .program(key.text.expose_secret())
            .get("/api/v1/me")
            .await
            .status
            == 200
    }

    async fn trail(&self) -> Vec<String> {
        self.alice.get("/w/acme/audit").await.texts("tbody tr")
    }
}

#[tokio::test]
async fn whoever_holds_a_key_ends_it_once() {
    let world = World::start().await;
    let bob = world.app.person("bob").await;
    world.app.join(&world.workspace, &bob, "developer").await;
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret();
    assert!(world.works(&key).await);
    let told = world.report(&json!({"key": text, "found_at": PLACE})).await;
    assert_eq!((told.status, told.json()), (202, json!({"received": true})));
    assert_eq!(world.state(&key).await, KeyState::Compromised);
    assert!(!world.works(&key).await, "from the next request on");
    // Owners and admins hear of it, developers who did not make it do not.
    let mails = world.app.mails(1).await;
    for part in [
        "alice@example.com",
        "Deploy",
        "found at https://github.com/example/shop",
        "refused from now on",
        "/roll",
    ] {
        assert!(mails[0].contains(part), "{part} in {}", mails[0]);
    }
    assert!(!mails[0].contains(text));
    let trail = world.trail().await;
    let line = trail.iter().find(|line| line.contains("marked the key as compromised"));
    let line = line.unwrap_or_else(|| panic!("{trail:?}"));
    assert!(line.contains("found at https://github.com/example/shop"), "{line}");

    // Again, and one that does not exist: the same answer, and nothing happens.
    let again = world.report(&json!({"key": text, "found_at": PLACE})).await;
    assert_same(&told, &again, "again");
    let last = if text.ends_with('a') { 'b' } else { 'a' };
    let mistyped = format!("{}{last}", &text[..text.len() - 1]);
    let unlike = world.report(&json!({ "key": mistyped })).await;
    assert_eq!(unlike.status, 422);
    assert!(!unlike.body.contains(&mistyped) && unlike.json()["fields"]["key"].is_string());
    let elsewhere = World::start().await.key("Deploy").await;
    let unknown = world.report(&json!({"key": elsewhere.text.expose_secret()})).await;
    assert_same(&told, &unknown, "unknown");
    assert_eq!(world.app.mails(1).await.len(), 1);
    assert_eq!(world.trail().await.len(), trail.len());
}

#[tokio::test]
async fn what_is_public_is_no_secret() {
    let world = World::start().await;
    let public = world
        .app
        .key(&world.workspace, Some(&world.project), "publishable", "live", &[])
        .await;
    let told = world.report(&json!({"key": public.text.expose_secret()})).await;
    assert_eq!(told.status, 202);
    assert!(world.works(&public).await);
}

#[tokio::test]
async fn twenty_reports_at_once_are_one() {
    let world = World::start().await;
    let key = world.key("Deploy").await;
    let body = json!({"key": key.text.expose_secret()});
    let reports = (0..20).map(|_| {
        let (stranger, body) = (world.stranger.clone(), body.clone());
        tokio::spawn(async move { stranger.post(REPORT, &body).await.status })
    });
    for report in reports.collect::<Vec<_>>() {
        assert_eq!(report.await.unwrap(), 202);
    }
    assert_eq!(world.app.mails(1).await.len(), 1);
    let ended = world.trail().await;
    let ended = ended
        .iter()
        .filter(|line| line.contains("marked the key as compromised"));
    assert_eq!(ended.count(), 1);
}

#[tokio::test]
async fn its_owner_decides_what_else_is_done() {
    let world = World::start().await;
    let page = "/w/acme/p/site/leaked-keys";
    for (action, works, state, mail) in [
        ("notify", true, KeyState::Active, "It still works"),
        ("disable", false, KeyState::Disabled, "It is disabled"),
        ("revoke", false, KeyState::Compromised, "refused from now on"),
    ] {
        let saved = world.alice.submit(page, page, &[("action", action)]).await;
        assert_eq!(saved.status, 303);
        let shown = world.alice.get(page).await;
        let checked = shown.attribute("input[name=action][checked]", "value");
        assert_eq!(checked.as_deref(), Some(action));
        let key = world.key(action).await;
        let before = world.app.mails(0).await.len();
        let body = json!({"key": key.text.expose_secret(), "found_at": PLACE});
        for _ in 0..2 {
            assert_eq!(world.report(&body).await.status, 202);
        }
        assert_eq!(
            (world.works(&key).await, world.state(&key).await),
            (works, state),
            "{action}"
        );
        let mails = world.app.mails(before + 1).await;
        assert_eq!(mails.len(), before + 1, "{action}: the same report twice is one");
        assert!(mails.iter().any(|text| text.contains(mail)), "{action}");
        // From elsewhere it is another one, while it can still be told.
        let elsewhere = json!({"key": key.text.expose_secret(), "found_at": "https://paste.example/1"});
        assert_eq!(world.report(&elsewhere).await.status, 202);
        let more = usize::from(state != KeyState::Compromised);
        assert_eq!(
            world.app.mails(before + 1 + more).await.len(),
            before + 1 + more,
            "{action}"
        );
    }
    let trail = world.trail().await.join("\n");
    for part in [
        "changed what is done with leaked keys",
        "as the API says (revoke) → notify",
        "was told that the key leaked",
        "disabled the key",
    ] {
        assert!(trail.contains(part), "{part} in {trail}");
    }
    let wrong = world.alice.submit(page, page, &[("action", "ignore")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(world.alice.submit(page, page, &[("action", "")]).await.status, 303);
}

#[tokio::test]
async fn a_report_holds_again_once_what_it_did_is_undone_or_more_is_wanted() {
    let world = World::start().await;
    let page = "/w/acme/p/site/leaked-keys";
    let choose = async |action| assert_eq!(world.alice.submit(page, page, &[("action", action)]).await.status, 303);
    let key = world.key("Deploy").await;
    let body = json!({"key": key.text.expose_secret()});
    choose("notify").await;
    world.report(&body).await;
    assert!(world.works(&key).await);
    choose("disable").await;
    world.report(&body).await;
    assert_eq!(world.state(&key).await, KeyState::Disabled);
    let url = format!("/w/acme/p/site/keys/{}", key.key.id);
    world.alice.submit(&url, &format!("{url}/enablement"), &[]).await;
    assert!(world.works(&key).await);
    world.report(&body).await;
    assert_eq!(world.state(&key).await, KeyState::Disabled);
    choose("revoke").await;
    world.report(&body).await;
    assert_eq!(world.state(&key).await, KeyState::Compromised);
    assert_eq!(world.app.mails(4).await.len(), 4, "each of these was told");
}

#[tokio::test]
async fn whoever_names_ever_other_places_floods_nobody() {
    let world = World::start().await;
    let page = "/w/acme/p/site/leaked-keys";
    world.alice.submit(page, page, &[("action", "notify")]).await;
    let key = world.key("Deploy").await;
    for number in 0..15 {
        let place = format!("https://paste.example/{number}");
        let told = world
            .report(&json!({"key": key.text.expose_secret(), "found_at": place}))
            .await;
        assert_eq!(told.status, 202);
        world.app.advance(std::time::Duration::from_secs(1));
    }
    assert_eq!(world.app.mails(10).await.len(), 10);
    // It still ends, if that is wanted.
    world.alice.submit(page, page, &[("action", "")]).await;
    world
        .report(&json!({"key": key.text.expose_secret(), "found_at": "https://paste.example/99"}))
        .await;
    assert_eq!(world.state(&key).await, KeyState::Compromised);
}

#[tokio::test]
async fn the_page_takes_a_key_from_anybody_and_shows_it_to_nobody() {
    let world = World::start().await;
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret();
    let stranger = Browser::new(&world.app.address);
    let page = "/leaked-key";
    let cut = &text[..text.len() - 4];
    let wrong = stranger.submit(page, page, &[("key", cut), ("found_at", "here")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text("#key-error").contains("not written like a key"),
        "{}",
        wrong.body
    );
    assert!(wrong.text("#found_at-error").contains("address of a page"));
    assert_eq!(wrong.attribute("#found_at", "value").as_deref(), Some("here"));
    assert!(!wrong.body.contains(cut), "what was typed of a key is not shown");
    let place = format!("https://example.com/cb?key={}", text.replace('_', "%5F"));
    let wrong = stranger
        .submit(page, page, &[("key", text), ("found_at", &place)])
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text("#found_at-error").contains("There is a key in this address"));
    assert!(!wrong.body.contains(&place) && world.works(&key).await);
    let typed = format!("  {text}\t");
    let done = stranger
        .submit(page, page, &[("key", typed.as_str()), ("found_at", PLACE)])
        .await;
    assert_eq!(done.location(), "/leaked-key/received");
    assert!(!world.works(&key).await);
    let shown = world.alice.get(&format!("/w/acme/p/site/keys/{}", key.key.id)).await;
    assert!(
        shown
            .text("main")
            .contains("was reported as leaked by somebody who has it"),
        "{}",
        shown.body
    );
}

#[tokio::test]
async fn an_address_reports_so_many_and_then_waits() {
    let world = World::start().await;
    let key = world.key("Deploy").await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(world.report(&json!({"key": key.text.expose_secret()})).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 30);
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn patterns_find_keys_and_nothing_else() {
    let world = World::start().await;
    let patterns = world.stranger.get("/api/v1/key-patterns.json").await.json();
    let patterns = patterns["patterns"].as_array().unwrap();
    let all: Vec<regex::Regex> = patterns
        .iter()
        .map(|pattern| regex::Regex::new(pattern["regex"].as_str().unwrap()).unwrap())
        .collect();
    let found = |text: &str| -> Vec<String> {
        let captures = all.iter().flat_map(|pattern| pattern.captures_iter(text));
        captures.map(|captures| captures[1].to_owned()).collect()
    };
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret();
    for around in [
        text.to_owned(),
        format!("API_KEY={text}\n"),
        format!("\"{text}\""),
        format!("see {text}, please"),
    ] {
        assert_eq!(found(&around), [text], "{around}");
    }
    for other in [
        &text[..text.len() - 1],
        &format!("{text}x"),
        &format!("x{text}"),
        "kh_live_",
    ] {
        assert!(found(other).is_empty(), "{other}");
    }
    // What is public may stand in pages.
    assert!(
        patterns
            .iter()
            .all(|pattern| !pattern["id"].as_str().unwrap().starts_with("publishable"))
    );
}

/// A key, and a file with it and with what only looks like one.
async fn with_neighbours(world: &World) -> (String, String) {
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret().to_owned();
    let cut = &text[..text.len() - 1];
    let file = format!("API_KEY={text}\nx{text}\n{text}x\n{cut}\nkh_live_\n\"{cut}\"\n");
    (text, file)
}

#[tokio::test]
async fn gitleaks_and_trufflehog_are_handed_their_settings() {
    let world = World::start().await;
    let (text, file) = with_neighbours(&world).await;
    let answer = world.stranger.get("/api/v1/gitleaks.toml").await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "application/toml")
    );
    let rules: toml::Table = answer.body.parse().unwrap();
    assert_eq!(rules["extend"]["useDefault"].as_bool(), Some(true));
    let rules = rules["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"northpost-secret-live"), "{ids:?}");
    let mut found = Vec::new();
    for rule in rules {
        let pattern = regex::Regex::new(rule["regex"].as_str().unwrap()).unwrap();
        let keyword = rule["keywords"][0].as_str().unwrap();
        assert_eq!(rule["secretGroup"].as_integer(), Some(1));
        let captures = pattern.captures_iter(&file).map(|captures| captures[1].to_owned());
        found.extend(captures.inspect(|found| assert!(found.starts_with(keyword))));
    }
    assert_eq!(found, [&*text]);
    let answer = world.stranger.get("/api/v1/trufflehog.yaml").await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (200, "application/yaml")
    );
    let regexes = answer.body.lines().filter_map(|line| line.trim().strip_prefix("key: "));
    let regexes: Vec<String> = regexes.map(|text| serde_json::from_str(text).unwrap()).collect();
    let expected: Vec<&str> = rules.iter().map(|rule| rule["regex"].as_str().unwrap()).collect();
    assert_eq!(regexes, expected);
    assert_eq!(answer.body.matches("  - name: \"northpost-").count(), expected.len());
}
