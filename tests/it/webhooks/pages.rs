//! The pages: what Alice, Bob, Victor and Charlie see of webhooks, and what they can do about them.

mod buttons;
mod delivery;
mod elsewhere;
mod lists;

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::receiver::{Receiver, read_request};
use super::world::{WEBHOOKS, World};
use crate::support::{Answer, Browser, Person};

/// `/w/acme/p/site/webhooks`
fn list(world: &World) -> String {
    world.page().split("/keys/").next().unwrap().to_owned() + "/webhooks"
}

/// A member of Alice's workspace.
async fn member(world: &World, name: &str, role: &str) -> Person {
    let person = world.app.person(name).await;
    world.app.join(&world.workspace, &person, role).await;
    person
}

/// An event for the key goes to this receiver, and is over; its page.
async fn delivered_to(world: &World, receiver: &Receiver) -> Answer {
    let url = receiver.url("/hook?token=1");
    let body = json!({"key_id": world.key.key.id.to_string(), "type": "invoice.paid", "data": {}, "url": url});
    let answer = world.backend.post(WEBHOOKS, &body).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    world.after(&id, 1).await;
    world.alice.get(&format!("{}/{id}", list(world))).await
}

/// The page, once it waits for nothing any more.
async fn settled(browser: &Browser, page: &str) -> Answer {
    let began = Instant::now();
    loop {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        if answer.texts("#delivery[data-poll]").is_empty() {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A receiver that answers exactly these bytes.
async fn answering(answer: Vec<u8>) -> Receiver {
    Receiver::start(move |mut stream| {
        let answer = answer.clone();
        async move {
            read_request(&mut stream).await?;
            stream.write_all(&answer).await?;
            stream.shutdown().await
        }
    })
    .await
}

fn with_body(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
