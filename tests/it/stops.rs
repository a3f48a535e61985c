//! Stopping all keys of an environment at once, and undoing it.

use futures_util::future::join_all;
use keyhatch::domain::keys::Issued;
use keyhatch::model::workspace::{Project, Workspace};
use serde_json::json;

use crate::support::places::{issue, secret};
use crate::support::{Answer, Person, TestApp};

const ME: &str = "/api/v1/me";
const SITE: &str = "/w/acme/p/site";

/// Alice's workspace with two projects; Bob develops, Victor views.
struct World {
    app: TestApp,
    alice: Person,
    bob: Person,
    victor: Person,
    workspace: Workspace,
    site: Project,
    shop: Project,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let (alice, bob, victor) = (
            app.person("alice").await,
            app.person("bob").await,
            app.person("victor").await,
        );
        let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
        app.join(&workspace, &bob, "developer").await;
        app.join(&workspace, &victor, "viewer").await;
        Self {
            site: app.project(&workspace, "Site").await,
            shop: app.project(&workspace, "Shop").await,
            app,
            alice,
            bob,
            victor,
            workspace,
        }
    }

    async fn key(&self, project: &Project, name: &str, environment: &str) -> Issued {
        issue(&self.app, &self.workspace, Some(project), &secret(name, environment)).await
    }

    /// 200, or what the provider's own systems are told.
    async fn ask(&self, key: &Issued) -> String {
        let text = key.text.expose_secret();
        let status = self.app.program(text).get(ME).await.status;
        if status == 200 {
            return "accepted".to_owned();
        }
        let backend = self.app.backend().await;
        let told = backend
            .post("/provider/v1/keys/verify", &json!({ "key": text }))
            .await
            .json();
        assert_eq!((status, &told["code"]), (401, &json!("invalid_credentials")), "{told}");
        told["reason"].as_str().unwrap().to_owned()
    }

    async fn stop(&self, by: &Person, environment: &str, why: &str) -> Answer {
        let page = format!("{SITE}/stops/{environment}");
        by.submit(&page, &page, &[("name", "Site"), ("why", why)]).await
    }

    async fn undo(&self, by: &Person, environment: &str) -> Answer {
        let action = format!("{SITE}/stops/{environment}/removal");
        by.submit(&format!("{SITE}/keys"), &action, &[]).await
    }

    async fn trail(&self) -> Vec<String> {
        let lines = self.alice.get("/w/acme/audit").await.texts("tbody tr");
        lines.into_iter().filter(|line| line.contains("keys of Site")).collect()
    }
}

#[tokio::test]
async fn all_keys_of_an_environment_are_refused_until_it_is_undone() {
    let world = World::start().await;
    let (live, off) = (
        world.key(&world.site, "live", "live").await,
        world.key(&world.site, "off", "live").await,
    );
    let (test, shop) = (
        world.key(&world.site, "test", "test").await,
        world.key(&world.shop, "shop", "live").await,
    );
    let off_page = format!("{SITE}/keys/{}", off.key.id);
    world
        .bob
        .submit(&off_page, &format!("{off_page}/disablement"), &[])
        .await;
    for key in [&live, &test, &shop] {
        assert_eq!(world.ask(key).await, "accepted", "and now in memory");
    }
    let page = world.bob.get(&format!("{SITE}/stops/live")).await;
    let said = page.text(".evidence");
    assert!(
        said.contains("They are in use.") && said.contains("1 key") && said.contains("1 accepted"),
        "{said}"
    );
    assert_eq!(
        world
            .stop(&world.bob, "live", "The deploy server was broken into")
            .await
            .location(),
        format!("{SITE}/keys")
    );
    assert_eq!(world.ask(&live).await, "environment_stopped");
    assert_eq!(
        world.ask(&off).await,
        "disabled",
        "what is wrong with the key itself comes first"
    );
    assert_eq!(
        (world.ask(&test).await, world.ask(&shop).await),
        ("accepted".into(), "accepted".into())
    );
    let new = world.key(&world.site, "new", "live").await;
    assert_eq!(world.ask(&new).await, "environment_stopped");

    // Everybody who looks at them reads it; who may, undoes it there.
    let live_page = format!("{SITE}/keys/{}", live.key.id);
    for page in [
        format!("{SITE}/keys"),
        live_page.clone(),
        "/w/acme".to_owned(),
        format!("{SITE}/settings"),
    ] {
        for (person, buttons) in [(&world.bob, 1), (&world.victor, 0)] {
            let shown = person.get(&page).await;
            let banner = shown.text("[aria-label='Stopped keys']");
            for part in [
                "All live keys of Site are stopped",
                "bob@example.com",
                "The deploy server was broken into",
            ] {
                assert!(banner.contains(part), "{part} on {page}: {banner}");
            }
            assert_eq!(shown.texts("form[action$='/removal'] button").len(), buttons, "{page}");
        }
    }
    assert!(
        world
            .alice
            .get("/w/acme/p/shop/keys")
            .await
            .texts("[aria-label='Stopped keys']")
            .is_empty()
    );
    let mail = &world.app.mails(1).await[0];
    for part in [
        "To: alice@example.com",
        "All live keys of Acme, Site are stopped",
        "bob@example.com",
        "broken into",
    ] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    let lou = world.app.person("lou").await;
    for page in [
        format!("/staff/keys/{}", live.key.id),
        format!("/staff/workspaces/{}", world.workspace.id),
    ] {
        let desk = lou.get(&page).await;
        assert!(
            desk.text("[aria-label='Stopped keys']")
                .contains("All live keys of Site are stopped"),
            "{page}"
        );
        assert!(desk.texts("form[action$='/removal']").is_empty());
    }
    let desk = lou.get(&format!("/staff/keys/{}", live.key.id)).await;
    assert!(desk.body.contains("All keys of its environment are stopped"));

    assert_eq!(world.undo(&world.bob, "live").await.status, 303);
    assert_eq!(
        (world.ask(&live).await, world.ask(&new).await),
        ("accepted".into(), "accepted".into())
    );
    assert_eq!(world.ask(&off).await, "disabled", "as it was");
    assert!(
        world
            .alice
            .get(&format!("{SITE}/keys"))
            .await
            .texts("[aria-label='Stopped keys']")
            .is_empty()
    );
    assert!(world.app.mails(2).await.iter().any(|mail| mail.contains("work again")));
    let trail = world.trail().await;
    assert_eq!(trail.len(), 2, "{trail:?}");
    assert!(
        trail[0].contains("let the keys of an environment work again"),
        "{trail:?}"
    );
    assert!(
        trail[1].contains("stopped all keys of an environment") && trail[1].contains("broken into"),
        "{trail:?}"
    );
}

