//! The mail about key health: once a week to those who want it, and no more after one click.

use std::time::Duration;

use keyhatch::domain::key_health::mail::send_due;
use keyhatch::domain::keys::NewKeyInput;
use keyhatch::model::workspace::{Project, Workspace};
use reqwest::Method;

use crate::support::places::{acme, secret};
use crate::support::{Answer, Browser, PASSWORD, Program, TestApp};

const PAGE: &str = "/w/acme/key-health";
const WEEK: Duration = Duration::from_secs(7 * 86_400);

struct World {
    app: TestApp,
    workspace: Workspace,
    project: Project,
    alice: Browser,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let (workspace, project) = acme(&app).await;
        let alice = app.browser();
        alice.sign_in("alice@example.com", PASSWORD).await;
        Self {
            app,
            workspace,
            project,
            alice,
        }
    }

    async fn key(&self, name: &str) {
        let input = NewKeyInput {
            expiry: "never".to_owned(),
            ..secret(name, "live")
        };
        self.app.key_of(&self.workspace, Some(&self.project), input).await;
    }

    /// A week later, with five nodes that look at once: how many mails there have been.
    async fn week(&self, mails: usize) -> Vec<String> {
        self.app.advance(WEEK);
        let nodes = (0..5).map(|_| send_due(&self.app.app));
        for node in futures_util::future::join_all(nodes).await {
            node.unwrap();
        }
        let all = self.app.mails(mails).await;
        assert_eq!(all.len(), mails, "{all:?}");
        all
    }

    async fn one_click(&self, url: &str) -> Answer {
        let path = url.strip_prefix(&self.app.address).unwrap();
        let program = Program::new(&self.app.address, None);
        let request = program.request(Method::POST, path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body("List-Unsubscribe=One-Click").send().await.unwrap()).await
    }
}

/// The address in the header.
fn header(mail: &str) -> &str {
    let line = mail.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <"));
    line.unwrap_or_else(|| panic!("{mail}"))
        .trim_end()
        .trim_end_matches('>')
}

#[tokio::test]
async fn who_wants_it_gets_one_a_week_while_there_is_something_to_say() {
    let world = World::start().await;
    for (name, role) in [("bob", "developer"), ("victor", "viewer")] {
        let person = world.app.person(name).await;
        world.app.join(&world.workspace, &person, role).await;
        if name == "victor" {
            person.submit(PAGE, "/w/acme/key-health/mail", &[]).await;
        }
    }
    let asked = world.alice.submit(PAGE, "/w/acme/key-health/mail", &[]).await;
    assert_eq!((asked.status, asked.location()), (303, PAGE.to_owned()));
    let page = world.alice.get(PAGE).await;
    assert!(page.text(".card").contains("The next one"), "{}", page.body);
    // All keys are fine.
    world.week(0).await;
    world.key("Endless").await;
    let mails = world.week(2).await;
    let to = |name: &str| {
        mails
            .iter()
            .filter(|mail| mail.contains(&format!("To: {name}@")))
            .count()
    };
    assert_eq!((to("alice"), to("victor"), to("bob")), (1, 1, 0));
    for part in [
        "1 key never expires",
        "/w/acme/key-health?finding=never-ends",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Acme",
    ] {
        assert!(mails[0].contains(part), "{part} in {}", mails[0]);
    }
    // At once there is no second one; after three weeks of silence there is one.
    send_due(&world.app.app).await.unwrap();
    world.app.advance(2 * WEEK);
    world.week(4).await;
    world.week(6).await;
}

#[tokio::test]
async fn it_ends_on_the_page_by_the_link_and_by_one_click() {
    let world = World::start().await;
    world.key("Endless").await;
    let ask = async |browser: &Browser| {
        let asked = browser.submit(PAGE, "/w/acme/key-health/mail", &[]).await;
        assert_eq!(asked.status, 303, "{}", asked.body);
    };
    ask(&world.alice).await;
    let mails = world.week(1).await;
    let one_click = header(&mails[0]).to_owned();
    let link = mails[0]
        .split_whitespace()
        .find(|word| word.contains("/key-health-mail?token="));
    let link = link.unwrap().strip_prefix(&world.app.address).unwrap().to_owned();
    let alice = world.app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    let ended = alice.submit(PAGE, "/w/acme/key-health/mail/removal", &[]).await;
    assert_eq!(ended.status, 303);
    world.week(1).await;

    // By the link, in a browser that nobody is signed in with.
    let alice = world.app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    ask(&alice).await;
    let stranger = world.app.browser();
    let page = stranger.get(&link).await;
    assert!(
        page.text("main")
            .contains("Once a week you get a mail about keys of Acme"),
        "{}",
        page.body
    );
    world.week(2).await;
    let ended = stranger.submit(&link, "/key-health-mail", &[]).await;
    assert!(ended.text("main").contains("You get no such mail"), "{}", ended.body);
    assert!(stranger.get(&link).await.text("main").contains("You get no such mail"));
    world.week(2).await;

    // By one click, which a mail program makes; made up ones end nothing.
    let alice = world.app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    ask(&alice).await;
    let (start, token) = one_click.rsplit_once('/').unwrap();
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{start}/{}{last}", &token[..token.len() - 1]);
    for made_up in [changed, format!("{start}/x"), format!("{start}/{}", "A".repeat(64))] {
        assert_eq!(world.one_click(&made_up).await.status, 204);
        let path = made_up.replace("/unsubscribe/", "/key-health-mail?token=");
        let page = stranger.get(path.strip_prefix(&world.app.address).unwrap()).await;
        assert!(page.text("main").contains("You get no such mail") && !page.body.contains("Acme"));
    }
    world.week(3).await;
    let opened = stranger.get(one_click.strip_prefix(&world.app.address).unwrap()).await;
    assert_eq!(opened.location(), link, "who opens it is led to the button");
    for _ in 0..2 {
        assert_eq!(world.one_click(&one_click).await.status, 204);
    }
    world.week(3).await;
}

#[tokio::test]
async fn who_is_no_member_or_has_not_confirmed_gets_none() {
    let world = World::start().await;
    world.key("Endless").await;
    let victor = world.app.person("victor").await;
    world.app.join(&world.workspace, &victor, "viewer").await;
    victor.submit(PAGE, "/w/acme/key-health/mail", &[]).await;
    world.week(1).await;
    let db = &world.app.app.db;
    db.execute("UPDATE accounts SET email_confirmed_at = NULL WHERE email = 'victor@example.com'")
        .await
        .unwrap();
    world.week(1).await;
    let tx = db.begin().await.unwrap();
    keyhatch::store::members::delete(&tx, world.workspace.id, victor.account.id)
        .await
        .unwrap();
    keyhatch::store::db::commit(tx).await.unwrap();
    db.execute("UPDATE accounts SET email_confirmed_at = 1 WHERE email = 'victor@example.com'")
        .await
        .unwrap();
    world.week(1).await;
}
