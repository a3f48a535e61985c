//! What the provider may send, and what it is told.

use keyhatch::domain::{keys, webhooks};
use keyhatch::store;
use serde_json::{Value, json};

use super::customer::Customer;
use super::world::{WEBHOOKS, World};
use crate::support::Answer;

fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.body);
    answer.json()["fields"].as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn an_event_arrives_signed_and_byte_for_byte() {
    let world = World::start().await;
    let data = r#"{ "amount" : 12345678901234567890.10,"n":1e400, "é":"\u00e9\/", "a":[ ] }"#;
    let key_id = world.key.key.id;
    let body = format!(r#"{{"data": {data} , "key_id":"{key_id}","type":"invoice.paid"}}"#);
    let request = world.backend.request(reqwest::Method::POST, WEBHOOKS);
    let request = request.header("content-type", "application/json").body(body);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let accepted = answer.json();
    let id = accepted["id"].as_str().unwrap();
    assert_eq!(accepted["state"], "waiting");
    assert_eq!(accepted["url"], world.receiver.url);
    let received = world.receiver.wait_for(1).await.remove(0);
    let at = accepted["created_at"].as_str().unwrap();
    assert_eq!(
        received.body,
        format!(r#"{{"type":"invoice.paid","timestamp":"{at}","data":{data}}}"#)
    );
    assert_eq!(received.id(), id);
    assert_eq!(received.headers["content-type"], "application/json");
    assert!(received.headers["user-agent"].starts_with("Keyhatch/"));
    assert!(received.is_signed_with(world.secret()));
    assert_eq!(received.signatures().len(), 1);
    let delivery = world.in_state(id, "delivered").await;
    assert_eq!(delivery["attempts"][0]["status"], 204);
    assert_eq!(delivery["attempts"][0]["address"], "127.0.0.1");
}

#[tokio::test]
async fn another_url_may_be_named() {
    let world = World::start().await;
    let other = Customer::start().await;
    let body = json!({"key_id": world.key.key.id.to_string(), "type": "a.b", "data": null, "url": other.url});
    let answer = world.backend.post(WEBHOOKS, &body).await;
    assert_eq!(answer.json()["url"], other.url);
    assert_eq!(other.wait_for(1).await[0].data(), Value::Null);
    assert!(world.receiver.received().is_empty());
}

#[tokio::test]
async fn every_mistake_is_told_at_its_field() {
    let world = World::start().await;
    let key_id = world.key.key.id.to_string();
    let good = json!({"key_id": key_id, "type": "a", "data": {}});
    for (field, value) in [
        ("key_id", json!("nonsense")),
        ("key_id", json!(7)),
        ("key_id", json!(null)),
        ("type", json!("")),
        ("type", json!("with space")),
        ("type", json!("x".repeat(101))),
        ("url", json!("not a url")),
        ("url", json!("ftp://127.0.0.1/")),
        ("url", json!("http://169.254.169.254/")),
        ("url", json!("https://user:password@example.com/")),
        ("url", json!("")),
        ("idempotency_key", json!("")),
        ("idempotency_key", json!("é")),
        ("idempotency_key", json!("x".repeat(256))),
        ("data", json!("x".repeat(256 * 1024))),
        ("data", json!("x".repeat(400 * 1024))),
        ("surprise", json!(1)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = world.backend.post(WEBHOOKS, &body).await;
        assert_eq!(fields(&answer), [field], "{}", answer.body);
    }
    let answer = world.backend.post(WEBHOOKS, &json!({})).await;
    assert_eq!(fields(&answer), ["data", "key_id", "type"]);
    assert!(world.receiver.received().is_empty());
    let mut large = good;
    large["data"] = json!("x".repeat(256 * 1024 - 2));
    assert_eq!(world.backend.post(WEBHOOKS, &large).await.status, 202);
    world.receiver.wait_for(1).await;
}

#[tokio::test]
async fn bodies_that_are_no_json_objects() {
    let world = World::start().await;
    let send = async |kind: &str, body: &str| {
        let request = world.backend.request(reqwest::Method::POST, WEBHOOKS);
        let request = request.header("content-type", kind).body(body.to_owned());
        Answer::of(request.send().await.unwrap()).await.status
    };
    assert_eq!(send("text/plain", "{}").await, 415);
    assert_eq!(send("application/json", "[]").await, 400);
    assert_eq!(send("application/json", "{").await, 400);
    assert_eq!(send("application/json", "").await, 400);
    assert_eq!(send("application/json", "\"\\ud800\"").await, 400);
    let request = world.backend.request(reqwest::Method::POST, WEBHOOKS);
    let request = request.header("content-type", "application/json");
    let broken = request.body(b"{\"data\":\"\xff\xfe\"}".to_vec()).send().await.unwrap();
    assert_eq!(broken.status(), 400);
}

#[tokio::test]
async fn keys_that_cannot_have_events() {
    let world = World::start().await;
    let post = async |id: String| {
        let body = json!({"key_id": id, "type": "a", "data": null});
        world.backend.post(WEBHOOKS, &body).await
    };
    assert_eq!(
        post("00000000-0000-7000-8000-000000000000".to_owned()).await.status,
        404
    );
    let (workspace, project) = (&world.workspace, Some(&world.project));
    let without_url = world.app.key(workspace, project, "secret", "live", &[]).await;
    assert_eq!(fields(&post(without_url.key.id.to_string()).await), ["url"]);
    let public = world.app.key(workspace, project, "publishable", "live", &[]).await;
    assert_eq!(post(public.key.id.to_string()).await.status, 409);
    let ring = world.ring();
    keys::revoke(&world.app.app, ring.manage_keys().unwrap(), world.key.key.id)
        .await
        .unwrap();
    let answer = post(world.key.key.id.to_string()).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("revoked"), "{}", answer.body);
    assert_eq!(world.backend.get(&format!("{WEBHOOKS}/msg_0")).await.status, 404);
}

#[tokio::test]
async fn the_same_request_is_one_event() {
    let world = World::start().await;
    let body = |data: Value| json!({"key_id": world.key.key.id.to_string(), "type": "a", "data": data, "idempotency_key": "order-7"});
    let first = world.backend.post(WEBHOOKS, &body(json!(1))).await;
    assert_eq!(first.status, 202, "{}", first.body);
    world.receiver.wait_for(1).await;
    world.in_state(first.json()["id"].as_str().unwrap(), "delivered").await;
    let again = world.backend.post(WEBHOOKS, &body(json!(1))).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    let other = world.backend.post(WEBHOOKS, &body(json!(2))).await;
    assert_eq!(fields(&other), ["idempotency_key"]);
    // The header says the same, quoted or not; both may be sent when they agree.
    let mut plain = body(json!(1));
    plain.as_object_mut().unwrap().remove("idempotency_key");
    for (header, body, status) in [
        ("\"order-7\"", &plain, 202),
        ("order-7", &plain, 202),
        ("order-8", &body(json!(1)), 422),
    ] {
        let request = world.backend.request(reqwest::Method::POST, WEBHOOKS).json(body);
        let answer = Answer::of(request.header("idempotency-key", header).send().await.unwrap()).await;
        assert_eq!(answer.status, status, "{header}: {}", answer.body);
        if status == 202 {
            assert_eq!(answer.body, first.body);
        }
    }
    assert_eq!(world.receiver.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_are_one_event() {
    let world = World::start().await;
    let body = json!({
        "key_id": world.key.key.id.to_string(), "type": "a", "data": 1, "idempotency_key": "order-7"
    });
    let senders = (0..20).map(|_| {
        let (backend, body) = (world.backend.clone(), body.clone());
        tokio::spawn(async move { backend.post(WEBHOOKS, &body).await })
    });
    let mut bodies = Vec::new();
    for sender in senders.collect::<Vec<_>>() {
        let answer = sender.await.unwrap();
        assert_eq!(answer.status, 202, "{}", answer.body);
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    let id = serde_json::from_str::<Value>(&bodies[0]).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.in_state(&id, "delivered").await;
    assert_eq!(world.receiver.received().len(), 1);
}

#[tokio::test]
async fn a_suspended_workspace_sends_nothing_until_it_is_resumed() {
    let world = World::start().await;
    world.receiver.next(super::customer::Reply::status(500));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    keyhatch::domain::workspaces::suspend(&world.app.app, &world.workspace)
        .await
        .unwrap();
    assert_eq!(world.post(json!(2)).await.status, 409);
    world.app.clock.advance_millis(3_600_000);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(world.receiver.received().len(), 1, "nothing leaves");
    keyhatch::domain::workspaces::resume(&world.app.app, &world.workspace)
        .await
        .unwrap();
    world.in_state(&id, "delivered").await;
}

#[tokio::test]
async fn a_suspended_project_sends_nothing_until_it_is_resumed() {
    let world = World::start().await;
    world.receiver.next(super::customer::Reply::status(500));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    let sam = world.app.person("sam").await;
    let suspension = format!("/staff/projects/{}/suspension", world.key.key.project_id.unwrap());
    let reason = [("reason", "It floods a stranger")];
    assert_eq!(sam.submit(&suspension, &suspension, &reason).await.status, 303);
    assert_eq!(world.post(json!(2)).await.status, 409);
    world.app.clock.advance_millis(3_600_000);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(world.receiver.received().len(), 1, "nothing leaves");
    let removal = format!("{suspension}/removal");
    assert_eq!(sam.submit(&removal, &removal, &reason).await.status, 303);
    world.in_state(&id, "delivered").await;
}

#[tokio::test]
async fn what_waits_for_a_revoked_key_stops() {
    let world = World::start().await;
    world.receiver.next(super::customer::Reply::status(500));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    let ring = world.ring();
    keys::revoke(&world.app.app, ring.manage_keys().unwrap(), world.key.key.id)
        .await
        .unwrap();
    let delivery = world.look(&id).await;
    assert_eq!(
        (&delivery["state"], &delivery["stopped_because"]),
        (&json!("stopped"), &json!("key_revoked"))
    );
    world.app.clock.advance_millis(3_600_000);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(world.receiver.received().len(), 1);
}

#[tokio::test]
async fn what_ended_a_month_ago_is_swept() {
    let world = World::start().await;
    let body = json!({
        "key_id": world.key.key.id.to_string(), "type": "a", "data": 1, "idempotency_key": "order-7"
    });
    let first = world.backend.post(WEBHOOKS, &body).await.json();
    let id = first["id"].as_str().unwrap();
    world.in_state(id, "delivered").await;
    let (app, key) = (&world.app.app, world.key.key.id);
    let endpoints = async || {
        store::webhooks::endpoints::list_of_key(app.db.reader(), key)
            .await
            .unwrap()
            .len()
    };
    world.app.clock.advance_millis(29 * 86_400_000);
    webhooks::sweep(app).await.unwrap();
    assert_eq!(world.look(id).await["state"], "delivered");
    world.app.clock.advance_millis(86_400_000 + 60_000);
    webhooks::sweep_endpoints(app).await.unwrap();
    assert_eq!(endpoints().await, 1, "its delivery is still there");
    webhooks::sweep(app).await.unwrap();
    webhooks::sweep_endpoints(app).await.unwrap();
    assert_eq!(endpoints().await, 0);
    assert_eq!(world.backend.get(&format!("{WEBHOOKS}/{id}")).await.status, 404);
    let again = world.backend.post(WEBHOOKS, &body).await;
    assert_eq!(again.status, 202);
    assert_ne!(again.json()["id"], id);
}
