//! Key health: what may be wrong with keys is found, and nothing else; by whoever may see the keys.

mod scopes;

use std::time::Duration;

use keyhatch::domain::keys::{Issued, NewKeyInput};
use keyhatch::domain::verify::{Question, verify};
use keyhatch::model::verdict::Verdict;
use keyhatch::model::workspace::{Project, Workspace};

use crate::support::places::secret;
use crate::support::{Answer, Browser, PASSWORD, TestApp};

const DAY: u64 = 86_400;

struct World {
    app: TestApp,
    workspace: Workspace,
    site: Project,
    shop: Project,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let alice = app.person("alice").await;
        let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
        let (site, shop) = (
            app.project(&workspace, "Site").await,
            app.project(&workspace, "Shop").await,
        );
        Self {
            app,
            workspace,
            site,
            shop,
        }
    }

    /// In a year.
    fn far(&self) -> String {
        self.app.app.now().plus(365 * 86_400_000).iso_day()
    }

    async fn key(&self, name: &str, expiry: &str) -> Issued {
        let input = NewKeyInput {
            expiry: expiry.to_owned(),
            expires_at: if expiry == "date" { self.far() } else { String::new() },
            ..secret(name, "live")
        };
        self.app.key_of(&self.workspace, Some(&self.site), input).await
    }

    async fn uses(&self, key: &Issued, path: &str, address: &str) {
        let question = Question {
            credential: Some(key.text.expose_secret()),
            method: Some("GET"),
            path: Some(path),
            address: address.parse().ok(),
            user_agent: "curl/8.5",
            ..Question::default()
        };
        let verdict = verify(&self.app.app, &question).await.unwrap();
        assert!(matches!(verdict, Verdict::Allowed(_)));
    }

    async fn after(&self, days: u64) -> Browser {
        self.app.app.usage.flush(&self.app.app.db).await.unwrap();
        self.app.advance(Duration::from_secs(days * DAY));
        self.as_("alice").await
    }

    /// In another browser: after some days nobody is signed in any more.
    async fn as_(&self, name: &str) -> Browser {
        let browser = self.app.browser();
        browser.sign_in(&format!("{name}@example.com"), PASSWORD).await;
        browser
    }
}

const PAGE: &str = "/w/acme/key-health";
const RATES: &str = "/api/v1/rates";

/// The names under a finding.
fn under(page: &Answer, finding: &str) -> Vec<String> {
    assert_eq!(page.status, 200);
    page.texts(&format!("#{finding} tbody .lead-cell a"))
}

