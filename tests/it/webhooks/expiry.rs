//! People, and their programs, are told that a key ends: 14, 3 and 1 days before, once each.

use keyhatch::domain::keys::{self, Edit, Grace, Issued, NewKeyInput, tell_of_expiry};
use keyhatch::model::ids::{EndpointId, KeyId};
use keyhatch::model::signing_secret::SigningSecret;
use keyhatch::model::webhook::{CustomerEvent, Endpoint};
use keyhatch::store;

use super::customer::{Customer, Received};
use super::world::World;
use crate::support::places::secret;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Alice's workspace, whose own endpoint is told of keys that end.
async fn start() -> (World, Customer) {
    let (world, server) = (World::start().await, Customer::start().await);
    let app = &world.app.app;
    let endpoint = Endpoint {
        id: EndpointId(app.new_id()),
        workspace_id: world.workspace.id,
        project_id: None,
        key_id: None,
        url: server.url.clone(),
        event_types: Some(vec![CustomerEvent::KeyExpiring.as_str().to_owned()]),
        failing_since: None,
        off: None,
        previous_secret_until: None,
        created_at: app.now(),
    };
    let signing = SigningSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    let sealed = keyhatch::domain::webhooks::secrets::seal(app, endpoint.id.0, &signing).unwrap();
    let tx = app.db.begin().await.unwrap();
    store::webhooks::endpoints::insert_own(&tx, &endpoint, sealed)
        .await
        .unwrap();
    store::db::commit(tx).await.unwrap();
    (world, server)
}

/// A key that ends in so many milliseconds.
async fn ending(world: &World, name: &str, after: i64) -> Issued {
    let input = NewKeyInput {
        expires_at: world.app.app.now().plus(after).rfc3339(),
        ..secret(name, "live")
    };
    world.app.key_of(&world.workspace, Some(&world.project), input).await
}

async fn tell(world: &World) {
    tell_of_expiry(&world.app.app).await.unwrap();
}

/// Which notices came, in the order of their acceptance.
async fn notices(server: &Customer, count: usize) -> Vec<(String, i64)> {
    let mut received = server.wait_for(count).await;
    received.sort_by(|one, other| one.id().cmp(other.id()));
    let notice = |one: &Received| {
        let data = one.data();
        (
            data["key"]["name"].as_str().unwrap().to_owned(),
            data["days"].as_i64().unwrap(),
        )
    };
    received.iter().map(notice).collect()
}

async fn edit(world: &World, id: KeyId, edit: Edit) {
    let ring = world.ring();
    keys::edit(&world.app.app, ring.manage_keys().unwrap(), id, edit)
        .await
        .unwrap();
}

#[tokio::test]
async fn fourteen_three_and_one_day_before_once_each() {
    let (world, server) = start().await;
    ending(&world, "CI deploy", 20 * DAY).await;
    tell(&world).await;
    world.app.clock.advance_millis(6 * DAY - HOUR);
    tell(&world).await;
    for step in [2 * HOUR, 11 * DAY, 2 * DAY, DAY] {
        world.app.clock.advance_millis(step);
        // Several nodes look at once, and again.
        let both = tokio::join!(tell_of_expiry(&world.app.app), tell_of_expiry(&world.app.app));
        both.0.unwrap();
        both.1.unwrap();
        tell(&world).await;
    }
    let of = |days: i64| ("CI deploy".to_owned(), days);
    assert_eq!(notices(&server, 3).await, [of(14), of(3), of(1)]);
    let mails = world.app.mails(3).await;
    assert_eq!(mails.len(), 3, "and none when it has ended");
    for (mail, left) in mails.iter().zip(["in 14 days", "in 3 days", "in 1 day"]) {
        assert!(mail.contains("To: alice@example.com"), "{mail}");
        assert!(mail.contains(left), "{left} in {mail}");
    }
}

