//! The courier against receivers that hang, drip, close, redirect, refuse and never stop talking.

mod addresses;
mod encryption;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use keyhatch::domain::webhooks::courier::{Answer, Failure, HeaderName, HeaderValue, SystemResolver};
use keyhatch::model::timestamp::Timestamp;
use keyhatch::model::webhook::retry_after::RetryAfter;
use keyhatch::model::webhook_url::WebhookUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::receiver::{Names, PATIENCE, Receiver, courier, development, post, read_request};

/// What a busy machine may take on top of the patience.
const LATE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_request_arrives_as_it_was_given_and_the_answer_comes_back() {
    let (send, mut requests) = mpsc::unbounded_channel();
    let receiver = Receiver::start(move |mut stream| {
        let send = send.clone();
        async move {
            send.send(read_request(&mut stream).await?).unwrap();
            stream
                .write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\nfine!")
                .await
        }
    })
    .await;
    let headers = [
        ("webhook-id", "msg_1"),
        ("content-type", "application/json"),
        ("user-agent", "Keyhatch/0.1.0"),
    ];
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    let body = "{\"number\": 12345678901234567890123, \"text\": \"žluťoučký 🐎\"}";
    let url = WebhookUrl::kept(receiver.url("/in?a=b"));
    let outcome = courier(development())
        .post(&url, headers.to_vec(), Bytes::from(body))
        .await;
    assert_eq!(
        outcome.answer,
        Ok(Answer {
            status: 202,
            retry_after: None,
            body: b"fine!".to_vec(),
            cut: false
        })
    );
    assert_eq!(outcome.address, Some("127.0.0.1".parse().unwrap()));
    let request = requests.recv().await.unwrap();
    let (head, sent) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(sent, body);
    let mut lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /in?a=b HTTP/1.1");
    lines.sort_unstable();
    let (length, host) = (
        format!("content-length: {}", body.len()),
        format!("host: {}", receiver.address),
    );
    // Nothing more: no cookies, no referrer, no offer to be answered compressed.
    let expected = [
        "accept: */*",
        "connection: close",
        &length,
        "content-type: application/json",
        &host,
        "user-agent: Keyhatch/0.1.0",
        "webhook-id: msg_1",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn whoever_hangs_is_left_when_patience_ends() {
    let (left, mut leaving) = mpsc::unbounded_channel();
    let receiver = Receiver::start(move |mut stream| {
        let left = left.clone();
        async move {
            let mut all = Vec::new();
            let ended = stream.read_to_end(&mut all).await;
            left.send(()).unwrap();
            ended.map(|_| ())
        }
    })
    .await;
    let courier = courier(development());
    for scheme in ["http", "https"] {
        let outcome = post(&courier, &format!("{scheme}://{}/", receiver.address)).await;
        assert_eq!(outcome.answer, Err(Failure::TimedOut), "{scheme}");
        assert!(outcome.took < PATIENCE + LATE, "{scheme}: {:?}", outcome.took);
        assert_eq!(outcome.address, Some("127.0.0.1".parse().unwrap()));
        // And hung up on.
        tokio::time::timeout(LATE, leaving.recv()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_head_that_drips_is_no_answer() {
    let receiver = Receiver::start(|mut stream| async move {
        read_request(&mut stream).await?;
        for byte in format!("HTTP/1.1 200 OK\r\nx-slow: {}", "x".repeat(10_000)).bytes() {
            stream.write_all(&[byte]).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })
    .await;
    let outcome = post(&courier(development()), &receiver.url("/")).await;
    assert_eq!(outcome.answer, Err(Failure::TimedOut));
    assert!(outcome.took < PATIENCE + LATE, "{:?}", outcome.took);
}

/// Its status is what counts, and that has come.
#[tokio::test]
async fn a_body_that_drips_is_cut() {
    let receiver = Receiver::start(|mut stream| async move {
        read_request(&mut stream).await?;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            .await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let outcome = post(&courier(development()), &receiver.url("/")).await;
    assert!(outcome.took < PATIENCE + LATE, "{:?}", outcome.took);
    let answer = outcome.answer.unwrap();
    assert_eq!((answer.status, answer.cut), (200, true));
    assert!(answer.body.len() < 100 && answer.body.iter().all(|byte| *byte == b'x'));
}

#[tokio::test]
async fn whoever_hangs_up_or_speaks_no_http_is_a_failure() {
    let at_once = Receiver::start(|stream| async move {
        drop(stream);
        Ok(())
    })
    .await;
    let courier = courier(development());
    assert_eq!(post(&courier, &at_once.url("/")).await.answer, Err(Failure::Broken));
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nconte",
        "220 mail.example.com ESMTP\r\n",
        "\0\0\0",
        "HTTP/9 200\r\n\r\n",
    ] {
        let receiver = Receiver::answering(answer).await;
        let outcome = post(&courier, &receiver.url("/")).await;
        assert_eq!(outcome.answer, Err(Failure::Broken), "{answer:?}");
    }
    let short = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this").await;
    let answer = post(&courier, &short.url("/")).await.answer.unwrap();
    assert_eq!(
        (answer.status, answer.body.as_slice(), answer.cut),
        (200, &b"only this"[..], true)
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_its_target_is_never_asked() {
    let sentinel = Receiver::sentinel().await;
    for status in [300, 301, 302, 303, 307, 308] {
        let target = format!("http://127.0.0.1:{}/", sentinel.port());
        let redirect = format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {target}\r\nrefresh: 0; url={target}\r\ncontent-length: 0\r\n\r\n"
        );
        let receiver = Receiver::answering(redirect).await;
        let answer = post(&courier(development()), &receiver.url("/")).await.answer.unwrap();
        assert_eq!(answer.status, status);
        assert_eq!(receiver.visitors(), 1);
    }
    assert_eq!(sentinel.visitors(), 0);
}

#[tokio::test]
async fn a_refusal_is_an_answer_with_the_time_to_come_again() {
    let moment = Timestamp::parse("2027-01-15T13:00:00Z").unwrap();
    for (head, status, retry_after) in [
        ("410 Gone", 410, None),
        ("500 Internal Server Error", 500, None),
        (
            "429 Too Many Requests\r\nretry-after: 120",
            429,
            Some(RetryAfter::Seconds(120)),
        ),
        (
            "503 Service Unavailable\r\nRetry-After: Fri, 15 Jan 2027 13:00:00 GMT",
            503,
            Some(RetryAfter::At(moment)),
        ),
        ("429 Too Many Requests\r\nretry-after: in a while", 429, None),
        ("429 Too Many Requests\r\nretry-after: \u{e9}", 429, None),
    ] {
        let receiver = Receiver::answering(format!("HTTP/1.1 {head}\r\ncontent-length: 2\r\n\r\nno")).await;
        let answer = post(&courier(development()), &receiver.url("/")).await.answer.unwrap();
        assert_eq!((answer.status, answer.retry_after), (status, retry_after), "{head}");
        assert_eq!(answer.body, b"no");
    }
}

/// Ten gigabytes, announced or not, in the body or the head: little is read of it, and the sender cannot go on sending.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_ends_is_dropped() {
    const ALL: u64 = 10_000_000_000;
    // What the sockets of both sides may hold, which on this machine's own network is a lot.
    const IN_SOCKETS: u64 = 32_000_000;
    for (head, ends_in_answer) in [
        (format!("HTTP/1.1 200 OK\r\ncontent-length: {ALL}\r\n\r\n"), true),
        ("HTTP/1.1 200 OK\r\n\r\n".to_owned(), true),
        (
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{ALL:x}\r\n"),
            true,
        ),
        ("HTTP/1.1 200 OK\r\nx-long: ".to_owned(), false),
        ("HTTP/1.1 ".to_owned(), false),
    ] {
        let sent = Arc::new(AtomicU64::new(0));
        let (stop, mut stopped) = mpsc::unbounded_channel();
        let (counted, answer) = (Arc::clone(&sent), head.clone());
        let receiver = Receiver::start(move |mut stream| {
            let (stop, sent, head) = (stop.clone(), Arc::clone(&counted), answer.clone());
            async move {
                read_request(&mut stream).await?;
                stream.write_all(head.as_bytes()).await?;
                let chunk = vec![b'x'; 100_000];
                while sent.load(Ordering::SeqCst) < ALL && stream.write_all(&chunk).await.is_ok() {
                    sent.fetch_add(100_000, Ordering::SeqCst);
                }
                stop.send(()).unwrap();
                Ok(())
            }
        })
        .await;
        let outcome = post(&courier(development()), &receiver.url("/")).await;
        if ends_in_answer {
            let answer = outcome.answer.unwrap();
            assert_eq!((answer.status, answer.body.len(), answer.cut), (200, 64 * 1024, true));
            assert!(answer.body.capacity() <= 128 * 1024);
        } else {
            assert_eq!(outcome.answer, Err(Failure::Broken), "{head}");
        }
        tokio::time::timeout(LATE, stopped.recv()).await.unwrap().unwrap();
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < IN_SOCKETS, "{head}: {sent} bytes were taken");
    }
}

#[tokio::test]
async fn an_answer_that_just_fits_is_whole() {
    for (length, cut) in [(64 * 1024 - 1, false), (64 * 1024, false), (64 * 1024 + 1, true)] {
        let body = "x".repeat(length);
        let receiver = Receiver::answering(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")).await;
        let answer = post(&courier(development()), &receiver.url("/")).await.answer.unwrap();
        assert_eq!((answer.body.len(), answer.cut), (length.min(64 * 1024), cut));
    }
}

/// A small answer that unpacks to a large one stays small.
#[tokio::test]
async fn nothing_is_unpacked() {
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 6\r\n\r\npacked");
        let receiver = Receiver::answering(answer).await;
        let answer = post(&courier(development()), &receiver.url("/")).await.answer.unwrap();
        assert_eq!(answer.body, b"packed", "{encoding}");
    }
}

/// Whoever takes nothing in holds neither the courier nor, for long, what was to be sent.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_nothing_is_left_with_what_the_sockets_hold() {
    let receiver = Receiver::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let url = WebhookUrl::kept(receiver.url("/"));
    let large = Bytes::from(vec![b'x'; 50_000_000]);
    let outcome = courier(development()).post(&url, Vec::new(), large).await;
    assert_eq!(outcome.answer, Err(Failure::TimedOut));
    // Our side: remote is the receiver's port, established (01).
    let remote = format!(":{:04X} 01 ", receiver.port());
    let is_open = || std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&remote);
    let began = Instant::now();
    while is_open() {
        assert!(began.elapsed() < PATIENCE + LATE, "the connection is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn names_that_stand_for_nothing_or_never_answer() {
    let nothing = Names::new(|_| Vec::new());
    let courier_of = |resolver| keyhatch::domain::webhooks::courier::Courier::new(development(), resolver).unwrap();
    let outcome = post(&courier_of(nothing), "https://nobody.example/").await;
    assert_eq!((outcome.answer, outcome.address), (Err(Failure::NotFound), None));
    let outcome = post(&courier_of(Arc::new(SystemResolver)), "https://nobody.invalid/").await;
    assert!(
        matches!(outcome.answer, Err(Failure::NotFound | Failure::TimedOut)),
        "{:?}",
        outcome.answer
    );
    let outcome = post(&courier_of(Arc::new(Silent)), "https://slow.example/").await;
    assert_eq!(outcome.answer, Err(Failure::TimedOut));
    assert!(outcome.took < PATIENCE + LATE, "{:?}", outcome.took);
}

#[derive(Debug)]
struct Silent;

impl keyhatch::domain::webhooks::courier::Resolve for Silent {
    fn resolve(&self, _: &str) -> keyhatch::domain::webhooks::courier::Resolving {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_connected() {
    let port = Receiver::answering("").await.port();
    let outcome = post(&courier(development()), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(outcome.answer, Err(Failure::Connect));
}

#[tokio::test]
async fn those_who_hang_delay_nobody_else() {
    let hanging = Receiver::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let good = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let mut settings = development();
    settings.patience = Duration::from_secs(30);
    let courier = courier(settings);
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let (courier, url) = (courier.clone(), hanging.url("/"));
            tokio::spawn(async move { post(&courier, &url).await })
        })
        .collect();
    while hanging.visitors() < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..20 {
        let outcome = post(&courier, &good.url("/")).await;
        assert_eq!(outcome.answer.unwrap().status, 200);
        assert!(outcome.took < LATE, "{:?}", outcome.took);
    }
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    waiting.into_iter().for_each(|waiting| waiting.abort());
}
