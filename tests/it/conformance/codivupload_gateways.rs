//! V: CodivUpload's limits behind nginx and Caddy.

use std::time::Duration;

use serde_json::json;

use super::gateways::{Guarded, retry_after, through};
use super::service::Service;
use crate::support::Answer;

const UPLOAD: &str = "/v1/upload-media";

async fn guarded() -> Guarded {
    Guarded::start(Service::start("codivupload").await).await
}

/// As the document prints it; the number of seconds is that of the header.
fn assert_as_documented(answer: &Answer) -> u64 {
    let seconds = retry_after(answer);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(
        answer.json(),
        json!({"error": format!("Rate limit exceeded. Try again in {seconds} {unit}."), "code": "RATE_LIMIT_EXCEEDED"})
    );
    seconds
}

#[tokio::test]
async fn v04_the_101st_request_of_a_minute_is_429_and_the_one_after_its_wait_succeeds() {
    let guarded = guarded().await;
    for proxy in &guarded.proxies {
        let about = format!("{:?}", proxy.kind);
        let key = guarded.mint("workspace", &[]).await;
        // All endpoints together, those that Keyhatch answers itself among them.
        for number in 0..100 {
            let (method, path) = [("GET", "/v1/me"), ("GET", "/v1/posts?page=2"), ("POST", "/v1/posts")][number % 3];
            let answer = through(proxy, &key, method, path).await;
            assert_eq!(answer.status, 200, "{about}: request {}", number + 1);
        }
        assert_eq!(guarded.api.take().len(), 66, "{about}");
        let before = guarded.app.app.now();
        let refused = through(proxy, &key, "GET", "/v1/posts").await;
        let seconds = assert_as_documented(&refused);
        assert!((1..=60).contains(&seconds), "{about}: {seconds}");
        for (method, path) in [("GET", "/v1/me"), ("POST", "/v1/posts"), ("DELETE", "/v1/profiles/7")] {
            let answer = through(proxy, &key, method, path).await;
            assert_as_documented(&answer);
        }
        assert!(guarded.api.take().is_empty(), "{about}");
        let other = guarded.mint("workspace", &[]).await;
        assert_eq!(
            through(proxy, &other, "GET", "/v1/posts").await.status,
            200,
            "each key has its own"
        );
        guarded.api.take();

        // Up to one second, which is what rounding takes, nothing gets through; after the wait it does.
        let early = before.plus(i64::try_from(seconds).unwrap() * 1_000 - 2_000);
        guarded
            .app
            .clock
            .advance_millis(early.millis() - guarded.app.app.now().millis());
        let answer = through(proxy, &key, "GET", "/v1/posts").await;
        if guarded.app.app.now() < early.plus(1_000) {
            assert_eq!((answer.status, guarded.api.take().len()), (429, 0), "{about}");
        }
        guarded.app.advance(Duration::from_secs(2));
        guarded.api.take();
        let answer = through(proxy, &key, "GET", "/v1/posts").await;
        assert_eq!((answer.status, guarded.api.take().len()), (200, 1), "{about}");
    }
}

#[tokio::test]
async fn v05_a_workspace_has_50_uploads_an_hour_across_its_keys_and_gateways() {
    let guarded = guarded().await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(guarded.mint("workspace", &[]).await);
    }
    let upload = async |turn: usize| {
        let (proxy, key) = (&guarded.proxies[turn % 2], &keys[turn % 3]);
        through(proxy, key, "POST", UPLOAD).await
    };
    for turn in 0..50 {
        assert_eq!(upload(turn).await.status, 200, "upload {}", turn + 1);
    }
    assert_eq!(guarded.api.take().len(), 50);
    // Each key, through each gateway.
    let mut seconds = 0;
    for turn in 0..6 {
        seconds = assert_as_documented(&upload(turn).await);
        assert!((1..=60 * 60).contains(&seconds), "{seconds}");
    }
    let latecomer = guarded.mint("workspace", &[]).await;
    for proxy in &guarded.proxies {
        assert_as_documented(&through(proxy, &latecomer, "POST", UPLOAD).await);
        assert_as_documented(&through(proxy, &latecomer, "POST", &format!("{UPLOAD}/?again=1")).await);
    }
    assert!(guarded.api.take().is_empty());
    // It is about one endpoint, and one workspace.
    let elsewhere = guarded.app.workspace(&guarded.alice, "Elsewhere").await;
    let theirs = guarded.app.key(&elsewhere, None, "workspace", "live", &[]).await;
    for proxy in &guarded.proxies {
        assert_eq!(through(proxy, &keys[0], "POST", "/v1/posts").await.status, 200);
        let answer = through(proxy, theirs.text.expose_secret(), "POST", UPLOAD).await;
        assert_eq!(answer.status, 200);
    }
    guarded.api.take();
    guarded.app.advance(Duration::from_secs(seconds));
    assert_eq!(upload(0).await.status, 200, "after as long as it was told");
    assert_eq!(guarded.api.take_one().line, format!("POST {UPLOAD} HTTP/1.1"));
}
