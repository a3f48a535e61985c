//! D02: a publishable key may be used from a browser. What a real one makes of these headers is in `tests/browser`.

use reqwest::Method;

use super::service::Service;
use crate::support::{Answer, Program, TestApp};

const ORIGIN: &str = "https://shop.example";

async fn from_page(program: &Program, method: &str, path: &str) -> Answer {
    let request = program.request(method.parse().unwrap(), path).header("origin", ORIGIN);
    Answer::of(request.send().await.unwrap()).await
}

/// What a browser asks before a page's request with a key goes out.
async fn preflight(program: &Program, path: &str, asked: &str) -> Answer {
    let request = program.request(Method::OPTIONS, path).header("origin", ORIGIN);
    let request = request.header("access-control-request-method", asked);
    let request = request.header("access-control-request-headers", "authorization");
    Answer::of(request.send().await.unwrap()).await
}

fn cors(answer: &Answer) -> Vec<(String, String)> {
    let ours = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-"));
    let mut all: Vec<_> = ours
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    all.sort();
    all
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer
        .headers
        .get("access-control-allow-origin")
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn d02_a_page_reads_what_is_answered_to_a_publishable_key_and_to_no_other() {
    let service = Service::start("docsapi").await;
    for type_id in ["pk_live", "pk_test"] {
        let program = service.app.program(&service.mint(type_id, &[]).await);
        // The first answer comes the whole way, the second from memory.
        for _ in 0..2 {
            let me = from_page(&program, "GET", "/v1/me").await;
            let expected = [
                ("access-control-allow-origin", "*"),
                (
                    "access-control-expose-headers",
                    "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
                ),
            ];
            assert_eq!(me.status, 200);
            assert_eq!(
                cors(&me),
                expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
            );
        }
        // It may not, and the page can read why.
        let keys = from_page(&program, "GET", "/v1/api-keys").await;
        assert_eq!((keys.status, allowed(&keys)), (403, Some("*")));
        for path in ["/v1/nothing", "/v1/me/"] {
            let nothing = from_page(&program, "GET", path).await;
            assert_eq!((nothing.status, allowed(&nothing)), (404, Some("*")));
        }
    }
    for type_id in ["sk_live", "rk_test"] {
        let scopes: &[&str] = if type_id == "rk_test" { &["jobs:write"] } else { &[] };
        let program = service.app.program(&service.mint(type_id, scopes).await);
        for (method, path) in [
            ("GET", "/v1/me"),
            ("GET", "/v1/me"),
            ("GET", "/v1/api-keys"),
            ("POST", "/v1/me"),
            ("GET", "/v1/x"),
        ] {
            let answer = from_page(&program, method, path).await;
            assert_eq!(cors(&answer), [], "{type_id}: {method} {path}");
        }
    }
    for (text, readable) in [
        ("pk_live_mistyped", Some("*")),
        ("sk_live_mistyped", None),
        ("nonsense", None),
    ] {
        let refused = from_page(&service.app.program(text), "GET", "/v1/me").await;
        assert_eq!((refused.status, allowed(&refused)), (401, readable), "{text}");
    }
    assert_eq!(cors(&from_page(&service.stranger(), "GET", "/v1/me").await), []);
    let document = from_page(&service.stranger(), "GET", "/v1/openapi.json").await;
    assert_eq!((document.status, allowed(&document)), (200, Some("*")));
}

#[tokio::test]
async fn d02_a_browser_may_ask_what_it_may_send() {
    let service = Service::start("docsapi").await;
    let browser = service.stranger();
    for (path, asked) in [("/v1/me", "GET"), ("/v1/api-keys", "POST"), ("/v1/not/ours", "DELETE")] {
        let answer = preflight(&browser, path, asked).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
        let expected = [
            ("access-control-allow-headers", "authorization, content-type"),
            ("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
            ("access-control-allow-origin", "*"),
            ("access-control-max-age", "7200"),
        ];
        assert_eq!(
            cors(&answer),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
    // Any other OPTIONS is a method like others; and nothing of the provider's own is for pages.
    let plain = Answer::of(browser.request(Method::OPTIONS, "/v1/me").send().await.unwrap()).await;
    assert_eq!(plain.status, 405);
    for path in ["/provider/v1/keys/verify", "/sign-in"] {
        let answer = preflight(&browser, path, "POST").await;
        assert!(
            (400..500).contains(&answer.status) && cors(&answer).is_empty(),
            "{path}: {}",
            answer.status
        );
    }
    // Nor is there any of it where no key is public.
    let none = TestApp::start_with(&[(
        "KEYHATCH_PROFILE",
        &super::service::file("kodisc").display().to_string(),
    )])
    .await;
    let answer = preflight(&Program::new(&none.address, None), "/api/v2/me", "GET").await;
    assert_eq!((answer.status, cors(&answer).len()), (405, 0));
}

#[tokio::test]
async fn d02_a_gateway_lets_the_api_answer_browsers_that_ask_beforehand() {
    let service = Service::start("docsapi").await;
    for gateway in ["forward", "nginx", "envoy"] {
        let ask = async |program: &Program, method: &str, headers: &[(&str, &str)]| {
            let request = match gateway {
                "envoy" => program.request(method.parse().unwrap(), "/gateway/envoy/v1/resources"),
                _ => program.request(Method::GET, &format!("/gateway/{gateway}")),
            };
            let request = request
                .header("x-forwarded-method", method)
                .header("x-original-method", method);
            let request = request
                .header("x-forwarded-uri", "/v1/resources")
                .header("x-original-uri", "/v1/resources");
            let request = headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value));
            Answer::of(request.send().await.unwrap()).await
        };
        let browser = service.stranger();
        let asks = [("origin", ORIGIN), ("access-control-request-method", "GET")];
        let let_through = ask(&browser, "OPTIONS", &asks).await;
        assert_eq!(let_through.status, 200, "{gateway}");
        for name in ["key-id", "workspace", "environment", "type", "scopes"] {
            let nobody = &let_through.headers[format!("x-keyhatch-{name}")];
            assert_eq!(nobody, "", "{gateway}: {name} overwrites what a client sends");
        }
        for (method, headers) in [
            ("OPTIONS", &asks[..1]),
            ("OPTIONS", &asks[1..]),
            ("GET", &asks),
            ("POST", &asks),
        ] {
            assert_eq!(
                ask(&browser, method, headers).await.status,
                401,
                "{gateway}: {method} {headers:?}"
            );
        }
        // The API behind learns that a key is a publishable one; a page can read a refusal of it, and of no other.
        let public = service.app.program(&service.mint("pk_live", &[]).await);
        let secret = service.app.program(&service.mint("rk_live", &["jobs:write"]).await);
        assert_eq!(
            ask(&public, "GET", &asks[..1]).await.headers["x-keyhatch-type"],
            "pk_live"
        );
        for _ in 0..2 {
            let refused = ask(&public, "POST", &asks[..1]).await;
            assert_eq!((refused.status, allowed(&refused)), (403, Some("*")), "{gateway}");
            let refused = ask(&secret, "GET", &asks[..1]).await;
            assert_eq!((refused.status, allowed(&refused)), (403, None), "{gateway}");
        }
    }
}

#[tokio::test]
async fn d02_where_types_begin_alike_the_record_tells_them_apart() {
    let app = TestApp::start().await;
    let (workspace, project) = crate::support::places::acme(&app).await;
    let key = app.key(&workspace, Some(&project), "publishable", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    assert_eq!(allowed(&from_page(&program, "GET", "/api/v1/me").await), Some("*"));
    let secret = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let secret = app.program(secret.text.expose_secret());
    for _ in 0..2 {
        assert_eq!(cors(&from_page(&secret, "GET", "/api/v1/me").await), []);
    }
}
