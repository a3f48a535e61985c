//! Keyhatch behind PgBouncer, with the settings that it comes with.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::installation::Installation;
use crate::support::{Program, TestDatabase};

/// A PgBouncer in front of the test's database, for as long as it is held.
struct PgBouncer {
    child: Child,
    _folder: tempfile::TempDir,
    url: String,
}

impl PgBouncer {
    /// `more` comes behind what has to be said: where to listen, and whom to let in.
    fn start(database: &str, more: &str) -> Self {
        let behind = url::Url::parse(database).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (user, password) = (behind.username(), behind.password().unwrap_or_default());
        std::fs::write(folder.path().join("users"), format!("\"{user}\" \"{password}\"\n")).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let (host, server, name) = (
            behind.host_str().unwrap(),
            behind.port().unwrap_or(5432),
            &behind.path()[1..],
        );
        let here = folder.path().display();
        let settings = format!(
            "[databases]\n{name} = host={host} port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = plain\nauth_file = {here}/users\n{more}\n"
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let child = command(&folder, &file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "PgBouncer does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut url = behind.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        Self {
            child,
            _folder: folder,
            url: url.to_string(),
        }
    }
}

/// It refuses to run as root, and then runs as whoever owns the test database.
fn command(folder: &tempfile::TempDir, file: &Path) -> Command {
    let program = "/usr/sbin/pgbouncer";
    if !rustix::process::getuid().is_root() {
        let mut command = Command::new(program);
        command.arg(file);
        return command;
    }
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), all).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", program])
        .arg(file);
    command
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn sessions_of_pgbouncer_are_as_good_as_postgresqls() {
    let Some(database) = TestDatabase::create().await.url() else {
        return;
    };
    // All of these are what it comes with.
    let pgbouncer = PgBouncer::start(&database, "");
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_DATABASE_URL", &pgbouncer.url);
    let running = keyhatch.serve();
    let stranger = Program::new(&running.address, None);
    assert_eq!(stranger.get("/readyz").await.status, 200);
    keyhatch.furnish();
    let made = keyhatch.create_key("one");
    let program = Program::new(&running.address, made["key"].as_str());
    let ask = || async { program.get("/api/v1/me").await.status };
    assert_eq!(ask().await, 200);
    // Heard by LISTEN, or the command line would wait for the lease to run out.
    let began = Instant::now();
    let ran = keyhatch.run(&["workspace", "suspend", "acme"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(began.elapsed() < Duration::from_millis(1_900), "{:?}", began.elapsed());
    assert_ne!(ask().await, 200);
    // More at once than it has sessions for a database.
    let asked = (0..60).map(|_| stranger.get("/readyz"));
    for answer in futures_util::future::join_all(asked).await {
        assert_eq!(answer.status, 200);
    }
    let (code, log) = running.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn a_pool_of_transactions_is_refused_with_a_sentence() {
    let Some(database) = TestDatabase::create().await.url() else {
        return;
    };
    for more in [
        "pool_mode = transaction",
        "pool_mode = statement",
        "pool_mode = transaction\ndefault_pool_size = 2",
    ] {
        let pgbouncer = PgBouncer::start(&database, more);
        let mut keyhatch = Installation::new().await;
        keyhatch.set("KEYHATCH_DATABASE_URL", &pgbouncer.url);
        for command in [&["serve"][..], &["migrate"]] {
            let ran = keyhatch.run(command);
            assert_eq!(ran.code, Some(1), "{more}: {}{}", ran.out, ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{more}: {}", ran.err);
            for word in ["KEYHATCH_DATABASE_URL: ", "pool_mode = session", "LISTEN", "directly"] {
                assert!(ran.err.contains(word), "{more}: {}", ran.err);
            }
        }
    }
}
