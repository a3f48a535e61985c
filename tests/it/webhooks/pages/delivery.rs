//! One delivery: what was sent, what was answered, what comes next.

use serde_json::json;

use super::{answering, delivered_to, list, settled, with_body};
use crate::webhooks::customer::Reply;
use crate::webhooks::world::World;

#[tokio::test]
async fn a_failed_attempt_says_what_happened_and_when_the_next_one_is() {
    let world = World::start().await;
    world
        .receiver
        .next(Reply::Status(503, "retry-after: 3600\r\n".to_owned()));
    let id = world.send(json!({})).await;
    world.after(&id, 1).await;
    let url = format!("{}/{id}", list(&world));
    let page = world.alice.get(&url).await;
    assert_eq!(page.texts(".badges .badge")[0], "Retrying");
    assert!(
        page.text(".waiting").contains("The next one is due"),
        "{}",
        page.text(".waiting")
    );
    assert!(
        page.attribute("#delivery", "data-poll").is_none(),
        "an hour is too long to wait for"
    );
    let article = page.text("article");
    assert!(article.contains("503 Service Unavailable"), "{article}");
    assert!(article.contains("no"), "what it answered");

    let again = world.alice.submit(&url, &format!("{url}/resends"), &[]).await;
    assert_eq!(again.location(), url);
    let page = settled(&world.alice, &url).await;
    assert_eq!(page.texts(".badges .badge")[0], "Delivered");
    assert_eq!(page.texts("article h3"), ["Attempt 2", "Attempt 1"]);
    let ids: Vec<_> = world
        .receiver
        .received()
        .iter()
        .map(|one| one.id().to_owned())
        .collect();
    assert_eq!(ids, [id.clone(), id]);
}

#[tokio::test]
async fn an_answer_from_hell_is_text() {
    let world = World::start().await;
    let script = b"<script>alert(1)</script></code></pre><img src=x onerror=alert(1)>";
    let page = delivered_to(&world, &answering(with_body("200 OK", script)).await).await;
    assert_eq!(page.texts("article pre").pop().unwrap().as_bytes(), script);
    assert_eq!(page.texts("main script, main img").len(), 0);

    let odd = b"a\x00b\xff\xfe\x1b[31mred \xe2\x80\xaeesrever\r\nlast";
    let page = delivered_to(&world, &answering(with_body("500 No", odd)).await).await;
    let shown = page.texts("article pre").pop().unwrap();
    assert_eq!(shown, "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}[31mred \u{fffd}esrever last");

    let large = vec![b'x'; 100_000];
    let page = delivered_to(&world, &answering(with_body("200 OK", &large)).await).await;
    assert_eq!(page.texts("article pre").pop().unwrap().len(), 4_000);
    assert!(page.text("article").contains("The rest is not shown."));
    assert!(page.body.len() < 40_000, "{} bytes", page.body.len());

    let broken = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf".to_vec();
    let page = delivered_to(&world, &answering(broken).await).await;
    assert!(
        page.text("article").contains("It is cut here"),
        "{}",
        page.text("article")
    );

    let page = delivered_to(&world, &answering(b"nonsense\r\n\r\n".to_vec()).await).await;
    assert!(page.text("article").contains("No answer"), "{}", page.text("article"));
    let redirect = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_vec();
    let page = delivered_to(&world, &answering(redirect).await).await;
    assert!(page.text("article").contains("redirects are not followed"));
}

#[tokio::test]
async fn a_large_event_is_shown_by_its_beginning() {
    let world = World::start().await;
    let id = world.send(json!("<b>ß".repeat(10_000))).await;
    let page = settled(&world.alice, &format!("{}/{id}", list(&world))).await;
    let shown = page.text("#body");
    assert_eq!(shown.chars().count(), 16_000);
    assert!(shown.contains("<b>ß"));
    let sent = world.receiver.received().remove(0).body;
    assert!(page.body.contains(&format!("The beginning of {} bytes.", sent.len())));
}
