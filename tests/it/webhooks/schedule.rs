//! When it is tried again, and what receivers can say about that.

use std::time::Duration;

use serde_json::json;

use super::customer::Reply;
use super::world::{World, millis};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_schedule_under_one_id() {
    let world = World::start().await;
    world.receiver.always(Reply::status(500));
    let id = world.send(json!({"amount": 7})).await;
    let steps = [
        5 * SECOND,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        10 * HOUR,
    ];
    for (attempts, step) in (1..).zip(steps) {
        let delivery = world.after(&id, attempts).await;
        assert_eq!(delivery["state"], "waiting");
        let last = &delivery["attempts"][attempts - 1];
        let wait = millis(&delivery["next_attempt_at"]) - millis(&last["at"]);
        // What the attempt took comes on top.
        assert!(
            (step..=step * 120 / 100 + 5 * SECOND).contains(&wait),
            "{attempts}: {wait} after a step of {step}"
        );
        if step > 10 * SECOND {
            world.app.clock.advance_millis(step - 8 * SECOND);
            tokio::time::sleep(Duration::from_millis(600)).await;
            assert_eq!(world.receiver.received().len(), attempts, "it comes too early");
        }
        world.move_on_to_next(&id).await;
    }
    let delivery = world.in_state(&id, "failed").await;
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 8);
    assert_eq!(delivery["next_attempt_at"], json!(null));
    let received = world.receiver.received();
    assert_eq!(received.len(), 8);
    for one in &received {
        assert_eq!(one.id(), id);
        assert_eq!(one.body, received[0].body);
        assert!(one.is_signed_with(world.secret()));
    }
    let mut times: Vec<_> = received.iter().map(|one| &one.headers["webhook-timestamp"]).collect();
    times.dedup();
    assert_eq!(times.len(), 8, "each attempt says when it was made");
}

#[tokio::test]
async fn what_arrives_at_the_second_attempt_has_arrived() {
    let world = World::start().await;
    world.receiver.next(Reply::status(503));
    let id = world.send(json!(1)).await;
    world.after(&id, 1).await;
    world.move_on_to_next(&id).await;
    let delivery = world.in_state(&id, "delivered").await;
    let statuses: Vec<_> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, [503, 204]);
}

#[tokio::test]
async fn a_receiver_may_ask_for_more_time_but_not_for_all() {
    let world = World::start().await;
    for (asked, least, most) in [
        ("120", 120 * SECOND, 125 * SECOND),
        ("1", 5 * SECOND, 10 * SECOND),
        ("99999999999", 24 * HOUR, 24 * HOUR + 5 * SECOND),
        ("soon", 5 * SECOND, 10 * SECOND),
    ] {
        world
            .receiver
            .next(Reply::Status(429, format!("retry-after: {asked}\r\n")));
        let id = world.send(json!(asked)).await;
        let delivery = world.after(&id, 1).await;
        let wait = millis(&delivery["next_attempt_at"]) - millis(&delivery["attempts"][0]["at"]);
        assert!((least..=most).contains(&wait), "{asked}: {wait}");
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_nobody_follows_it() {
    let world = World::start().await;
    let elsewhere = world.receiver.at("/elsewhere");
    for status in [301, 302, 307, 308] {
        world
            .receiver
            .next(Reply::Status(status, format!("location: {elsewhere}\r\n")));
        let id = world.send(json!(status)).await;
        let delivery = world.after(&id, 1).await;
        assert_eq!(
            (&delivery["state"], &delivery["attempts"][0]["status"]),
            (&json!("waiting"), &json!(status))
        );
    }
    assert!(world.receiver.received().iter().all(|one| one.path == "/hook"));
}

#[tokio::test]
async fn nobody_at_home_is_a_failure_with_a_code() {
    let world = World::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let body = json!({"key_id": world.key.key.id.to_string(), "type": "a", "data": null, "url": url});
    let answer = world.backend.post(super::world::WEBHOOKS, &body).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let delivery = world.after(&id, 1).await;
    assert_eq!(delivery["attempts"][0]["failure"], "connect");
    assert_eq!(delivery["attempts"][0]["status"], json!(null));
}

#[tokio::test]
async fn of_an_answer_the_beginning_is_kept() {
    let world = World::start().await;
    for (body, kept, cut) in [
        ("<h1>No\0pe</h1>".to_owned(), "<h1>No\u{FFFD}pe</h1>".to_owned(), false),
        ("x".repeat(5_000), "x".repeat(4_096), true),
        ("x".repeat(500_000), "x".repeat(4_096), true),
    ] {
        world.receiver.next(Reply::Body(500, body.clone()));
        let id = world.send(json!(1)).await;
        world.after(&id, 1).await;
        let db = world.app.app.db.reader();
        let attempts = keyhatch::store::webhooks::attempts::list(db, id.parse().unwrap())
            .await
            .unwrap();
        let answer = attempts[0].answer.as_deref().unwrap();
        // SQLite keeps NUL as it is.
        assert!(answer == kept || answer == body, "{} bytes", answer.len());
        assert_eq!(attempts[0].answer_cut, cut, "{}", body.len());
    }
}
