use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use keyhatch::model::usage::ACCEPTED;
use keyhatch::store;

use super::installation::Installation;
use crate::support::{Browser, Program};

#[tokio::test]
async fn it_prints_where_it_listens_and_how_to_begin() {
    let keyhatch = Installation::new().await;
    let mut server = keyhatch.serve();
    assert_ne!(server.port(), 0);
    assert_eq!(Browser::new(&server.address).get("/healthz").await.status, 200);
    assert_eq!(Browser::new(&server.address).get("/readyz").await.status, 200);
    let line = server.read_line();
    let link = line
        .strip_prefix("Make the first account (this link works once): ")
        .unwrap();
    assert!(
        link.starts_with(&format!("{}/sign-up?first=", server.address)),
        "{link}"
    );
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(link.rsplit('=').next().unwrap()), "{log}");

    keyhatch.create_account("alice@example.com");
    let mut server = keyhatch.serve();
    server.signal("TERM");
    assert_eq!(
        server.read_line(),
        "",
        "somebody has an account: there is no link any more"
    );
}

#[tokio::test]
async fn its_log_calls_a_request_what_the_answer_calls_it() {
    let keyhatch = Installation::new().await;
    let server = keyhatch.serve();
    let answer = Browser::new(&server.address).get("/sign-in").await;
    let name = answer.headers["x-request-id"].to_str().unwrap().to_owned();
    let (_, log) = server.stop();
    let line = log.lines().find(|line| line.contains(&name)).expect(&log);
    assert!(line.contains("answered") && line.contains("/sign-in"), "{line}");
}

#[tokio::test]
async fn it_may_have_as_many_connections_as_the_system_allows() {
    let keyhatch = Installation::new().await;
    let limits = keyhatch.serve().proc("limits");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let columns: Vec<&str> = line.split_whitespace().collect();
    // Name, what holds, and what it may be raised to.
    assert_eq!(columns[3], columns[4], "{line}");
}

#[tokio::test]
async fn links_begin_with_the_public_address() {
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_PUBLIC_URL", "https://keys.example.com/");
    let mut server = keyhatch.serve();
    assert!(server.read_line().contains(" https://keys.example.com/sign-up?first="));
}

#[tokio::test]
async fn without_a_command_it_serves() {
    let keyhatch = Installation::new().await;
    let profile = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/example.toml");
    for arguments in [&[][..], &["--profile", profile]] {
        let server = super::installation::Running::start(keyhatch.keyhatch(arguments));
        assert_eq!(server.stop().0, Some(0));
    }
}

#[tokio::test]
async fn a_second_one_on_the_same_address_says_so() {
    let mut keyhatch = Installation::new().await;
    let server = keyhatch.serve();
    keyhatch.set("KEYHATCH_LISTEN", server.address.trim_start_matches("http://"));
    let second = keyhatch.run(&["serve"]);
    assert_eq!(second.code, Some(1));
    assert!(
        second.err.contains("listens on") && second.err.contains("KEYHATCH_LISTEN"),
        "{}",
        second.err
    );
}

#[tokio::test]
async fn it_stops_at_once_when_nothing_runs() {
    let keyhatch = Installation::new().await;
    for signal in ["TERM", "INT"] {
        let server = keyhatch.serve();
        // A connection that is kept alive, with nothing on it, keeps nobody waiting.
        let mut idle = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        assert!(idle.read(&mut [0; 16]).unwrap() > 0);
        let began = Instant::now();
        server.signal(signal);
        assert_eq!(server.ended(Duration::from_secs(10)).0, Some(0));
        assert!(began.elapsed() < Duration::from_secs(8));
    }
}

#[tokio::test]
async fn what_runs_is_finished_before_it_stops() {
    let keyhatch = Installation::new().await;
    let server = keyhatch.serve();
    let mut slow = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    slow.write_all(
        b"POST /sign-in HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n\
          content-length: 10\r\n\r\nemail",
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    // What is left of a body is waited for two seconds.
    let asked = Instant::now();
    while TcpStream::connect(("127.0.0.1", server.port())).is_ok() {
        assert!(asked.elapsed() < Duration::from_millis(1_500), "nobody new is let in");
        std::thread::sleep(Duration::from_millis(20));
    }
    slow.write_all(b"=alic").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(server.ended(Duration::from_secs(10)).0, Some(0));
}

#[tokio::test]
async fn the_last_calls_before_it_stops_are_counted() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = keyhatch.create_key("one");
    let server = keyhatch.serve();
    let program = Program::new(&server.address, key["key"].as_str());
    for _ in 0..25 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
    }
    assert_eq!(server.stop().0, Some(0));

    let db = keyhatch.database().await;
    let id = key["id"].as_str().unwrap().parse().unwrap();
    let counts = store::usage::sums_since(db.reader(), &[id], 0).await.unwrap();
    let accepted = counts.iter().find(|count| count.outcome == ACCEPTED);
    assert_eq!(accepted.map(|count| count.count), Some(25));
}

#[tokio::test]
async fn suspension_at_the_command_line_holds_on_the_next_call() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = keyhatch.create_key("one");
    let server = keyhatch.serve();
    let program = Program::new(&server.address, key["key"].as_str());
    assert_eq!(program.get("/api/v1/me").await.status, 200);
    keyhatch.create(&["workspace", "suspend", "acme"]);
    assert_eq!(program.get("/api/v1/me").await.status, 403);
    keyhatch.create(&["workspace", "resume", "acme"]);
    assert_eq!(program.get("/api/v1/me").await.status, 200);
}
