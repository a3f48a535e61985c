//! What every page that is looked at is held against: axe-core for people, html-validate for the standard.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::chromium::Chromium;

/// Both, as `scripts/test` installs them, and the pages that were seen.
pub struct Checks {
    axe: String,
    checkers: PathBuf,
    pages: TempDir,
}

/// WCAG 2.2 at the levels A and AA, and what axe calls best practice.
const AXE: &str = "
    const only = arguments[0] ? { runOnly: ['color-contrast'] } : {};
    const found = await axe.run(document, { ...only, resultTypes: ['violations'] });
    return found.violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target.join(' ')).join(', '));
";

/// The standard and what it means for people. How we write what is valid is our own business: a `<button>` in a form submits it,
/// and a `<pre>` that scrolls is a group and no `<fieldset>`.
const RULES: &str = r#"{
    "extends": ["html-validate:standard", "html-validate:a11y"], "root": true,
    "rules": { "no-implicit-button-type": "off", "prefer-native-element": "off" }
}"#;

/// Where `scripts/test` installs them.
pub fn checkers() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/target/checkers");
    PathBuf::from(std::env::var("KEYHATCH_TEST_CHECKERS").unwrap_or_else(|_| default.to_owned()))
}

impl Checks {
    pub fn load() -> Self {
        let checkers = checkers();
        let axe = checkers.join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&axe)
            .unwrap_or_else(|error| panic!("{}: {error}; scripts/test browser installs it", axe.display()));
        Self {
            axe,
            checkers,
            pages: tempfile::tempdir().unwrap(),
        }
    }

    /// What axe finds on the page that is open, as it looks now; or only whether its colours can be told apart.
    pub async fn axe(&self, browser: &Chromium, when: &str, colours_only: bool) -> Vec<String> {
        let is_there = browser.script("return window.axe !== undefined", json!([])).await == true;
        if !is_there {
            browser.script(&self.axe, json!([])).await;
        }
        let script = format!("return (async () => {{ {AXE} }})()");
        let Value::Array(found) = browser.script(&script, json!([colours_only])).await else {
            panic!("axe said nothing of {when}");
        };
        found.iter().map(|found| format!("{when}: {found}")).collect()
    }

    /// Keeps a page's markup, as it was sent, to be validated with the others.
    pub fn keep(&self, name: &str, markup: &str) {
        assert!(
            markup.trim_start().to_lowercase().starts_with("<!doctype html"),
            "{name}: {markup}"
        );
        std::fs::write(self.pages.path().join(format!("{name}.html")), markup).unwrap();
    }

    /// What the validator finds on all of them.
    pub fn validate(&self) -> Vec<String> {
        let rules = self.pages.path().join(".htmlvalidate.json");
        std::fs::write(&rules, RULES).unwrap();
        let ran = Command::new(self.checkers.join("node_modules/.bin/html-validate"))
            .args(["--formatter", "text", "--config"])
            .arg(rules)
            .arg(self.pages.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        match ran.status.success() {
            true => Vec::new(),
            false => said.lines().map(ToOwned::to_owned).collect(),
        }
    }
}

#[tokio::test]
async fn the_checks_find_what_is_wrong() {
    let (checks, browser) = (Checks::load(), Chromium::watched().await);
    let page = "data:text/html,<!doctype html><html lang=en><title>x</title><main><h1>x</h1><pre aria-label=x>a</pre><img src=a>";
    browser.open(page).await;
    let found = checks.axe(&browser, "a page", false).await.join("\n");
    assert!(found.contains("image-alt"), "{found}");
    checks.keep("a-page", &browser.document().await.body);
    let found = checks.validate().join("\n");
    assert!(
        found.contains("aria-label-misuse") && found.contains("wcag/h37"),
        "{found}"
    );
}
