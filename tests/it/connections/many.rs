//! How many connections an address may have, and that others are answered meanwhile.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{connect, rest, statuses};
use crate::support::{Browser, Process, TestApp};

const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

/// Whether it is answered; else it was closed.
fn is_answered(stream: &mut TcpStream) -> bool {
    let mut some = [0; 4096];
    let _ = stream.write_all(GET);
    stream
        .read(&mut some)
        .is_ok_and(|length| some[..length].starts_with(b"HTTP/1.1 200"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_has_as_many_connections_as_the_setting_says() {
    let app = Process::start(&[("KEYHATCH_CONNECTIONS_PER_ADDRESS", "5")]).await;
    let address = app.address();
    let mut open: Vec<_> = (0..5).map(|_| connect(&address)).collect();
    assert!(open.iter_mut().all(is_answered));
    for _ in 0..20 {
        let began = Instant::now();
        assert!(!is_answered(&mut connect(&address)));
        assert!(began.elapsed() < Duration::from_secs(2), "closed at once");
    }
    // It says so once, and not for each. (What it writes is read by a thread that may lag behind.)
    let said = || app.log().matches("KEYHATCH_CONNECTIONS_PER_ADDRESS").count();
    let began = Instant::now();
    while said() == 0 && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(said(), 1, "{}", app.log());
    assert!(open.iter_mut().all(is_answered), "those that are open stay so");
    open.pop();
    let began = Instant::now();
    while !is_answered(&mut connect(&address)) {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "a place that is free is given again"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proxies_that_are_listed_have_as_many_as_they_like() {
    let settings = [
        ("KEYHATCH_CONNECTIONS_PER_ADDRESS", "5"),
        ("KEYHATCH_TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let app = TestApp::start_with(&settings).await;
    let mut open: Vec<_> = (0..50).map(|_| connect(&app.address)).collect();
    assert!(open.iter_mut().all(is_answered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn others_are_answered_while_eight_hundred_are_slow_and_those_are_cut() {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
    let app = Process::start(&[]).await;
    let address = app.address();
    let half = b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 40\r\n\r\ne";
    let mut slow: Vec<_> = (0..800)
        .map(|_| {
            let mut stream = connect(&address);
            stream.write_all(half).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let somebody = Browser::new(&address);
    while began.elapsed() < Duration::from_secs(5) {
        for page in ["/healthz", "/readyz", "/sign-in", "/api/v1/openapi.json"] {
            let asked = somebody.get(page);
            let answer = tokio::time::timeout(Duration::from_secs(5), asked).await.unwrap();
            assert_eq!(answer.status, 200, "{page}");
        }
        assert_eq!(somebody.get("/api/v1/me").await.status, 401);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // One byte has come: the rest has 30 seconds.
    tokio::time::sleep(Duration::from_secs(24)).await;
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "this machine is too busy to tell"
    );
    assert_eq!(somebody.get("/healthz").await.status, 200);
    let ended = Instant::now();
    for stream in &mut slow {
        assert_eq!(statuses(&rest(stream)), ["408"]);
    }
    assert!(
        began.elapsed() < Duration::from_secs(45),
        "{:?}, of which reading took {:?}",
        began.elapsed(),
        ended.elapsed()
    );
}
