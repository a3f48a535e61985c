//! Sending again, and test events.

use keyhatch::domain::webhooks::{look, resend, send_test};
use serde_json::json;

use super::customer::Reply;
use super::world::World;

#[tokio::test]
async fn what_has_arrived_can_be_sent_again_under_its_id() {
    let world = World::start().await;
    let id = world.send(json!({"n": 1})).await;
    world.in_state(&id, "delivered").await;
    let ring = world.ring();
    let proof = ring.manage_keys().unwrap();
    world.receiver.next(Reply::status(500));
    resend::resend(&world.app.app, proof, id.parse().unwrap())
        .await
        .unwrap();
    let delivery = world.after(&id, 2).await;
    assert_eq!(delivery["state"], "waiting", "the schedule begins anew");
    world.move_on_to_next(&id).await;
    world.in_state(&id, "delivered").await;
    let received = world.receiver.received();
    assert_eq!(received.len(), 3);
    assert!(
        received
            .iter()
            .all(|one| one.id() == id && one.body == received[0].body)
    );
    let (_, attempts) = look::find(&world.app.app, ring.read_keys(), id.parse().unwrap())
        .await
        .unwrap();
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(attempts[1].answer.as_deref(), Some("no"));
    let trail = world.alice.get(&world.page()).await.texts(".trail > li > span");
    assert!(trail[0].contains("sent a webhook again"), "{trail:?}");
    assert_eq!(attempts[1].signature_header, received[1].headers["webhook-signature"]);
}

#[tokio::test]
async fn a_test_event_is_a_delivery_like_any_other() {
    let world = World::start().await;
    let ring = world.ring();
    let sent = send_test::send_test(&world.app.app, ring.manage_keys().unwrap(), world.key.key.id).await;
    let id = sent.unwrap().id.to_string();
    world.in_state(&id, "delivered").await;
    let one = world.receiver.received().remove(0);
    assert!(one.body.contains("\"type\":\"webhook.test\""), "{}", one.body);
    assert!(one.is_signed_with(world.secret()));
}

#[tokio::test]
async fn a_url_can_be_tried_before_there_is_a_key() {
    let world = World::start().await;
    let ring = world.ring();
    let proof = ring.manage_keys().unwrap();
    let app = &world.app.app;
    let outcome = send_test::try_url(app, proof, &world.receiver.url).await.unwrap();
    assert_eq!(outcome.answer.unwrap().status, 204);
    assert!(send_test::try_url(app, proof, "http://169.254.169.254/").await.is_err());
    let mut limited = false;
    for _ in 0..25 {
        limited |= send_test::try_url(app, proof, &world.receiver.url).await.is_err();
    }
    assert!(limited, "nobody uses us to knock at other doors all day");
}
