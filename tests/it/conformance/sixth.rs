//! An API that is in none of the documents is one more file: its own prefix, header, scopes, plans, routes, limits and errors.

use reqwest::Method;
use serde_json::json;

use super::service::Service;
use crate::support::Answer;

/// The whole of it.
pub const MOONBASE: &str = r#"
[api]
name = "Moonbase"
base_path = "/lunar/2027-01"
credentials = ["header:Moonbase-Pass"]
keys_belong_to = "project"
default_plan = "crew"
deletion = true

[[key_type]]
id = "pass"
label = "Pass"
prefixes = { live = "mb-", test = "mbsim-" }
secret = { alphabet = "base64url", length = 32, checksum = false }
display = { length = 9, suffix = " (…)" }
access = "scopes"

[[scope]]
id = "airlock.open"
label = "Open the airlock"

[[scope]]
id = "rover.drive"
label = "Drive the rover"

[[scope]]
id = "crew.passes"
label = "Hand out passes"

[[route]]
match = ["/lunar/2027-01/api-keys/**"]
scope = "crew.passes"

[[route]]
match = ["POST /lunar/2027-01/airlocks/{id}/open"]
scope = "airlock.open"
limit = "airlocks"
environment = "live"

[[route]]
match = ["/lunar/2027-01/rovers/**"]
scope = "rover.drive"

[[route]]
match = ["/lunar/2027-01/reactor/**"]
access = "none"

[limit.airlocks]
count = 2
per = "day"
of = "workspace"

[plan.crew]
label = "Crew"
keys = { pass = 2 }
max_keys = 2

[plan.command]
label = "Command"
keys = { pass = 4 }
limits = { airlocks = 5 }

[welcome]
workspace = "My crew"

[errors]
envelope = "nested"
case = "upper"
"#;

async fn ask(service: &Service, pass: &str, method: &str, path: &str) -> Answer {
    let request = service.stranger().request(Method::GET, "/gateway/forward");
    let request = request
        .header("Moonbase-Pass", pass)
        .header("x-forwarded-method", method);
    Answer::of(request.header("x-forwarded-uri", path).send().await.unwrap()).await
}

#[tokio::test]
async fn an_api_that_nobody_has_thought_of_is_one_more_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), MOONBASE).unwrap();
    let service = Service::with_file(file.path(), None).await;

    let both = [("scopes", "airlock.open"), ("scopes", "rover.drive")];
    let fields = |name, environment| [("name", name), ("environment", environment), both[0], both[1]];
    let live = service.make(&fields("Buzz", "live")).await;
    let test = service.make(&fields("Simulator", "test")).await;
    assert!(live.text.starts_with("mb-") && test.text.starts_with("mbsim-"));
    assert_eq!((live.text.len(), test.text.len()), (35, 38));
    let third = service.submit(&fields("Neil", "live")).await;
    assert_eq!(third.status, 409, "the plan has two");

    let request = service.stranger().request(Method::GET, "/lunar/2027-01/me");
    let me = Answer::of(request.header("moonbase-pass", &live.text).send().await.unwrap()).await;
    assert_eq!(
        (me.status, &me.json()["scopes"]),
        (200, &json!(["airlock.open", "rover.drive"]))
    );
    let bearer = service.me(&live.text).await;
    assert_eq!(bearer.status, 401, "it takes its own header alone");
    assert_eq!(
        bearer.json(),
        json!({"error": {"message": "Send an API key with this request, as “moonbase-pass: <key>”.", "code": "MISSING_AUTHORIZATION"}})
    );

    let open = "/lunar/2027-01/airlocks/7/open";
    assert_eq!(ask(&service, &test.text, "POST", open).await.status, 401, "live only");
    for expected in [200, 200, 429] {
        let answer = ask(&service, &live.text, "POST", open).await;
        assert_eq!(answer.status, expected);
        if expected == 429 {
            assert_eq!(answer.json()["error"]["code"], "RATE_LIMIT_EXCEEDED");
            assert!(answer.headers.contains_key("retry-after"));
        }
    }
    for pass in [&live.text, &test.text] {
        assert_eq!(
            ask(&service, pass, "DELETE", "/lunar/2027-01/rovers/1").await.status,
            200
        );
        let reactor = ask(&service, pass, "GET", "/lunar/2027-01/reactor/core").await;
        assert_eq!(
            (reactor.status, &reactor.json()["error"]["code"]),
            (403, &json!("INSUFFICIENT_SCOPE"))
        );
    }

    let deletion = format!("{}/deletion", live.url);
    let deleted = service.alice.submit(&deletion, &deletion, &[("name", "Buzz")]).await;
    assert_eq!(deleted.status, 303);
    assert_eq!(
        ask(&service, &live.text, "GET", "/lunar/2027-01/rovers/1").await.status,
        401
    );
    assert_eq!(
        service.make(&fields("Neil", "live")).await.text.len(),
        35,
        "its place is free"
    );
    assert!(
        service.alice.get("/w/my-crew").await.status == 200,
        "what the account came with"
    );
}

#[tokio::test]
async fn a_broken_file_starts_nothing() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        MOONBASE.replace("scope = \"rover.drive\"", "scope = \"rover.dirve\""),
    )
    .unwrap();
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_keyhatch"))
        .args(["serve", "--profile"])
        .arg(file.path())
        .env("KEYHATCH_LISTEN", "127.0.0.1:0")
        .env("KEYHATCH_DATA_DIR", tempfile::tempdir().unwrap().path())
        .output()
        .unwrap();
    assert!(!program.status.success());
    let said = String::from_utf8_lossy(&program.stderr).into_owned();
    let line = 1 + MOONBASE
        .lines()
        .position(|line| line == "scope = \"rover.drive\"")
        .unwrap();
    let place = format!(
        "{}:{line}: there is no scope \"rover.dirve\"; did you mean \"rover.drive\"?",
        file.path().display()
    );
    assert!(said.contains(&place), "{said}");
}
