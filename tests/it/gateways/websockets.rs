//! WebSockets through a proxy: judged before anything is upgraded, and then passed on.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::World;
use super::proxy::{Kind, Proxy};
use super::upstream::{Upstream, accept};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A connection, the status of the answer to its handshake, and the whole head of it.
async fn shake_hands(proxy: &Proxy, path: &str, more: &str) -> (TcpStream, u16, String) {
    let mut stream = TcpStream::connect(proxy.address.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: api\r\n{more}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    let reading = async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await.unwrap();
    let head = String::from_utf8(head).unwrap();
    let status = head[9..12].parse().unwrap();
    (stream, status, head)
}

const UPGRADE: &str = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";

#[tokio::test]
async fn a_websocket_is_judged_and_handed_on() {
    let world = World::start().await;
    let key = world.key("restricted", &["tracking:read"]).await;
    for proxy in &world.proxies {
        let kind = proxy.kind;
        let more = format!("{UPGRADE}X-API-Key: {key}\r\nX-Keyhatch-Type: secret\r\n");
        let (mut stream, status, head) = shake_hands(proxy, "/api/v1/tracking/live?from=now", &more).await;
        assert_eq!(status, 101, "{kind:?} {head}");
        assert!(head.contains(&accept(KEY)), "{kind:?} {head}");
        for text in ["hello", "", "where is my parcel?"] {
            let mask = [1, 2, 3, 4_u8];
            let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap()];
            frame.extend(mask);
            frame.extend(text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
            stream.write_all(&frame).await.unwrap();
            let mut echo = vec![0; 2 + text.len()];
            let reading = stream.read_exact(&mut echo);
            tokio::time::timeout(Duration::from_secs(20), reading)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(&echo[2..], text.as_bytes(), "{kind:?}");
        }
        let got = world.api.take_one();
        assert_eq!(got.line, "GET /api/v1/tracking/live?from=now HTTP/1.1");
        assert_eq!(got.all("x-keyhatch-type"), ["restricted"], "{kind:?}");
        assert!(!format!("{got:?}").contains(&key), "{got:#?}");
    }
}

#[tokio::test]
async fn a_refused_one_is_never_upgraded() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        for (path, credential, expected) in [
            ("/api/v1/tracking/live", String::new(), 401),
            ("/api/v1/tracking/live", "X-API-Key: nonsense\r\n".to_owned(), 401),
            ("/api/v1/tracking/live", format!("X-API-Key: {key}\r\n"), 403),
            ("/internal/live", format!("X-API-Key: {key}\r\n"), 403),
            ("/api/v1/tracking//live", format!("X-API-Key: {key}\r\n"), 400),
        ] {
            let (_, status, head) = shake_hands(proxy, path, &format!("{UPGRADE}{credential}")).await;
            assert_eq!(status, expected, "{:?} {path} {head}", proxy.kind);
            assert!(world.api.take().is_empty(), "{:?} {path}", proxy.kind);
        }
    }
}

/// h2c would be a tunnel whose requests nobody judges; and headers must not get lost as somebody else's business.
#[tokio::test]
async fn nothing_else_takes_over_a_connection() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        for upgrade in [
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
            "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
            "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
            "Upgrade: h2c\r\n",
        ] {
            let more = format!("{upgrade}X-API-Key: {key}\r\n");
            let (_, status, _) = shake_hands(proxy, "/api/v1/rates", &more).await;
            let got = world.api.take();
            assert!(status == 200 || got.is_empty(), "{:?} {upgrade}: {status}", proxy.kind);
            for got in got {
                assert_eq!(got.all("upgrade"), [""; 0], "{:?} {upgrade}", proxy.kind);
                assert!(
                    !got.all("connection").concat().to_lowercase().contains("upgrade"),
                    "{got:#?}"
                );
            }
        }
        let more = format!(
            "Connection: Upgrade, X-Keyhatch-Scopes, X-Keyhatch-Type\r\nUpgrade: WebSocket\r\nX-API-Key: {key}\r\n"
        );
        let (_, status, head) = shake_hands(proxy, "/api/v1/rates", &more).await;
        assert_eq!(status, 101, "{:?} {head}", proxy.kind);
        let got = world.api.take_one();
        assert_eq!(got.all("x-keyhatch-scopes"), ["rates:read"], "{:?}", proxy.kind);
    }
}

#[tokio::test]
async fn keyhatch_is_asked_in_the_ordinary_way() {
    let (keyhatch, api) = (Upstream::start().await, Upstream::start().await);
    for kind in [Kind::Nginx, Kind::Caddy] {
        let proxy = Proxy::start(kind, &keyhatch.address, &api.address).await;
        let (_, status, head) = shake_hands(&proxy, "/api/v1/live", UPGRADE).await;
        assert_eq!(status, 101, "{kind:?} {head}");
        let asked = keyhatch.take_one();
        assert_eq!(asked.all("upgrade"), [""; 0], "{kind:?}: {asked:#?}");
        assert!(
            !asked.all("connection").concat().to_lowercase().contains("upgrade"),
            "{asked:#?}"
        );
    }
}

/// Envoy is not run here.
#[test]
fn envoy_upgrades_to_websockets_alone() {
    let example = include_str!("../../../examples/gateway/envoy/envoy.yaml");
    assert!(example.contains("upgrade_configs: [{ upgrade_type: websocket }]"));
}
