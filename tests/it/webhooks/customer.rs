//! A customer's server: takes what is sent to it, and answers as it was told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What came.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn data(&self) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["data"].clone()
    }

    pub fn signatures(&self) -> Vec<&str> {
        self.headers["webhook-signature"].split(' ').collect()
    }

    /// Whether one of the signatures is by this secret, as the specification says to check.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&key).unwrap();
        let signed = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        mac.update(signed.as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures().contains(&signature.as_str())
    }
}

/// How to answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, with header lines (each ended by CRLF).
    Status(u16, String),
    /// A status and a body.
    Body(u16, String),
    /// Never.
    Hang,
    /// 204, after a while.
    After(Duration),
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }
}

#[derive(Default)]
struct Inside {
    received: Vec<Received>,
    script: VecDeque<Reply>,
    usual: Option<Reply>,
}

#[derive(Clone)]
pub struct Customer {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
}

impl Customer {
    /// Answers 204 until it is told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = Arc::clone(&inside);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inside = Arc::clone(&shared);
                tokio::spawn(async move {
                    // Whoever hangs up is no matter of ours.
                    let _ = serve(stream, inside).await;
                });
            }
        });
        Self { url, inside }
    }

    /// Another address of the same server.
    pub fn at(&self, path: &str) -> String {
        self.url.replace("/hook", path)
    }

    /// Answers like this from now on.
    pub fn always(&self, reply: Reply) {
        self.inside.lock().unwrap().usual = Some(reply);
    }

    /// Answers the next request like this.
    pub fn next(&self, reply: Reply) {
        self.inside.lock().unwrap().script.push_back(reply);
    }

    pub fn received(&self) -> Vec<Received> {
        self.inside.lock().unwrap().received.clone()
    }

    /// What came, once there is as much.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let began = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{} of {count} came",
                received.len()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, inside: Arc<Mutex<Inside>>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let received = loop {
        let mut more = [0; 16 * 1024];
        let count = stream.read(&mut more).await?;
        if count == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(&more[..count]);
        if let Some(received) = parse(&bytes) {
            break received;
        }
    };
    let reply = {
        let mut inside = inside.lock().unwrap();
        inside.received.push(received);
        let usual = inside.usual.clone().unwrap_or_else(|| Reply::status(204));
        inside.script.pop_front().unwrap_or(usual)
    };
    let (status, lines) = match reply {
        Reply::Status(status, lines) => (status, lines),
        Reply::Body(status, body) => {
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            return stream.write_all(answer.as_bytes()).await;
        }
        Reply::Hang => return std::future::pending().await,
        Reply::After(time) => {
            tokio::time::sleep(time).await;
            (204, String::new())
        }
    };
    let length = if status == 204 { "" } else { "content-length: 2\r\n" };
    let body = if status == 204 { "" } else { "no" };
    let answer = format!("HTTP/1.1 {status} Said\r\n{lines}{length}connection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await
}

/// A request, if it is whole.
fn parse(bytes: &[u8]) -> Option<Received> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().unwrap();
    let body = bytes.get(end + 4..end + 4 + length)?;
    Some(Received {
        path,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    })
}
