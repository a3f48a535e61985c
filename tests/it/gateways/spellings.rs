//! Every spelling we can think of, through every door: nginx, Caddy, the address that Envoy asks, and `POST /provider/v1/keys/verify`.
//! What came through is shown to model APIs, which say what they would have served. Whatever one of them serves has to be
//! something that the key may use, and that counted against its limit and its price.

mod doors;
mod models;
mod written;

use serde_json::json;

use self::doors::Doors;
use self::models::{MODELS, served};
use crate::conformance::service::Service;

/// Limits and prices are such that whoever asks for `exports` or `renders` is refused: one is used up, the other cannot be paid.
const PROFILE: &str = r#"
[api]
name = "Northpost"
base_path = "/api/v1"
credentials = ["bearer", "x-api-key"]
keys_belong_to = "workspace"

[[key_type]]
id = "secret"
label = "Secret"
prefix = "np_"
access = "all"

[[key_type]]
id = "restricted"
label = "Restricted"
prefix = "npr_"
access = "scopes"

[[key_type]]
id = "publishable"
label = "Publishable"
prefix = "npp_"
access = "read"
public = true

[[scope]]
id = "rates:read"
label = "Read rates"
[[scope]]
id = "shipments:read"
label = "Read shipments"
[[scope]]
id = "exports:write"
label = "Export"

[[route]]
match = ["GET /api/v1/rates", "GET /api/v1/rates/{id}"]
scope = "rates:read"
[[route]]
match = ["GET /api/v1/shipments", "GET /api/v1/shipments/{id}"]
scope = "shipments:read"
[[route]]
match = ["POST /api/v1/exports"]
scope = "exports:write"
limit = "exports"
[[route]]
match = ["POST /api/v1/renders"]
cost = 1
[[route]]
match = ["GET /api/v1/webhooks"]
access = "all"
[[route]]
match = ["/api/v1/admin/**"]
access = "none"

[limit.exports]
count = 1
per = "day"
of = "workspace"

[credits]
start = 0

[plan.standard]
label = "Standard"
"#;

/// A key: its type and scopes, what it may use of the API, and requests that are none of it, as method and path.
struct Holder {
    type_id: &'static str,
    scopes: &'static [&'static str],
    may: &'static [&'static str],
    may_not: &'static [(&'static str, &'static str)],
}

const HOLDERS: [Holder; 3] = [
    Holder {
        type_id: "restricted",
        scopes: &["rates:read"],
        may: &["rates"],
        may_not: &[
            ("GET", "/api/v1/shipments"),
            ("POST", "/api/v1/exports"),
            ("GET", "/api/v1/nowhere"),
            ("GET", "/internal/admin"),
        ],
    },
    Holder {
        type_id: "publishable",
        scopes: &[],
        may: &["rates", "shipments"],
        may_not: &[("GET", "/api/v1/webhooks"), ("GET", "/api/v1/nowhere")],
    },
    Holder {
        type_id: "secret",
        scopes: &[],
        may: &["rates", "shipments", "webhooks", "nowhere"],
        may_not: &[
            ("POST", "/api/v1/exports"),
            ("POST", "/api/v1/renders"),
            ("GET", "/api/v1/admin/users"),
            ("GET", "/internal/admin"),
        ],
    },
];

async fn doors() -> Doors {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), PROFILE).unwrap();
    Doors::open(Service::with_file(file.path(), None).await).await
}

