//! Claiming: who gets what, and what becomes of the claims of the dead.

use std::collections::HashMap;

use keyhatch::store::webhooks::claims::{self, Claim};
use serde_json::json;

use super::customer::Reply;
use super::world::{WEBHOOKS, World};

fn claim_of(world: &World, node: uuid::Uuid) -> Claim {
    let now = world.app.app.now();
    Claim {
        node,
        now,
        until: now.plus(30_000),
        room: 100,
        of_endpoint: 4,
        of_workspace: 12,
    }
}

#[tokio::test]
async fn a_claim_goes_round_all_endpoints() {
    let world = World::start().await;
    world.app.app.dispatch.stop();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    for number in 0..50 {
        // One endpoint has forty, five have two each.
        let url = world
            .receiver
            .at(&format!("/{}", if number < 40 { 0 } else { 1 + number % 5 }));
        let body = json!({"key_id": world.key.key.id.to_string(), "type": "a", "data": number, "url": url});
        assert_eq!(world.backend.post(WEBHOOKS, &body).await.status, 202);
    }
    let db = &world.app.app.db;
    let mut seen = HashMap::new();
    let node = world.app.app.new_id();
    let claimed = claims::claim(db.writer(), claim_of(&world, node)).await.unwrap();
    for id in &claimed {
        let delivery = keyhatch::store::webhooks::deliveries::find_any(db.reader(), *id)
            .await
            .unwrap()
            .unwrap();
        assert!(delivery.is_under_way(world.app.app.now()));
        *seen.entry(delivery.url).or_insert(0) += 1;
    }
    assert_eq!(claimed.len(), 12, "the workspace’s share: {seen:?}");
    assert_eq!(seen.len(), 6, "everybody has something: {seen:?}");
    let again = claims::claim(db.writer(), claim_of(&world, node)).await.unwrap();
    assert!(again.is_empty(), "nothing twice, and no more than the share");
    let more = Claim {
        of_workspace: 100,
        room: 1,
        ..claim_of(&world, node)
    };
    for left in [1, 1, 0] {
        let claimed = claims::claim(db.writer(), more).await.unwrap();
        assert_eq!(
            claimed.len(),
            left,
            "one endpoint has two places left, the others nothing that waits"
        );
    }
    assert!(claims::is_any_due(db.reader(), world.app.app.now()).await.unwrap());
}

#[tokio::test]
async fn what_a_dead_node_has_claimed_comes_back() {
    let world = World::start().await;
    world.receiver.next(Reply::status(500));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    let due = world.look(&id).await;
    // Another node claims it the moment it is due, and dies.
    let mut claim = claim_of(&world, world.app.app.new_id());
    claim.now = claim
        .now
        .plus(super::world::millis(&due["next_attempt_at"]) - claim.now.millis());
    claim.until = claim.now.plus(30_000);
    let claimed = claims::claim(world.app.app.db.writer(), claim).await.unwrap();
    assert_eq!(claimed.len(), 1);
    world.app.clock.advance_millis(15_000);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(world.receiver.received().len(), 1, "it is somebody else’s");
    world.app.clock.advance_millis(30_000);
    world.in_state(&id, "delivered").await;
    let received = world.receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id(), received[1].id());
}

/// Ten nodes on one database: each delivery is claimed by one of them.
#[tokio::test(flavor = "multi_thread")]
async fn no_two_nodes_claim_the_same() {
    let world = World::start().await;
    world.app.app.dispatch.stop();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    for number in 0..60 {
        let url = world.receiver.at(&format!("/{number}"));
        let body = json!({"key_id": world.key.key.id.to_string(), "type": "a", "data": number, "url": url});
        assert_eq!(world.backend.post(WEBHOOKS, &body).await.status, 202);
    }
    let nodes = (0..10).map(|_| {
        let app = world.app.app.clone();
        let claim = Claim {
            of_workspace: 100,
            room: 20,
            ..claim_of(&world, app.new_id())
        };
        tokio::spawn(async move { claims::claim(app.db.writer(), claim).await.unwrap() })
    });
    let mut all = Vec::new();
    for node in nodes.collect::<Vec<_>>() {
        all.extend(node.await.unwrap());
    }
    let claimed = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), claimed, "nothing twice");
    assert!(claimed >= 20, "{claimed}");
}

/// Two nodes on one PostgreSQL share the work, and nothing arrives twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_the_work() {
    let world = World::start().await;
    let Some(url) = world.app.database_url() else { return };
    let _other = crate::support::TestApp::start_with(&[("KEYHATCH_DATABASE_URL", &url)]).await;
    let ids: Vec<_> = futures_util::future::join_all((0..50).map(|number| world.send(json!(number)))).await;
    for id in &ids {
        world.in_state(id, "delivered").await;
    }
    assert_eq!(world.receiver.received().len(), 50);
}
