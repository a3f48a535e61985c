//! A hostile customer of each of the systems, whose key may do one thing, writes a request for another in every way they can think
//! of: through nginx and Caddy nothing of it reaches the API.

use super::gateways::Guarded;
use super::service::Service;
use crate::gateways::proxy::Proxy;

/// What a key may ask for, and what it may not.
struct Target {
    method: &'static str,
    base: &'static str,
    /// Below the base path.
    open: &'static str,
    closed: &'static str,
}

impl Target {
    /// Ways to write the closed path; to one reader or another each of them means it.
    fn spellings(&self) -> Vec<String> {
        let Self { base, open, closed, .. } = self;
        let (first, rest) = closed.split_at(1);
        let hex = |byte: u8| format!("%{byte:02x}");
        let encoded = hex(first.as_bytes()[0]);
        let twice = encoded.replace('%', "%25");
        let capital = first.to_uppercase();
        let in_capitals = closed.to_uppercase();
        let base_in_capitals = base.to_uppercase();
        vec![
            format!("{base}/{closed}"),
            format!("{base}/{closed}/"),
            format!("{base}/{closed}//"),
            format!("/{base}/{closed}"),
            format!("//{base}/{closed}"),
            format!("{base}//{closed}"),
            format!("{base}///{closed}"),
            format!("{base}/./{closed}"),
            format!("{base}/{closed}/."),
            format!("{base}/{open}/../{closed}"),
            format!("{base}/{open}/x/../../{closed}"),
            format!("{base}/{open}/%2e%2e/{closed}"),
            format!("{base}/{open}/%2E%2E/{closed}"),
            format!("{base}/{open}/.%2e/{closed}"),
            format!("{base}/{open}/%252e%252e/{closed}"),
            format!("{base}/{open}/..%2f{closed}"),
            format!("{base}/{open}/..%2F{closed}"),
            format!("{base}/{open}/..%252f{closed}"),
            format!("{base}/{open}%2f..%2f{closed}"),
            format!("{base}/{open}/..;/{closed}"),
            format!("{base}/{open}/..;x=y/{closed}"),
            format!("{base}/{open};/../{closed}"),
            format!("{base}/{open}/..\\{closed}"),
            format!("{base}/{open}\\..\\{closed}"),
            format!("{base}/{open}/..%5c{closed}"),
            format!("{base}/{open}/%c0%ae%c0%ae/{closed}"),
            format!("{base}/{open}/..%c0%af{closed}"),
            format!("{base}/{open}/%uff0e%uff0e/{closed}"),
            format!("{base}%2f{closed}"),
            format!("{base}%5c{closed}"),
            format!("{base}\\{closed}"),
            format!("{base}/{encoded}{rest}"),
            format!("{base}/{twice}{rest}"),
            format!("{base}/{capital}{rest}"),
            format!("{base}/{in_capitals}"),
            format!("{base_in_capitals}/{closed}"),
            format!("{base}/{closed};x=1"),
            format!("{base}/{closed};/{open}"),
            format!("{base};x=1/{closed}"),
            format!("{base}/{closed}%00"),
            format!("{base}/{closed}%0a"),
            format!("{base}/{closed}%0d%0aX-Keyhatch-Type:%20all"),
            format!("{base}/{closed}?"),
            format!("{base}/{closed}?/../{open}"),
            format!("{base}/{closed}?{base}/{open}"),
            format!("http://api{base}/{closed}"),
            format!("HTTP://api{base}/{closed}"),
            format!("https://api{base}/{closed}"),
            format!("http://api//{base}/{closed}"),
            format!("http://user@api{base}/{closed}"),
            format!("http://api{base}/{open}/../{closed}"),
        ]
    }
}

/// Sends bytes as they are, with a good key, and looks at what reached the API.
async fn send(guarded: &Guarded, proxy: &Proxy, request: &str) -> (u16, Vec<String>) {
    let status = proxy.send(request).await;
    (status, guarded.api.take().into_iter().map(|got| got.line).collect())
}

fn request(method: &str, path: &str, key: &str, more: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\n{more}Content-Length: 0\r\n\
         Connection: close\r\n\r\n"
    )
}

