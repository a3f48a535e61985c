//! The real program in a process of its own: for what only a process can show, such as its log, or its death.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::database::TestDatabase;

/// `keyhatch serve` with a data directory and a database of its own. It may die and be started again on them.
pub struct Process {
    settings: Vec<(String, String)>,
    child: Child,
    said: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
    pub data: tempfile::TempDir,
    /// The PostgreSQL URL; nothing for SQLite.
    pub database_url: Option<String>,
}

impl Process {
    /// Starts it; `settings` come on top of a free port.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let database_url = TestDatabase::create().await.url();
        let mut all = vec![
            ("KEYHATCH_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("KEYHATCH_DATA_DIR".to_owned(), data.path().display().to_string()),
            (super::JWT_SECRET.0.to_owned(), super::JWT_SECRET.1.to_owned()),
        ];
        if let Some(url) = &database_url {
            all.push(("KEYHATCH_DATABASE_URL".to_owned(), url.clone()));
            all.push(("KEYHATCH_MASTER_KEY".to_owned(), "c3".repeat(32)));
        }
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (said, log) = (Arc::default(), Arc::default());
        let child = spawn(&all, &said, &log);
        Self {
            settings: all,
            child,
            said,
            log,
            data,
            database_url,
        }
    }

    /// `http://127.0.0.1:12345`, once it says so.
    pub fn address(&self) -> String {
        self.hear(r"listening on (http://127\.0\.0\.1:\d+)")
    }

    /// The token of the link that makes the first account.
    pub fn first_token(&self) -> String {
        self.hear(r"/sign-up\?first=([\w-]+)")
    }

    /// The number that the system knows it by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All it wrote to standard output so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// All it wrote to its log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Runs another command beside it and hands back the JSON that it prints.
    pub fn run(&self, arguments: &[&str], input: &str) -> serde_json::Value {
        let mut child = command(&self.settings)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        self.log.lock().unwrap().push_str(&errors);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Ends it as a process manager does, and waits until it is gone.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(40), "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on what it left behind.
    pub fn start_again(&mut self) {
        self.said.lock().unwrap().clear();
        self.child = spawn(&self.settings, &self.said, &self.log);
    }

    /// The files of a SQLite database.
    pub fn database_files(&self) -> Vec<PathBuf> {
        ["keyhatch.db", "keyhatch.db-wal", "keyhatch.db-shm"]
            .iter()
            .map(|name| self.data.path().join(name))
            .filter(|file| file.exists())
            .collect()
    }

    fn hear(&self, pattern: &str) -> String {
        let pattern = regex::Regex::new(pattern).unwrap();
        let started = Instant::now();
        loop {
            if let Some(found) = pattern.captures(&self.said()) {
                return found[1].to_owned();
            }
            let (said, log) = (self.said(), self.log());
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "no {pattern} in:\n{said}\n{log}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(settings: &[(String, String)]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_keyhatch")));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KEYHATCH_")) {
        command.env_remove(name);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

fn spawn(settings: &[(String, String)], said: &Arc<Mutex<String>>, log: &Arc<Mutex<String>>) -> Child {
    let mut child = command(settings)
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    collect(child.stdout.take().unwrap(), Arc::clone(said));
    collect(child.stderr.take().unwrap(), Arc::clone(log));
    child
}

/// Reads along until the other side closes.
fn collect(from: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let mut into = into.lock().unwrap();
            into.push_str(&String::from_utf8_lossy(&line));
            into.push('\n');
        }
    });
}
