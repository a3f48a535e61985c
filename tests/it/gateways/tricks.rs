//! Nobody reaches with one spelling what another is kept from: what cannot be read in one way only never gets to the API.

use std::net::IpAddr;

use keyhatch::api::gateway::{IDENTITY, SUBJECT, TEMPLATE};
use reqwest::Method;

use super::proxy::Kind;
use super::{World, client};

/// To one reader or another, each of these is a request for shipments.
const SPELLINGS: [&str; 21] = [
    "/api/v1/shipments",
    "/api/v1/shipments/",
    "//api/v1/shipments",
    "/api//v1/shipments",
    "/api/v1/./shipments",
    "/api/v1/rates/../shipments",
    "/api/v1/rates/%2e%2e/shipments",
    "/api/v1/rates/%2E./shipments",
    "/api/v1/rates/..%2fshipments",
    "/api/v1/rates%2F..%2Fshipments",
    "/api/v1/rates/%252e%252e/shipments",
    "/api/v1/rates/..;/shipments",
    "/api/v1/rates/..\\shipments",
    "/api/v1/rates/..%5cshipments",
    "/api/v1/%73hipments",
    "/api/v1/shipments%2f7",
    "/api/v1/shipments;x=/rates",
    "/api/v1/shipments%00",
    "/api/v1/shipments?/../rates",
    "/API/v1/Shipments",
    "http://api/api/v1/shipments",
];

#[tokio::test]
async fn no_spelling_of_a_path_goes_past_its_route() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        for path in SPELLINGS {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n");
            let status = proxy.send(&request).await;
            let got = world.api.take();
            assert!(
                matches!(status, 400 | 403) && got.is_empty(),
                "{:?} {path}: {status} {got:#?}",
                proxy.kind
            );
        }
        let request = format!(
            "GET http://api/api/v1/rates?a=/../shipments HTTP/1.1\r\nHost: api\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(proxy.send(&request).await, 200, "{:?}", proxy.kind);
        assert_eq!(
            world.api.take_one().line,
            "GET /api/v1/rates?a=/../shipments HTTP/1.1",
            "{:?}",
            proxy.kind
        );
    }
}

#[tokio::test]
async fn a_fragment_is_refused() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        let request = format!(
            "GET /api/v1/shipments#/api/v1/rates HTTP/1.1\r\nHost: api\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n"
        );
        let status = proxy.send(&request).await;
        // Caddy asks about a segment that is called `shipments#`: no route names it.
        let lines: Vec<_> = world.api.take().into_iter().map(|got| got.line).collect();
        match proxy.kind {
            Kind::Nginx => assert_eq!((status, lines.len()), (400, 0)),
            Kind::Caddy => assert_eq!((status, lines.len()), (403, 0)),
        }
    }
}

#[tokio::test]
async fn no_spelling_of_a_method_goes_past_its_route() {
    let world = World::start().await;
    let key = world.key("publishable", &[]).await;
    for proxy in &world.proxies {
        for method in ["POST", "post", "Post", "get", "GE_T", "PURGE"] {
            let request = format!(
                "{method} /api/v1/tracking/7 HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let status = proxy.send(&request).await;
            let got = world.api.take();
            assert!(
                matches!(status, 400 | 403 | 405) && got.is_empty(),
                "{:?} {method}: {status} {got:#?}",
                proxy.kind
            );
        }
    }
}

#[tokio::test]
async fn only_the_proxy_says_what_is_judged() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    let about = |method: &'static str, path: &'static str| {
        [
            ("X-Original-Method", method),
            ("X-Original-URI", path),
            ("X-Original-URL", path),
            ("X-Rewrite-URL", path),
            ("X-Forwarded-Method", method),
            ("X-Forwarded-Uri", path),
            ("X-HTTP-Method", method),
            ("X-HTTP-Method-Override", method),
            ("X-Method-Override", method),
        ]
    };
    for proxy in &world.proxies {
        let program = client(proxy, Some(&key));
        // A bad request that is said to be a good one.
        let mut request = program.request(Method::POST, "/api/v1/shipments");
        for (name, value) in about("GET", "/api/v1/rates") {
            request = request.header(name, value).header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), 403, "{:?}", proxy.kind);
        assert!(world.api.take().is_empty(), "{:?}", proxy.kind);
        // A good one that the API might take for a bad one.
        let mut request = program.request(Method::GET, "/api/v1/rates");
        for (name, value) in about("DELETE", "/api/v1/shipments") {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), 200, "{:?}", proxy.kind);
        let got = world.api.take_one();
        assert!(!format!("{got:?}").contains("DELETE"), "{got:#?}");
        assert!(!format!("{got:?}").contains("shipments"), "{got:#?}");
    }
}

#[tokio::test]
async fn two_keys_are_none() {
    let world = World::start().await;
    let (good, other) = (world.key("secret", &[]).await, world.key("secret", &[]).await);
    for proxy in &world.proxies {
        let request = format!(
            "GET /api/v1/rates HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {good}\r\nAuthorization: Bearer {other}\r\n\
             Connection: close\r\n\r\n"
        );
        let status = proxy.send(&request).await;
        assert!(matches!(status, 400 | 401), "{:?} {status}", proxy.kind);
        assert!(world.api.take().is_empty(), "{:?}", proxy.kind);
    }
}

#[tokio::test]
async fn a_client_does_not_say_where_it_is() {
    let world = World::start().await;
    let (app, project) = (&world.app.app, Some(&world.project));
    let elsewhere = reqwest::Client::builder().local_address("127.0.0.2".parse::<IpAddr>().unwrap());
    let elsewhere = elsewhere.build().unwrap();
    let key = world
        .app
        .key(&world.workspace, project, "restricted", "live", &["rates:read"])
        .await;
    for proxy in &world.proxies {
        for path in ["/api/v1/shipments", "/api/v1/api-keys"] {
            let request = elsewhere
                .get(format!("{}{path}", proxy.address))
                .bearer_auth(key.text.expose_secret())
                .header("x-forwarded-for", "203.0.113.7");
            assert_eq!(request.send().await.unwrap().status(), 403, "{:?} {path}", proxy.kind);
        }
        let request = elsewhere
            .get(format!("{}/api/v1/rates", proxy.address))
            .bearer_auth(key.text.expose_secret())
            .header("x-forwarded-for", "203.0.113.7");
        assert_eq!(request.send().await.unwrap().status(), 200, "{:?}", proxy.kind);
        assert_eq!(world.api.take_one().all("x-forwarded-for"), ["127.0.0.2"]);
    }
    app.usage.flush(&app.db).await.unwrap();
    let refusals = keyhatch::store::refused_requests::of_key(app.db.reader(), key.key.id, 100)
        .await
        .unwrap();
    let from: Vec<_> = refusals.iter().map(|refusal| refusal.address.as_str()).collect();
    assert_eq!(from, ["127.0.0.2"; 4]);
}

/// Envoy is not run here: this holds what its example takes from every request against what Keyhatch may say.
#[test]
fn envoy_takes_away_whatever_keyhatch_may_say_before_it_asks() {
    let example = include_str!("../../../examples/gateway/envoy/envoy.yaml");
    let taken = example.find("request_mutations:").unwrap();
    assert!(taken < example.find("envoy.filters.http.ext_authz").unwrap());
    for name in IDENTITY.into_iter().chain([SUBJECT, TEMPLATE]) {
        assert!(example.contains(&format!("- remove: {name}\n")), "{name}");
    }
    assert!(example.contains("headers_with_underscores_action: DROP_HEADER"));
}
