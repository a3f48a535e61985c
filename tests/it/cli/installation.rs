//! A data directory of its own, and the real binary to run in it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use keyhatch::store::Db;
use keyhatch::store::db::Location;
use serde_json::Value;

use crate::support::{PASSWORD, TestDatabase};

pub struct Installation {
    pub data: tempfile::TempDir,
    database: TestDatabase,
    settings: Vec<(String, String)>,
}

/// How a command ended.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Installation {
    pub async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let database = TestDatabase::create().await;
        let mut settings = vec![
            ("KEYHATCH_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("KEYHATCH_DATA_DIR".to_owned(), data.path().display().to_string()),
        ];
        if let Some(url) = database.url() {
            settings.push(("KEYHATCH_DATABASE_URL".to_owned(), url));
            settings.push(("KEYHATCH_MASTER_KEY".to_owned(), "5a".repeat(32)));
        }
        Self {
            data,
            database,
            settings,
        }
    }

    /// Whether the database is the embedded one.
    pub fn is_embedded(&self) -> bool {
        self.database.url().is_none()
    }

    /// A setting for every command from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.data.path().join(name)
    }

    pub fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KEYHATCH_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn keyhatch(&self, arguments: &[&str]) -> Command {
        self.command(Path::new(env!("CARGO_BIN_EXE_keyhatch")), arguments)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "")
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.keyhatch(arguments).spawn().unwrap();
        // A command that wants no input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that makes something, and reads what it printed.
    pub fn create(&self, arguments: &[&str]) -> Value {
        self.run(arguments).made()
    }

    pub fn create_account(&self, email: &str) -> Value {
        let arguments = ["account", "create", "--email", email, "--password-stdin"];
        self.run_with_input(&arguments, &format!("{PASSWORD}\n")).made()
    }

    /// Alice's workspace `acme` on an unlimited plan, with the project `site`.
    pub fn furnish(&self) {
        self.create_account("alice@example.com");
        let owner = "alice@example.com";
        self.create(&[
            "workspace",
            "create",
            "--name",
            "Acme",
            "--owner",
            owner,
            "--plan",
            "enterprise",
        ]);
        self.create(&["project", "create", "--workspace", "acme", "--name", "Site"]);
    }

    pub fn create_key(&self, name: &str) -> Value {
        let key = ["key", "create", "--workspace", "acme", "--project", "site"];
        self.create(&[&key[..], &["--type", "secret", "--name", name]].concat())
    }

    /// Starts the server and waits until it listens.
    pub fn serve(&self) -> Running {
        Running::start(self.keyhatch(&["serve"]))
    }

    /// The database, opened by the test.
    pub async fn database(&self) -> Db {
        let location = match self.database.url() {
            Some(url) => Location::Postgres(url),
            None => Location::File(self.path("keyhatch.db")),
        };
        Db::connect(&location).await.unwrap()
    }
}

impl Ran {
    /// The one JSON object on standard output.
    pub fn made(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A running server.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    /// `http://127.0.0.1:12345`
    pub address: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let Some(address) = line.trim().strip_prefix("Keyhatch is listening on ") else {
            let output = child.wait_with_output().unwrap();
            panic!("it did not start: {line}{}", String::from_utf8_lossy(&output.stderr));
        };
        Self {
            address: address.to_owned(),
            child,
            out,
        }
    }

    /// The next line it prints.
    pub fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What is beneath its directory of proc(5).
    pub fn proc(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end; its exit code, and what it logged.
    pub fn ended(mut self, within: Duration) -> (Option<i32>, String) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < within, "it did not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut err = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut err).unwrap();
        (self.child.wait().unwrap().code(), err)
    }

    pub fn stop(self) -> (Option<i32>, String) {
        self.signal("TERM");
        self.ended(Duration::from_secs(30))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
