//! However an address is written, and whatever a name turns into: nothing is sent where it must not go.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use keyhatch::domain::webhooks::courier::{Courier, CourierSettings, Failure, SystemResolver};
use keyhatch::model::webhook_url::{UrlRules, WebhookUrl};

use crate::webhooks::receiver::{Names, Receiver, courier, development, everything_is_here, post, serious};

/// This machine and its neighbours, in every way of writing we know. Names lead to this machine, too.
const FORMS: [&str; 87] = [
    // decimal, octal, hexadecimal, mixed, short
    "127.0.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "127.00.00.01",
    "127.0.0.0x1",
    "00000177.1",
    "0x7f.0x0.0x0.0x1",
    "127.255.255.254",
    "127.127.127.127",
    "0",
    "0.0.0.0",
    "00",
    "0x0",
    // too large for an address: must not wrap around
    "4294967296",
    "6425673729",
    "383.0.0.1",
    "127.0.0.257",
    "0x17f000001",
    // dots at the end, dots that are none
    "127.0.0.1.",
    "127.0.0.1..",
    "2130706433.",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    // digits and letters that become plain ones
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "१२७.०.०.१",
    "١٢٧.٠.٠.١",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "loc\u{ad}alhost",
    "127.0.0.1%00",
    "127.0.0%2E1",
    "%31%32%37.0.0.1",
    // names
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "sub.localhost",
    "ip6-localhost",
    "receiver.internal",
    "printer.local",
    "127.0.0.1.nip.io",
    "7f000001.nip.io",
    "localtest.me",
    "xn--.example",
    "metadata.google.internal",
    "a.example",
    // IPv6
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[::1%25lo]",
    "[::1%lo]",
    "[fd00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[ff02::1%25lo]",
    "[100::1]",
    "[fd00:ec2::254]",
    // neighbours
    "169.254.169.254",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
];

/// An installation with a network of its own, so that plain http and internal names are not refused for being that.
fn with_an_allowed_network() -> CourierSettings {
    CourierSettings {
        allowed: vec!["10.99.0.0/16".parse().unwrap()],
        ..serious()
    }
}

