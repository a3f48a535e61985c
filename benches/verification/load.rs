//! The load: connections that stay open, on threads that do as little as they can, because they share the processors with what
//! they measure.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::processors::Processors;

/// What is asked, with a place in it for a key.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// Where the key stands, if one does.
    pub(crate) key_at: Option<usize>,
    /// The status that every answer has.
    pub(crate) status: u16,
}

impl Request {
    /// The same to the empty handler.
    pub(crate) fn to_floor(&self) -> Self {
        self.to("/")
    }

    /// The same to another address.
    pub(crate) fn to(&self, path: &str) -> Self {
        let mut words = self.bytes.splitn(3, |byte| *byte == b' ');
        let (method, _path, rest) = (words.next(), words.next(), words.next());
        let parts = [method.unwrap_or_default(), path.as_bytes(), rest.unwrap_or_default()];
        let bytes = parts.join(&b' ');
        Self {
            // What stands before the key is longer or shorter by the path.
            key_at: self.key_at.map(|place| place + bytes.len() - self.bytes.len()),
            bytes,
            status: self.status,
        }
    }
}

/// When requests are sent.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// Each connection asks again as soon as it is answered.
    Closed,
    /// The same, until so many have been sent.
    Times(u64),
    /// So many a second, whatever the answers do; latency counts from when a request was due.
    Steady(u32),
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) answered: u64,
    pub(crate) took: Duration,
    /// Microseconds, sorted.
    latencies: Vec<u32>,
}

impl Outcome {
    /// What threads saw that asked at the same time.
    fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.took = self.took.max(other.took);
        self.latencies.extend(other.latencies);
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    /// The latency that so many of a thousand stay below, in microseconds.
    pub(crate) fn latency(&self, of_a_thousand: usize) -> f64 {
        let place = self.latencies.len() * of_a_thousand / 1_000;
        f64::from(
            self.latencies
                .get(place.min(self.latencies.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0),
        )
    }
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    /// When the request that is on its way was due; nothing when none is.
    due: Option<Instant>,
}

/// Asks for as long as `lasts`, each connection as soon as it is answered, from some threads: on a processor each of those in `on`,
/// or wherever the scheduler has them run. `keys` makes what writes the next key into its place, for each thread.
pub(crate) fn run_from<K: FnMut(&mut [u8])>(
    threads: usize,
    on: Option<&Processors>,
    address: SocketAddr,
    request: &Request,
    connections: usize,
    lasts: Duration,
    keys: impl Fn(u64) -> K + Sync,
) -> anyhow::Result<Outcome> {
    let threads = threads.clamp(1, connections);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..threads)
            .map(|place| {
                let keys = &keys;
                scope.spawn(move || {
                    on.map_or(Ok(()), |processors| processors.stay_on(place))?;
                    let share = connections / threads + usize::from(place < connections % threads);
                    run(address, request, share, Pace::Closed, lasts, keys(place as u64))
                })
            })
            .collect();
        let mut all = Outcome::default();
        for thread in asking {
            all.add(thread.join().map_err(|_| anyhow::anyhow!("the load broke off"))??);
        }
        all.latencies.sort_unstable();
        Ok(all)
    })
}

/// Asks for as long as `lasts`. `key` writes the next key into its place.
pub(crate) fn run(
    address: SocketAddr,
    request: &Request,
    connections: usize,
    pace: Pace,
    lasts: Duration,
    mut key: impl FnMut(&mut [u8]),
) -> anyhow::Result<Outcome> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut open = Vec::new();
    for token in 0..connections {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry()
            .register(&mut stream, Token(token), Interest::READABLE)?;
        open.push(Connection {
            stream,
            request: request.bytes.clone(),
            answer: Vec::with_capacity(4096),
            due: None,
        });
    }
    let began = Instant::now();
    let mut latencies = Vec::with_capacity(1 << 20);
    let mut idle: Vec<usize> = (0..connections).collect();
    let mut sent: u64 = 0;
    let is_over = |now: Instant, sent: u64| {
        let all_sent = matches!(pace, Pace::Times(times) if sent >= times);
        all_sent || now.duration_since(began) >= lasts
    };
    while !is_over(Instant::now(), sent) || idle.len() < connections {
        let now = Instant::now();
        while !is_over(now, sent)
            && let Some(token) = idle.last().copied()
        {
            let due = match pace {
                Pace::Closed | Pace::Times(_) => now,
                Pace::Steady(rate) => began + Duration::from_secs_f64(sent as f64 / f64::from(rate)),
            };
            if due > now {
                break;
            }
            idle.pop();
            sent += 1;
            send(&mut open[token], request, due, &mut key)?;
        }
        let patience = match pace {
            Pace::Closed | Pace::Times(_) => Duration::from_millis(100),
            Pace::Steady(_) => Duration::from_micros(100),
        };
        poll.poll(&mut events, Some(patience))?;
        for event in &events {
            let Token(token) = event.token();
            let connection = &mut open[token];
            if !receive(connection, request.status)? {
                continue;
            }
            let now = Instant::now();
            if let Some(due) = connection.due.take() {
                latencies.push(u32::try_from(now.duration_since(due).as_micros()).unwrap_or(u32::MAX));
            }
            match pace {
                Pace::Closed | Pace::Times(_) if !is_over(now, sent) => {
                    sent += 1;
                    send(connection, request, now, &mut key)?;
                }
                _ => idle.push(token),
            }
        }
        if began.elapsed() > lasts + Duration::from_secs(10) {
            bail!("the server stopped answering");
        }
    }
    let took = began.elapsed();
    latencies.sort_unstable();
    Ok(Outcome {
        answered: latencies.len() as u64,
        took,
        latencies,
    })
}

fn send(
    connection: &mut Connection,
    request: &Request,
    due: Instant,
    key: &mut impl FnMut(&mut [u8]),
) -> anyhow::Result<()> {
    if let Some(place) = request.key_at {
        key(&mut connection.request[place..]);
    }
    connection.due = Some(due);
    // A request is far smaller than what a socket takes at once.
    let written = connection.stream.write(&connection.request)?;
    if written < connection.request.len() {
        bail!("a request did not fit");
    }
    Ok(())
}

/// Reads what is there; whether an answer is whole.
fn receive(connection: &mut Connection, expected: u16) -> anyhow::Result<bool> {
    let mut buffer = [0; 4096];
    loop {
        match connection.stream.read(&mut buffer) {
            Ok(0) => bail!("the server closed a connection"),
            Ok(count) => {
                connection.answer.extend_from_slice(&buffer[..count]);
                if count < buffer.len() {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error.into()),
        }
    }
    let Some(head) = memmem::find(&connection.answer, b"\r\n\r\n") else {
        return Ok(false);
    };
    if connection.answer.len() < head + 4 + content_length(&connection.answer[..head])? {
        return Ok(false);
    }
    let status = std::str::from_utf8(&connection.answer[9..12])?.parse::<u16>()?;
    if status != expected {
        bail!(
            "{status} instead of {expected}: {}",
            String::from_utf8_lossy(&connection.answer)
        );
    }
    connection.answer.clear();
    Ok(true)
}

fn content_length(head: &[u8]) -> anyhow::Result<usize> {
    let name = b"content-length: ";
    let start = head
        .windows(name.len())
        .position(|part| part.eq_ignore_ascii_case(name));
    let Some(start) = start else { return Ok(0) };
    let digits = head[start + name.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let text: Vec<u8> = digits.copied().collect();
    std::str::from_utf8(&text)?.parse().context("no length")
}
