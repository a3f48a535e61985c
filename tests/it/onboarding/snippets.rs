//! The examples beside a new key and on /welcome run as they are printed.

use std::process::Command;

use crate::docs::running::{LANGUAGES, printed, run, variable};
use crate::keys::world::World;
use crate::support::Answer;

/// Whether a Go program can be run here. Where not, only its shape is looked at.
fn has_go() -> bool {
    Command::new("go").arg("version").output().is_ok()
}

/// Go refuses a package that is named and not used, or the other way round; and gofmt writes one way of all.
fn assert_go(text: &str) {
    for package in ["fmt", "io", "net/http", "os"] {
        let used = package.rsplit('/').next().unwrap();
        let is_used = text.contains(&format!("{used}."));
        assert_eq!(
            text.contains(&format!("\t\"{package}\"\n")),
            is_used,
            "{package} in {text}"
        );
    }
    let mut depth = 0_usize;
    for line in text.lines() {
        let closes = line.trim_start().starts_with(['}', ')']);
        let tabs = line.len() - line.trim_start_matches('\t').len();
        if !line.is_empty() {
            assert_eq!(tabs, depth - usize::from(closes), "{line} in {text}");
        }
        assert_eq!(line, line.trim_end(), "in {text}");
        let count = |signs: [char; 2]| line.matches(signs).count();
        depth = depth + count(['{', '(']) - count(['}', ')']);
    }
    assert_eq!(depth, 0, "{text}");
    assert!(text.starts_with("package main\n") && text.ends_with("\n}"), "{text}");
}

async fn run_go(text: &str, variable: &str, key: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.go"), text).unwrap();
    let mut go = Command::new("go");
    go.args(["run", "main.go"])
        .current_dir(folder.path())
        .env(variable, key);
    go.env("NO_PROXY", "*").env("GOCACHE", folder.path().join("cache"));
    let ran = tokio::task::spawn_blocking(move || go.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), said)
}

async fn assert_runs(page: &Answer, variable: &str, key: &str, id: &str) {
    for language in LANGUAGES {
        let (succeeded, said) = run(language, printed(page, language), variable, key).await;
        assert!(succeeded && said.contains(id), "{language}: {said}");
    }
    let go = printed(page, "go");
    assert_go(&go);
    if has_go() {
        let (succeeded, said) = run_go(&go, variable, key).await;
        assert!(succeeded && said.contains(id), "Go: {said}");
    }
}

async fn of_a_page(world: &World) {
    let made = world
        .submit(&[("name", "CI"), ("type", "secret"), ("environment", "test")])
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    let reveal = world.alice.get(&made.location()).await;
    let (key, id) = (reveal.text("#key-text"), made.location());
    let id = id.trim_end_matches("/reveal").rsplit('/').next().unwrap();
    assert_eq!(reveal.texts(".tabs > label"), ["curl", "Node.js", "Python", "Go"]);
    for language in LANGUAGES.iter().chain(&["go"]) {
        assert!(printed(&reveal, language).contains(&key));
        assert!(reveal.attribute(&format!("#{language}"), "data-secret").is_some());
    }
    assert_runs(&reveal, "NOTHING", "", id).await;

    // Here they take it from a variable, and the page says how it begins.
    let welcome = world.alice.get("/welcome").await;
    let shown = printed(&welcome, "variable");
    let begins = shown.split_once('=').unwrap().1.trim_end_matches('…');
    assert!(
        begins.starts_with("kh_test_") && key.starts_with(begins) && key != begins,
        "{shown}"
    );
    assert!(!welcome.body.contains(&key));
    assert_runs(&welcome, &variable(&welcome), &key, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_example() {
    of_a_page(&World::start().await).await;
}

/// HTTP Basic alone, and a header of the provider's own.
#[tokio::test(flavor = "multi_thread")]
async fn of_apis_that_take_keys_otherwise() {
    for credentials in ["basic", "header:northpost-key"] {
        let text = include_str!("../../../profiles/example.toml").replace(
            "credentials = [\"bearer\", \"x-api-key\"]",
            &format!("credentials = [\"{credentials}\"]"),
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().display().to_string();
        let app = crate::support::TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
        of_a_page(&World::of(app).await).await;
    }
}