#[tokio::test]
async fn whatever_an_api_would_serve_was_allowed_and_counted_as_that() {
    let doors = doors().await;
    let spender = doors.service.mint("secret", &[]).await;
    assert_eq!(doors.service.status(&spender, "POST", "/api/v1/exports").await, 200);
    assert_eq!(doors.service.status(&spender, "POST", "/api/v1/exports").await, 429);
    assert_eq!(doors.service.status(&spender, "POST", "/api/v1/renders").await, 402);
    let (mut wrong, mut allowed) = (Vec::new(), 0);
    for holder in &HOLDERS {
        let key = doors.service.mint(holder.type_id, holder.scopes).await;
        for (method, path) in holder.may_not {
            let spellings = written::spellings(path);
            let plain = doors.through_each(&key, method, &[(*path).to_owned()]).await;
            assert!(plain.is_empty(), "{} {method} {path}: {plain:?}", holder.type_id);
            let open = doors
                .through_each(&key, "GET", &["/api/v1/rates/a%20b.c%2Dd?e".to_owned()])
                .await;
            assert_eq!(open.len(), 4, "{}: {open:?}", holder.type_id);
            for passed in doors.through_each(&key, method, &spellings).await {
                allowed += 1;
                for (model, read) in MODELS {
                    let served = served(&read(&passed.target));
                    if served.is_some_and(|what| !holder.may.contains(&what)) {
                        let (door, sent, target) = (passed.door, &passed.sent, &passed.target);
                        wrong.push(format!(
                            "{}: {door}: {method} {sent} came through as {target}; an API that {model} serves {served:?}",
                            holder.type_id
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {allowed}:\n{}", wrong.len(), wrong.join("\n"));
    // Else nothing was tried.
    assert!(allowed > 500, "{allowed}");
}

#[tokio::test]
async fn what_an_api_may_serve_as_a_route_counts_as_that() {
    for spelling in [
        "exports",
        "exports.json",
        "exports.",
        "exports%20",
        "exports%3Fa=b",
        "exports/?a=b",
        "exports:csv",
    ] {
        let doors = doors().await;
        let key = doors.service.mint("secret", &[]).await;
        let path = format!("/api/v1/{spelling}");
        assert_eq!(doors.service.status(&key, "POST", &path).await, 200, "{spelling}");
        assert_eq!(
            doors.service.status(&key, "POST", "/api/v1/exports").await,
            429,
            "{spelling}"
        );
        assert_eq!(doors.service.status(&key, "POST", &path).await, 429, "{spelling}");
        // A scope for something else does not open it, nor does its own where no route names the spelling.
        let other = doors.service.mint("restricted", &["rates:read"]).await;
        assert_eq!(doors.service.status(&other, "POST", &path).await, 403, "{spelling}");
    }
}

/// What is not ambiguous goes through as it is.
#[tokio::test]
async fn ids_may_hold_what_every_server_reads_alike() {
    let doors = doors().await;
    let key = doors.service.mint("restricted", &["rates:read"]).await;
    let ids = [
        "a%20b",
        "M%C3%BCller",
        "a%2Db",
        "%41bc",
        "a.b",
        "a.b.json",
        ".well-known",
        "john.doe@example.com",
        "john%40example.com",
        "a:b",
        "a,b",
        "(a)",
        "a+b",
        "+4915",
        "~a",
        "%E6%9D%B1%E4%BA%AC",
        "a%3Fb",
        "c%23",
        "%22a%22",
        "a%3Bb",
        "Rates",
    ];
    let paths: Vec<String> = ids.iter().map(|id| format!("/api/v1/rates/{id}")).collect();
    let passed = doors.through_each(&key, "GET", &paths).await;
    for path in &paths {
        let doors: Vec<_> = passed
            .iter()
            .filter(|one| one.sent == *path)
            .map(|one| one.door)
            .collect();
        assert_eq!(doors.len(), 4, "{path}: {doors:?}");
    }
}

/// Every key hears the same of an ambiguous path, at every door.
#[tokio::test]
async fn an_ambiguous_path_is_told_as_one() {
    let doors = doors().await;
    for (type_id, scopes) in [
        ("secret", &[][..]),
        ("restricted", &["shipments:read"]),
        ("publishable", &[]),
    ] {
        let key = doors.service.mint(type_id, scopes).await;
        for id in [
            "ab%2Fcd", "ab%5Ccd", "..", "a/./b", "/a", "ab%25", "a;b=c", "%00", "%c0%af", "..%20",
        ] {
            let path = format!("/api/v1/shipments/{id}");
            let told = doors.service.judge(&key, "GET", &path).await;
            assert_eq!(
                (told.status, &told.json()["code"]),
                (400, &json!("ambiguous_path")),
                "{type_id} {id}"
            );
            let question = json!({"key": key, "method": "GET", "path": path});
            let told = doors.backend.post("/provider/v1/keys/verify", &question).await.json();
            assert_eq!(
                (&told["code"], &told["status"], told.get("needed")),
                (&json!("ambiguous_path"), &json!(400), None),
                "{type_id} {id}"
            );
            for proxy in &doors.proxies {
                let told = proxy.send(&doors::request("GET", &path, &key, 0)).await;
                assert_eq!(told, 400, "{:?} {type_id} {id}", proxy.kind);
            }
        }
    }
    let stranger = doors.service.stranger();
    let told = crate::conformance::service::judge(&stranger, "GET", "/api/v1/a//b").await;
    assert_eq!(told.status, 401, "who it is comes first");
}
