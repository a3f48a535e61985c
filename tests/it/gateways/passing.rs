//! What is allowed reaches the API: as it came, with who it is from, without the key.

use reqwest::Method;

use super::upstream::{Got, SAYS};
use super::{World, client};
use crate::support::Answer;

/// What the API is told, and nobody else may say.
pub const IDENTITY: [&str; 7] = [
    "x-keyhatch-key-id",
    "x-keyhatch-workspace",
    "x-keyhatch-project",
    "x-keyhatch-environment",
    "x-keyhatch-type",
    "x-keyhatch-scopes",
    "x-keyhatch-display-prefix",
];

/// The key is nowhere: not in its header, and not in any other.
fn assert_no_key(got: &Got, key: &str) {
    for name in ["authorization", "x-api-key"] {
        assert_eq!(got.all(name), [""; 0], "{got:#?}");
    }
    assert!(!format!("{got:?}").contains(key), "{got:#?}");
}

#[tokio::test]
async fn a_good_request_reaches_the_api_as_it_came_with_who_it_is_from() {
    let world = World::start().await;
    let scopes = ["shipments:write", "rates:read"];
    let project = Some(&world.project);
    let issued = world
        .app
        .key(&world.workspace, project, "restricted", "test", &scopes)
        .await;
    let key = issued.text.expose_secret();
    for proxy in &world.proxies {
        for place in ["authorization", "x-api-key", "both"] {
            let key_in = if place == "x-api-key" { None } else { Some(key) };
            let mut request = client(proxy, key_in).request(Method::POST, "/api/v1/shipments/a%20b?c=%2F&d");
            if place != "authorization" {
                request = request.header("x-api-key", key);
            }
            for name in IDENTITY {
                request = request.header(name, "made up").header(name, "twice");
            }
            let answer = Answer::of(request.body("a parcel").send().await.unwrap()).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, SAYS), "{:?}", proxy.kind);
            let got = world.api.take_one();
            assert_eq!(got.line, "POST /api/v1/shipments/a%20b?c=%2F&d HTTP/1.1");
            assert_eq!(got.body, "a parcel");
            assert_no_key(&got, key);
            let told: Vec<_> = IDENTITY.iter().map(|name| got.all(name)).collect();
            let expected = [
                issued.key.id.to_string(),
                world.workspace.id.to_string(),
                world.project.id.to_string(),
                "test".to_owned(),
                "restricted".to_owned(),
                scopes.join(" "),
                issued.key.display_prefix.clone(),
            ];
            let expected: Vec<_> = expected.iter().map(|value| vec![value.as_str()]).collect();
            assert_eq!(told, expected, "{:?}", proxy.kind);
        }
    }
}

#[tokio::test]
async fn what_keyhatch_does_not_say_nobody_can_make_up() {
    let world = World::start().await;
    let key = world.key("secret", &[]).await;
    for proxy in &world.proxies {
        let request = client(proxy, Some(&key)).request(Method::GET, "/api/v1/anything");
        let request = request
            .header("X-Keyhatch-Scopes", "everything")
            .header("X-Keyhatch-Status", "everything")
            .header("X_Keyhatch_Scopes", "everything")
            .header("x-keyhatch_scopes", "everything");
        assert_eq!(request.send().await.unwrap().status(), 200);
        let got = world.api.take_one();
        assert!(!format!("{got:?}").contains("everything"), "{got:#?}");
        assert_eq!(got.all("x-keyhatch-type"), ["secret"]);
        assert!(matches!(got.all("x-keyhatch-scopes")[..], [] | [""]), "{got:#?}");
    }
}

#[tokio::test]
async fn nobody_can_have_headers_dropped_on_the_way() {
    let world = World::start().await;
    let key = world.key("restricted", &["rates:read"]).await;
    for proxy in &world.proxies {
        let dropped = IDENTITY.join(", ");
        let request = format!(
            "GET /api/v1/rates HTTP/1.1\r\nHost: northpost.example\r\nAuthorization: Bearer {key}\r\n\
             Connection: close, {dropped}, X-Forwarded-Method, X-Forwarded-Uri, X-Original-URI\r\n\r\n"
        );
        assert_eq!(proxy.send(&request).await, 200, "{:?}", proxy.kind);
        let got = world.api.take_one();
        assert_eq!(got.all("x-keyhatch-scopes"), ["rates:read"], "{got:#?}");
        assert_eq!(got.all("x-keyhatch-type"), ["restricted"]);
        assert_eq!(got.all("host"), ["northpost.example"]);
    }
}

#[tokio::test]
async fn every_method_is_judged_by_itself() {
    let world = World::start().await;
    let key = world.key("publishable", &[]).await;
    for proxy in &world.proxies {
        for (method, status) in [
            ("GET", 200),
            ("HEAD", 200),
            ("OPTIONS", 200),
            ("POST", 403),
            ("PUT", 403),
            ("PATCH", 403),
            ("DELETE", 403),
            ("PROPFIND", 403),
        ] {
            let request = client(proxy, Some(&key)).request(method.parse().unwrap(), "/api/v1/tracking/7");
            assert_eq!(
                request.send().await.unwrap().status(),
                status,
                "{:?} {method}",
                proxy.kind
            );
            let got = world.api.take();
            assert_eq!(got.len(), usize::from(status == 200), "{:?} {method}", proxy.kind);
            assert!(got.iter().all(|got| got.line.starts_with(&format!("{method} "))));
        }
    }
}

#[tokio::test]
async fn keyhatch_answers_what_is_its_own() {
    let world = World::start().await;
    let key = world.key("secret", &[]).await;
    for proxy in &world.proxies {
        let program = client(proxy, Some(&key));
        let me = program.get("/api/v1/me").await;
        assert_eq!(
            (me.status, &me.json()["key"]["type"]),
            (200, &"secret".into()),
            "{}",
            me.body
        );
        assert_eq!(program.get("/api/v1/api-keys").await.status, 200);
        assert_eq!(client(proxy, None).get("/api/v1/openapi.json").await.status, 200);
        assert!(world.api.take().is_empty());
    }
}
