//! `kill -9` while keys are being made: whatever was acknowledged is there afterwards.
//!
//! The writer is this test binary itself, in a process of its own, issuing keys the way a request does.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyhatch::clock::SystemClock;
use keyhatch::config::Config;
use keyhatch::domain::App;
use keyhatch::domain::access::KeyRing;
use keyhatch::domain::keys::{self, NewKeyInput};
use keyhatch::random::SystemRandom;
use keyhatch::store;

use super::installation::Installation;

const ROUNDS: u64 = 10;
const WRITER: &str = "KEYHATCH_TEST_WRITER";
const ACKNOWLEDGED: &str = "acknowledged ";

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    let mut keyhatch = Installation::new().await;
    keyhatch.furnish();
    let db = keyhatch.database().await;
    let workspace = store::workspaces::find_by_slug(db.reader(), "acme")
        .await
        .unwrap()
        .unwrap();
    let site = store::projects::find_by_slug(db.reader(), workspace.id, "site").await;
    let owner = KeyRing::held_by_operator(workspace, site.unwrap()).owner_id();
    db.close().await.unwrap();

    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        keyhatch.set(WRITER, &round.to_string());
        let ids = write_until_killed(&keyhatch, Duration::from_millis(40 + 37 * round));
        assert!(!ids.is_empty(), "round {round} wrote nothing");
        acknowledged.extend(ids);
        let db = keyhatch.database().await;
        assert!(db.is_whole().await.unwrap(), "round {round}");
        for id in &acknowledged {
            let found = store::keys::find(db.reader(), owner, id.parse().unwrap())
                .await
                .unwrap();
            assert!(found.is_some(), "round {round} lost {id}");
        }
        db.close().await.unwrap();
    }
    assert!(keyhatch.create_key("after")["id"].is_string(), "and it goes on");
}

/// Runs the writer, kills it this long after its first key, and returns the keys it told of.
fn write_until_killed(keyhatch: &Installation, after: Duration) -> Vec<String> {
    let itself = std::env::current_exe().unwrap();
    let arguments = ["--exact", "cli::killed::the_writer", "--nocapture", "--test-threads=1"];
    let mut writer = keyhatch.command(Path::new(&itself), &arguments).spawn().unwrap();
    let out = BufReader::new(writer.stdout.take().unwrap());
    // Lines end where the process was killed; half a line was not acknowledged.
    let (began, first) = std::sync::mpsc::channel();
    let ids = std::thread::spawn(move || {
        let lines = out
            .split(b'\n')
            .map_while(Result::ok)
            .filter_map(|line| String::from_utf8(line).ok());
        let ids = lines.filter_map(|line| line.strip_prefix(ACKNOWLEDGED)?.strip_suffix('.').map(str::to_owned));
        ids.inspect(|_| began.send(()).unwrap_or_default()).collect::<Vec<_>>()
    });
    // However slow the machine: the first key says that the writing has begun.
    first.recv_timeout(Duration::from_secs(60)).expect("no key in a minute");
    std::thread::sleep(after);
    writer.kill().unwrap();
    writer.wait().unwrap();
    ids.join().unwrap()
}

/// Not a test of its own: the process that [`write_until_killed`] starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer() {
    let Ok(round) = std::env::var(WRITER) else { return };
    let config = Config::load(None, |name| std::env::var(name).ok()).unwrap();
    let public_url = "http://localhost".to_owned();
    let app = keyhatch::app::open(&config, public_url, Arc::new(SystemClock), Arc::new(SystemRandom)).await;
    let app = Arc::new(app.unwrap());
    let writers: Vec<_> = (0..8)
        .map(|writer| tokio::spawn(write_for_ever(Arc::clone(&app), format!("{round}-{writer}"))))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn write_for_ever(app: Arc<App>, name: String) {
    let db = app.db.reader();
    let workspace = store::workspaces::find_by_slug(db, "acme").await.unwrap().unwrap();
    let site = store::projects::find_by_slug(db, workspace.id, "site").await.unwrap();
    let ring = KeyRing::held_by_operator(workspace, site);
    let proof = ring.manage_keys().unwrap();
    for n in 0.. {
        let input = NewKeyInput {
            name: format!("{name}-{n}"),
            type_id: "secret".to_owned(),
            ..NewKeyInput::default()
        };
        let new = input.check(&app, proof).unwrap();
        let issued = keys::issue(&app, proof, new).await.unwrap();
        // One write for the whole line, the moment the key is committed.
        let line = format!("{ACKNOWLEDGED}{}.\n", issued.key.id);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}
