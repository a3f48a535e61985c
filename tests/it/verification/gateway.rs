//! `/gateway/forward`: what a proxy asks, and what it passes on.

use reqwest::Method;

use crate::support::places::acme;
use crate::support::{Answer, Program, TestApp};

async fn ask(program: &Program, headers: &[(&str, &str)]) -> Answer {
    let mut request = program.request(Method::GET, "/gateway/forward");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

fn about<'a>(method: &'a str, path: &'a str) -> [(&'static str, &'a str); 2] {
    [("x-forwarded-method", method), ("x-forwarded-uri", path)]
}

#[tokio::test]
async fn a_good_key_is_handed_on_as_who_it_is() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(
            &workspace,
            Some(&project),
            "restricted",
            "test",
            &["shipments:read", "rates:read"],
        )
        .await;
    let program = app.program(key.text.expose_secret());
    for _ in ["the whole way", "from memory"] {
        let answer = ask(&program, &about("GET", "/api/v1/shipments/7?expand=1")).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        let header = |name: &str| answer.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("x-keyhatch-key-id"), key.key.id.to_string());
        assert_eq!(header("x-keyhatch-workspace"), workspace.id.to_string());
        assert_eq!(header("x-keyhatch-project"), project.id.to_string());
        assert_eq!(header("x-keyhatch-environment"), "test");
        assert_eq!(header("x-keyhatch-type"), "restricted");
        assert_eq!(header("x-keyhatch-scopes"), "shipments:read rates:read");
        assert_eq!(header("x-keyhatch-display-prefix"), key.key.display_prefix);
        assert_eq!(header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn what_is_not_there_to_say_is_there_and_empty() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let answer = ask(&app.program(key.text.expose_secret()), &about("GET", "/api/v1/x")).await;
    assert_eq!(answer.headers.get("x-keyhatch-scopes").unwrap(), "");
}

#[tokio::test]
async fn refusals_are_what_the_client_should_see() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["shipments:read"])
        .await;
    let program = app.program(key.text.expose_secret());
    for _ in 0..2 {
        for (method, path, status, code) in [
            ("POST", "/api/v1/shipments", 403, "insufficient_scope"),
            ("GET", "/api/v1/rates", 403, "insufficient_scope"),
            // Two readers could read these differently.
            ("GET", "/api/v1/shipments/../rates", 400, "ambiguous_path"),
            ("GET", "/api/v1//shipments", 400, "ambiguous_path"),
            ("get", "/api/v1/shipments", 400, "ambiguous_path"),
        ] {
            let answer = ask(&program, &about(method, path)).await;
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (status, &code.into()),
                "{method} {path}"
            );
        }
        let stranger = ask(&Program::new(&app.address, None), &about("GET", "/api/v1/shipments")).await;
        assert_eq!(
            (stranger.status, &stranger.json()["code"]),
            (401, &"missing_authorization".into())
        );
        assert_eq!(stranger.headers.get("www-authenticate").unwrap(), "Bearer");
    }
    assert!(
        ask(&program, &about("POST", "/api/v1/shipments"))
            .await
            .headers
            .get("x-keyhatch-key-id")
            .is_none()
    );
}

#[tokio::test]
async fn only_a_proxy_asks_here() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    let twice = [about("GET", "/api/v1/x"), about("DELETE", "/api/v1/y")].concat();
    for headers in [
        &[][..],
        &about("GET", "/api/v1/x")[..1],
        &about("GET", "/api/v1/x")[1..],
        &twice,
    ] {
        let answer = ask(&program, headers).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &"bad_request".into()),
            "{headers:?}"
        );
    }
}
