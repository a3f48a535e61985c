//! The sample receivers in `examples/`, as they are: real deliveries arrive and are believed, a forged one is refused.
//!
//! Their libraries are those that `scripts/test` installs below `target/verifiers`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use keyhatch::domain::webhooks::send_test;

use super::world::{World, with_url};
use crate::support::http;

#[tokio::test(flavor = "multi_thread")]
async fn the_one_in_python() {
    believes(|folder| {
        let mut command = Command::new(verifiers().join("python/bin/python"));
        command.arg(copied("python", folder).join("receiver.py"));
        command
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_in_node() {
    believes(|folder| {
        let folder = copied("node", folder);
        if !folder.join("node_modules").exists() {
            std::os::unix::fs::symlink(verifiers().join("node/node_modules"), folder.join("node_modules")).unwrap();
        }
        let mut command = Command::new("node");
        command.arg(folder.join("receiver.mjs"));
        command
    })
    .await;
}

/// A receiver that runs, and what it says.
struct Running {
    program: Child,
    said: Receiver<String>,
    url: String,
}

impl Running {
    fn start(mut command: Command, folder: &Path, secret: &str, port: u16) -> Self {
        let mut program = command
            .env("WEBHOOK_SECRET", secret)
            .env("PORT", port.to_string())
            .env("SEEN_FILE", folder.join("seen.txt"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(program.stdout.take().unwrap());
        let (says, said) = channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| says.send(line))
        });
        let mut running = Self {
            program,
            said,
            url: String::new(),
        };
        let line = running.says();
        running.url = line.strip_prefix("listening on ").unwrap().to_owned();
        running
    }

    fn says(&self) -> String {
        self.said
            .recv_timeout(Duration::from_secs(20))
            .expect("the receiver says something")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

async fn believes(command: impl Fn(&Path) -> Command) {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    // A port of its own, which the receiver keeps when it starts again.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/");
    let key = world.another_key("Sample", &url).await;
    let secret = key.signing_secret.as_ref().unwrap().expose_secret().to_owned();
    let running = Running::start(command(folder.path()), folder.path(), &secret, port);

    // A test event of a key.
    let ring = world.ring();
    let proof = ring.manage_keys().unwrap();
    let sent = send_test::send_test(&world.app.app, proof, key.key.id).await.unwrap();
    world.in_state(&sent.id.to_string(), "delivered").await;
    let said = running.says();
    assert!(
        said.starts_with(&format!("accepted {} webhook.test", sent.id)),
        "{said}"
    );

    // The same again: it is believed, and not handled twice; not even after a restart.
    let path = format!("/w/acme/p/site/keys/{}", key.key.id);
    assert_eq!(world.alice.get(&path).await.status, 200);
    keyhatch::domain::webhooks::resend::resend(&world.app.app, proof, sent.id)
        .await
        .unwrap();
    assert_eq!(running.says(), format!("again {}", sent.id));
    drop(running);
    let running = Running::start(command(folder.path()), folder.path(), &secret, port);
    keyhatch::domain::webhooks::resend::resend(&world.app.app, proof, sent.id)
        .await
        .unwrap();
    assert_eq!(running.says(), format!("again {}", sent.id));

    // Forged, and signed with another key's secret.
    let body = r#"{"type":"webhook.test","timestamp":"2026-01-01T00:00:00Z","data":{}}"#;
    let now = keyhatch::clock::Clock::now(&keyhatch::clock::SystemClock);
    let others = keyhatch::model::webhook::signature::sign(
        world.key.signing_secret.as_ref().unwrap(),
        "msg_forged",
        now,
        body.as_bytes(),
    );
    for signature in ["", "v1,", "v1", "v1,!!", others.as_str()] {
        let forged = http().build().unwrap().post(&running.url).body(body);
        let forged = forged
            .header("webhook-id", "msg_forged")
            .header("webhook-timestamp", now.seconds().to_string())
            .header("webhook-signature", signature);
        assert_eq!(forged.send().await.unwrap().status(), 400, "signed {signature:?}");
    }
    let other = world
        .app
        .key_of(&world.workspace, Some(&world.project), with_url("Other", &url))
        .await;
    let refused = send_test::send_test(&world.app.app, proof, other.key.id).await.unwrap();
    let delivery = world.after(&refused.id.to_string(), 1).await;
    assert_eq!(delivery["attempts"][0]["status"], 400);
    drop(running);

    // The workspace's own endpoint.
    let page = "/w/acme/webhooks";
    let set = world
        .alice
        .submit(&format!("{page}/new"), page, &[("url", url.as_str())])
        .await;
    let secret = world.alice.get(&set.location()).await.text("#signing-secret");
    let running = Running::start(command(folder.path()), folder.path(), &secret, port);
    let sent = world
        .alice
        .submit(page, &format!("{page}/test-events"), &[])
        .await
        .location();
    let said = running.says();
    let id = sent.rsplit('/').next().unwrap();
    assert!(said.starts_with(&format!("accepted {id} webhook.test")), "{said}");
    world
        .app
        .key(&world.workspace, Some(&world.project), "secret", "live", &[])
        .await;
    let said = running.says();
    assert!(
        said.starts_with("accepted msg_") && said.contains(" key.created "),
        "{said}"
    );
}

/// Where `scripts/test` puts the libraries.
fn verifiers() -> PathBuf {
    let given = std::env::var_os("KEYHATCH_TEST_VERIFIERS").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/verifiers"));
    assert!(
        folder.exists(),
        "scripts/test installs the libraries of receivers first"
    );
    folder
}

/// A copy of an example, so that its libraries can lie beside it.
fn copied(language: &str, folder: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/webhook-receiver")
        .join(language);
    let to = folder.join(language);
    std::fs::create_dir_all(&to).unwrap();
    for file in std::fs::read_dir(from).unwrap().flatten() {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    to
}