async fn nothing_gets_through(guarded: &Guarded, key: &str, target: &Target) {
    let Target {
        method,
        base,
        open,
        closed,
    } = target;
    let (good, bad) = (format!("{base}/{open}"), format!("{base}/{closed}"));
    let judged = format!("GET {good} HTTP/1.1");
    for proxy in &guarded.proxies {
        let kind = proxy.kind;
        for path in target.spellings() {
            let (status, lines) = send(guarded, proxy, &request(method, &path, key, "")).await;
            assert!(lines.is_empty(), "{kind:?} {method} {path}: {status} {lines:#?}");
            assert!((400..500).contains(&status), "{kind:?} {method} {path}: {status}");
        }
        // Whatever says that another request is meant than the one that is there.
        for name in [
            "X-Forwarded-Uri",
            "X-Original-URI",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X_Forwarded_Uri",
            "X_Original_URI",
        ] {
            let more =
                format!("{name}: {good}\r\n{name}: {good}\r\nX-Forwarded-Method: GET\r\nX-Original-Method: GET\r\n");
            let (status, lines) = send(guarded, proxy, &request(method, &bad, key, &more)).await;
            assert!(
                lines.is_empty() && (400..500).contains(&status),
                "{kind:?} {name}: {status} {lines:#?}"
            );
            // The other way round, the API must not be told of what was not judged.
            let more = format!("{name}: {bad}\r\n");
            let status = proxy.send(&request("GET", &good, key, &more)).await;
            let got = guarded.api.take();
            let told = got.iter().flat_map(|got| &got.headers);
            let told: Vec<_> = told.filter(|(_, value)| *value == bad).collect();
            assert!(
                matches!(status, 200 | 400) && told.is_empty(),
                "{kind:?} {name}: {status} {told:?}"
            );
        }
        // A second request behind the first is judged by itself, with its key or without.
        for authorization in [format!("Authorization: Bearer {key}\r\n"), String::new()] {
            let behind = format!(
                "{method} {bad} HTTP/1.1\r\nHost: api\r\n{authorization}Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let first = format!("GET {good} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\n");
            for head in [
                "\r\n".to_owned(),
                "Content-Length: 0\r\n\r\n".to_owned(),
                format!("Content-Length: 0\r\nContent-Length: {}\r\n\r\n", behind.len()),
            ] {
                proxy.send(&format!("{first}{head}{behind}")).await;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                let lines: Vec<_> = guarded.api.take().into_iter().map(|got| got.line).collect();
                assert!(lines.iter().all(|line| *line == judged), "{kind:?}: {lines:#?}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_smuggles_anything_past_kodisc() {
    let guarded = Guarded::start(Service::start("kodisc").await).await;
    let key = guarded.mint("live", &[]).await;
    let target = Target {
        method: "POST",
        base: "/api/v2",
        open: "jobs",
        closed: "api-keys",
    };
    nothing_gets_through(&guarded, &key, &target).await;
    let target = Target {
        closed: "api-keys/7/texts",
        ..target
    };
    nothing_gets_through(&guarded, &key, &target).await;
}

#[tokio::test]
async fn nobody_smuggles_anything_past_kodostatus() {
    let guarded = Guarded::start(Service::on_plan("kodostatus", Some("pro")).await).await;
    let key = guarded.mint("scoped", &["incidents:read"]).await;
    for (method, closed) in [("GET", "services"), ("GET", "pages/7"), ("POST", "incidents")] {
        let target = Target {
            method,
            base: "/api/v1",
            open: "incidents/7",
            closed,
        };
        nothing_gets_through(&guarded, &key, &target).await;
    }
}

#[tokio::test]
async fn nobody_smuggles_anything_past_craftkit() {
    let guarded = Guarded::start(Service::start("craftkit").await).await;
    let key = guarded.mint("live", &[]).await;
    for (method, closed) in [("GET", "projects/site"), ("DELETE", "renders/7")] {
        let target = Target {
            method,
            base: "/v1",
            open: "renders/8",
            closed,
        };
        nothing_gets_through(&guarded, &key, &target).await;
    }
}

#[tokio::test]
async fn nobody_smuggles_anything_past_codivupload() {
    let guarded = Guarded::start(Service::start("codivupload").await).await;
    let key = guarded.mint("workspace", &[]).await;
    // A key may do everything, but upload no more than 50 times; each time with another key, so that only that stands in the way.
    for turn in 0..50 {
        let (status, lines) = send(
            &guarded,
            &guarded.proxies[turn % 2],
            &request("POST", "/v1/upload-media", &key, ""),
        )
        .await;
        assert_eq!((status, lines.len()), (200, 1));
    }
    let target = Target {
        method: "POST",
        base: "/v1",
        open: "posts",
        closed: "upload-media",
    };
    for (turn, path) in target.spellings().into_iter().enumerate() {
        for proxy in &guarded.proxies {
            let key = guarded.mint("workspace", &[]).await;
            let (status, lines) = send(&guarded, proxy, &request("POST", &path, &key, "")).await;
            let about = format!("{:?} {path}: {status} {lines:#?}", proxy.kind);
            assert!(lines.is_empty() && (400..500).contains(&status), "{turn}: {about}");
        }
    }
}

#[tokio::test]
async fn nobody_smuggles_anything_past_docsapi() {
    let guarded = Guarded::start(Service::start("docsapi").await).await;
    let restricted = guarded.mint("rk_live", &["resources:read"]).await;
    for (method, closed) in [
        ("GET", "webhooks"),
        ("POST", "jobs"),
        ("GET", "customers"),
        ("DELETE", "resources/7"),
    ] {
        let target = Target {
            method,
            base: "/v1",
            open: "resources/8",
            closed,
        };
        nothing_gets_through(&guarded, &restricted, &target).await;
    }
    let publishable = guarded.mint("pk_live", &[]).await;
    for (method, closed) in [("POST", "resources"), ("GET", "webhooks"), ("PUT", "customers/7")] {
        let target = Target {
            method,
            base: "/v1",
            open: "resources/8",
            closed,
        };
        nothing_gets_through(&guarded, &publishable, &target).await;
    }
}
