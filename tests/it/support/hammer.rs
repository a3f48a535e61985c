//! Many connections that ask the same thing over and over, while something changes: was anything accepted that began after
//! the change had been answered?

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections that stay open from round to round.
pub struct Hammer {
    connections: Vec<TcpStream>,
}

/// What a round saw.
#[derive(Debug, Default)]
pub struct Blows {
    /// Accepted, begun before the change was answered.
    pub accepted_before: usize,
    /// Accepted, begun after it: must be none.
    pub accepted_after: usize,
    /// Refused, begun after it.
    pub refused_after: usize,
}

/// How many requests each connection begins after the answer before it rests.
const AFTER: usize = 3;
const NOT_YET: u64 = u64::MAX;

impl Hammer {
    pub async fn new(address: &str, connections: usize) -> Self {
        let address = address.strip_prefix("http://").unwrap();
        let mut open = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            open.push(stream);
        }
        Self { connections: open }
    }

    /// Sends `GET path` with `key` over all connections until each has begun a few requests after `change` was done.
    pub async fn round(&mut self, path: &str, key: &str, change: impl Future<Output = ()>) -> Blows {
        let request: Arc<[u8]> =
            format!("GET {path} HTTP/1.1\r\nHost: keyhatch\r\nAuthorization: Bearer {key}\r\n\r\n")
                .into_bytes()
                .into();
        let start = Instant::now();
        let changed = Arc::new(AtomicU64::new(NOT_YET));
        let accepted = Arc::new(AtomicUsize::new(0));
        let connections = self.connections.len();
        let tasks: Vec<_> = self
            .connections
            .drain(..)
            .map(|stream| {
                tokio::spawn(strike(
                    stream,
                    request.clone(),
                    start,
                    changed.clone(),
                    accepted.clone(),
                ))
            })
            .collect();
        // The change comes while every connection is at work.
        while accepted.load(Ordering::SeqCst) < connections {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "the good key is not accepted"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        change.await;
        changed.store(nanos(start), Ordering::SeqCst);
        let mut sum = Blows::default();
        for task in tasks {
            let (stream, blows) = tokio::time::timeout(Duration::from_secs(20), task)
                .await
                .unwrap()
                .unwrap();
            self.connections.push(stream);
            sum.accepted_before += blows.accepted_before;
            sum.accepted_after += blows.accepted_after;
            sum.refused_after += blows.refused_after;
        }
        sum
    }
}

fn nanos(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap()
}

async fn strike(
    mut stream: TcpStream,
    request: Arc<[u8]>,
    start: Instant,
    changed: Arc<AtomicU64>,
    accepted: Arc<AtomicUsize>,
) -> (TcpStream, Blows) {
    let mut blows = Blows::default();
    let mut after = 0;
    while after < AFTER {
        let began = nanos(start);
        stream.write_all(&request).await.unwrap();
        let status = read_status(&mut stream).await;
        // Only now is it certain whether the answer to the change had come before this request began.
        let is_after = changed.load(Ordering::SeqCst) < began;
        after += usize::from(is_after);
        match (status, is_after) {
            (200, true) => blows.accepted_after += 1,
            (200, false) => {
                blows.accepted_before += 1;
                accepted.fetch_add(1, Ordering::SeqCst);
            }
            (401 | 403, true) => blows.refused_after += 1,
            (401 | 403, false) => {}
            other => panic!("neither accepted nor refused: {other:?}"),
        }
    }
    (stream, blows)
}

/// Reads one answer whole.
async fn read_status(stream: &mut TcpStream) -> u16 {
    let mut answer = Vec::with_capacity(1024);
    loop {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert!(
            read > 0,
            "the connection was closed: {}",
            String::from_utf8_lossy(&answer)
        );
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&answer[..end]).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if answer.len() >= end + 4 + length.map_or(0, |length| length.trim().parse().unwrap()) {
            return head[9..12].parse().unwrap();
        }
    }
}