#[tokio::test]
async fn a_short_life_has_the_notices_that_lie_ahead() {
    let (world, server) = start().await;
    ending(&world, "ten days", 10 * DAY).await;
    ending(&world, "two days", 2 * DAY).await;
    ending(&world, "an hour", HOUR).await;
    tell(&world).await;
    assert!(server.received().is_empty());
    world.app.clock.advance_millis(DAY + HOUR);
    tell(&world).await;
    world.app.clock.advance_millis(6 * DAY);
    tell(&world).await;
    world.app.clock.advance_millis(2 * DAY);
    tell(&world).await;
    let expected = [("two days", 1), ("ten days", 3), ("ten days", 1)];
    assert_eq!(
        notices(&server, 3).await,
        expected.map(|(name, days)| (name.to_owned(), days))
    );
}

#[tokio::test]
async fn a_new_end_starts_anew() {
    let (world, server) = start().await;
    let key = ending(&world, "Build", 10 * DAY).await.key.id;
    world.app.clock.advance_millis(7 * DAY + HOUR);
    tell(&world).await;
    let later = world.app.app.now().plus(15 * DAY).rfc3339();
    let new_end = Edit {
        expiry: Some(("date".to_owned(), later)),
        ..Edit::default()
    };
    edit(&world, key, new_end).await;
    tell(&world).await;
    world.app.clock.advance_millis(DAY + HOUR);
    tell(&world).await;
    // Another change leaves the notices as they are.
    let renamed = Edit {
        name: Some("CI deploy".to_owned()),
        ..Edit::default()
    };
    edit(&world, key, renamed).await;
    tell(&world).await;
    let days: Vec<_> = notices(&server, 2).await.iter().map(|(_, days)| *days).collect();
    assert_eq!(days, [3, 14]);
    let never = Edit {
        expiry: Some(("never".to_owned(), String::new())),
        ..Edit::default()
    };
    edit(&world, key, never).await;
    world.app.clock.advance_millis(13 * DAY);
    tell(&world).await;
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn disabled_keys_are_told_of_and_those_that_are_over_are_not() {
    let (world, server) = start().await;
    let ring = world.ring();
    let proof = ring.manage_keys().unwrap();
    let app = &world.app.app;
    let disabled = ending(&world, "disabled", 20 * DAY).await.key.id;
    keys::disable(app, proof, disabled).await.unwrap();
    let revoked = ending(&world, "revoked", 20 * DAY).await.key.id;
    keys::revoke(app, proof, revoked).await.unwrap();
    // A roll by a person: the old key's end was chosen, the new one lives as long as the old one did.
    let page = format!(
        "/w/acme/p/site/keys/{}",
        ending(&world, "rolled", 20 * DAY).await.key.id
    );
    let roll = format!("{page}/roll");
    let rolled = world
        .alice
        .submit(&roll, &roll, &[("grace", Grace::SevenDays.as_str())])
        .await;
    assert_eq!(rolled.status, 303);
    world.app.clock.advance_millis(6 * DAY + HOUR);
    tell(&world).await;
    let mut told = notices(&server, 2).await;
    told.sort();
    assert_eq!(told, [("disabled".to_owned(), 14), ("rolled".to_owned(), 14)]);
    let of_rolled = server
        .received()
        .into_iter()
        .find(|one| one.data()["key"]["name"] == "rolled");
    let id = of_rolled.unwrap().data()["key"]["id"].as_str().unwrap().to_owned();
    assert!(!page.ends_with(&id), "it is the successor");
    let mail = world.app.mails(1).await.remove(0);
    assert!(mail.contains("live, disabled)"), "{mail}");
}

#[tokio::test]
async fn after_a_long_stop_the_last_notice_is_given() {
    let (world, server) = start().await;
    ending(&world, "late", 20 * DAY).await;
    ending(&world, "too late", 15 * DAY).await;
    world.app.clock.advance_millis(18 * DAY);
    tell(&world).await;
    tell(&world).await;
    assert_eq!(notices(&server, 1).await, [("late".to_owned(), 3)]);
    let mails = world.app.mails(1).await;
    assert!(mails.len() == 1 && mails[0].contains("in 2 days") && !mails[0].contains("too late"));
}

#[tokio::test]
async fn one_mail_a_person_to_whom_it_concerns() {
    let (world, _server) = start().await;
    let members = [
        ("adam", "admin"),
        ("bob", "developer"),
        ("dora", "developer"),
        ("victor", "viewer"),
        ("una", "owner"),
        ("former", "developer"),
    ];
    let mut people = Vec::new();
    for (name, role) in members {
        let person = world.app.person(name).await;
        world.app.join(&world.workspace, &person, role).await;
        people.push(person);
    }
    let keys = "/w/acme/p/site/keys";
    for (person, name) in [(&people[1], "Bob’s key"), (&people[5], "A key of a former member")] {
        let fields = [("name", name), ("type", "secret"), ("expiry", "30")];
        let made = person.submit(&format!("{keys}/new"), keys, &fields).await;
        assert_eq!(made.status, 303, "{}", made.body);
    }
    let operators = ending(&world, "The operator’s key", 30 * DAY - HOUR).await.key.id;
    let db = &world.app.app.db;
    db.execute("UPDATE accounts SET email_confirmed_at = NULL WHERE email = 'una@example.com'")
        .await
        .unwrap();
    let tx = db.begin().await.unwrap();
    store::members::delete(&tx, world.workspace.id, people[5].account.id)
        .await
        .unwrap();
    store::db::commit(tx).await.unwrap();
    // Another workspace of Alice's: it is in the same mail.
    let other = world.app.workspace_on(&world.alice, "Other", Some("enterprise")).await;
    let project = world.app.project(&other, "Back office").await;
    let input = NewKeyInput {
        expires_at: world.app.app.now().plus(30 * DAY).rfc3339(),
        ..secret("Elsewhere", "test")
    };
    world.app.key_of(&other, Some(&project), input).await;

    world.app.clock.advance_millis(16 * DAY + HOUR);
    tell(&world).await;
    let mails = world.app.mails(3).await;
    assert_eq!(mails.len(), 3);
    let to = |name: &str| {
        let address = format!("To: {name}@example.com");
        mails
            .iter()
            .find(|mail| mail.contains(&address))
            .unwrap_or_else(|| panic!("a mail to {name}"))
    };
    let lists = |mail: &str| mail.matches("Roll it: ").count();
    assert_eq!((lists(to("alice")), lists(to("adam")), lists(to("bob"))), (4, 3, 1));
    for part in [
        "Subject: 4 keys for",
        "in Acme, Site",
        "in Other, Back office",
        "test)",
        "live)",
    ] {
        assert!(to("alice").contains(part), "{part} in {}", to("alice"));
    }
    assert!(
        to("alice").find("The operator").unwrap() < to("alice").find("Elsewhere").unwrap(),
        "soonest first"
    );
    assert!(to("bob").contains("Bob’s key"));
    for mail in &mails {
        assert!(!mail.contains("whsec_"));
    }
    let link = format!("{}{keys}/{operators}/roll", world.app.address);
    assert!(to("adam").contains(&link), "{}", to("adam"));

    // Bob follows his link, and rolls.
    let link = to("bob")
        .lines()
        .find_map(|line| line.strip_prefix("Roll it: "))
        .unwrap();
    let page = link.trim().strip_prefix(&world.app.address).unwrap();
    let bob = world.app.browser();
    bob.sign_in("bob@example.com", crate::support::PASSWORD).await;
    let rolled = bob.submit(page, page, &[("grace", "24h")]).await;
    assert!(rolled.location().ends_with("/reveal"));
}

#[tokio::test]
async fn many_at_once_are_one_mail() {
    let (world, server) = start().await;
    let mut all = Vec::new();
    for number in 0..230 {
        all.push(
            ending(&world, &format!("key {number:03}"), 15 * DAY + number)
                .await
                .key
                .id,
        );
    }
    world.app.clock.advance_millis(DAY + HOUR);
    tell(&world).await;
    let mails = world.app.mails(1).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Subject: 230 keys for"));
    assert_eq!(mails[0].matches("Roll it: ").count(), 200);
    assert!(mails[0].contains("30 more"), "{}", mails[0]);
    let told = notices(&server, 230).await;
    let names: std::collections::BTreeSet<_> = told.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!((told.len(), names.len()), (230, 230));
}
