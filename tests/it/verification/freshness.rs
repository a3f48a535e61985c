//! Memory is never believed longer than it is true: whatever changes, by whom and in which process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use keyhatch::domain::keys::{self, Edit};
use keyhatch::domain::seal;
use keyhatch::domain::verify::records::lease;
use keyhatch::domain::workspaces;
use keyhatch::model::timestamp::HOUR;
use keyhatch::store;
use serde_json::json;
use uuid::Uuid;

use crate::cli::installation::Installation;
use crate::support::places::acme;
use crate::support::{Program, TestApp};

/// What a verdict must be: odd while it is being changed; else its half is even for "accepted".
const CHANGING: u64 = 1;

/// A thousand changes of one key, of every kind, while four ask: what was asked wholly between two changes is answered by what
/// was true there. Now and then memory is emptied, so that changes meet reads on their way in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_changes_and_no_stale_verdict() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let ring = app.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let key = app
        .key(
            &workspace,
            Some(&project),
            "restricted",
            "live",
            &["rates:read", "labels:write"],
        )
        .await;
    let (id, text) = (key.key.id, key.text.expose_secret().to_owned());
    // Twice the number of changes; plus one while one is under way. With it, whether the key is good.
    let state = Arc::new(AtomicU64::new(0));
    let (judged, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (program, state, judged, done) = (app.program(&text), state.clone(), judged.clone(), done.clone());
        asking.spawn(async move {
            while done.load(Ordering::SeqCst) == 0 {
                let before = state.load(Ordering::SeqCst);
                let request = program.request(reqwest::Method::GET, "/gateway/forward");
                let request = request
                    .header("x-forwarded-method", "GET")
                    .header("x-forwarded-uri", "/api/v1/rates");
                let status = request.send().await.unwrap().status().as_u16();
                let after = state.load(Ordering::SeqCst);
                if before == after && before & CHANGING == 0 {
                    let expected_good = before & 2 == 0;
                    assert_eq!(status == 200, expected_good, "state {before}, status {status}");
                    judged.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
    }
    let mut number = 0_u64;
    let set = |good: bool, number: &mut u64| {
        *number += 1;
        state.store((*number << 2) | if good { 0 } else { 2 }, Ordering::SeqCst);
    };
    for round in 0..500 {
        let (spoil, mend) = pair(round % 4);
        for (good, edit) in [(false, spoil), (true, mend)] {
            state.fetch_or(CHANGING, Ordering::SeqCst);
            match (edit, good) {
                (Some(edit), _) => drop(keys::edit(&app.app, proof, id, edit).await.unwrap()),
                (None, false) => workspaces::suspend(&app.app, &workspace).await.unwrap(),
                (None, true) => workspaces::resume(&app.app, &workspace).await.unwrap(),
            }
            set(good, &mut number);
            if round % 3 == 0 {
                app.app.records.forget_all();
            }
            if round % 2 == 0 {
                somebody_was_answered(&judged).await;
            }
        }
    }
    state.fetch_or(CHANGING, Ordering::SeqCst);
    keys::revoke(&app.app, proof, id).await.unwrap();
    set(false, &mut number);
    tokio::time::sleep(Duration::from_millis(50)).await;
    done.store(1, Ordering::SeqCst);
    while let Some(asked) = asking.join_next().await {
        asked.unwrap();
    }
    let judged = judged.load(Ordering::SeqCst);
    assert!(judged >= 500, "{judged} verdicts fell between two changes");
}

/// However slow the machine is, what was just changed has been asked for: else nothing was tried.
async fn somebody_was_answered(judged: &AtomicUsize) {
    let before = judged.load(Ordering::SeqCst);
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while judged.load(Ordering::SeqCst) == before {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    });
    waited
        .await
        .expect("nobody was answered between two changes for a minute");
}

/// A change that spoils the key, and the one that mends it; nothing: suspension.
fn pair(kind: u64) -> (Option<Edit>, Option<Edit>) {
    let enabled = |enabled| Edit {
        enabled: Some(enabled),
        ..Edit::default()
    };
    let scopes = |scopes: &[&str]| Edit {
        scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
        ..Edit::default()
    };
    match kind {
        0 => (Some(enabled(false)), Some(enabled(true))),
        1 => (
            Some(scopes(&["labels:write"])),
            Some(scopes(&["labels:write", "rates:read"])),
        ),
        2 => (None, None),
        _ => (
            Some(Edit {
                scopes: Some(vec!["labels:write".to_owned()]),
                enabled: Some(false),
                ..Edit::default()
            }),
            Some(Edit {
                enabled: Some(true),
                ..scopes(&["rates:read"])
            }),
        ),
    }
}

/// What the command line changes beside a running server is true when the command ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_changes_is_true_when_it_says_so() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let made = keyhatch.create_key("first");
    let server = keyhatch.serve();
    let program = Program::new(&server.address, made["key"].as_str());
    let workspace = made_workspace(&program).await;
    for _ in 0..5 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
        keyhatch.create(&["workspace", "suspend", &workspace]);
        assert_eq!(program.get("/api/v1/me").await.status, 403);
        keyhatch.create(&["workspace", "resume", &workspace]);
    }
    let token = keyhatch.create(&["service-token", "create", "--name", "gateway"]);
    let backend = Program::new(&server.address, token["token"].as_str());
    let question = json!({"key": made["key"]});
    assert_eq!(
        backend.post("/provider/v1/keys/verify", &question).await.json()["valid"],
        true
    );
    keyhatch.create(&["service-token", "revoke", "--name", "gateway"]);
    assert_eq!(backend.post("/provider/v1/keys/verify", &question).await.status, 401);
    assert_eq!(server.stop().0, Some(0));
}

