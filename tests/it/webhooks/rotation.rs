//! Which secret signs, before, during and after a rotation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::customer::Reply;
use super::world::World;
use crate::support::Answer;

/// Alice rotates on the page, and looks at the new secret.
async fn rotate(world: &World, overlap: &str) -> String {
    let action = format!("{}/signing-secret", world.page());
    let fields: &[(&str, &str)] = if overlap.is_empty() {
        &[]
    } else {
        &[("overlap", overlap)]
    };
    let answer = world.alice.submit(&action, &action, fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = world.alice.get(&answer.location()).await;
    page.text("#signing-secret")
}

async fn end_now(world: &World) -> Answer {
    let action = format!("{}/signing-secret/retirement", world.page());
    world.alice.submit(&world.page(), &action, &[]).await
}

#[tokio::test]
async fn at_once_is_what_happens_when_nobody_says_otherwise() {
    let world = World::start().await;
    let old = world.secret().to_owned();
    world.receiver.next(Reply::status(500));
    let waiting = world.send(json!(1)).await;
    world.after(&waiting, 1).await;
    let new = rotate(&world, "").await;
    assert_ne!(new, old);
    world.move_on_to_next(&waiting).await;
    world.in_state(&waiting, "delivered").await;
    world.send(json!(2)).await;
    let received = world.receiver.wait_for(3).await;
    assert!(received[0].is_signed_with(&old) && !received[0].is_signed_with(&new));
    for one in &received[1..] {
        assert!(one.is_signed_with(&new) && !one.is_signed_with(&old));
        assert_eq!(one.signatures().len(), 1);
    }
}

#[tokio::test]
async fn during_an_overlap_both_sign() {
    let world = World::start().await;
    let old = world.secret().to_owned();
    let new = rotate(&world, "1h").await;
    let page = world.alice.get(&world.page()).await;
    assert!(page.body.contains("Two signing secrets"), "{}", page.body);
    world.send(json!(1)).await;
    world.app.clock.advance_millis(59 * 60_000);
    world.send(json!(2)).await;
    for one in world.receiver.wait_for(2).await {
        assert!(one.is_signed_with(&new) && one.is_signed_with(&old));
        assert_eq!(one.signatures().len(), 2);
    }
    world.app.clock.advance_millis(61_000);
    world.send(json!(3)).await;
    let third = world.receiver.wait_for(3).await.remove(2);
    assert!(third.is_signed_with(&new) && !third.is_signed_with(&old));
    assert!(
        !world
            .alice
            .get(&world.page())
            .await
            .body
            .contains("Two signing secrets")
    );
    let trail = world
        .alice
        .get(&world.page())
        .await
        .texts(".trail > li > span")
        .join("\n");
    assert!(trail.contains("the old secret signs too until"), "{trail}");
}

#[tokio::test]
async fn an_overlap_can_be_ended_now() {
    let world = World::start().await;
    let old = world.secret().to_owned();
    let new = rotate(&world, "7d").await;
    assert_eq!(end_now(&world).await.status, 303);
    world.send(json!(1)).await;
    let one = world.receiver.wait_for(1).await.remove(0);
    assert!(one.is_signed_with(&new) && !one.is_signed_with(&old));
    let trail = world.alice.get(&world.page()).await.texts(".trail > li > span");
    assert!(trail[0].contains("ended the previous signing secret"), "{trail:?}");
    let sealed = keyhatch::store::signing_secrets::of_key(world.app.app.db.reader(), world.key.key.id).await;
    assert!(sealed.unwrap().previous.is_none(), "it is not kept");
}

#[tokio::test]
async fn a_second_rotation_leaves_two_secrets_at_most() {
    let world = World::start().await;
    let first = world.secret().to_owned();
    let second = rotate(&world, "24h").await;
    let third = rotate(&world, "24h").await;
    world.send(json!(1)).await;
    let one = world.receiver.wait_for(1).await.remove(0);
    assert!(one.is_signed_with(&third) && one.is_signed_with(&second) && !one.is_signed_with(&first));
}

#[tokio::test]
async fn another_word_is_refused_at_its_field() {
    let world = World::start().await;
    let action = format!("{}/signing-secret", world.page());
    let answer = world.alice.submit(&action, &action, &[("overlap", "for ever")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.texts("#overlap-error")[0].contains("7d"), "{}", answer.body);
}

/// The claim: no signature is made with the old secret after the page has answered.
#[tokio::test(flavor = "multi_thread")]
async fn under_load_the_old_secret_signs_nothing_after_the_answer() {
    let world = Arc::new(World::start().await);
    let over = Arc::new(AtomicBool::new(false));
    let sender = {
        let (world, over) = (Arc::clone(&world), Arc::clone(&over));
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                world.send(json!(1)).await;
            }
        })
    };
    let mut secrets = vec![world.secret().to_owned()];
    for _ in 0..10 {
        let before = world.receiver.received().len();
        world.receiver.wait_for(before + 5).await;
        let new = rotate(&world, "").await;
        // What was signed before the answer may be on its way still; nothing that is accepted from here on is.
        let accepted = world.send(json!("after")).await;
        world.in_state(&accepted, "delivered").await;
        secrets.push(new.clone());
        let received = world.receiver.received();
        let one = received.iter().find(|one| one.id() == accepted).unwrap();
        assert!(one.is_signed_with(&new));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    over.store(true, Ordering::Relaxed);
    sender.await.unwrap();
    let mut latest = 0;
    for one in world.receiver.received() {
        let by = secrets.iter().position(|secret| one.is_signed_with(secret)).unwrap();
        // A few are under way at a time, so that neighbours may overtake each other; none by more than one rotation.
        assert!(by + 1 >= latest, "secret {by} after secret {latest}");
        latest = latest.max(by);
    }
    assert_eq!(latest, 10);
}
