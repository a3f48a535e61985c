//! The form of a workspace's own endpoint.

use keyhatch::model::role::Role;
use serde_json::Value;

use super::super::customer::Customer;
use super::super::world::World;
use super::{ALL, PAGE, member, press, set, submit};
use crate::support::places::{secret, typed};
use crate::support::{Browser, PASSWORD, TestApp};

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
    // Each has the form before the other sends it.
    let page = format!("{PAGE}/new");
    let forms = [
        world.alice.get(&page).await.form(PAGE),
        adam.get(&page).await.form(PAGE),
    ];
    let send = async |browser: &Browser, form: &[(String, String)]| {
        let typed = ALL.iter().map(|event| ("events", *event));
        let kept = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| *name != "url" && *name != "events");
        let fields: Vec<_> = kept.chain(typed).chain([("url", server.url.as_str())]).collect();
        browser.post(PAGE, &fields).await
    };
    let both = tokio::join!(send(&world.alice, &forms[0]), send(&adam, &forms[1]));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
}

#[tokio::test]
async fn two_people_who_change_one_endpoint_hear_of_each_other() {
    let world = World::start().await;
    let server = Customer::start().await;
    set(&world.alice, &server.url, &["key.created", "key.revoked"]).await;
    let adam = member(&world, "adam", Role::Admin).await;
    let edit = format!("{PAGE}/edit");
    let opened = adam.get(&edit).await.form(&edit);
    let theirs = "https://hooks.example.com/alice";
    world
        .alice
        .submit(&edit, &edit, &[("url", theirs), ("events", "key.expiring")])
        .await;

    // Who chooses other events has not seen where they go now.
    let answer = adam
        .try_post(&edit, &typed(&opened, "events", "key.created"))
        .await
        .unwrap();
    assert_eq!(answer.status, 409);
    assert_eq!(answer.texts(".callout dl dt"), ["URL", "Events"]);
    let said = answer.texts(".callout dl dd");
    assert!(
        said[0].contains(&format!("Saved: {theirs}")) && said[0].contains(&server.url),
        "{said:?}"
    );
    assert!(
        said[1].contains("Saved: key.expiring") && said[1].contains("Yours: key.created"),
        "{said:?}"
    );
    assert_eq!(answer.attribute(".callout a", "href").as_deref(), Some(edit.as_str()));
    assert_eq!(answer.attribute("#url", "value").as_deref(), Some(server.url.as_str()));
    assert!(answer.attribute("input[value='key.created'][checked]", "id").is_some());
    assert!(answer.attribute("input[value='key.expiring'][checked]", "id").is_none());
    assert!(
        world.alice.get(PAGE).await.text("dl.definition").contains(theirs),
        "nothing is saved"
    );
    // Saving once more means: mine.
    let mine = adam.try_post(&edit, &answer.form(&edit)).await.unwrap();
    assert_eq!(mine.location(), PAGE);
    assert!(world.alice.get(PAGE).await.text("dl.definition").contains(&server.url));

    // Nor does it matter what happens to the endpoint that nobody edits.
    let opened = adam.get(&edit).await.form(&edit);
    press(&world.alice, PAGE, "disablement").await;
    let saved = adam.try_post(&edit, &typed(&opened, "url", theirs)).await.unwrap();
    assert_eq!(saved.location(), PAGE);
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
async fn two_people_who_rotate_one_secret_hear_of_each_other() {
    let world = World::start().await;
    let server = Customer::start().await;
    set(&world.alice, &server.url, &ALL).await;
    let adam = member(&world, "adam", Role::Admin).await;
    let action = format!("{PAGE}/signing-secret");
    let opened = adam.get(&action).await.form(&action);
    world.alice.submit(&action, &action, &[]).await;
    let told = adam.try_post(&action, &opened).await.unwrap();
    assert_eq!(told.status, 409);
    assert!(told.text(".callout-title").contains("rotated while this page was open"));
    let meant = adam.try_post(&action, &told.form(&action)).await.unwrap();
    assert_eq!(meant.location(), format!("{PAGE}/reveal"));
}

#[tokio::test]
async fn its_deliveries_say_how_many_they_are() {
    let world = World::start().await;
    let server = Customer::start().await;
    set(&world.alice, &server.url, &ALL).await;
    press(&world.alice, PAGE, "test-events").await;
    assert_eq!(world.alice.get(PAGE).await.text(".pagination .hint"), "1 delivery");
    for _ in 0..26 {
        // Faster than that, nobody may send them.
        world.app.advance(std::time::Duration::from_secs(60));
        press(&world.alice, PAGE, "test-events").await;
    }
    let newest = world.alice.get(PAGE).await;
    assert_eq!(newest.text(".pagination .hint"), "1–25 of 27 deliveries");
    let next = newest.attribute("a[rel=next]", "href").unwrap();
    let older = world.alice.get(&next).await;
    assert_eq!(older.text(".pagination .hint"), "26–27 of 27 deliveries");
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
