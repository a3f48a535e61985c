//! The real program, started as a person would start it.

use std::io::{BufRead, BufReader};
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
    _data: tempfile::TempDir,
}

impl Server {
    pub fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_keyhatch"))
            .arg("serve")
            .env("KEYHATCH_LISTEN", "127.0.0.1:0")
            .env("KEYHATCH_DATA_DIR", data.path())
            .env("KEYHATCH_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("keyhatch starts");
        let mut server = Self {
            child,
            address: String::new(),
            first_link: String::new(),
            _data: data,
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

    /// What curl says to `GET {base}/me` with this key: the status.
    pub fn curl(&self, key: &str) -> u16 {
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
            .arg(format!("{}/api/v1/me", self.address))
            .output()
            .expect("curl: apt-get install curl");
        String::from_utf8_lossy(&output.stdout).parse().expect("a status")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
