//! The real program, started as a person would start it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// `keyhatch serve` with an empty data directory.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:12345`
    pub address: String,
    /// The link that makes the first account.
    pub first_link: String,
    data: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With settings of its own.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_keyhatch"))
            .arg("serve")
            .env("KEYHATCH_LISTEN", "127.0.0.1:0")
            .env("KEYHATCH_DATA_DIR", data.path())
            .env("KEYHATCH_LOG", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("keyhatch starts");
        let mut server = Self {
            child,
            address: String::new(),
            first_link: String::new(),
            data,
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        server.listen();
        server
    }

    /// Reads along until the program has said where it is.
    fn listen(&mut self) {
        let (said, hears) = mpsc::channel();
        let stdout = BufReader::new(self.child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| said.send(line))
        });
        let link = regex::Regex::new(r"(http://127\.0\.0\.1:\d+)/sign-up\?first=[\w-]+").unwrap();
        while self.first_link.is_empty() {
            let line = hears.recv_timeout(Duration::from_secs(30));
            let line = line.expect("keyhatch prints the link for the first account");
            if let Some(found) = link.captures(&line) {
                (self.first_link, self.address) = (found[0].to_owned(), found[1].to_owned());
            }
        }
    }

    /// Runs a command beside the server, and reads what it made. A password that it asks for is typed in.
    pub fn run(&self, arguments: &[&str]) -> serde_json::Value {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyhatch"))
            .args(arguments)
            .env("KEYHATCH_DATA_DIR", self.data.path())
            .env("KEYHATCH_LOG", "warn")
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("keyhatch runs");
        // Who asks for none has ended by then.
        let _ = child
            .stdin
            .take()
            .unwrap()
            .write_all(b"four unrelated words make sense\n");
        let output = child.wait_with_output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {output:?}"))
    }

    /// What a program is answered that sends JSON (nothing: `null`) with a key: the status and the body.
    pub async fn ask(&self, method: &str, path: &str, key: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        let request = reqwest::Client::new()
            .request(method.parse().unwrap(), format!("{}{path}", self.address))
            .bearer_auth(key);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// The database's file.
    pub fn database(&self) -> std::path::PathBuf {
        self.data.path().join("keyhatch.db")
    }

    /// What curl says to `GET {base}/me` with this key: the status.
    pub fn curl(&self, key: &str) -> u16 {
        self.curl_to("/api/v1/me", key)
    }

    /// What curl says to a GET with this key: the status.
    pub fn curl_to(&self, path: &str, key: &str) -> u16 {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_code}",
                "--header",
            ])
            .arg(format!("Authorization: Bearer {key}"))
            .arg(format!("{}{path}", self.address))
            .output()
            .expect("curl: apt-get install curl");
        String::from_utf8_lossy(&output.stdout).parse().expect("a status")
    }
}

impl Server {
    /// What the answer to a GET with this key calls its request.
    pub fn request_id(&self, path: &str, key: &str) -> String {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--output",
                "/dev/null",
                "--write-out",
                "%header{x-request-id}",
                "--header",
            ])
            .arg(format!("Authorization: Bearer {key}"))
            .arg(format!("{}{path}", self.address))
            .output()
            .expect("curl: apt-get install curl");
        String::from_utf8(output.stdout).expect("a name")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
