//! `kill -9` of the real program while sixty-four spend: what was acknowledged was paid for, nothing was paid for twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyhatch::model::credits::{CreditEntry, EntryKind};
use keyhatch::store::Db;
use keyhatch::store::db::Location;
use serde_json::json;
use tokio::task::JoinSet;

use super::{CREDITS, ledger};
use crate::conformance::service::judge;
use crate::support::{Process, Program};

const PASSWORD: &str = "four unrelated words make sense";
const PROFILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/kodisc.toml");

/// How many there are to spend, and how many rounds they have to last for.
const GRANTED: i64 = 2_500;
const ROUNDS: u64 = 3;

#[derive(Default)]
struct Acknowledged {
    requests: AtomicI64,
    /// By idempotency key: the number of the line.
    changes: Mutex<BTreeMap<String, i64>>,
    ran_out: AtomicBool,
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_are_exact_across_a_kill() {
    let mut program = Process::start(&[("KEYHATCH_PROFILE", PROFILE)]).await;
    program.address();
    let (key, token) = furnish(&program);
    let granted = program.run(
        &["workspace", "grant-credits", "acme", "--amount", &GRANTED.to_string()],
        "",
    );
    assert_eq!(
        (&granted["balance"], &granted["number"]),
        (&json!(GRANTED + 100), &json!(2))
    );
    let total = GRANTED + 100;
    let acknowledged = Arc::new(Acknowledged::default());

    for round in 0..=ROUNDS {
        let spenders = start_spending(&program.address(), &key, &token, round, &acknowledged);
        if round < ROUNDS {
            let before = acknowledged.requests.load(Ordering::Relaxed);
            // However slow the machine: only once everybody is spending does it mean anything to cut the power.
            for _ in 0..1_200 {
                if acknowledged.requests.load(Ordering::Relaxed) > before + 100 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(17 * round)).await;
            program.kill();
        }
        spenders.join_all().await;
        if round < ROUNDS {
            assert!(
                !acknowledged.ran_out.load(Ordering::Relaxed),
                "the kill came too late to mean anything"
            );
            program.start_again();
            program.address();
        }
        let entries = read(&program).await;
        assert_paid(&entries, &acknowledged);
        let spent: i64 = entries
            .iter()
            .map(|entry| entry.amount)
            .filter(|amount| *amount < 0)
            .sum();
        assert!(-spent <= total);
        if round == ROUNDS {
            assert!(acknowledged.ran_out.load(Ordering::Relaxed));
            assert_eq!(-spent, total, "in the end all of them are spent");
        }
    }
}

/// Nothing that was acknowledged is lost, and each idempotency key is one line.
fn assert_paid(entries: &[CreditEntry], acknowledged: &Acknowledged) {
    let requests = entries.iter().filter(|entry| entry.kind == EntryKind::Request).count() as i64;
    let told = acknowledged.requests.load(Ordering::Relaxed);
    assert!(requests >= told, "{told} were let through, {requests} were paid for");
    let mut lines = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Provider) {
        let key = entry.idempotency_key.clone().unwrap();
        assert!(lines.insert(key, entry.number).is_none(), "twice: {entry:?}");
    }
    for (key, number) in acknowledged.changes.lock().unwrap().iter() {
        assert_eq!(lines.get(key), Some(number), "{key}");
    }
}

/// Half of them through verification, half through the provider API; until nobody answers, or there is nothing left.
fn start_spending(address: &str, key: &str, token: &str, round: u64, acknowledged: &Arc<Acknowledged>) -> JoinSet<()> {
    let mut spenders = JoinSet::new();
    for number in 0..64 {
        let acknowledged = Arc::clone(acknowledged);
        if number % 2 == 0 {
            let program = Program::new(address, Some(key));
            spenders.spawn(async move {
                while let Some(status) = forward(&program).await {
                    match status {
                        200 => acknowledged.requests.fetch_add(1, Ordering::Relaxed),
                        402 => return acknowledged.ran_out.store(true, Ordering::Relaxed),
                        other => panic!("{other}"),
                    };
                }
            });
        } else {
            let backend = Program::new(address, Some(token));
            spenders.spawn(async move {
                for turn in 0.. {
                    let key = format!("{round}-{number}-{turn}");
                    match order(&backend, &key).await {
                        Some((200, line)) => acknowledged.changes.lock().unwrap().insert(key, line.unwrap()),
                        Some((402, _)) => return acknowledged.ran_out.store(true, Ordering::Relaxed),
                        Some((other, _)) => panic!("{other}"),
                        None => return,
                    };
                }
            });
        }
    }
    spenders
}

/// An answer that breaks off acknowledges nothing.
async fn forward(program: &Program) -> Option<u16> {
    let request = program.request(reqwest::Method::GET, "/gateway/forward");
    let request = request
        .header("x-forwarded-method", "POST")
        .header("x-forwarded-uri", "/api/v2/jobs");
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    answer.bytes().await.ok()?;
    Some(status)
}

async fn order(backend: &Program, key: &str) -> Option<(u16, Option<i64>)> {
    let body = json!({"workspace": "acme", "amount": -1});
    let request = backend.request(reqwest::Method::POST, CREDITS).json(&body);
    let answer = request.header("Idempotency-Key", key).send().await.ok()?;
    let status = answer.status().as_u16();
    let line: serde_json::Value = answer.json().await.ok()?;
    Some((status, line["number"].as_i64()))
}

async fn read(program: &Process) -> Vec<CreditEntry> {
    let location = match &program.database_url {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::File(program.data.path().join("keyhatch.db")),
    };
    let db = Db::connect(&location).await.unwrap();
    assert!(db.is_whole().await.unwrap());
    let workspace = keyhatch::store::workspaces::find_by_slug(db.reader(), "acme")
        .await
        .unwrap()
        .unwrap();
    let entries = ledger(&db, workspace.id).await;
    db.close().await.unwrap();
    entries
}

/// Alice's workspace Acme with a key; and a service token.
fn furnish(program: &Process) -> (String, String) {
    let owner = "alice@example.com";
    let account = ["account", "create", "--email", owner, "--password-stdin"];
    program.run(&account, &format!("{PASSWORD}\n"));
    program.run(&["workspace", "create", "--name", "Acme", "--owner", owner], "");
    program.run(&["project", "create", "--workspace", "acme", "--name", "Site"], "");
    let place = ["key", "create", "--workspace", "acme", "--project", "site"];
    let key = program.run(&[&place[..], &["--type", "live", "--name", "Jobs"]].concat(), "");
    let token = program.run(&["service-token", "create", "--name", "backend"], "");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&key["key"]), text(&token["token"]))
}

#[tokio::test]
async fn the_command_line_grants_and_says_why_not() {
    let program = Process::start(&[("KEYHATCH_PROFILE", PROFILE)]).await;
    program.address();
    let (key, _) = furnish(&program);
    let taken = [
        "workspace",
        "grant-credits",
        "acme",
        "--amount",
        "-60",
        "--reason",
        "Goodwill",
    ];
    assert_eq!(program.run(&taken, "")["balance"], 40);
    // The running server knows at once.
    let holder = Program::new(&program.address(), Some(&key));
    assert_eq!(holder.get("/api/v2/me").await.json()["credits"]["balance"], 40);
    assert_eq!(judge(&holder, "POST", "/api/v2/jobs").await.status, 200);
    let entries = read(&program).await;
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Start, EntryKind::Operator, EntryKind::Request]);
    assert_eq!(entries[1].reason, "Goodwill");
}
