//! Debian's nginx and Caddy, each in a process of its own, with the example's file: only ports are put into it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use keyhatch::profile::{CredentialPlace, Profile};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
}

/// A running proxy.
pub struct Proxy {
    pub kind: Kind,
    /// `http://127.0.0.1:12345`
    pub address: String,
    child: Child,
    _folder: tempfile::TempDir,
}

/// Where the example files have each.
const SELF: &str = ":8000";
const KEYHATCH: &str = "127.0.0.1:8080";
const API: &str = "127.0.0.1:3000";
const BASE_PATH: &str = "/api/v1/";
const HEADER: &str = "X-API-Key";

impl Proxy {
    /// Starts it between its clients and an API.
    pub async fn start(kind: Kind, keyhatch: &str, api: &str) -> Self {
        Self::start_with(kind, keyhatch, api, &[]).await
    }

    /// As an operator with this profile would have it: with the profile's base path, and the header of its own that carries
    /// keys, if there is one.
    pub async fn start_for(kind: Kind, keyhatch: &str, api: &str, profile: &Profile) -> Self {
        let base_path = format!("{}/", profile.api.base_path);
        let mut replaced = vec![(BASE_PATH, base_path.as_str())];
        let credentials = profile.api.credentials.iter();
        let own = credentials.filter(|place| matches!(place, CredentialPlace::Header(_)));
        replaced.extend(own.map(|place| (HEADER, place.header_name())));
        Self::start_with(kind, keyhatch, api, &replaced).await
    }

    async fn start_with(kind: Kind, keyhatch: &str, api: &str, replaced: &[(&str, &str)]) -> Self {
        let keyhatch = keyhatch.trim_start_matches("http://");
        // Between picking a port and taking it, somebody else may: then it does not start, and another one does.
        for _ in 0..5 {
            if let Some(proxy) = try_to_start(kind, keyhatch, api, replaced).await {
                return proxy;
            }
        }
        panic!("{kind:?} does not start");
    }

    /// Sends a request byte by byte as it is written here, and reads the status of the answer.
    pub async fn send(&self, request: &str) -> u16 {
        let address = self.address.trim_start_matches("http://");
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let reading = async {
            while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
                if stream.read_buf(&mut answer).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reading).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.get(9..12).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("{request:?} got {answer:?}"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx's workers end with it only if it is asked to end.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let began = Instant::now();
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && began.elapsed() < Duration::from_secs(5) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn try_to_start(kind: Kind, keyhatch: &str, api: &str, replaced: &[(&str, &str)]) -> Option<Proxy> {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let example = match kind {
        Kind::Nginx => "nginx/nginx.conf",
        Kind::Caddy => "caddy/Caddyfile",
    };
    let example = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/gateway")
        .join(example);
    let mut text = std::fs::read_to_string(example).unwrap();
    let port = format!(":{}", free.port());
    let places = [(SELF, port.as_str()), (KEYHATCH, keyhatch), (API, api)];
    for &(from, to) in places.iter().chain(replaced) {
        assert!(text.contains(from), "{kind:?}: {from}");
        text = text.replace(from, to);
    }
    let file = folder.path().join("example");
    std::fs::write(&file, text).unwrap();
    let mut child = command(kind, folder.path(), &file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("{kind:?} ({error}): scripts/test installs it"));
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        if TcpStream::connect(free).is_ok() {
            return Some(Proxy {
                kind,
                address: format!("http://{free}"),
                child,
                _folder: folder,
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    let _ = child.kill();
    let _ = child.wait();
    assert!(log.contains("in use"), "{kind:?} does not start: {log}");
    None
}

fn command(kind: Kind, folder: &Path, file: &Path) -> Command {
    match kind {
        Kind::Nginx => {
            let installed = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"];
            let found = installed.into_iter().find(|path| Path::new(path).exists());
            // Debian has it where only root looks.
            let mut command = Command::new(found.unwrap_or("nginx"));
            command.arg("-p").arg(folder).args(["-e", "stderr"]).arg("-c").arg(file);
            command
        }
        Kind::Caddy => {
            let mut command = Command::new("caddy");
            command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
            for home in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
                command.env(home, folder);
            }
            command
        }
    }
}
