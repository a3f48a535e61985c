//! The API: which credential opens what, and that refusals say how to do better.

use super::cast::Cast;
use super::{API, CREDENTIALS, OPEN, Row, as_line};
use crate::support::{Answer, http};

#[tokio::test]
async fn every_credential_opens_what_it_is_for() {
    let cast = Cast::assemble().await;
    let credentials = credentials(&cast).await;
    let mut wrong = Vec::new();
    for row in API {
        let mut answers = Vec::new();
        for (name, credential) in CREDENTIALS.iter().zip(&credentials) {
            let answer = call(&cast, row, credential.as_deref()).await;
            wrong.extend(
                faults(row.method, &answer).map(|fault| format!("{} {} with {name}: {fault}", row.method, row.path)),
            );
            answers.push(answer.status);
        }
        if answers != row.expected {
            wrong.push(format!(
                "expected {:?}, but\n{}",
                row.expected,
                as_line(row.method, row.path, &answers)
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn a_cookie_is_no_credential_for_the_api() {
    let cast = Cast::assemble().await;
    let alice = cast.browser("alice");
    for row in API.iter().filter(|row| row.expected[0] == 401) {
        let request = alice
            .client
            .request(row.method.parse().unwrap(), alice.url(&cast.path(row.path).await));
        assert_eq!(
            request.send().await.unwrap().status(),
            401,
            "{} {}",
            row.method,
            row.path
        );
    }
}

#[tokio::test]
async fn what_is_open_answers_anybody() {
    let cast = Cast::assemble().await;
    let nobody = cast.browser("nobody");
    let style = nobody
        .get("/sign-in")
        .await
        .attribute("link[rel=stylesheet]", "href")
        .unwrap();
    for path in OPEN {
        let path = if path.starts_with("/static") { &style } else { *path };
        let answer = nobody.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
    }
}

/// In the order of [`CREDENTIALS`].
async fn credentials(cast: &Cast) -> Vec<Option<String>> {
    let text = |issued: keyhatch::domain::keys::Issued| Some(issued.text.expose_secret().to_owned());
    let scopes: Vec<String> = cast
        .app
        .app
        .profile
        .scopes
        .iter()
        .map(|scope| scope.id.clone())
        .collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let (workspace, project) = &cast.elsewhere;
    let service = keyhatch::domain::service_tokens::create(&cast.app.app, "gateway")
        .await
        .unwrap();
    vec![
        None,
        text(cast.key_in(workspace, project, "secret", &[]).await),
        text(cast.key("publishable", &[]).await),
        text(cast.key("restricted", &["tracking:read"]).await),
        text(cast.key("restricted", &scopes).await),
        text(cast.key("secret", &[]).await),
        Some(secrecy::ExposeSecret::expose_secret(&service.text).to_owned()),
    ]
}

async fn call(cast: &Cast, row: &Row<7>, credential: Option<&str>) -> Answer {
    let url = format!("{}{}", cast.app.address, cast.path(row.path).await);
    let client = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client.request(row.method.parse().unwrap(), url);
    if let Some(credential) = credential {
        request = request.bearer_auth(credential);
    }
    if row.method != "GET" && row.method != "DELETE" {
        request = request.json(&serde_json::json!({}));
    }
    Answer::of(request.send().await.unwrap()).await
}

/// What is wrong with an answer, in words.
fn faults(method: &str, answer: &Answer) -> impl Iterator<Item = String> {
    let header = |name: &str| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let is_json =
        header("content-type").contains("json") && serde_json::from_str::<serde_json::Value>(&answer.body).is_ok();
    let checks = [
        (
            answer.status == 401 && header("www-authenticate").is_empty(),
            "401 without WWW-Authenticate",
        ),
        (
            answer.status >= 400 && !is_json && method != "HEAD",
            "an error that is no JSON",
        ),
        (answer.status >= 500, "it failed"),
        (!header("set-cookie").is_empty(), "it sets a cookie"),
        (
            !header("cache-control").contains("no-store") && answer.status < 300,
            "it may be cached",
        ),
        (
            header("x-content-type-options") != "nosniff" && !answer.body.is_empty(),
            "no nosniff",
        ),
    ];
    let body = answer.body.clone();
    checks
        .into_iter()
        .filter(|(bad, _)| *bad)
        .map(move |(_, what)| format!("{what}: {body}"))
}
