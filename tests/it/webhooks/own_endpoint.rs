//! A workspace's own endpoint: who sets it, who sees what, what it is told, which secret signs, and when it is told nothing.

use keyhatch::model::role::Role;
use keyhatch::store;
use serde_json::{Value, json};

use super::customer::{Customer, Received, Reply};
use super::world::World;
use crate::support::places::{secret, trail};
use crate::support::{Answer, Browser, PASSWORD, Person, TestApp};

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

fn types(received: &[Received]) -> Vec<String> {
    let kind = |one: &Received| {
        let body: Value = serde_json::from_str(&one.body).unwrap();
        body["type"].as_str().unwrap().to_owned()
    };
    received.iter().map(kind).collect()
}

async fn waiting_count(world: &World) -> usize {
    let filter = store::webhooks::deliveries::Filter::default();
    let db = world.app.app.db.reader();
    let all = store::webhooks::deliveries::list(db, world.workspace.id, filter, 100).await;
    all.unwrap().len()
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
    let actions: Vec<_> = actions.iter().map(|event| event.action.as_str()).take(2).collect();
    assert_eq!(actions, ["signing_secret.revealed", "webhook_endpoint.created"]);
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
async fn it_is_told_what_it_asked_for_and_no_secret() {
    let world = World::start().await;
    let (server, elsewhere) = (Customer::start().await, Customer::start().await);
    let signing = set(&world.alice, &server.url, &["key.created", "key.revoked"]).await;
    // Charlie's own workspace hears nothing of it.
    let charlie = world.app.person("charlie").await;
    world.app.workspace(&charlie, "Other").await;
    let form = charlie.get("/w/other/webhooks/new").await.form("/w/other/webhooks");
    let mut fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.retain(|(name, _)| *name != "url");
    fields.push(("url", &elsewhere.url));
    assert_eq!(charlie.post("/w/other/webhooks", &fields).await.status, 303);

    let keys = "/w/acme/p/site/keys";
    let made = [
        ("name", "CI deploy"),
        ("type", "secret"),
        ("environment", "test"),
        ("expiry", "30"),
    ];
    let reveal = world.alice.submit(&format!("{keys}/new"), keys, &made).await.location();
    let text = world.alice.get(&reveal).await.text("#key-text");
    let page = reveal.trim_end_matches("/reveal");
    let created = server.wait_for(1).await.remove(0);
    assert!(created.is_signed_with(&signing));
    let (data, id) = (created.data(), page.rsplit('/').next().unwrap());
    assert_eq!(data["key"]["id"], id);
    assert_eq!(data["key"]["name"], "CI deploy");
    assert_eq!(
        data["key"]["display_prefix"],
        text[..data["key"]["display_prefix"].as_str().unwrap().len()]
    );
    assert_eq!(data["key"]["type"], "secret");
    assert_eq!(data["key"]["environment"], "test");
    assert_eq!(data["key"]["project"]["slug"], "site");
    assert!(data["key"]["expires_at"].is_string());
    assert_eq!(data["by"]["kind"], "account");
    assert_eq!(data["by"]["name"], "alice@example.com");

    // Neither is asked for.
    let disabled = world.alice.submit(page, &format!("{page}/disablement"), &[]).await;
    assert_eq!(disabled.status, 303);
    let roll = format!("{page}/roll");
    let rolled = world.alice.submit(&roll, &roll, &[("grace", "now")]).await.location();
    let received = server.wait_for(3).await;
    let mut order = types(&received[1..]);
    order.sort();
    assert_eq!(order, ["key.created", "key.revoked"]);
    let of = |kind: &str| {
        received[1..]
            .iter()
            .find(|one| types(&[(*one).clone()])[0] == kind)
            .unwrap()
            .data()
    };
    let successor = rolled
        .trim_end_matches("/reveal")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(of("key.revoked")["replaced_by"], successor.as_str());
    assert_eq!(of("key.revoked")["key"]["state"], "revoked");
    assert_eq!(of("key.created")["replaces"], id);

    // A key by a program, and by the operator.
    let admin_key = world
        .app
        .key(&world.workspace, Some(&world.project), "secret", "live", &[])
        .await;
    let program = world.app.program(admin_key.text.expose_secret());
    let body = json!({"name": "By a program", "type": "secret", "environment": "live"});
    assert_eq!(program.post("/api/v1/api-keys", &body).await.status, 201);
    let received = server.wait_for(5).await;
    let kinds: Vec<_> = received[3..]
        .iter()
        .map(|one| one.data()["by"]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["operator", "key"]);
    for one in &received {
        for hidden in ["whsec_", &text, admin_key.text.expose_secret(), &text[20..]] {
            assert!(!one.body.contains(hidden), "{}", one.body);
        }
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn what_did_not_happen_is_not_told() {
    let world = World::start().await;
    let server = Customer::start().await;
    set(&world.alice, &server.url, &ALL).await;
    let keys = "/w/acme/p/site/keys";
    let form = world.alice.get(&format!("{keys}/new")).await.form(keys);
    let mut fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.retain(|(name, _)| !["name", "type"].contains(name));
    fields.extend([("name", "Twice"), ("type", "secret")]);
    let both = tokio::join!(world.alice.post(keys, &fields), world.alice.post(keys, &fields));
    assert_eq!((both.0.status, both.1.status), (303, 303));
    let taken = world
        .alice
        .submit(&format!("{keys}/new"), keys, &[("name", "Twice"), ("type", "secret")])
        .await;
    assert_eq!(taken.status, 422);
    issue(&world, "Last").await;
    let received = server.wait_for(2).await;
    let names: Vec<_> = received.iter().map(|one| one.data()["key"]["name"].clone()).collect();
    assert_eq!(names, ["Twice", "Last"]);
    assert_eq!(waiting_count(&world).await, 2);
}

#[tokio::test]
async fn a_rotation_is_immediate_or_overlaps() {
    let world = World::start().await;
    let server = Customer::start().await;
    let first = set(&world.alice, &server.url, &ALL).await;
    let action = format!("{PAGE}/signing-secret");
    let form = world.alice.get(&action).await.form(&action);
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let both = tokio::join!(world.alice.post(&action, &fields), world.alice.post(&action, &fields));
    assert_eq!((both.0.status, both.1.status), (303, 303), "a double click");
    let second = see(&world.alice).await;
    press(&world.alice, PAGE, "test-events").await;
    let received = server.wait_for(1).await.remove(0);
    assert!(received.is_signed_with(&second) && !received.is_signed_with(&first));

    let rotated = world.alice.submit(&action, &action, &[("overlap", "24h")]).await;
    assert_eq!(rotated.status, 303);
    let third = see(&world.alice).await;
    press(&world.alice, PAGE, "test-events").await;
    let received = server.wait_for(2).await.remove(1);
    assert!(received.is_signed_with(&third) && received.is_signed_with(&second));
    assert!(world.alice.get(PAGE).await.body.contains("Two signing secrets"));
    press(&world.alice, PAGE, "signing-secret/retirement").await;
    press(&world.alice, PAGE, "test-events").await;
    let received = server.wait_for(3).await.remove(2);
    assert!(received.is_signed_with(&third) && !received.is_signed_with(&second));
    let lines = trail(&world.app, &world.workspace).await;
    let rotations = lines.iter().filter(|line| line.action == "signing_secret.rotated");
    assert_eq!(rotations.count(), 2, "the double click rotated once");
    let wrong = world.alice.submit(&action, &action, &[("overlap", "1y")]).await;
    assert_eq!(wrong.status, 422);
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
    let letter = world.app.letters(1).await.remove(0);
    assert!(letter.contains("410 Gone") && letter.contains("alice@example.com"));
    assert!(letter.contains(&format!("{}{PAGE}\r\n", world.app.address)), "{letter}");
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

#[tokio::test]
async fn bad_input_is_kept_and_explained() {
    let world = World::start().await;
    for url in [
        "",
        "ftp://example.com/x",
        "https://user:secret@example.com/",
        "http://169.254.169.254/latest",
    ] {
        let answer = submit(&world.alice, url, &["key.revoked"]).await;
        assert_eq!(answer.status, 422, "{url}");
        assert!(!answer.text("#url-error").is_empty());
        assert_eq!(answer.attribute("#url", "value").as_deref(), Some(url));
        assert!(answer.attribute("input[value='key.revoked'][checked]", "id").is_some());
        assert!(answer.attribute("input[value='key.created'][checked]", "id").is_none());
    }
    let answer = submit(&world.alice, "https://hooks.example.com/in", &["key.renamed"]).await;
    assert_eq!(answer.text("#events-error"), "Choose from the events offered.");
    let form = world.alice.get(&format!("{PAGE}/new")).await.form(PAGE);
    let none: Vec<_> = form
        .iter()
        .filter(|(name, _)| name != "events" && name != "url")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([("url", "https://hooks.example.com/in")])
        .collect();
    let answer = world.alice.post(PAGE, &none).await;
    assert_eq!(answer.text("#events-error"), "Choose at least one event.");
    // The form that was refused can be sent again as it is.
    let fields = answer.form(PAGE);
    let mut fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.push(("events", "key.created"));
    assert_eq!(world.alice.post(PAGE, &fields).await.status, 303);
}

#[tokio::test]
async fn two_people_set_one_endpoint() {
    let world = World::start().await;
    let server = Customer::start().await;
    let adam = member(&world, "adam", Role::Admin).await;
    let both = tokio::join!(
        submit(&world.alice, &server.url, &ALL),
        submit(&adam, &server.url, &ALL)
    );
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
}

#[tokio::test]
async fn an_old_sign_in_is_asked_for_the_password_and_loses_nothing() {
    let world = World::start().await;
    let form = world.alice.get(&format!("{PAGE}/new")).await.form(PAGE);
    let csrf = form.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    world.app.advance(std::time::Duration::from_secs(13 * 3600));
    let url = "https://hooks.example.com/in?a=b";
    let fields = [("csrf", csrf.as_str()), ("url", url), ("events", "key.revoked")];
    let asked = world.alice.post(PAGE, &fields).await.location();
    assert!(asked.starts_with("/confirm-password?next="), "{asked}");
    let confirmed = world
        .alice
        .submit(&asked, "/confirm-password", &[("password", PASSWORD)])
        .await;
    let page = world.alice.get(&confirmed.location()).await;
    assert_eq!(page.attribute("#url", "value").as_deref(), Some(url));
    assert!(page.attribute("input[value='key.revoked'][checked]", "id").is_some());
    assert!(page.attribute("input[value='key.created'][checked]", "id").is_none());
}

#[tokio::test]
async fn where_keys_belong_to_workspaces_it_is_called_events() {
    let text = std::fs::read_to_string("profiles/example.toml").unwrap();
    let text = text.replace("keys_belong_to = \"project\"", "keys_belong_to = \"workspace\"");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.toml");
    std::fs::write(&path, text).unwrap();
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", path.to_str().unwrap())]).await;
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let server = Customer::start().await;
    let events = "/w/acme/events";
    assert!(
        alice
            .get("/w/acme")
            .await
            .texts("nav.sections a")
            .contains(&"Events".to_owned())
    );
    let new = format!("{events}/new");
    let answer = alice.submit(&new, events, &[("url", &server.url)]).await;
    assert_eq!(answer.location(), format!("{events}/reveal"));
    alice.get(&answer.location()).await.text("#signing-secret");
    app.key_of(&workspace, None, secret("CI", "test")).await;
    let told = server.wait_for(1).await.remove(0);
    assert_eq!(told.data()["key"]["project"], Value::Null);
}

/// The operator makes a key.
async fn issue(world: &World, name: &str) {
    let input = secret(name, "test");
    world.app.key_of(&world.workspace, Some(&world.project), input).await;
}
