//! Bad input of every kind: an envelope that says what is wrong, and never a 500.

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::acme;
use crate::support::{Answer, Program, TestApp};

const KEYS: &str = "/api/v1/api-keys";

#[tokio::test]
async fn bodies_that_are_no_object_of_json() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let own = format!("{KEYS}/{}", keeper.key.id);
    let keeper = app.program(keeper.text.expose_secret());
    let huge = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_field = format!("{{\"name\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let table: [(&[u8], u16, &str); 12] = [
        (b"", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b"{\"name\": \"a\",}", 400, "invalid_json"),
        (b"name=a", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b"\"text\"", 400, "invalid_json"),
        (b"null", 400, "invalid_json"),
        (b"{\"name\": \"\xff\xfe\"}", 400, "invalid_json"),
        (b"{\"name\": \"\\ud800\"}", 400, "invalid_json"),
        (deep.as_bytes(), 400, "invalid_json"),
        (deep_field.as_bytes(), 400, "invalid_json"),
        (huge.as_bytes(), 413, "too_large"),
    ];
    for (body, status, code) in table {
        for (method, path) in [(Method::POST, KEYS), (Method::PATCH, own.as_str())] {
            let request = keeper.request(method, path).header("content-type", "application/json");
            let answer = Answer::of(request.body(body.to_vec()).send().await.unwrap()).await;
            let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert_eq!(answer.status, status, "{start}: {}", answer.body);
            assert_eq!(answer.json()["code"], code, "{start}");
        }
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let request = keeper
            .request(Method::POST, KEYS)
            .header("content-type", kind)
            .body("{\"name\": \"a\"}");
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (415, json!("unsupported_media_type")),
            "{kind}"
        );
    }
    let request = keeper
        .request(Method::POST, KEYS)
        .header("content-type", "Application/JSON; charset=utf-8");
    let request = request.body("{\"name\": \"a\", \"type\": \"secret\"}");
    assert_eq!(request.send().await.unwrap().status(), 201);
    // Who may not ask is told so, whatever the body is.
    let stranger = Program::new(&app.address, None).request(Method::POST, KEYS).body(huge);
    assert_eq!(Answer::of(stranger.send().await.unwrap()).await.status, 401);
}

#[tokio::test]
async fn fields_that_cannot_be_accepted() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let target = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let own = format!("{KEYS}/{}", target.key.id);
    let keeper = app.program(keeper.text.expose_secret());
    let taken = keeper.get(&own).await.json()["name"].clone();
    // For both: making and changing.
    let both: Vec<(Value, &str)> = vec![
        (json!({"name": ""}), "name"),
        (json!({"name": " \t "}), "name"),
        (json!({"name": null}), "name"),
        (json!({"name": 5}), "name"),
        (json!({"name": ["a"]}), "name"),
        (json!({"name": {"a": "b"}}), "name"),
        (json!({"name": "x".repeat(65)}), "name"),
        (json!({"name": "a\u{0}b"}), "name"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"name": "a\u{202e}b"}), "name"),
        (json!({"scopes": "rates:read"}), "scopes"),
        (json!({"scopes": [["rates:read"]]}), "scopes"),
        (json!({"scopes": [null]}), "scopes"),
        (json!({"scopes": null}), "scopes"),
        (json!({"scopes": ["everything"]}), "scopes"),
        (json!({"scopes": ["\u{0}"]}), "scopes"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_at": "tomorrow"}), "expires_at"),
        (json!({"expires_at": ""}), "expires_at"),
        (json!({"expires_at": 1_900_000_000}), "expires_at"),
        (json!({"expires_at": "9999999-01-01T00:00:00Z"}), "expires_at"),
        (json!({"webhook_url": "ftp://example.com/"}), "webhook_url"),
        (json!({"webhook_url": "javascript:alert(1)"}), "webhook_url"),
        (json!({"webhook_url": "https://user:pass@example.com/"}), "webhook_url"),
        (json!({"webhook_url": "https://example.com/\u{0}"}), "webhook_url"),
        (
            json!({"webhook_url": format!("https://example.com/{}", "x".repeat(2_000))}),
            "webhook_url",
        ),
        (json!({"webhook_url": true}), "webhook_url"),
        (json!({"colour": "red"}), "colour"),
        (json!({"": "red"}), ""),
        (json!({"signing_secret": "whsec_x"}), "signing_secret"),
    ];
    let only_making: Vec<(Value, &str)> = vec![
        (json!({"type": "golden"}), "type"),
        (json!({"type": 5}), "type"),
        (json!({"type": "\u{0}"}), "type"),
        (json!({"type": "restricted", "scopes": []}), "scopes"),
        (json!({"environment": "moon"}), "environment"),
        (json!({"environment": {}}), "environment"),
        (json!({"enabled": false}), "enabled"),
        (json!({"name": taken}), "name"),
    ];
    let only_changing: Vec<(Value, &str)> = vec![
        (json!({"enabled": "no"}), "enabled"),
        (json!({"enabled": null}), "enabled"),
        (json!({"scopes": []}), "scopes"),
        (json!({"type": "secret"}), "type"),
        (json!({"environment": "test"}), "environment"),
    ];
    for (body, field) in both.iter().chain(&only_making) {
        let mut whole = json!({"name": "fine", "type": "restricted", "scopes": ["rates:read"]});
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_told(&keeper.post(KEYS, &whole).await, field, body);
    }
    for (body, field) in both.iter().chain(&only_changing) {
        assert_told(&keeper.patch(&own, body).await, field, body);
    }
    let scoped = keeper.get("/api/v1/me").await.json()["key"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = keeper
        .patch(&format!("{KEYS}/{scoped}"), &json!({"scopes": ["rates:read"]}))
        .await;
    assert_told(&answer, "scopes", &json!("a key that may do everything has no scopes"));
    // Several mistakes are told at once.
    let answer = keeper
        .post(
            KEYS,
            &json!({"name": "", "type": "x", "expires_at": "x", "webhook_url": "x"}),
        )
        .await;
    assert_eq!(answer.json()["fields"].as_object().unwrap().len(), 4, "{}", answer.body);
    assert_eq!(keeper.get(&own).await.json()["name"], taken, "nothing was changed");
}