fn findings(page: &Answer) -> Vec<String> {
    let (html, selector) = (page.html(), scraper::Selector::parse("main section[id]").unwrap());
    let sections = html.select(&selector);
    sections
        .map(|section| section.value().id().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_finding_is_found_when_it_is_one() {
    let world = World::start().await;
    let bob = world.app.person("bob").await;
    world.app.join(&world.workspace, &bob, "developer").await;
    let nothing = world.as_("alice").await.get(PAGE).await;
    let said = nothing.text(".empty");
    assert!(
        said.starts_with("Nothing to put right") && !said.contains("ends one day"),
        "{said}"
    );

    let (idle, used) = (world.key("Idle", "date").await, world.key("Used", "date").await);
    world.key("Unused", "date").await;
    world.key("Endless", "never").await;
    world.uses(&idle, RATES, "203.0.113.7").await;
    // Bob makes one, looks at it, and leaves.
    let keys = "/w/acme/p/site/keys";
    let made = bob
        .submit(
            &format!("{keys}/new"),
            keys,
            &[
                ("name", "Bobs"),
                ("type", "secret"),
                ("expiry", "date"),
                ("expires_at", &world.far()),
            ],
        )
        .await;
    assert_eq!(bob.get(&made.location()).await.status, 200);
    let page = world.as_("alice").await.get(PAGE).await;
    assert_eq!(findings(&page), ["never-ends"], "the rest is young");

    let tx = world.app.app.db.begin().await.unwrap();
    keyhatch::store::members::delete(&tx, world.workspace.id, bob.account.id)
        .await
        .unwrap();
    keyhatch::store::db::commit(tx).await.unwrap();
    let alice = world.after(8).await;
    world.uses(&used, RATES, "203.0.113.7").await;
    let _ = world.after(0).await;
    let page = alice.get(PAGE).await;
    assert_eq!(
        findings(&page),
        ["maker-left", "shown-never-used", "never-used", "never-ends"]
    );
    assert_eq!(under(&page, "maker-left"), ["Bobs"]);
    assert_eq!(under(&page, "shown-never-used"), ["Bobs"]);
    assert_eq!(under(&page, "never-used"), ["Endless", "Unused"]);
    assert_eq!(under(&page, "never-ends"), ["Endless"]);
    let roll = page.attribute("#maker-left tbody .button", "href").unwrap();
    assert_eq!(alice.get(&roll).await.status, 200);

    let alice = world.after(83).await;
    let page = alice.get(PAGE).await;
    assert_eq!(under(&page, "idle"), ["Idle"]);
    let alice = world.after(265).await;
    let page = alice.get(PAGE).await;
    assert_eq!(under(&page, "ends-soon"), ["Bobs", "Unused", "Used", "Idle"]);
    // What no request can use any more is no finding.
    let revoke = format!("/w/acme/p/site/keys/{}/revocation", used.key.id);
    alice.submit(&revoke, &revoke, &[("name", "Used")]).await;
    let alice = world.after(10).await;
    assert_eq!(findings(&alice.get(PAGE).await), ["never-used", "never-ends"]);
}

#[tokio::test]
async fn a_key_that_is_used_from_many_addresses_is_told_with_their_number() {
    let world = World::start().await;
    let (one, many) = (world.key("One", "date").await, world.key("Many", "date").await);
    for number in 1..=6 {
        world.uses(&many, RATES, &format!("203.0.113.{number}")).await;
        world.uses(&one, RATES, &format!("203.0.113.{}", number % 2)).await;
    }
    world.app.app.usage.flush(&world.app.app.db).await.unwrap();
    let alice = world.as_("alice").await;
    let page = alice.get(PAGE).await;
    assert_eq!(under(&page, "many-addresses"), ["Many"]);
    assert!(
        page.text("#many-addresses tbody").contains("6 addresses"),
        "{}",
        page.body
    );
    let few = alice.get(&format!("{PAGE}?addresses=1")).await;
    assert_eq!(under(&few, "many-addresses"), ["Many", "One"]);
    assert_eq!(few.attribute("#addresses", "value").as_deref(), Some("1"));
    assert!(findings(&alice.get(&format!("{PAGE}?addresses=6")).await).is_empty());
    for nonsense in ["0", "-1", "x", "501", "99999999999"] {
        let page = alice
            .get(&format!(
                "{PAGE}?addresses={nonsense}&project=nowhere&finding=x&before=y"
            ))
            .await;
        assert_eq!(under(&page, "many-addresses"), ["Many"], "{nonsense}");
    }
    let alice = world.after(8).await;
    assert!(
        under(&alice.get(PAGE).await, "many-addresses").is_empty(),
        "that is long ago"
    );
}

#[tokio::test]
async fn scopes_that_nothing_needs_are_taken_off_after_a_look() {
    let world = World::start().await;
    let input = NewKeyInput {
        type_id: "restricted".to_owned(),
        scopes: ["shipments:read", "tracking:read", "rates:read"]
            .map(str::to_owned)
            .to_vec(),
        expiry: "date".to_owned(),
        expires_at: world.far(),
        ..secret("Partner", "live")
    };
    let key = world.app.key_of(&world.workspace, Some(&world.site), input).await;
    world.uses(&key, "/api/v1/shipments", "203.0.113.7").await;
    let _ = world.after(60).await;
    world.uses(&key, "/api/v1/tracking/7", "203.0.113.7").await;
    // So long nobody can say it: it is known since this server counts scopes, and of a key since it is there.
    let alice = world.after(28).await;
    assert!(findings(&alice.get(PAGE).await).is_empty());
    let alice = world.after(4).await;
    let page = alice.get(PAGE).await;
    assert_eq!(findings(&page), ["unused-scopes"]);
    assert_eq!(
        page.texts("#unused-scopes .scope-list span"),
        ["shipments:read", "rates:read"]
    );
    let edit = page.attribute("#unused-scopes tbody .button", "href").unwrap();
    let opened = alice.get(&edit).await;
    assert!(
        opened
            .text(".callout")
            .contains("shipments:read, rates:read for 90 days"),
        "{}",
        opened.text(".callout")
    );
    let url = format!("/w/acme/p/site/keys/{}/edit", key.key.id);
    let checked: Vec<String> = opened
        .form(&url)
        .into_iter()
        .filter_map(|(name, value)| (name == "scopes").then_some(value))
        .collect();
    assert_eq!(checked, ["tracking:read"]);
    // A request comes before it is saved: whoever saves is asked whether they mean it.
    world.uses(&key, "/api/v1/shipments", "203.0.113.7").await;
    let asked = alice.post(&url, &fields(&opened.form(&url))).await;
    assert_eq!(asked.status, 409, "{}", asked.body);
    let opened = alice.get(&edit).await;
    assert!(
        opened.text(".callout").contains("rates:read for 90 days"),
        "{}",
        opened.text(".callout")
    );
    assert_eq!(alice.post(&url, &fields(&opened.form(&url))).await.status, 303);
    assert!(findings(&alice.get(PAGE).await).is_empty());
    let ordinary = alice.get(&url).await;
    assert!(
        ordinary
            .texts(".callout-title")
            .iter()
            .all(|title| title != "Look, then save")
    );
}

fn fields(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (&**name, &**value)).collect()
}

#[tokio::test]
async fn everybody_sees_who_sees_the_keys_and_those_who_may_are_led_on() {
    let world = World::start().await;
    for (name, role) in [("bob", "developer"), ("victor", "viewer")] {
        let person = world.app.person(name).await;
        world.app.join(&world.workspace, &person, role).await;
    }
    let charlie = world.app.person("charlie").await;
    world.key("Endless", "never").await;
    for (name, buttons) in [("alice", 1), ("bob", 1), ("victor", 0)] {
        let page = world.as_(name).await.get(PAGE).await;
        assert_eq!(under(&page, "never-ends"), ["Endless"], "{name}");
        assert_eq!(page.texts("#never-ends tbody .button").len(), buttons, "{name}");
    }
    for path in [PAGE, "/w/acme/key-health.csv"] {
        assert_eq!(charlie.get(path).await.status, 404);
    }
    // What is public is for everybody to see, for as long as it is wanted.
    let input = NewKeyInput {
        type_id: "publishable".to_owned(),
        expiry: "never".to_owned(),
        ..secret("Public", "live")
    };
    world.app.key_of(&world.workspace, Some(&world.site), input).await;
    let alice = world.as_("alice").await;
    assert_eq!(under(&alice.get(PAGE).await, "never-ends"), ["Endless"]);
    let overview = alice.get("/w/acme").await;
    let links = overview.html();
    let link = scraper::Selector::parse("main a[href='/w/acme/key-health']").unwrap();
    assert_eq!(links.select(&link).count(), 1);
}

#[tokio::test]
async fn many_keys_are_shown_in_pages_and_as_a_table() {
    let world = World::start().await;
    for number in 0..120 {
        world.key(&format!("Site {number:03}"), "never").await;
    }
    let input = NewKeyInput {
        expiry: "never".to_owned(),
        ..secret("=Shop", "live")
    };
    world.app.key_of(&world.workspace, Some(&world.shop), input).await;
    let alice = world.as_("alice").await;
    let page = alice.get(PAGE).await;
    assert_eq!(under(&page, "never-ends").len(), 5);
    assert!(page.text("#never-ends").contains("121 keys"), "{}", page.body);
    let mut next = Some(page.attribute("#never-ends > p > a", "href").unwrap());
    let mut all = Vec::new();
    while let Some(url) = next.take() {
        let page = alice.get(&url).await;
        all.extend(under(&page, "never-ends"));
        next = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(
        (all.len(), all[0].as_str(), all[120].as_str()),
        (121, "=Shop", "Site 000")
    );
    let shop = alice.get(&format!("{PAGE}?project=shop")).await;
    assert_eq!(under(&shop, "never-ends"), ["=Shop"]);
    assert_eq!(shop.texts("#never-ends td[data-label=Project]"), ["Shop"]);
    let csv = alice.get("/w/acme/key-health.csv?project=shop").await;
    let lines: Vec<&str> = csv.body.lines().collect();
    assert_eq!(lines.len(), 2, "{}", csv.body);
    assert!(lines[0].starts_with("finding,key,name,") && lines[1].starts_with("never-ends,"));
    assert!(
        lines[1].contains(",\"'=Shop\",") && lines[1].contains(",shop,live,"),
        "{}",
        lines[1]
    );
    assert_eq!(alice.get("/w/acme/key-health.csv").await.body.lines().count(), 122);
}

#[tokio::test]
async fn the_table_leaves_nothing_out() {
    let world = World::start().await;
    let number = 10_001;
    world.key("Endless", "never").await;
    let [id, digest, name] = match std::env::var("KEYHATCH_TEST_POSTGRES") {
        Ok(_) => [
            "gen_random_uuid()",
            "sha256(convert_to(gen_random_uuid()::text, 'UTF8'))",
            "gen_random_uuid()::text",
        ],
        Err(_) => ["randomblob(16)", "randomblob(32)", "hex(randomblob(16))"],
    };
    for sql in [
        format!(
            "CREATE TABLE copies AS WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers \
             WHERE number < {number}) SELECT keys.* FROM keys, numbers"
        ),
        format!("UPDATE copies SET id = {id}, digest = {digest}, name_folded = {name}"),
        "INSERT INTO keys SELECT * FROM copies".to_owned(),
    ] {
        world.app.app.db.execute(&sql).await.unwrap();
    }
    let csv = world.as_("alice").await.get("/w/acme/key-health.csv").await;
    let lines: std::collections::HashSet<&str> = csv.body.lines().collect();
    assert_eq!((csv.status, lines.len()), (200, 1 + 1 + number));
}
