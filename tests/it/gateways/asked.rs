//! `/gateway/nginx` and `/gateway/envoy/…`, as their proxies ask them.

use reqwest::Method;

use crate::support::places::acme;
use crate::support::{Answer, Program, TestApp};

async fn forward(program: &Program, method: &str, path: &str) -> Answer {
    let request = program.request(Method::GET, "/gateway/forward");
    let request = request
        .header("x-forwarded-method", method)
        .header("x-forwarded-uri", path);
    Answer::of(request.send().await.unwrap()).await
}

async fn nginx(program: &Program, method: &str, path: &str) -> Answer {
    let request = program.request(Method::GET, "/gateway/nginx");
    let request = request
        .header("x-original-method", method)
        .header("x-original-uri", path);
    Answer::of(request.send().await.unwrap()).await
}

async fn envoy(program: &Program, method: &str, path: &str) -> Answer {
    let request = program.request(method.parse().unwrap(), &format!("/gateway/envoy{path}"));
    Answer::of(request.send().await.unwrap()).await
}

const QUESTIONS: [(&str, &str); 7] = [
    ("GET", "/api/v1/rates?from=here"),
    ("HEAD", "/api/v1/rates"),
    ("POST", "/api/v1/rates"),
    ("DELETE", "/api/v1/shipments/7"),
    ("OPTIONS", "/api/v1/shipments"),
    ("GET", "/api/v1//rates"),
    ("GET", "/"),
];

/// What is said about who it is, and about refusals.
fn headers(answer: &Answer) -> Vec<(String, String)> {
    let about_itself = ["date", "content-length", "connection", "x-request-id"];
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !about_itself.contains(&name.as_str()))
        .collect();
    headers.sort();
    headers
}

#[tokio::test]
async fn each_gateway_hears_the_same() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let project = Some(&project);
    let restricted = app
        .key(&workspace, project, "restricted", "live", &["rates:read"])
        .await;
    let publishable = app.key(&workspace, project, "publishable", "test", &[]).await;
    let keys = [
        None,
        Some("nonsense"),
        Some(restricted.text.expose_secret()),
        Some(publishable.text.expose_secret()),
    ];
    for key in keys {
        let program = Program::new(&app.address, key);
        for (method, path) in QUESTIONS {
            let about = format!("{key:?} {method} {path}");
            let said = forward(&program, method, path).await;

            let told = envoy(&program, method, path).await;
            assert_eq!((told.status, headers(&told)), (said.status, headers(&said)), "{about}");
            let body = if method == "HEAD" { "" } else { &said.body };
            assert_eq!(told.body, body, "{about}");

            let told = nginx(&program, method, path).await;
            if said.status == 200 {
                assert_eq!((told.status, headers(&told)), (200, headers(&said)), "{about}");
                continue;
            }
            assert_eq!(told.status, if said.status == 401 { 401 } else { 403 }, "{about}");
            assert_eq!(told.body, said.body, "{about}");
            let header = |name: &str| told.headers[name].to_str().unwrap();
            assert_eq!(header("x-keyhatch-status"), said.status.to_string(), "{about}");
            assert_eq!(header("x-keyhatch-code"), said.json()["code"], "{about}");
            let body: serde_json::Value = serde_json::from_str(header("x-keyhatch-body")).unwrap();
            assert_eq!(body, said.json(), "{about}");
            for (name, value) in headers(&said) {
                assert_eq!(header(&name), value, "{about}");
            }
        }
    }
}

#[tokio::test]
async fn only_nginx_asks_nginx() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    let (method, path) = (("x-original-method", "GET"), ("x-original-uri", "/api/v1/x"));
    for headers in [
        &[][..],
        &[method],
        &[path],
        &[method, path, path],
        &[method, method, path],
    ] {
        let mut request = program.request(Method::GET, "/gateway/nginx");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert_eq!(answer.headers["x-keyhatch-status"], "400", "{headers:?}");
        assert_eq!(answer.json()["code"], "bad_request", "{headers:?}");
    }
}

#[tokio::test]
async fn what_is_beside_the_prefix_is_nothing() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    for (method, path, status) in [
        ("GET", "/gateway/envoy", 404),
        ("GET", "/gateway/envoyed/x", 404),
        ("GET", "/gateway/%65nvoy/x", 404),
        ("GET", "/gateway/nginx/x", 404),
        ("POST", "/gateway/nginx", 405),
        ("PURGE", "/gateway/envoy/x", 405),
    ] {
        let request = program.request(method.parse().unwrap(), path);
        assert_eq!(request.send().await.unwrap().status(), status, "{method} {path}");
    }
}
