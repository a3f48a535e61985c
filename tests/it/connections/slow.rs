//! How long a peer may take.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use keyhatch::connection::Patience;
use keyhatch::domain::service_tokens;
use secrecy::ExposeSecret;

use super::{connect, rest, statuses};
use crate::support::places::acme;
use crate::support::{Program, TestApp};

const IMPATIENT: Patience = Patience {
    head: Duration::from_millis(500),
    first: Duration::from_millis(500),
    last: Duration::from_millis(1_200),
    stopping: Duration::from_millis(500),
    answer: Duration::from_millis(500),
};

/// A form, and questions to the API and the provider API, each with the beginning of a body, and where the rest is missing.
async fn halves(app: &TestApp) -> Vec<(&'static str, String)> {
    let (workspace, project) = acme(app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let token = service_tokens::create(&app.app, "backend").await.unwrap();
    let (key, token) = (key.text.expose_secret(), token.text.expose_secret());
    // So that it is in memory, and the lane takes the next.
    Program::new(&app.address, Some(token))
        .post("/provider/v1/keys/verify", &serde_json::json!({"key": key}))
        .await;
    let form = "content-type: application/x-www-form-urlencoded";
    let json = "content-type: application/json";
    let post = |path: &str, headers: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\ncontent-length: 40\r\n\r\n")
    };
    let chunked = |path: &str, headers: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n")
    };
    let (by_key, by_token) = (
        format!("authorization: Bearer {key}\r\n{json}"),
        format!("authorization: Bearer {token}\r\n{json}"),
    );
    vec![
        ("sign-in", post("/sign-in", form)),
        ("sign-in, a byte", post("/sign-in", form) + "e"),
        ("workspaces", post("/workspaces", form) + "e"),
        ("sign-in, chunked", chunked("/sign-in", form)),
        ("api-keys", post("/api/v1/api-keys", &by_key)),
        ("api-keys, a byte", post("/api/v1/api-keys", &by_key) + "{"),
        ("api-keys, chunked", chunked("/api/v1/api-keys", &by_key)),
        ("verify", post("/provider/v1/keys/verify", &by_token)),
        ("verify, a byte", post("/provider/v1/keys/verify", &by_token) + "{"),
        ("verify, chunked", chunked("/provider/v1/keys/verify", &by_token)),
        ("webhooks", post("/provider/v1/webhooks", &by_token) + "{"),
    ]
}

fn send(app: &TestApp, text: &str) -> TcpStream {
    let mut stream = connect(&app.address);
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_body_that_does_not_come_is_answered_with_408_and_the_connection_is_closed() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    let mut waiting = tokio::task::JoinSet::new();
    for (name, half) in halves(&app).await {
        let mut stream = send(&app, &half);
        waiting.spawn_blocking(move || {
            let began = Instant::now();
            let answer = rest(&mut stream);
            assert_eq!(statuses(&answer), ["408"], "{name}: {answer}");
            assert!(began.elapsed() < Duration::from_secs(5), "{name}");
            answer
        });
    }
    let answers = waiting.join_all().await.concat();
    assert!(
        answers.contains("\"code\":\"request_timeout\""),
        "the API says it in its envelope: {answers}"
    );
    assert!(answers.contains("That took too long"), "and pages on a page: {answers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_body_that_nobody_reads_holds_no_connection() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    for (method, path) in [
        ("GET", "/gateway/forward"),
        ("GET", "/gateway/nginx"),
        ("POST", "/gateway/envoy/api/v1/me"),
        ("GET", "/healthz"),
        ("GET", "/api/v1/me"),
        ("GET", "/sign-in"),
        ("POST", "/nowhere"),
        ("DELETE", "/api/v1/api-keys/x"),
        ("GET", "/static/css/keyhatch.css"),
    ] {
        for body in [
            "content-length: 10\r\n\r\nhalf",
            "transfer-encoding: chunked\r\n\r\n5\r\nhalf",
        ] {
            let mut stream = send(&app, &format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{body}"));
            let began = Instant::now();
            let answer = rest(&mut stream);
            assert_eq!(statuses(&answer).len(), 1, "{method} {path}: {answer}");
            assert!(
                began.elapsed() < Duration::from_secs(4),
                "{method} {path} {body:?}: {:?}",
                began.elapsed()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_body_that_drips_is_cut_and_one_that_flows_is_not() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    for (name, half) in halves(&app)
        .await
        .into_iter()
        .filter(|(name, _)| !name.contains("chunked"))
    {
        let mut stream = send(&app, &half);
        let began = Instant::now();
        // A byte every 100 ms: each comes in time, all of them do not.
        let answer = loop {
            stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            let mut some = [0; 4096];
            match stream.read(&mut some) {
                Ok(length) => break String::from_utf8_lossy(&some[..length]).into_owned(),
                Err(_) => stream.write_all(b" ").unwrap(),
            }
            assert!(began.elapsed() < Duration::from_secs(5), "{name}");
        };
        assert_eq!(statuses(&answer), ["408"], "{name}: {answer}");
        assert!(
            began.elapsed() >= Duration::from_millis(1_000),
            "{name}: {:?}",
            began.elapsed()
        );
    }
    // Within its time, in as many pieces as it likes.
    let body = "email=alice%40example.com&password=x";
    let mut stream = send(
        &app,
        &format!(
            "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        ),
    );
    for piece in body.as_bytes().chunks(6) {
        tokio::time::sleep(Duration::from_millis(80)).await;
        stream.write_all(piece).unwrap();
    }
    assert_eq!(
        statuses(&rest(&mut stream)),
        ["403"],
        "read whole, and refused because no proof of origin came with it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn half_a_head_is_cut_whichever_request_of_the_connection_it_is() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for before in [0, 1, 3] {
        for half in ["G", "GET /healthz HTTP/1.1\r\nhost: x\r\n", "\r\nGET"] {
            let mut stream = send(&app, &(get.repeat(before) + half));
            let began = Instant::now();
            let answer = rest(&mut stream);
            assert_eq!(
                statuses(&answer).iter().filter(|status| **status == "200").count(),
                before,
                "{answer}"
            );
            assert!(
                began.elapsed() < Duration::from_secs(4),
                "{before} {half:?}: {:?}",
                began.elapsed()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_idle_connection_stays_open() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    let get = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut stream = send(&app, "");
    for _ in 0..2 {
        stream.write_all(get).unwrap();
        let mut some = [0; 4096];
        let length = stream.read(&mut some).unwrap();
        assert!(some[..length].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(2 * IMPATIENT.last).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_takes_no_answer_is_let_go() {
    let app = TestApp::start_with_patience(IMPATIENT).await;
    let mut stream = connect(&app.address);
    let (its, mine) = (stream.peer_addr().unwrap(), stream.local_addr().unwrap());
    assert!(is_open_at_its_end(its, mine));
    stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    // More answers than the system keeps for somebody who does not read.
    let get = b"GET /static/css/keyhatch.css HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16);
    while stream.write_all(&get).is_ok() {}
    for _ in 0..100 {
        if !is_open_at_its_end(its, mine) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is still open");
}

/// Whether the server holds its end of a connection open, as the system has it (proc(5), `/proc/net/tcp`).
fn is_open_at_its_end(its: SocketAddr, mine: SocketAddr) -> bool {
    const ESTABLISHED: &str = "01";
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.len() > 3
            && fields[1].ends_with(&port(its))
            && fields[2].ends_with(&port(mine))
            && fields[3] == ESTABLISHED
    })
}
