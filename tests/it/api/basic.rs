//! HTTP Basic, where the profile's `credentials` say so, and what a 401 says about the headers that are taken.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

use crate::support::places::acme;
use crate::support::{Answer, Program, TestApp};

const CREDENTIALS: &str = "credentials = [\"bearer\", \"x-api-key\"]";

/// The example with other `credentials`.
async fn app_with(credentials: &str) -> (TestApp, String, tempfile::NamedTempFile) {
    let text = include_str!("../../../profiles/example.toml");
    assert!(text.contains(CREDENTIALS));
    let profile = tempfile::NamedTempFile::new().unwrap();
    let text = text.replace(CREDENTIALS, &format!("credentials = [{credentials}]"));
    std::fs::write(profile.path(), text).unwrap();
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", profile.path().to_str().unwrap())]).await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = key.text.expose_secret().to_owned();
    (app, key, profile)
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// The same at each place where a key is looked for: the API, the fast lane, the gateways.
async fn everywhere(app: &TestApp, authorization: &str) -> Vec<Answer> {
    let program = Program::new(&app.address, None);
    let rates = "/api/v1/rates";
    let mut answers = Vec::new();
    for request in [
        program.request(Method::GET, "/api/v1/me"),
        program.request(Method::GET, "/api/v1/api-keys"),
        program
            .request(Method::GET, "/gateway/forward")
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-uri", rates),
        program
            .request(Method::GET, "/gateway/nginx")
            .header("x-original-method", "GET")
            .header("x-original-uri", rates),
        program.request(Method::GET, &format!("/gateway/envoy{rates}")),
    ] {
        let request = request.header("authorization", authorization);
        answers.push(Answer::of(request.send().await.unwrap()).await);
    }
    answers
}

#[tokio::test]
async fn curl_u_key_is_understood_where_the_profile_says_so() {
    let (app, key, _profile) = app_with("\"bearer\", \"basic\"").await;
    for good in [
        basic(&format!("{key}:")),
        basic(&format!(":{key}")),
        basic(&format!("{key}:")).trim_end_matches('=').to_owned(),
        basic(&format!("{key}:")).replace("Basic", "bAsIc"),
        format!("Bearer {key}"),
    ] {
        // From the database, and from memory.
        for _ in 0..2 {
            for answer in everywhere(&app, &good).await {
                assert_eq!(answer.status, 200, "{good}: {}", answer.body);
            }
        }
    }
    for bad in [
        basic(&format!("{key}:secret")),
        basic(&format!("{key}:{key}")),
        basic(&format!("me:{key}")),
        basic(&key),
        basic(&format!("{key}::")),
        basic("nonsense:"),
        format!("Basic {key}"),
        format!("Basic {key}:"),
        "Basic /////w==".to_owned(),
        "Basic YTp=".to_owned(),
    ] {
        for answer in everywhere(&app, &bad).await {
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (401, Some("invalid_credentials")),
                "{bad}"
            );
            assert_eq!(
                answer.headers["www-authenticate"], "Bearer, Basic realm=\"Northpost\", charset=\"UTF-8\"",
                "{bad}"
            );
        }
    }
    for nothing in [
        basic(":"),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Digest x".to_owned(),
    ] {
        for answer in everywhere(&app, &nothing).await {
            assert_eq!(answer.json()["code"], "missing_authorization", "{nothing}");
        }
    }
}

#[tokio::test]
async fn two_credentials_are_none() {
    let (app, key, _profile) = app_with("\"bearer\", \"basic\"").await;
    let request = Program::new(&app.address, None).request(Method::GET, "/api/v1/me");
    let request = request
        .header("authorization", format!("Bearer {key}"))
        .header("authorization", basic(&format!("{key}:")));
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn without_it_nobody_looks_and_the_401_says_what_to_send() {
    for (credentials, challenge, words) in [
        ("\"bearer\"", "Bearer", &["Authorization: Bearer <key>"][..]),
        (
            "\"bearer\", \"x-api-key\"",
            "Bearer",
            &["Authorization: Bearer <key>", "X-API-Key: <key>"],
        ),
        (
            "\"x-api-key\"",
            "ApiKey realm=\"Northpost\", header=\"X-API-Key\"",
            &["X-API-Key: <key>"],
        ),
        (
            "\"header:X-Northpost-Key\"",
            "ApiKey realm=\"Northpost\", header=\"x-northpost-key\"",
            &["x-northpost-key: <key>"],
        ),
    ] {
        let (app, key, _profile) = app_with(credentials).await;
        for answer in everywhere(&app, &basic(&format!("{key}:"))).await {
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (401, Some("missing_authorization"))
            );
            assert_eq!(answer.headers["www-authenticate"], challenge, "{credentials}");
            let said = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(words.iter().all(|words| said.contains(words)), "{credentials}: {said}");
            assert!(!said.contains("Basic"), "{said}");
        }
    }
}

/// A profile may take nothing else.
#[tokio::test]
async fn basic_alone() {
    let (app, key, _profile) = app_with("\"basic\"").await;
    for answer in everywhere(&app, &basic(&format!("{key}:"))).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for answer in everywhere(&app, &format!("Bearer {key}")).await {
        assert_eq!(answer.json()["code"], "missing_authorization");
        assert_eq!(
            answer.headers["www-authenticate"],
            "Basic realm=\"Northpost\", charset=\"UTF-8\""
        );
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains("the key as user name, no password"), "{said}");
    }
    let docs = app.browser().get("/docs/authentication").await;
    let sending = docs.text("#sending");
    assert!(
        sending.contains("curl -u \"$KEY:\"") && sending.contains("base64(kh_live_…:)"),
        "{sending}"
    );
    assert!(
        docs.body.contains("-u &quot;") || docs.body.contains("-u &#34;"),
        "the quick start is curl -u"
    );
    let document = Program::new(&app.address, None)
        .get("/api/v1/openapi.json")
        .await
        .json();
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        (&schemes["basic"]["type"], &schemes["basic"]["scheme"]),
        (&"http".into(), &"basic".into())
    );
    assert!(schemes.get("bearer").is_none());
}

/// A service token is a bearer token, whatever customers send.
#[tokio::test]
async fn the_providers_own_systems_send_bearer_tokens() {
    let (app, _, _profile) = app_with("\"basic\"").await;
    let refused = Program::new(&app.address, None)
        .request(Method::POST, "/provider/v1/keys/verify")
        .header("authorization", basic("khs_x:"));
    let refused = Answer::of(refused.send().await.unwrap()).await;
    assert_eq!(
        (refused.status, &refused.headers["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
}
