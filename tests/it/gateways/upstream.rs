//! A small API that says yes to everything and remembers every byte of what it got.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it answers.
pub const SAYS: &str = "from the API";

/// The API.
pub struct Upstream {
    /// `127.0.0.1:12345`
    pub address: String,
    got: Arc<Mutex<Vec<Got>>>,
}

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Got {
    /// `GET /path HTTP/1.1`
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Upstream {
    pub async fn start() -> Self {
        Self::answering("200 OK", SAYS).await
    }

    /// What stands between `HTTP/1.1` and `Content-Length` in its answers, and what it says.
    pub async fn answering(head: &str, says: &str) -> Self {
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", says.len());
        let answer: Arc<(String, String)> = Arc::new((answer, says.to_owned()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let into = Arc::clone(&got);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&into), Arc::clone(&answer)));
            }
        });
        Self { address, got }
    }

    /// What came since this was asked last.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }

    /// The one request that came.
    pub fn take_one(&self) -> Got {
        let mut got = self.take();
        assert_eq!(got.len(), 1, "{got:#?}");
        got.remove(0)
    }
}

impl Got {
    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }
}

async fn serve(mut stream: TcpStream, into: Arc<Mutex<Vec<Got>>>, answer: Arc<(String, String)>) {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = find(&buffer, b"\r\n\r\n") {
                break end;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let of = |name: &str| headers.iter().find(|(known, _)| known == name);
        let is_chunked = of("transfer-encoding").is_some_and(|(_, value)| value.eq_ignore_ascii_case("chunked"));
        let length = of("content-length").map_or(0, |(_, value)| value.parse().unwrap());
        let whole = loop {
            let rest = &buffer[end + 4..];
            let whole = if is_chunked {
                chunked(rest)
            } else {
                (rest.len() >= length).then_some(length)
            };
            if let Some(whole) = whole {
                break end + 4 + whole;
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let body = String::from_utf8_lossy(&buffer[end + 4..whole]).into_owned();
        buffer.drain(..whole);
        let says = if line.starts_with("HEAD ") { "" } else { &answer.1 };
        let handshake = of("sec-websocket-key").map(|(_, key)| key.clone());
        let upgrades = of("upgrade").is_some_and(|(_, value)| value.eq_ignore_ascii_case("websocket"))
            && of("connection").is_some_and(|(_, value)| value.eq_ignore_ascii_case("upgrade"));
        into.lock().unwrap().push(Got { line, headers, body });
        if let Some(key) = handshake.filter(|_| upgrades) {
            return echo(stream, &key, buffer).await;
        }
        if stream
            .write_all(format!("{}{says}", answer.0).as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}

/// Answers a WebSocket handshake, and then every text of less than 126 bytes with the same text (RFC 6455).
async fn echo(mut stream: TcpStream, key: &str, mut buffer: Vec<u8>) {
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        accept(key)
    );
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    loop {
        if let [0x81, length, mask @ ..] = &buffer[..] {
            let length = usize::from(length & 0x7f);
            if let Some((mask, rest)) = mask.split_at_checked(4).filter(|(_, rest)| rest.len() >= length) {
                let text = rest[..length].iter().zip(mask.iter().cycle());
                let mut frame = vec![0x81, u8::try_from(length).unwrap()];
                frame.extend(text.map(|(byte, mask)| byte ^ mask));
                buffer.drain(..2 + 4 + length);
                if stream.write_all(&frame).await.is_err() {
                    return;
                }
                continue;
            }
        }
        if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
            return;
        }
    }
}

/// What a server says to show that it understood a handshake.
pub fn accept(key: &str) -> String {
    use base64::Engine;
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest)
}

/// How long a chunked body is, all its sizes included, once it is whole. It has no trailers.
fn chunked(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = find(&body[at..], b"\r\n")?;
        let size = std::str::from_utf8(&body[at..at + line])
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        at += line + 2 + size + 2;
        if at > body.len() {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}
