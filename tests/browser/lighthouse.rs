//! What Lighthouse says of pages that everybody can open: of people, of browsers and of search engines. Not of speed: that is a matter
//! of the machine, too.

use std::process::Command;

use serde_json::Value;

use super::checks::checkers;
use super::server::Server;

/// What each of them has at least, of 1.
const LEAST: f64 = 0.95;

const CATEGORIES: [&str; 3] = ["accessibility", "best-practices", "seo"];

#[test]
fn lighthouse_finds_little_on_pages_that_everybody_can_open() {
    let server = Server::start();
    let account = ["account", "create", "--email", "alice@example.com", "--password-stdin"];
    server.run(&account);
    let mut wrong = Vec::new();
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/forgot-password",
        "/leaked-key",
        "/docs/authentication",
    ] {
        let report = report(&format!("{}{path}", server.address));
        for category in CATEGORIES {
            let score = report["categories"][category]["score"].as_f64().unwrap_or_default();
            if score < LEAST {
                wrong.push(format!(
                    "{path}: {category} is {score}: {}",
                    failed(&report, category).join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Its browser sometimes misses how a page began: then once more.
fn report(url: &str) -> Value {
    let first = ask(url);
    if first["runtimeError"].is_null() {
        return first;
    }
    ask(url)
}

fn ask(url: &str) -> Value {
    let ran = Command::new(checkers().join("node_modules/.bin/lighthouse"))
        .args([
            url,
            "--quiet",
            "--output=json",
            "--output-path=stdout",
            "--no-enable-error-reporting",
        ])
        .arg(format!("--only-categories={}", CATEGORIES.join(",")))
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage")
        .env("CHROME_PATH", "/usr/bin/chromium")
        .output()
        .unwrap_or_else(|error| panic!("lighthouse: {error}; scripts/test browser installs it"));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{url}: {error}: {said}"))
}

/// The audits that a category is not content with.
fn failed(report: &Value, category: &str) -> Vec<String> {
    let audits = report["categories"][category]["auditRefs"]
        .as_array()
        .into_iter()
        .flatten();
    let ids = audits.filter_map(|audit| audit["id"].as_str());
    let is_failed = |id: &&str| report["audits"][id]["score"].as_f64().is_some_and(|score| score < 1.0);
    ids.filter(is_failed).map(str::to_owned).collect()
}