fn assert_told(answer: &Answer, field: &str, body: &Value) {
    assert_eq!(answer.status, 422, "{body}: {}", answer.body);
    let told = answer.json();
    assert_eq!(told["code"], "invalid_request", "{body}");
    assert!(
        told["fields"][field]
            .as_str()
            .is_some_and(|message| !message.is_empty()),
        "{body}: {}",
        answer.body
    );
}

#[tokio::test]
async fn headers_that_are_no_key() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let text = key.text.expose_secret();
    let stranger = Program::new(&app.address, None);
    let ask = |headers: Vec<(&'static str, Vec<u8>)>| {
        let mut request = stranger.request(Method::GET, "/api/v1/me");
        for (name, value) in headers {
            request = request.header(name, HeaderValue::from_bytes(&value).unwrap());
        }
        async move {
            let answer = Answer::of(request.send().await.unwrap()).await;
            (
                answer.status,
                answer.json()["code"].as_str().unwrap_or_default().to_owned(),
            )
        }
    };
    let bearer = |text: &str| format!("Bearer {text}").into_bytes();
    let missing = (401, "missing_authorization".to_owned());
    let invalid = (401, "invalid_credentials".to_owned());
    let good = (200, String::new());
    type Case<'a> = (Vec<(&'static str, Vec<u8>)>, &'a (u16, String));
    let table: Vec<Case<'_>> = vec![
        (
            vec![(
                "authorization",
                b"bEaReR  ".iter().copied().chain(text.bytes()).collect(),
            )],
            &good,
        ),
        (vec![("x-api-key", text.into())], &good),
        (
            vec![("authorization", b"Basic YTpi".to_vec()), ("x-api-key", text.into())],
            &good,
        ),
        (
            vec![("authorization", bearer(text)), ("x-api-key", b"nonsense".to_vec())],
            &good,
        ),
        (
            vec![("authorization", bearer("nonsense")), ("x-api-key", text.into())],
            &invalid,
        ),
        (vec![("authorization", b"Bearer \xff\xfe\x80".to_vec())], &invalid),
        (vec![("x-api-key", b"\xff".to_vec())], &invalid),
        (vec![("authorization", bearer(&"x".repeat(20_000)))], &invalid),
        (
            vec![("authorization", bearer(text)), ("authorization", bearer(text))],
            &invalid,
        ),
        (vec![("x-api-key", text.into()), ("x-api-key", text.into())], &invalid),
        (vec![("authorization", bearer(&format!("{text} {text}")))], &invalid),
        (vec![("authorization", bearer(&format!("{text},{text}")))], &invalid),
        (vec![("authorization", b"Bearer".to_vec())], &missing),
        (vec![("authorization", b"".to_vec())], &missing),
        (vec![("authorization", text.into())], &missing),
        (vec![("authorization", b"Basic YTpi".to_vec())], &missing),
        (vec![("northpost-key", text.into())], &missing),
        (vec![("cookie", text.into())], &missing),
    ];
    for (number, (headers, expected)) in table.into_iter().enumerate() {
        assert_eq!(&ask(headers).await, expected, "{number}");
    }
    let in_the_url = stranger.get(&format!("/api/v1/me?api_key={text}")).await;
    assert_eq!(in_the_url.status, 401, "a key in a URL ends in logs");
}
