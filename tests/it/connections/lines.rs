//! A head that two parsers could read differently is refused before anything is judged.

use std::io::Write;
use std::time::Duration;

use super::{connect, exchange, rest, statuses};
use crate::support::TestApp;
use crate::support::places::acme;

/// Whether anything was counted of a key.
fn verdicts(app: &TestApp) -> u64 {
    app.app.totals.all().map(|(_, count)| count).sum()
}

/// Heads with a key that is good, where `\r\n` is to be taken as written.
fn malformed(key: &str, path: &str) -> Vec<String> {
    let (begin, end) = (
        format!("GET {path} HTTP/1.1"),
        format!("host: x\r\nauthorization: Bearer {key}"),
    );
    vec![
        // Bare LF: after the request line, after a header, as the empty line, before it all, everywhere.
        format!("{begin}\n{end}\r\n\r\n"),
        format!("{begin}\r\n{end}\n\r\n"),
        format!("{begin}\r\n{end}\r\n\n"),
        format!("{begin}\r\n{end}\n\n"),
        format!("\n{begin}\r\n{end}\r\n\r\n"),
        format!("{begin}\r\nx: y\nz: z\r\n{end}\r\n\r\n"),
        format!("{begin}\r\nx: y\n{end}\r\n\r\n"),
        format!("{begin}\r\nx:\n{end}\r\n\r\n"),
        format!("{begin}\r\n{end}\r\nx: y\n\r\n"),
        format!("{begin}\n{end}\n\n").replace("\r\n", "\n"),
        // Bare CR.
        format!("{begin}\r{end}\r\n\r\n"),
        format!("{begin}\r\nx: y\rz: z\r\n{end}\r\n\r\n"),
        format!("{begin}\r\n{end}\r\r\n\r\n"),
        // Lines that go on.
        format!("{begin}\r\nx: y\r\n z\r\n{end}\r\n\r\n"),
        format!("{begin}\r\n x: y\r\n{end}\r\n\r\n"),
        format!("{begin}\r\n{end}\r\n\tmore\r\n\r\n"),
        // Space before the colon, and a name that is none.
        format!("{begin}\r\nx : y\r\n{end}\r\n\r\n"),
        format!("{begin}\r\nx\t: y\r\n{end}\r\n\r\n"),
        format!("{begin}\r\n: y\r\n{end}\r\n\r\n"),
        format!("{begin}\r\nx\r\n{end}\r\n\r\n"),
        format!("{begin}\r\nx: \0\r\n{end}\r\n\r\n"),
        // Lengths that say two things, or nothing.
        format!("{begin}\r\n{end}\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!"),
        format!("{begin}\r\n{end}\r\ncontent-length: 5, 5\r\n\r\nhello"),
        format!("{begin}\r\n{end}\r\ncontent-length: +5\r\n\r\nhello"),
        format!("{begin}\r\n{end}\r\ncontent-length: -5\r\n\r\nhello"),
        format!("{begin}\r\n{end}\r\ncontent-length: 0x5\r\n\r\nhello"),
        format!("{begin}\r\n{end}\r\ncontent-length:\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
        format!("{begin}\r\n{end}\r\ntransfer-encoding: identity\r\n\r\n"),
        format!("{begin}\r\n{end}\r\nhost: y\r\n\r\n"),
        format!("{begin}\r\nauthorization: Bearer {key}\r\n\r\n"),
        format!("GET  {path} HTTP/1.1\r\n{end}\r\n\r\n"),
        format!("GET {path}  HTTP/1.1\r\n{end}\r\n\r\n"),
        format!("GET {path} HTTP/1.1 \r\n{end}\r\n\r\n"),
        format!("GET {path} HTTP/1.2\r\n{end}\r\n\r\n"),
        format!("GET {path}\r\n{end}\r\n\r\n"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_malformed_head_is_refused_before_anything_is_judged() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = key.text.expose_secret();
    assert_eq!(app.program(key).get("/api/v1/me").await.status, 200);
    let judged = verdicts(&app);
    for path in ["/api/v1/me", "/gateway/forward", "/sign-in"] {
        for head in malformed(key, path) {
            let answer = exchange(&app.address, head.as_bytes());
            assert_eq!(statuses(&answer), ["400"], "{head:?}: {answer}");
            assert!(answer.contains("content-length: 0"), "{answer}");
        }
    }
    assert_eq!(verdicts(&app), judged);
    // What is written in another way, and means one thing.
    for fine in [
        format!("\r\n\r\nGET /api/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n"),
        format!("GET /api/v1/me HTTP/1.1\r\nHost:x\r\nx:\r\nx: \r\nAUTHORIZATION: \t Bearer {key} \r\n\r\n"),
    ] {
        assert_eq!(statuses(&exchange(&app.address, fine.as_bytes())), ["200"], "{fine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_head_is_read_the_same_wherever_it_is_cut() {
    let app = TestApp::start().await;
    let good = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let bad = b"GET /healthz HTTP/1.1\r\nhost: x\nx: y\r\n\r\n";
    for (text, expected) in [(&good[..], &["200", "200"][..]), (bad, &["400"])] {
        for cut in (1..text.len()).step_by(3) {
            let mut stream = connect(&app.address);
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.write_all(&text[..cut]).unwrap();
            tokio::time::sleep(Duration::from_millis(15)).await;
            // Whoever was refused already may be gone.
            let _ = stream.write_all(&text[cut..]);
            tokio::task::yield_now().await;
            stream.shutdown(std::net::Shutdown::Write).ok();
            let answer = rest(&mut stream);
            assert_eq!(statuses(&answer), expected, "cut at {cut}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_heads_have_lines() {
    let app = TestApp::start().await;
    let token = keyhatch::domain::service_tokens::create(&app.app, "backend")
        .await
        .unwrap();
    // A body may hold what it likes, whatever follows it on the connection.
    let body = "{\n\"key\": \"x\"\n,\n\n\"scopes\":\n[]}";
    let token = secrecy::ExposeSecret::expose_secret(&token.text);
    let post = format!(
        "POST /provider/v1/keys/verify HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let bad = "GET /healthz HTTP/1.1\r\nhost: x\n\r\n";
    let all = [&post, get, get, &post, &post, get, &post, get, bad, get].concat();
    let answer = exchange(&app.address, all.as_bytes());
    assert_eq!(
        statuses(&answer),
        ["200", "200", "200", "200", "200", "200", "200", "200", "400"],
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_follows_a_body_without_a_length_is_not_judged() {
    let app = TestApp::start().await;
    let chunked = "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\n\r\n";
    let bad = "GET /healthz HTTP/1.1\r\nhost: x\nx: y\r\n\r\n";
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for next in [bad, good] {
        let answer = exchange(&app.address, format!("{chunked}{next}").as_bytes());
        assert_eq!(statuses(&answer)[0], "403", "{answer}");
        assert!(!answer.contains("ok\n"), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    }
}
