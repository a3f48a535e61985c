//! S: KodoStatus behind nginx and Caddy: what its three example keys can do, and that they can do nothing else.

use super::gateways::Guarded;
use super::service::{Service, code};
use crate::gateways::proxy::Proxy;
use crate::gateways::upstream::SAYS;
use crate::support::{Answer, Program};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What a request is about, as the documentation has it.
struct Request<'a> {
    method: &'a str,
    path: &'a str,
}

impl Request<'_> {
    fn reads(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    fn is_about(&self, what: &str) -> bool {
        let root = format!("/api/v1/{what}");
        self.path == root || self.path.starts_with(&format!("{root}/"))
    }
}

/// A name of the documentation, its scopes, and what a key with it may do: written down here anew, not read off the profile.
type Example = (&'static str, &'static [&'static str], fn(&Request<'_>) -> bool);

const EXAMPLES: [Example; 3] = [
    ("CI/CD Pipeline", &["incidents:write"], |request| {
        request.is_about("incidents") && !request.reads()
    }),
    ("Dashboard Widget", &["incidents:read", "services:read"], |request| {
        (request.is_about("incidents") || request.is_about("services")) && request.reads()
    }),
    ("Monitoring Agent", &["heartbeat:write", "metrics:write"], |request| {
        (request.is_about("heartbeat") || request.is_about("metrics")) && request.method == "POST"
    }),
];

/// Every path that a route of the profile names, things below it, and what no route names.
fn paths(service: &Service) -> Vec<String> {
    let mut paths = Vec::new();
    for route in &service.app.app.profile.routes {
        for one in &route.matches {
            let path = one.path.to_string();
            let root = path.trim_end_matches("/**");
            paths.push(root.to_owned());
            if root.len() < path.len() {
                paths.extend([format!("{root}/7"), format!("{root}/7/updates?limit=1")]);
            }
        }
    }
    for unnamed in ["pages", "pages/7", "subscribers", "incidents-archive", "me/keys"] {
        paths.push(format!("/api/v1/{unnamed}"));
    }
    paths.sort();
    paths.dedup();
    assert!(paths.len() > 20, "{paths:?}");
    paths
}

/// With the key where the document has it.
async fn ask(proxy: &Proxy, key: &str, method: &str, path: &str) -> Answer {
    let request = Program::new(&proxy.address, None).request(method.parse().unwrap(), path);
    Answer::of(request.header("X-API-Key", key).send().await.unwrap()).await
}

#[tokio::test]
async fn s01_the_three_example_keys_can_do_what_the_document_says_and_nothing_else() {
    let guarded = Guarded::start(Service::on_plan("kodostatus", Some("pro")).await).await;
    let paths = paths(&guarded);
    for (name, scopes, may) in EXAMPLES {
        let mut fields = vec![("name", name), ("type", "scoped")];
        fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
        let key = guarded.make(&fields).await.text;
        let mut allowed = 0;
        for proxy in &guarded.proxies {
            for path in &paths {
                for method in METHODS {
                    let about = format!("{:?}: {name}: {method} {path}", proxy.kind);
                    let bare = path.split('?').next().unwrap();
                    let answer = ask(proxy, &key, method, path).await;
                    let got = guarded.api.take();
                    if guarded.is_keyhatchs_own(bare) {
                        assert!(got.is_empty(), "{about}");
                        // Who am I, anybody may ask; the keys are for full access alone.
                        let me = matches!(method, "GET" | "HEAD") && bare == "/api/v1/me";
                        assert_eq!(answer.status == 200, me, "{about}: {}", answer.status);
                        assert!(me || matches!(answer.status, 403..=405), "{about}: {}", answer.status);
                        let takes: &[&str] = match bare {
                            "/api/v1/api-keys" => &["GET", "POST"],
                            "/api/v1/api-keys/7" => &["GET", "PATCH", "DELETE"],
                            _ => &[],
                        };
                        if takes.contains(&method) {
                            let said = (answer.status, code(&answer));
                            assert_eq!(said, (403, "insufficient_scope".to_owned()), "{about}");
                        }
                    } else if may(&Request { method, path: bare }) {
                        allowed += 1;
                        assert_eq!(answer.status, 200, "{about}: {}", answer.body);
                        assert_eq!(answer.body, if method == "HEAD" { "" } else { SAYS }, "{about}");
                        assert_eq!(got.len(), 1, "{about}");
                        assert_eq!(got[0].line, format!("{method} {path} HTTP/1.1"));
                        assert_eq!(got[0].all("x-keyhatch-scopes"), [scopes.join(" ")], "{about}");
                        assert!(!format!("{got:?}").contains(&key), "{about}");
                    } else {
                        assert_eq!((answer.status, got.len()), (403, 0), "{about}");
                        if method != "HEAD" {
                            assert_eq!(code(&answer), "insufficient_scope", "{about}");
                        }
                    }
                }
            }
        }
        assert!(allowed >= 2 * 2 * 3, "{name} may do {allowed}");
    }
}