#[tokio::test]
async fn the_name_is_asked_for_and_a_key_is_no_reason() {
    let world = World::start().await;
    let live = world.key(&world.site, "live", "live").await;
    let page = format!("{SITE}/stops/live");
    let answer = world
        .alice
        .submit(&page, &page, &[("name", "site"), ("why", "because")])
        .await;
    assert_eq!((answer.status, answer.texts("#name-error").len()), (422, 1));
    assert_eq!(answer.attribute("#why", "value").unwrap(), "because");
    let answer = world.stop(&world.alice, "live", live.text.expose_secret()).await;
    assert_eq!((answer.status, answer.texts("#why-error").len()), (422, 1));
    assert!(!answer.body.contains(live.text.expose_secret()));
    assert_eq!(world.stop(&world.alice, "live", "x").await.status, 422);
    assert_eq!(world.ask(&live).await, "accepted");
    assert_eq!(world.stop(&world.alice, "live", "").await.status, 303);
    assert_eq!(world.ask(&live).await, "environment_stopped");
}

#[tokio::test]
async fn who_may_not_manage_keys_stops_none() {
    let world = World::start().await;
    let charlie = world.app.person("charlie").await;
    let page = format!("{SITE}/stops/live");
    for (person, status) in [(&world.victor, 403), (&charlie, 404)] {
        let csrf = person
            .get("/account/security")
            .await
            .attribute("input[name=csrf]", "value")
            .unwrap();
        let fields = [("csrf", csrf.as_str()), ("name", "Site")];
        assert_eq!(person.get(&page).await.status, status);
        assert_eq!(person.post(&page, &fields).await.status, status);
        assert_eq!(person.post(&format!("{page}/removal"), &fields).await.status, status);
    }
    for none in ["prod", "Live", "%00"] {
        assert_eq!(
            world.alice.get(&format!("{SITE}/stops/{none}")).await.status,
            404,
            "{none}"
        );
    }
    // Keys are projects' here.
    assert_eq!(world.alice.get("/w/acme/stops/live").await.status, 404);
    assert!(
        world
            .victor
            .get(&format!("{SITE}/settings"))
            .await
            .texts("a[href*='/stops/']")
            .is_empty()
    );
    assert_eq!(
        world
            .bob
            .get(&format!("{SITE}/settings"))
            .await
            .texts("a[href*='/stops/']")
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_are_one() {
    let world = World::start().await;
    let live = world.key(&world.site, "live", "live").await;
    let page = format!("{SITE}/stops/live");
    let form = world.bob.get(&page).await.form(&page);
    let csrf = form.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    let fields = [("csrf", csrf.as_str()), ("name", "Site")];
    let twenty = join_all((0..20).map(|_| world.bob.post(&page, &fields))).await;
    assert!(twenty.iter().all(|answer| answer.status == 303));
    assert_eq!(world.ask(&live).await, "environment_stopped");
    assert_eq!(world.trail().await.len(), 1);
    let removal = format!("{page}/removal");
    join_all((0..20).map(|_| world.bob.post(&removal, &fields))).await;
    assert_eq!(
        (world.ask(&live).await.as_str(), world.trail().await.len()),
        ("accepted", 2)
    );
    assert_eq!(world.app.mails(2).await.len(), 2);
}

#[tokio::test]
async fn a_workspace_that_owns_its_keys_stops_them_itself() {
    let profile = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/docsapi.toml");
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", profile)]).await;
    let alice = app.person("alice").await;
    let workspace = app.workspace(&alice, "Acme").await;
    let profile = &app.app.profile;
    let key_type = &profile.key_types[0];
    let environment = key_type.environments().next().unwrap();
    let key = app.key(&workspace, None, &key_type.id, environment.as_str(), &[]).await;
    let me = format!("{}/me", profile.api.base_path);
    let ask = || async { app.program(key.text.expose_secret()).get(&me).await.status };
    assert_eq!(ask().await, 200);
    let page = format!("/w/acme/stops/{environment}");
    assert_eq!(
        alice.get("/w/acme/settings").await.texts("a[href*='/stops/']").len(),
        profile.environments().len()
    );
    assert_eq!(alice.submit(&page, &page, &[("name", "Acme")]).await.status, 303);
    assert_eq!(ask().await, 401);
    for page in ["/w/acme", "/w/acme/keys"] {
        assert!(
            alice
                .get(page)
                .await
                .text("[aria-label='Stopped keys']")
                .contains("keys of Acme are stopped"),
            "{page}"
        );
    }
    alice.submit("/w/acme/keys", &format!("{page}/removal"), &[]).await;
    assert_eq!(ask().await, 200);
}
