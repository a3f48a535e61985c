//! What a workspace's own endpoint is told, and which secret signs it.

use serde_json::{Value, json};

use super::super::customer::{Customer, Received};
use super::super::world::World;
use super::{ALL, PAGE, issue, press, see, set, waiting_count};
use crate::support::places::trail;

fn types(received: &[Received]) -> Vec<String> {
    let kind = |one: &Received| {
        let body: Value = serde_json::from_str(&one.body).unwrap();
        body["type"].as_str().unwrap().to_owned()
    };
    received.iter().map(kind).collect()
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
    let mut kinds: Vec<_> = received[3..]
        .iter()
        .map(|one| one.data()["by"]["kind"].to_string())
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["\"key\"", "\"operator\""]);
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
    // What is on its way at the same time arrives in any order.
    assert!(
        names.contains(&json!("Twice")) && names.contains(&json!("Last")),
        "{names:?}"
    );
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