/// Whether a browser, too, would ask the DNS for it.
fn is_name(host: &str) -> bool {
    matches!(url::Url::parse(&format!("https://{host}/")), Ok(url) if url.domain().is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_of_writing_an_address_leads_here() {
    let sentinel = Receiver::sentinel().await;
    let port = sentinel.port();
    for settings in [serious(), with_an_allowed_network()] {
        let courier = courier(settings);
        for host in FORMS {
            for url in [
                format!("https://{host}:{port}/"),
                format!("http://{host}:{port}/"),
                format!("https:\\\\{host}:{port}\\"),
                format!("http://8.8.8.8@{host}:{port}/"),
                format!("https:/{host}:{port}/"),
            ] {
                let outcome = post(&courier, &url).await;
                assert!(outcome.answer.is_err(), "{url}: {outcome:?}");
                assert_eq!(sentinel.visitors(), 0, "{url}");
            }
        }
    }
    // It would have been noticed.
    let outcome = post(&courier(development()), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(outcome.answer.unwrap().status, 200);
    assert_eq!(sentinel.visitors(), 1);
}

/// What was accepted when it was typed is still not trusted; most of these are refused then already.
#[test]
fn addresses_are_refused_when_they_are_typed() {
    let rules = UrlRules::default();
    for host in FORMS.into_iter().filter(|host| !is_name(host)) {
        let url = format!("https://{host}/");
        assert!(WebhookUrl::parse(&url, &rules).is_err(), "{url}");
    }
}

/// The system's own resolver reads numbers in ways of its own.
#[tokio::test(flavor = "multi_thread")]
async fn nor_does_the_systems_resolver_find_one() {
    let sentinel = Receiver::sentinel().await;
    let courier = Courier::new(with_an_allowed_network(), std::sync::Arc::new(SystemResolver)).unwrap();
    // Names that others know are left out: the test asks nobody outside.
    let asks_others = |host: &str| is_name(host) && !host.contains("localhost");
    for host in FORMS.into_iter().filter(|host| !asks_others(host)) {
        let outcome = post(&courier, &format!("http://{host}:{}/", sentinel.port())).await;
        assert!(outcome.answer.is_err(), "{host}: {outcome:?}");
        assert_eq!(sentinel.visitors(), 0, "{host}");
    }
}

/// The good receiver is at 127.0.0.2, which is allowed; the sentinel at 127.0.0.1, same port, which is not. A look-up more than
/// one, or a connection to anything else than what was looked at, would end there.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_flips_leads_to_the_good_address_or_nowhere() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let sentinel = Receiver::answering(ok).await;
    let good = Receiver::start_at(
        &format!("127.0.0.2:{}", sentinel.port()),
        move |mut stream| async move {
            crate::webhooks::receiver::read_request(&mut stream).await?;
            tokio::io::AsyncWriteExt::write_all(&mut stream, ok.as_bytes()).await
        },
    )
    .await;
    let answers: [Vec<IpAddr>; 8] = [
        &["127.0.0.2"][..],
        &["127.0.0.1"],
        &["169.254.169.254"],
        &["127.0.0.2", "127.0.0.1"],
        &["127.0.0.1", "127.0.0.2"],
        &["127.0.0.2", "127.0.0.2"],
        &["::ffff:127.0.0.1"],
        &["127.0.0.2", "::1"],
    ]
    .map(|list| list.iter().map(|address| address.parse().unwrap()).collect());
    let (dice, good_answers) = (AtomicU64::new(1), std::sync::Arc::new(AtomicU64::new(0)));
    let counted = std::sync::Arc::clone(&good_answers);
    let names = Names::new(move |_| {
        // A generator of no quality at all, the same in each run.
        let thrown = dice
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst)
            .wrapping_mul(0xD134_2543_DE82_EF95);
        let answer = answers[usize::try_from(thrown >> 61).unwrap()].clone();
        let is_good = answer.iter().all(|address| address.to_string() == "127.0.0.2");
        counted.fetch_add(u64::from(is_good), Ordering::SeqCst);
        answer
    });
    let settings = CourierSettings {
        allowed: vec!["127.0.0.2/32".parse().unwrap()],
        patience: std::time::Duration::from_secs(10),
        ..serious()
    };
    let courier = Courier::new(settings, names.clone()).unwrap();
    let url = format!("http://flips.example:{}/", sentinel.port());
    let mut delivered = 0;
    for number in 1..=200 {
        let outcome = post(&courier, &url).await;
        match outcome.answer {
            Ok(answer) => {
                assert_eq!(answer.status, 200);
                assert_eq!(outcome.address, Some("127.0.0.2".parse().unwrap()));
                delivered += 1;
            }
            Err(failure) => assert_eq!(failure, Failure::NotAllowed),
        }
        assert_eq!(names.asked(), number, "a name is looked up once for each delivery");
    }
    assert_eq!(sentinel.visitors(), 0);
    assert_eq!(
        (delivered, good.visitors() as u64),
        (good_answers.load(Ordering::SeqCst), delivered)
    );
    assert!((20..180).contains(&delivered), "{delivered} of 200");
}

#[tokio::test]
async fn plain_http_goes_to_allowed_networks_only() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let allowed = CourierSettings {
        allowed: vec!["127.0.0.1/32".parse().unwrap()],
        ..serious()
    };
    let here = Courier::new(allowed.clone(), everything_is_here()).unwrap();
    for host in ["127.0.0.1", "receiver.internal", "receiver", "receiver.example"] {
        let outcome = post(&here, &format!("http://{host}:{}/", receiver.port())).await;
        assert_eq!(outcome.answer.map(|answer| answer.status), Ok(200), "{host}");
    }
    // On the internet, events are encrypted.
    let internet = Courier::new(allowed, Names::new(|_| vec!["8.8.8.8".parse().unwrap()])).unwrap();
    for host in ["8.8.8.8", "receiver.example"] {
        let outcome = post(&internet, &format!("http://{host}:{}/", receiver.port())).await;
        assert_eq!(outcome.answer, Err(Failure::NotAllowed), "{host}");
    }
}

/// A URL that a developer's machine accepted is not brought to by an installation that serves others.
#[tokio::test]
async fn what_was_accepted_under_other_rules_is_refused() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let rules = UrlRules {
        development: true,
        allowed: Vec::new(),
    };
    let url = receiver.url("/");
    assert!(WebhookUrl::parse(&url, &rules).is_ok());
    let outcome = post(&courier(serious()), &url).await;
    assert_eq!((outcome.answer, receiver.visitors()), (Err(Failure::NotAllowed), 0));
}

/// A developer's machine is reached; what is around it, and the cloud's metadata, is not.
#[tokio::test]
async fn development_is_this_machine_and_no_other() {
    for host in [
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ] {
        let outcome = post(&courier(development()), &format!("http://{host}:9000/")).await;
        assert_eq!(outcome.answer, Err(Failure::NotAllowed), "{host}");
    }
}
