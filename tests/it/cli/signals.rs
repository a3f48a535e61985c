//! What stops it, when, and what is written down all the same.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use keyhatch::model::usage::ACCEPTED;
use keyhatch::store;
use keyhatch::store::db::MIGRATION_LOCK;

use super::installation::{Installation, Running};
use crate::support::{Browser, PASSWORD, Program};

/// As long as nothing runs that has to be finished.
const QUICK: Duration = Duration::from_secs(5);

fn connect(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// How many accepted requests of a key are written down.
async fn accepted(keyhatch: &Installation, key: &serde_json::Value) -> i64 {
    let db = keyhatch.database().await;
    let id = key["id"].as_str().unwrap().parse().unwrap();
    let counts = store::usage::sums_since(db.reader(), &[id], 0).await.unwrap();
    let accepted = counts.iter().find(|count| count.outcome == ACCEPTED);
    accepted.map_or(0, |count| count.count)
}

#[tokio::test]
async fn each_signal_stops_it_and_what_was_counted_is_written_down() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = keyhatch.create_key("one");
    for (turn, signal) in (1..).zip(["TERM", "INT", "HUP"]) {
        let server = keyhatch.serve();
        let program = Program::new(&server.address, key["key"].as_str());
        for _ in 0..25 {
            assert_eq!(program.get("/api/v1/me").await.status, 200);
        }
        server.signal(signal);
        let (code, log) = server.ended(QUICK);
        assert_eq!(code, Some(0), "{signal}: {log}");
        assert_eq!(accepted(&keyhatch, &key).await, turn * 25, "{signal}");
    }
}

#[tokio::test]
async fn a_second_signal_of_any_kind_stops_at_once_and_what_was_counted_is_written_down() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = keyhatch.create_key("one");
    let pairs = [
        ["TERM", "TERM"],
        ["INT", "INT"],
        ["HUP", "TERM"],
        ["HUP", "HUP"],
        ["TERM", "INT"],
    ];
    for (turn, signals) in (1..).zip(pairs) {
        let server = keyhatch.serve();
        let program = Program::new(&server.address, key["key"].as_str());
        for _ in 0..25 {
            assert_eq!(program.get("/api/v1/me").await.status, 200);
        }
        // Something that has to be finished: half of a form.
        let mut slow = connect(&server);
        slow.write_all(
            b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n\r\nemail",
        )
        .unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.signal(signals[0]);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        server.signal(signals[1]);
        let (code, log) = server.ended(QUICK);
        assert_eq!(code, Some(0), "{signals:?}: {log}");
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{signals:?}: {:?}",
            began.elapsed()
        );
        assert_eq!(accepted(&keyhatch, &key).await, turn * 25, "{signals:?}");
    }
}

/// Pages wait for a first request for minutes: that is nothing to finish.
#[tokio::test]
async fn pages_that_wait_do_not_hold_it_up() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = keyhatch.create_key("one");
    let server = keyhatch.serve();
    let alice = Browser::new(&server.address);
    alice.sign_in("alice@example.com", PASSWORD).await;
    let url = alice.url(&format!(
        "/w/acme/p/site/keys/{}/first-request",
        key["id"].as_str().unwrap()
    ));
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let asked = alice.client.get(&url).header("accept", "text/event-stream");
        let mut events = asked.send().await.unwrap();
        assert!(events.chunk().await.unwrap().is_some());
        waiting.push(events);
    }
    server.signal("TERM");
    let ended = tokio::task::spawn_blocking(move || server.ended(QUICK));
    let (code, log) = ended.await.unwrap();
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn slow_and_idle_connections_do_not_hold_it_up() {
    let keyhatch = Installation::new().await;
    let server = keyhatch.serve();
    // None of them ever says another word: nothing at all, half a line, idle, and half a body of each kind.
    let beginnings: [&[u8]; 8] = [
        b"",
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /hea",
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n\r\nemail",
        b"POST /api/v1/api-keys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{",
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
          transfer-encoding: chunked\r\n\r\n5\r\nemail",
        b"GET /gateway/forward HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf",
    ];
    let connections: Vec<_> = (0..40)
        .map(|number| {
            let mut stream = connect(&server);
            stream.write_all(beginnings[number % beginnings.len()]).unwrap();
            stream
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.signal("TERM");
    let (code, log) = server.ended(QUICK);
    assert_eq!(code, Some(0), "{log}");
    drop(connections);
}

/// Starts it where it cannot finish to start, sends a signal, and waits for the end.
fn stopped_while_starting(keyhatch: &Installation, signals: &[&str]) -> (Option<i32>, String) {
    let mut child = keyhatch.keyhatch(&["serve"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_000));
    assert!(child.try_wait().unwrap().is_none(), "it has not ended by itself");
    for signal in signals {
        let kill = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
    }
    ended(child)
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > QUICK {
            child.kill().unwrap();
            panic!("it did not stop");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "", "it never said that it listens");
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    (child.wait().unwrap().code(), log)
}

#[tokio::test]
async fn a_signal_while_the_database_does_not_answer_ends_it_cleanly() {
    // Accepts connections, and says nothing.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut keyhatch = Installation::new().await;
    let url = format!("postgres://keyhatch:secret@{}/keyhatch", silent.local_addr().unwrap());
    keyhatch.set("KEYHATCH_DATABASE_URL", &url);
    keyhatch.set("KEYHATCH_MASTER_KEY", &"5a".repeat(32));
    for signals in [&["TERM"][..], &["INT"], &["HUP"], &["TERM", "INT"]] {
        let (code, log) = stopped_while_starting(&keyhatch, signals);
        assert_eq!(code, Some(0), "{signals:?}: {log}");
        assert!(log.contains("stopped before it served anybody"), "{log}");
    }
}

#[tokio::test]
async fn a_signal_while_another_process_holds_the_data_directory_ends_it_cleanly() {
    let keyhatch = Installation::new().await;
    let directory = std::fs::File::open(keyhatch.data.path()).unwrap();
    directory.lock().unwrap();
    let (code, log) = stopped_while_starting(&keyhatch, &["TERM"]);
    assert_eq!(code, Some(0), "{log}");
    directory.unlock().unwrap();
    assert_eq!(
        keyhatch.serve().stop().0,
        Some(0),
        "and the next start finds nothing in its way"
    );
}

#[tokio::test]
async fn a_signal_while_it_migrates_ends_it_cleanly() {
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_MASTER_KEY", &"5a".repeat(32));
    let db = keyhatch.database().await;
    // As if one of the steps took long: somebody else writes, or migrates.
    let hold = if keyhatch.is_embedded() {
        "BEGIN IMMEDIATE".to_owned()
    } else {
        format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")
    };
    db.execute(&hold).await.unwrap();
    let (code, log) = stopped_while_starting(&keyhatch, &["TERM"]);
    assert_eq!(code, Some(0), "{log}");
    if keyhatch.is_embedded() {
        db.execute("ROLLBACK").await.unwrap();
    }
    db.close().await.unwrap();
    assert_eq!(keyhatch.serve().stop().0, Some(0));
}
