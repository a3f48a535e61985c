//! Whoever sends much keeps nobody else from being heard.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

#[tokio::test]
async fn many_places_are_one_report_and_nobody_silences_github() {
    let github = Github::start().await;
    let world = github.world().await;
    let page = "/w/acme/p/site/leaked-keys";
    world.alice.submit(page, page, &[("action", "notify")]).await;
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret();
    let github_says = async |message: usize| {
        world.app.advance(Duration::from_secs(1));
        let place = |number| format!("https://github.com/{message}/{number}");
        let finds: Vec<Value> = (0..10).map(|number| find(text, &place(number), "commit")).collect();
        assert_eq!(labels(&github.report(&world, &json!(finds)).await), [TRUE; 10]);
    };
    for message in 1..=2 {
        github_says(message).await;
        assert_eq!(world.app.mails(message).await.len(), message);
    }
    for number in 0..12 {
        world.app.advance(Duration::from_secs(1));
        let place = format!("https://paste.example/{number}");
        let told = world.report(&json!({"key": text, "found_at": place})).await;
        assert_eq!(told.status, 202);
    }
    assert_eq!(world.app.mails(12).await.len(), 12, "ten of them are told");
    github_says(3).await;
    let mails = world.app.mails(13).await;
    assert_eq!(mails.len(), 13);
    assert!(mails.iter().any(|mail| mail.contains("https://github.com/3/0")));
    // GitHub, too, is heard ten times a day, and again on the next.
    for message in 4..=12 {
        github_says(message).await;
    }
    assert_eq!(world.app.mails(20).await.len(), 20);
    world.app.advance(Duration::from_secs(86_400));
    github_says(13).await;
    assert_eq!(world.app.mails(21).await.len(), 21);
}

/// Sends the head of a request whose body does not come, and returns the head of the answer.
async fn only_begin(world: &World, signature: &str) -> (TcpStream, String) {
    let host = world.app.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST {ADDRESS} HTTP/1.1\r\nHost: {host}\r\nGithub-Public-Key-Identifier: one\r\n\
         Github-Public-Key-Signature: {signature}\r\nContent-Length: 1000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let length = stream.read(&mut answer).await.unwrap();
    answer.truncate(length);
    (stream, String::from_utf8(answer).unwrap().to_lowercase())
}

#[tokio::test]
async fn strangers_are_not_read_at_length() {
    let github = Github::start().await;
    let world = github.world().await;
    let (_, refused) = only_begin(&world, &STANDARD.encode([48; 73])).await;
    assert!(refused.starts_with("http/1.1 403"), "before its body: {refused}");
    // Four large bodies at once are waited for, and no fifth.
    let signature = github.sign("something else");
    let begun = (0..5).map(|_| Box::pin(only_begin(&world, &signature)));
    let ((_, fifth), _, four) = futures_util::future::select_all(begun).await;
    assert!(fifth.starts_with("http/1.1 503"), "{fifth}");
    assert!(fifth.contains("\r\nretry-after: 10\r\n"), "{fifth}");
    let key = world.key("Deploy").await;
    let found = json!([find(key.text.expose_secret(), PLACE, "content")]);
    assert_eq!(labels(&github.report(&world, &found).await), [TRUE], "a small one");
    drop(four);
    let large = (0..1_000).map(|number| find("some_token", &format!("{PLACE}#{number}"), ""));
    let large = json!(large.collect::<Vec<_>>());
    let mut told = github.report(&world, &large).await;
    for _ in 0..200 {
        if told.status != 503 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        told = github.report(&world, &large).await;
    }
    assert_eq!(labels(&told).len(), 1_000, "there is room again");
}
