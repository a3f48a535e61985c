//! Receivers, most of them bad ones: a listener of its own for each, and names that lead wherever a test likes.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use keyhatch::domain::webhooks::courier::{
    Courier, CourierSettings, HeaderName, HeaderValue, Outcome, Resolve, Resolving,
};
use keyhatch::model::webhook_url::WebhookUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Short, so that nobody waits long for those who hang; long enough for those who do not, on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_millis(800);

/// A listener that counts who comes.
pub struct Receiver {
    pub address: SocketAddr,
    visitors: Arc<AtomicUsize>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// On a free port of this machine.
    pub async fn start<F, R>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self::start_at("127.0.0.1:0", serve).await
    }

    pub async fn start_at<F, R>(address: &str, serve: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let visitors = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visitors);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Self {
            address,
            visitors,
            accepting,
        }
    }

    /// Reads the request, answers this, hangs up.
    pub async fn answering(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::start(move |stream| respond(stream, answer.clone())).await
    }

    /// Where nobody must ever come: at every address of this machine.
    pub async fn sentinel() -> Self {
        let answer = |stream| respond(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned());
        // Both families, where the machine has both.
        let any = if std::net::TcpListener::bind("[::]:0").is_ok() {
            "[::]:0"
        } else {
            "0.0.0.0:0"
        };
        Self::start_at(any, answer).await
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections were made.
    pub fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn respond(mut stream: TcpStream, answer: String) -> io::Result<()> {
    read_request(&mut stream).await?;
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// All of a request: its head and as much body as it announces.
pub async fn read_request(stream: &mut (impl AsyncReadExt + Unpin)) -> io::Result<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Ok(text.into_owned());
            }
        }
        match stream.read(&mut buffer).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Names that stand for whatever a function says; it counts how often it is asked.
pub struct Names<F> {
    answer: F,
    asked: AtomicUsize,
}

impl<F: Fn(&str) -> Vec<IpAddr> + Send + Sync> Names<F> {
    pub fn new(answer: F) -> Arc<Self> {
        Arc::new(Self {
            answer,
            asked: AtomicUsize::new(0),
        })
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl<F> std::fmt::Debug for Names<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Names")
    }
}

impl<F: Fn(&str) -> Vec<IpAddr> + Send + Sync> Resolve for Names<F> {
    fn resolve(&self, name: &str) -> Resolving {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let found = (self.answer)(name);
        Box::pin(async move { Ok(found) })
    }
}

/// A resolver by which every name is this machine.
pub fn everything_is_here() -> Arc<dyn Resolve> {
    Names::new(|_| vec!["127.0.0.1".parse().unwrap()])
}

/// The settings of a developer's machine, with less patience.
pub fn development() -> CourierSettings {
    CourierSettings {
        development: true,
        ..serious()
    }
}

/// The settings of an installation that serves others, with less patience.
pub fn serious() -> CourierSettings {
    CourierSettings {
        patience: PATIENCE,
        ..CourierSettings::default()
    }
}

pub fn courier(settings: CourierSettings) -> Courier {
    Courier::new(settings, everything_is_here()).unwrap()
}

/// A delivery of an empty event to a URL that was accepted once.
pub async fn post(courier: &Courier, url: &str) -> Outcome {
    let headers = vec![(
        HeaderName::from_static("webhook-id"),
        HeaderValue::from_static("msg_test"),
    )];
    let body = Bytes::from_static(b"{\"data\":{}}");
    courier.post(&WebhookUrl::kept(url.to_owned()), headers, body).await
}
