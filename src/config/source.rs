//! Where settings come from: the environment, or else the file. Each value is remembered with the name that the operator
//! gave it, so that whatever is wrong with it is told by that name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use toml::de::{DeTable, DeValue};

use super::names::{NAMES, variable};
use super::unknown;
use super::words::{kind_of, unreadable};

/// What was set, and where.
#[derive(Default)]
pub(super) struct Source {
    values: BTreeMap<&'static str, SecretString>,
    called: Called,
}

/// What the operator calls a setting: `KEYHATCH_LISTEN`, or `/etc/keyhatch.toml:3: listen`.
#[derive(Clone, Debug, Default)]
pub struct Called(BTreeMap<&'static str, String>);

impl Called {
    /// By its name in the file (`listen`).
    pub fn by(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| variable(name))
    }

    /// A flag of the command line says it instead.
    pub fn rename(&mut self, name: &'static str, flag: &str) {
        self.0.insert(name, flag.to_owned());
    }
}

impl Source {
    /// Reads the file, if there is one, and what the environment says instead.
    pub(super) fn read(file: Option<&Path>, environment: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let mut source = Self::default();
        if let Some(path) = file {
            source.read_file(path)?;
        }
        let get = |name| environment(&variable(name)).filter(|value| !value.is_empty());
        // A key in the environment stands against a file named in the settings, and the other way round: the nearer wins.
        if get("master_key").is_some() != get("master_key_file").is_some() {
            source.values.remove("master_key");
            source.values.remove("master_key_file");
        }
        for name in NAMES {
            if let Some(value) = get(name) {
                source.values.insert(name, value.into());
                source.called.0.remove(name);
            }
        }
        Ok(source)
    }

    fn read_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let file = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow!("--config: the settings file {file} {}", unreadable(&error)))?;
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        // Never the line itself, which may hold a secret.
        let table = DeTable::parse(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            anyhow!("{file}:{}: this is no TOML: {}", line(at), error.message())
        })?;
        let mut mistakes = Vec::new();
        for (key, value) in table.get_ref() {
            let (written, at) = (key.get_ref().as_ref(), line(key.span().start));
            let Some(name) = NAMES.iter().find(|name| **name == written) else {
                let hint = unknown::near(written).map(|near| format!("; did you mean \"{near}\"?"));
                mistakes.push((
                    at,
                    format!("there is no setting \"{written}\"{}", hint.unwrap_or_default()),
                ));
                continue;
            };
            let value = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                other => {
                    let kind = kind_of(other);
                    mistakes.push((at, format!("{name} is {kind}; write it as text, in quotes")));
                    continue;
                }
            };
            if !value.is_empty() {
                self.values.insert(name, value.into());
                self.called.0.insert(name, format!("{file}:{at}: {name}"));
            }
        }
        mistakes.sort();
        if mistakes.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = mistakes
            .into_iter()
            .map(|(line, what)| format!("{file}:{line}: {what}"))
            .collect();
        bail!("{}", lines.join("\n"))
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.values.get(name).cloned()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        // What is no secret is asked for by this.
        self.values.get(name).map(ExposeSecret::expose_secret)
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    pub(super) fn called(&self) -> &Called {
        &self.called
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Source> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("k.toml");
        std::fs::write(&file, text).unwrap();
        Source::read(Some(&file), |name| {
            (name == "KEYHATCH_LOG").then(|| "from the environment".to_owned())
        })
    }

    #[test]
    fn each_name_is_taken_from_the_file_and_the_environment_wins() {
        for name in NAMES {
            let source = read(&format!("\n{name} = \"from the file\"")).unwrap();
            let (value, called) = if name == "log" {
                ("from the environment", "KEYHATCH_LOG".to_owned())
            } else {
                ("from the file", format!("k.toml:2: {name}"))
            };
            assert_eq!(source.text(name), Some(value));
            assert!(source.called().by(name).ends_with(&called));
        }
    }

    #[test]
    fn every_mistake_of_a_file_is_told_with_its_line() {
        let told = read("LISTEN = 1\nKEYHATCH_PUBLIC_URL = 'x'\n[mail]\nurl = 'hunter2'\n[log]\nformat = 1\n");
        let told = told.err().unwrap().to_string();
        for (told, wanted) in told.lines().zip([
            ":1: there is no setting \"LISTEN\"; did you mean \"listen\"?",
            ":2: there is no setting \"KEYHATCH_PUBLIC_URL\"; did you mean \"public_url\"?",
            ":3: there is no setting \"mail\"; did you mean \"mail_url\"?",
            ":5: log is a table; write it as text, in quotes",
        ]) {
            assert!(told.ends_with(wanted), "{told}");
        }
        assert_eq!(told.lines().count(), 4, "{told}");
        assert!(!told.contains("hunter2"));
    }
}
