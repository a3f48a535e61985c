//! Where one request ends and the next begins: a proxy and the API must not have two opinions about it, or what was never judged
//! gets in behind what was.

use std::time::Duration;

use super::World;

/// Ways to say how long a body is that readers have understood differently. `{}` is the length of what stands behind the head.
const LENGTHS: [&str; 16] = [
    "Content-Length: {}\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: {}",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nContent-Length: {}",
    "Transfer-Encoding: xchunked\r\nContent-Length: {}",
    "Transfer-Encoding: chunked, identity\r\nContent-Length: {}",
    "Transfer-Encoding : chunked\r\nContent-Length: {}",
    "Transfer-Encoding:\tchunked\r\nContent-Length: {}",
    "Transfer-Encoding:\x0bchunked\r\nContent-Length: {}",
    " Transfer-Encoding: chunked\r\nContent-Length: {}",
    "X: y\nTransfer-Encoding: chunked\r\nContent-Length: {}",
    "Transfer_Encoding: chunked\r\nContent-Length: {}",
    "Content-Length: 0\r\nContent-Length: {}",
    "Content-Length: {}\r\nContent-Length: 0",
    "Content-Length: 0, {}",
    "Content-Length: +{}",
];

#[tokio::test]
async fn nobody_hides_a_request_in_the_body_of_another() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read", "labels:write"]).await;
    let hidden = "DELETE /api/v1/shipments/7 HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n\r\n";
    for proxy in &world.proxies {
        for length in LENGTHS {
            for body in [
                hidden.to_owned(),
                format!("0\r\n\r\n{hidden}"),
                format!("1\r\nx\r\n0\r\n\r\n{hidden}"),
            ] {
                let length = length.replace("{}", &body.len().to_string());
                let request = format!(
                    "GET /api/v1/rates HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\n{length}\r\n\r\n{body}"
                );
                let status = proxy.send(&request).await;
                // Whatever was hidden would follow at once.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let lines: Vec<_> = world.api.take().into_iter().map(|got| got.line).collect();
                assert!(
                    lines.iter().all(|line| line == "GET /api/v1/rates HTTP/1.1"),
                    "{:?} {length:?}: {status} {lines:#?}",
                    proxy.kind
                );
            }
        }
    }
}

#[tokio::test]
async fn nobody_gets_a_tunnel_to_the_api() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        for upgrade in ["h2c", "TLS/1.0", "HTTP/2.0"] {
            let request = format!(
                "GET /api/v1/rates HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nUpgrade: {upgrade}\r\n\
                 HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 Sec-WebSocket-Version: 13\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n"
            );
            assert_eq!(proxy.send(&request).await, 200, "{:?} {upgrade}", proxy.kind);
            let got = world.api.take_one();
            assert_eq!(got.all("upgrade"), [""; 0], "{:?} {upgrade}: {got:#?}", proxy.kind);
        }
    }
}

#[tokio::test]
async fn nobody_reaches_the_api_with_a_method_about_the_connection() {
    let world = World::start().await;
    let key = world.key("secret", &[]).await;
    for proxy in &world.proxies {
        for line in [
            "CONNECT api:80",
            "CONNECT 127.0.0.1:22",
            "CONNECT /api/v1/shipments",
            "CONNECT http://api/api/v1/shipments",
            "TRACE /api/v1/shipments",
        ] {
            let request =
                format!("{line} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n");
            let status = proxy.send(&request).await;
            let got = world.api.take();
            let about = format!("{:?} {line}: {status} {got:#?}", proxy.kind);
            assert!((400..500).contains(&status) && got.is_empty(), "{about}");
        }
        // About the server as a whole.
        let request =
            format!("OPTIONS * HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n");
        proxy.send(&request).await;
        assert!(world.api.take().is_empty(), "{:?}", proxy.kind);
    }
}