async fn made_workspace(program: &Program) -> String {
    let me = program.get("/api/v1/me").await.json();
    me["workspace"]["slug"].as_str().unwrap().to_owned()
}

/// A second server on the same SQLite file would not be heard.
#[tokio::test]
async fn one_server_serves_a_file() {
    let keyhatch = Installation::new().await;
    if !keyhatch.is_embedded() {
        return;
    }
    let server = keyhatch.serve();
    let second = keyhatch.run(&["serve"]);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("serves this database already"), "{}", second.err);
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(keyhatch.serve().stop().0, Some(0), "the claim ends with the process");
}

/// Two nodes on one PostgreSQL. A SQLite file is served by one process.
async fn two_nodes() -> Option<(TestApp, TestApp)> {
    let one = TestApp::start().await;
    let url = one.database_url()?;
    let two = TestApp::start_with(&[("KEYHATCH_DATABASE_URL", &url)]).await;
    Some((one, two))
}

/// Two nodes: each hears of what the other does before anybody is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_never_disagree_after_an_answer() {
    let Some((one, two)) = two_nodes().await else { return };
    let (workspace, project) = acme(&one).await;
    let key = one.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let ring = one.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let here = one.program(key.text.expose_secret());
    let there = two.program(key.text.expose_secret());
    for round in 0..50 {
        for program in [&here, &there] {
            assert_eq!(program.get("/api/v1/me").await.status, 200, "round {round}");
        }
        let (changing, checking) = if round % 2 == 0 { (&one, &there) } else { (&two, &here) };
        keys::disable(&changing.app, proof, key.key.id).await.unwrap();
        assert_eq!(checking.get("/api/v1/me").await.status, 401, "round {round}");
        keys::enable(&changing.app, proof, key.key.id).await.unwrap();
        assert_eq!(checking.get("/api/v1/me").await.status, 200, "round {round}");
    }
    // A node that no longer listens is waited for until it no longer believes its memory; it asks the database then.
    two.stop_listening();
    assert_eq!(there.get("/api/v1/me").await.status, 200);
    keys::revoke(&one.app, proof, key.key.id).await.unwrap();
    assert!(!two.app.records.lease.is_valid());
    assert_eq!(there.get("/api/v1/me").await.status, 401);
}

/// A node that was silent for so long that it was taken for dead: nobody waits for it, until it says that it lives; and what it
/// remembered is worth nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_buried_alive_forgets_everything_and_is_waited_for_again() {
    let Some((one, two)) = two_nodes().await else { return };
    let (workspace, project) = acme(&one).await;
    let key = one.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let ring = one.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let there = two.program(key.text.expose_secret());
    assert_eq!(there.get("/api/v1/me").await.status, 200);

    store::nodes::leave(one.app.db.writer(), two.app.node).await.unwrap();
    // A change that it will never hear of.
    one.app.db.execute("UPDATE keys SET state = 'disabled'").await.unwrap();
    let lives = async || {
        let waited_for = store::nodes::unaware(one.app.db.reader(), one.app.node, i64::MAX, lease::LASTS).await;
        waited_for.unwrap() == 1
    };
    for _ in 0..100 {
        if lives().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(lives().await);
    assert_eq!(there.get("/api/v1/me").await.status, 401);
    for _ in 0..10 {
        keys::enable(&one.app, proof, key.key.id).await.unwrap();
        assert_eq!(there.get("/api/v1/me").await.status, 200);
        keys::disable(&one.app, proof, key.key.id).await.unwrap();
        assert_eq!(there.get("/api/v1/me").await.status, 401);
    }
}

/// A row that only another version of the program understands: its key gets no answer, and no other key suffers from being asked for
/// at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_cannot_be_read_is_the_fault_of_no_other_key() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let good = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let odd = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let sql = format!("UPDATE keys SET state = 'frozen' WHERE name = '{}'", odd.key.name);
    app.app.db.execute(&sql).await.unwrap();
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..200 {
        let (is_good, data) = (number % 2 == 0, app.app.clone());
        let text = if is_good { &good.text } else { &odd.text };
        let digest = seal::digest(text.expose_secret());
        asking.spawn(async move { (is_good, data.fill.find(&data.db, digest).await) });
    }
    while let Some(done) = asking.join_next().await {
        let (is_good, found) = done.unwrap();
        assert_eq!(found.is_ok(), is_good, "{found:?}");
    }
}

/// A change is kept until everybody has heard of it, however long ago a clock says it was.
#[tokio::test]
async fn changes_stay_until_every_living_node_has_heard_of_them() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let ring = app.ring(&workspace, Some(&project));
    keys::disable(&app.app, ring.manage_keys().unwrap(), key.key.id)
        .await
        .unwrap();
    let (db, late) = (&app.app.db, Uuid::from_u128(1));
    let are_left_after_sweeping = async || {
        let tx = db.begin().await.unwrap();
        let hours_later = app.app.now().plus(5 * HOUR);
        store::changes::delete_before(&tx, hours_later).await.unwrap();
        tx.commit().await.unwrap();
        !store::changes::since(db.reader(), 0).await.unwrap().is_empty()
    };
    store::nodes::join(db.writer(), late, 0).await.unwrap();
    for _ in 0..5 {
        assert!(are_left_after_sweeping().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    store::nodes::leave(db.writer(), late).await.unwrap();
    assert!(!are_left_after_sweeping().await);
}
