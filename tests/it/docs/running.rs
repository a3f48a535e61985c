//! Runs what a page prints, unchanged, as somebody would who copies it.

use std::process::Command;

use scraper::Selector;

use crate::conformance::service::Service;
use crate::support::Answer;

/// The languages of a quick start: the ids of their texts.
pub const LANGUAGES: [&str; 3] = ["curl", "node", "python"];

/// The text of a snippet, to the byte.
pub fn printed(page: &Answer, id: &str) -> String {
    let selector = Selector::parse(&format!("code#{id}")).unwrap();
    let html = page.html();
    let found = html
        .select(&selector)
        .next()
        .unwrap_or_else(|| panic!("no {id} on the page"));
    found.text().collect()
}

/// The environment variable that the page wants the key in.
pub fn variable(page: &Answer) -> String {
    let line = printed(page, "variable");
    let name = line.strip_prefix("export ").and_then(|line| line.split_once('='));
    name.unwrap_or_else(|| panic!("{line}")).0.to_owned()
}

/// A key that `{base}/me` takes: of the first type that is a secret.
pub async fn key(service: &Service) -> String {
    let profile = &service.app.app.profile;
    let mut types = profile.key_types.iter();
    let key_type = types.find(|key_type| !key_type.public).unwrap();
    service.mint(&key_type.id, &[]).await
}

/// Runs a snippet with a key in the variable; whether it succeeded, and what it said.
pub async fn run(language: &str, text: String, variable: &str, key: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, &text).unwrap();
        path
    };
    let mut command = match language {
        "curl" => {
            let mut shell = Command::new("sh");
            shell.arg(file("quick_start.sh"));
            shell
        }
        "node" => {
            let mut node = Command::new("node");
            node.arg(file("quick_start.js"));
            node
        }
        "python" => {
            let mut python = Command::new("python3");
            // Nothing but what comes with it.
            python.arg("-I").arg(file("quick_start.py"));
            python
        }
        _ => panic!("{language}"),
    };
    command.current_dir(folder.path()).env(variable, key);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let ran = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    let ran = ran.unwrap_or_else(|error| panic!("{language} does not start: {error}"));
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), said)
}

/// Runs all of a page's quick start with a good key, and asserts that each program was told whose it is.
pub async fn assert_runs(service: &Service) {
    let page = service.app.browser().get(super::AUTHENTICATION).await;
    assert_eq!(page.status, 200);
    let (key, variable) = (key(service).await, variable(&page));
    let id = service.me(&key).await.json()["key"]["id"].as_str().unwrap().to_owned();
    for language in LANGUAGES {
        let text = printed(&page, language);
        assert!(text.contains(&format!("{}/me", service.base)), "{text}");
        assert!(!text.contains(&key), "the key is in the environment alone");
        let (succeeded, said) = run(language, text, &variable, &key).await;
        assert!(succeeded && said.contains(&id), "{language}: {said}");
        assert!(language == "curl" || said.starts_with("200 "), "{language}: {said}");
    }
}
