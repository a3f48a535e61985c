use std::os::unix::fs::PermissionsExt;

use super::installation::Installation;
use crate::support::{Browser, PASSWORD};

#[tokio::test]
async fn the_master_key_is_made_once_and_is_nobody_elses_to_read() {
    let keyhatch = Installation::new().await;
    if !keyhatch.is_embedded() {
        return;
    }
    keyhatch.furnish();
    keyhatch.create_key("one");
    let file = keyhatch.path("master.key");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let first = std::fs::read_to_string(&file).unwrap();
    keyhatch.create_key("two");
    assert_eq!(keyhatch.serve().stop().0, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);

    std::fs::remove_file(&file).unwrap();
    let lost = keyhatch.run(&["serve"]);
    assert_eq!(lost.code, Some(1));
    assert!(lost.err.contains("master.key is missing"), "{}", lost.err);
    assert!(!file.exists(), "a new key would hide that the old one is lost");
}

#[tokio::test]
async fn a_wrong_master_key_is_an_error_at_start() {
    let mut keyhatch = Installation::new().await;
    keyhatch.furnish();
    keyhatch.create_key("one");
    for (wrong, word) in [
        ("c3".repeat(32), "not the one this database"),
        ("abc".to_owned(), "64 hexadecimal"),
    ] {
        keyhatch.set("KEYHATCH_MASTER_KEY", &wrong);
        let ran = keyhatch.run(&["serve"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.err.contains(word), "{}", ran.err);
        assert!(!ran.err.contains(&wrong), "{}", ran.err);
    }
}

#[tokio::test]
async fn the_log_names_routes_and_no_secrets() {
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_LOG", "trace");
    keyhatch.set("KEYHATCH_LOG_FORMAT", "json");
    keyhatch.create_account("alice@example.com");
    let server = keyhatch.serve();
    let browser = Browser::new(&server.address);
    let page = browser.get("/sign-in?next=%2Fw%2Fsecret-in-query").await;
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    browser.get("/w/secret-in-path").await;
    browser.sign_in("alice@example.com", PASSWORD).await;
    let answer = browser
        .client
        .get(browser.url("/sign-in"))
        .header("authorization", "Bearer secret-in-header")
        .send()
        .await
        .unwrap();
    let cookies: Vec<String> = answer.cookies().map(|cookie| cookie.value().to_owned()).collect();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |method: &str, route: &str, status: u16| {
        lines
            .iter()
            .any(|line| line["http.method"] == method && line["http.route"] == route && line["http.status"] == status)
    };
    assert!(line("GET", "/sign-in", 200), "{log}");
    assert!(line("POST", "/sign-in", 303), "{log}");
    for secret in [
        "secret-in-query",
        "secret-in-path",
        "secret-in-header",
        PASSWORD,
        &csrf,
        "alice@example.com",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    for secret in cookies.iter().filter(|value| value.len() > 8) {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
