//! The tools, as `scripts/test` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where they are.
#[derive(Clone)]
pub struct Tools {
    folder: PathBuf,
}

/// What schemathesis is asked to do.
pub struct Run {
    /// The address of the document.
    pub document: String,
    header: String,
    options: Vec<String>,
    /// Operations of which nothing but refusals may come back, by their ids.
    closed: Vec<&'static str>,
}

impl Run {
    pub fn of(document: &str, header: &str, options: &[&str]) -> Self {
        Self {
            document: document.to_owned(),
            header: header.to_owned(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            closed: Vec::new(),
        }
    }

    /// The same, where these operations are not for whoever asks.
    pub fn closed(mut self, operations: &[&'static str]) -> Self {
        self.closed.extend(operations);
        self
    }

    /// The settings of all runs, and those of this one.
    fn settings(&self) -> String {
        let mut text = std::fs::read_to_string(settings("schemathesis.toml")).unwrap();
        for operation in &self.closed {
            text += &format!("\n[[operations]]\ninclude-operation-id = \"{operation}\"\nwarnings = false\n");
        }
        text
    }
}

/// Where their settings are.
fn settings(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract").join(file)
}

impl Tools {
    pub fn find() -> Self {
        let default = concat!(env!("CARGO_MANIFEST_DIR"), "/target/contract");
        let folder = PathBuf::from(std::env::var("KEYHATCH_TEST_CONTRACT").unwrap_or_else(|_| default.to_owned()));
        for tool in [
            "python/bin/schemathesis",
            "python/bin/openapi-spec-validator",
            "node_modules/.bin/redocly",
        ] {
            let tool = folder.join(tool);
            assert!(
                tool.exists(),
                "{} is missing; scripts/test contract installs it",
                tool.display()
            );
        }
        Self { folder }
    }

    /// What is wrong with documents.
    pub fn validate(&self, files: &[PathBuf]) -> Vec<String> {
        said(Command::new(self.folder.join("python/bin/openapi-spec-validator")).args(files))
    }

    /// What is not neat about them.
    pub fn lint(&self, files: &[PathBuf]) -> Vec<String> {
        said(
            Command::new(self.folder.join("node_modules/.bin/redocly"))
                .args(["lint", "--format", "stylish", "--config"])
                .arg(settings("redocly.yaml"))
                .args(files)
                .env("REDOCLY_TELEMETRY", "off")
                .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"),
        )
    }

    /// What the service at this address does otherwise than a document says.
    pub fn hold(&self, address: &str, document: &str, run: &Run, seed: &Value) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("openapi.json");
        std::fs::write(&file, document).unwrap();
        let config = folder.path().join("schemathesis.toml");
        std::fs::write(&config, run.settings()).unwrap();
        let mut command = Command::new(self.folder.join("python/bin/schemathesis"));
        command
            .arg("--config-file")
            .arg(config)
            .arg("run")
            .arg(&file)
            .args(["--url", address, "--header", &run.header])
            .args([
                "--checks",
                "all",
                "--phases",
                "coverage,fuzzing",
                "--max-examples",
                "12",
            ])
            .args(&run.options)
            .current_dir(folder.path())
            .env("KEYHATCH_CONTRACT", seed.to_string())
            .env("SCHEMATHESIS_HOOKS", settings("hooks.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        said(&mut command)
    }
}

/// What a command said, where it was not content.
fn said(command: &mut Command) -> Vec<String> {
    // Nothing that the machine says of proxies is meant for this.
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    let ran = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    if ran.status.success() {
        return Vec::new();
    }
    let said = [&ran.stdout[..], &ran.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    said.concat().lines().map(ToOwned::to_owned).collect()
}
