//! Endpoints that are switched off: because they said so, because nothing has arrived for five days, or by hand.

use keyhatch::domain::webhooks::{endpoints, resend};
use keyhatch::model::ids::EndpointId;
use keyhatch::store;
use serde_json::json;

use super::customer::Reply;
use super::world::World;

const DAY: i64 = 24 * 3_600_000;

async fn endpoint_of(world: &World) -> EndpointId {
    let found = store::webhooks::endpoints::list_of_key(world.app.app.db.reader(), world.key.key.id).await;
    found.unwrap()[0].id
}

#[tokio::test]
async fn whoever_is_gone_gets_nothing_more() {
    let world = World::start().await;
    world.receiver.next(Reply::status(500));
    let waiting = world.send(json!(1)).await;
    world.after(&waiting, 1).await;
    world.receiver.next(Reply::status(410));
    let id = world.send(json!(2)).await;
    for id in [&id, &waiting] {
        let delivery = world.in_state(id, "stopped").await;
        assert_eq!(delivery["stopped_because"], "endpoint_off");
    }
    let answer = world.post(json!(3)).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("410 Gone"), "{}", answer.body);
    let mail = world.app.mails(1).await.remove(0);
    assert!(
        mail.contains("alice@example.com") && mail.contains("410 Gone"),
        "{mail}"
    );
    assert!(mail.contains(&world.page()), "{mail}");
    let trail = world.alice.get(&world.page()).await.texts(".trail > li > span");
    assert!(trail[0].contains("switched off a webhook endpoint"), "{trail:?}");

    let ring = world.ring();
    let proof = ring.manage_keys().unwrap();
    endpoints::switch_on(&world.app.app, proof, endpoint_of(&world).await)
        .await
        .unwrap();
    resend::resend(&world.app.app, proof, waiting.parse().unwrap())
        .await
        .unwrap();
    world.in_state(&waiting, "delivered").await;
    world.send(json!(4)).await;
    world.receiver.wait_for(4).await;
    assert_eq!(world.look(&id).await["state"], "stopped", "what was given up stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_days_without_success() {
    let world = World::start().await;
    for (name, role) in [("adam", "admin"), ("bob", "developer"), ("victor", "viewer")] {
        let person = world.app.person(name).await;
        world.app.join(&world.workspace, &person, role).await;
    }
    world.receiver.always(Reply::status(500));
    let first = world.send(json!(1)).await;
    for attempts in 1..8 {
        world.after(&first, attempts).await;
        world.move_on_to_next(&first).await;
    }
    world.in_state(&first, "failed").await;
    world.app.clock.advance_millis(4 * DAY);
    let waiting = world.send(json!(2)).await;
    let second = world.send(json!(3)).await;
    for attempts in 1..4 {
        world.after(&waiting, attempts).await;
        let delivery = world.after(&second, attempts).await;
        assert_eq!(delivery["state"], "waiting", "one stumble is not enough");
        world.move_on_to_each(&[&second, &waiting]).await;
    }
    for id in [&waiting, &second] {
        let delivery = world.in_state(id, "stopped").await;
        assert_eq!(delivery["stopped_because"], "endpoint_off");
    }
    let answer = world.post(json!(4)).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("five days"), "{}", answer.body);
    let mut mails = world.app.mails(2).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(world.app.mails(2).await.len(), 2, "owners and admins, once each");
    mails.sort_by_key(|mail| mail.contains("To: alice"));
    assert!(mails[0].contains("To: adam@example.com"), "{}", mails[0]);
    assert!(mails[1].contains("To: alice@example.com"), "{}", mails[1]);
    assert!(mails[0].contains("has failed"), "{}", mails[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_success_begins_the_five_days_anew() {
    let world = World::start().await;
    world.receiver.always(Reply::status(500));
    let first = world.send(json!(1)).await;
    world.after(&first, 1).await;
    world.app.clock.advance_millis(4 * DAY);
    world.receiver.next(Reply::status(200));
    world.in_state(&first, "delivered").await;
    world.app.clock.advance_millis(2 * DAY);
    let second = world.send(json!(2)).await;
    for attempts in 1..5 {
        world.after(&second, attempts).await;
        world.move_on_to_next(&second).await;
    }
    assert_eq!(world.after(&second, 5).await["state"], "waiting");
}

#[tokio::test]
async fn by_hand_and_by_nobody_else() {
    let world = World::start().await;
    world.receiver.next(Reply::status(500));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    let endpoint = endpoint_of(&world).await;
    let charlie = world.app.person("charlie").await;
    let elsewhere = world.app.workspace(&charlie, "Elsewhere").await;
    let project = world.app.project(&elsewhere, "Site").await;
    let foreign = world.app.ring(&elsewhere, Some(&project));
    let foreign = foreign.manage_keys().unwrap();
    let app = &world.app.app;
    assert!(endpoints::switch_off(app, foreign, endpoint).await.is_err());
    assert!(resend::resend(app, foreign, id.parse().unwrap()).await.is_err());
    let ring = world.ring();
    endpoints::switch_off(app, ring.manage_keys().unwrap(), endpoint)
        .await
        .unwrap();
    assert_eq!(world.look(&id).await["state"], "stopped");
    assert_eq!(world.post(json!(2)).await.status, 409);
    assert!(
        resend::resend(app, ring.manage_keys().unwrap(), id.parse().unwrap())
            .await
            .is_err()
    );
}
