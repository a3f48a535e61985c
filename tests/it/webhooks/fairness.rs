//! One slow receiver delays nobody else.

use std::time::{Duration, Instant};

use serde_json::json;

use super::customer::{Customer, Reply};
use super::world::{WEBHOOKS, World, with_url};

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_delays_nobody_else() {
    let world = World::start().await;
    let slow = Customer::start().await;
    slow.always(Reply::Hang);
    for number in 0..60 {
        let body = json!({
            "key_id": world.key.key.id.to_string(), "type": "a", "data": number, "url": slow.at(&format!("/{}", number % 3))
        });
        assert_eq!(world.backend.post(WEBHOOKS, &body).await.status, 202);
    }
    slow.wait_for(9).await;
    let began = Instant::now();
    let neighbour = world.another_key("Neighbour", &world.receiver.url).await;
    let charlie = world.app.person("charlie").await;
    let elsewhere = world.app.workspace(&charlie, "Elsewhere").await;
    let project = world.app.project(&elsewhere, "Site").await;
    let stranger = world
        .app
        .key_of(&elsewhere, Some(&project), with_url("Other", &world.receiver.url))
        .await;
    for key in [&stranger, &neighbour] {
        for number in 0..10 {
            let body = json!({"key_id": key.key.id.to_string(), "type": "a", "data": number});
            assert_eq!(world.backend.post(WEBHOOKS, &body).await.status, 202);
        }
    }
    // Of its own workspace it takes places, but never all of them: an endpoint has four, a workspace twelve.
    world.receiver.wait_for(10).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(slow.received().len() <= 12, "{}", slow.received().len());
}
