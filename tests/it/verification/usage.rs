//! What is remembered of refusals, and that nothing is counted twice or lost.

use std::time::Duration;

use keyhatch::domain::usage;
use keyhatch::domain::verify::question::Question;
use keyhatch::model::ids::KeyId;
use keyhatch::model::key::{Key, LastUse};
use keyhatch::model::timestamp::Timestamp;
use keyhatch::store::db::commit;
use keyhatch::store::usage::Count;
use keyhatch::store::{self, Db};
use sea_orm::{ConnectionTrait, Statement};
use sha2::{Digest, Sha256};

use crate::support::TestApp;
use crate::support::places::acme;

#[tokio::test]
async fn the_last_fifty_refusals_say_why() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let project = app.project(&workspace, "Site").await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let backend = app.backend().await;
    for round in 0..70 {
        let method = if round < 69 { "POST" } else { "DELETE" };
        let question = serde_json::json!({
            "key": key.text.expose_secret(), "method": method, "path": "/api/v1/shipments/secret-parcel", "client_ip": "203.0.113.9",
        });
        backend.post("/provider/v1/keys/verify", &question).await;
        app.advance(Duration::from_secs(1));
        if round % 20 == 0 {
            app.app.usage.flush(&app.app.db).await.unwrap();
        }
    }
    app.app.usage.flush(&app.app.db).await.unwrap();
    let refusals = store::refused_requests::of_key(app.app.db.reader(), key.key.id, 100)
        .await
        .unwrap();
    assert_eq!(refusals.len(), 70);
    assert!(refusals.is_sorted_by(|newer, older| newer.at > older.at));
    let last = &refusals[0];
    assert_eq!(last.reason, "insufficient_scope");
    assert_eq!(last.needed.as_deref(), Some("shipments:write"));
    // Which rule of the profile it was, and not the path.
    assert_eq!(last.request.as_deref(), Some("DELETE /api/v1/shipments/**"));
    assert_eq!(last.address, "203.0.113.9");
    let page = alice.get(&format!("/w/acme/p/site/keys/{}", key.key.id)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(
        page.text("details.more summary"),
        "The last 50 refused requests one by one",
        "{}",
        page.body
    );
    let cells = page.texts("details.more tbody tr:first-child td");
    assert!(cells[1].ends_with("shipments:write"), "{cells:?}");
    assert_eq!(cells[2], "DELETE /api/v1/shipments/**");
    let sums = store::usage::sums_since(app.app.db.reader(), &[key.key.id], 0)
        .await
        .unwrap();
    assert_eq!(sums.iter().map(|sum| sum.count).sum::<i64>(), 70);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_exact_while_they_are_written_down_and_records_come_and_go() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await);
    }
    let mut asking = tokio::task::JoinSet::new();
    for task in 0..8 {
        let programs: Vec<_> = keys.iter().map(|key| app.program(key.text.expose_secret())).collect();
        asking.spawn(async move {
            for turn in 0..100 {
                assert_eq!(programs[(task + turn) % 5].get("/api/v1/me").await.status, 200);
            }
        });
    }
    let ids: Vec<_> = keys.iter().map(|key| key.key.id).collect();
    // Somebody looks at one of them again and again.
    let (looked_at, data) = ([ids[0]], app.app.clone().into_inner());
    let looking = tokio::spawn(async move {
        loop {
            usage::write_down(&data, &looked_at).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let mut turn = 0;
    while !asking.is_empty() {
        turn += 1;
        app.app.usage.flush(&app.app.db).await.unwrap();
        if turn % 3 == 0 {
            app.app.records.forget_all();
        }
        while let Some(done) = asking.try_join_next() {
            done.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    looking.abort();
    app.app.usage.flush(&app.app.db).await.unwrap();
    let sums = store::usage::sums_since(app.app.db.reader(), &ids, 0).await.unwrap();
    assert_eq!(sums.len(), 5);
    assert!(sums.iter().all(|sum| sum.count == 160), "{sums:?}");
}

#[tokio::test]
async fn whoever_looks_at_a_key_writes_down_its_own_counts_and_no_others() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let project = app.project(&workspace, "Site").await;
    let key = async || {
        app.key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
            .await
    };
    let (looked_at, other, backend) = (key().await, key().await, app.backend().await);
    // So many others wait that nobody writes all of it down for a minute.
    for number in 0..20_000_u128 {
        let digest = Sha256::digest(number.to_be_bytes()).into();
        let id = KeyId(uuid::Uuid::from_u128(number));
        let records = &app.app.records;
        records.settle(
            &app.app.profile,
            (&digest, id),
            &Question::default(),
            app.app.now(),
            None,
        );
    }
    for key in [&looked_at, &other] {
        for path in ["/api/v1/rates", "/api/v1/shipments/first"] {
            let question = serde_json::json!({
                "key": key.text.expose_secret(), "method": "POST", "path": path,
            });
            backend.post("/provider/v1/keys/verify", &question).await;
        }
    }
    let counted = async |key: KeyId| {
        let refusals = store::refused_requests::of_key(app.app.db.reader(), key, 10)
            .await
            .unwrap();
        (written(&app.app.db, key).await, refusals.len())
    };
    let page = format!("/w/acme/p/site/keys/{}", looked_at.key.id);
    for page in [&page, &page, &format!("{page}/revocation")] {
        let page = alice.get(page).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(
            [counted(looked_at.key.id).await, counted(other.key.id).await],
            [(2, 1), (0, 0)]
        );
    }
    assert!(app.app.records.waiting() > 20_000);
    app.app.usage.flush(&app.app.db).await.unwrap();
    assert_eq!(
        [counted(looked_at.key.id).await, counted(other.key.id).await],
        [(2, 1), (2, 1)]
    );
}

/// A worker writes usage down because somebody opened a page, and ends before it is written: at shutdown it takes its tasks along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_has_begun_to_write_down_is_written_once() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    app.app.usage.flush(&app.app.db).await.unwrap();
    let (db, id, owner) = (&app.app.db, key.key.id, key.key.owner_id);

    // In the way of whoever writes.
    let tx = db.begin().await.unwrap();
    store::keys::lock(&tx, owner, id).await.unwrap();
    assert_eq!(
        app.program(key.text.expose_secret()).get("/api/v1/me").await.status,
        200
    );
    let data = app.app.clone().into_inner();
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let db = data.db.reconnect().await.unwrap();
            let flush = data.usage.flush(&db);
            let in_time = tokio::time::timeout(Duration::from_millis(300), flush).await;
            assert!(in_time.is_err(), "nobody was in the way");
        });
    });
    tokio::task::spawn_blocking(|| worker.join().unwrap()).await.unwrap();
    tx.commit().await.unwrap();

    // It is on its way, and not in its record any more: whoever looks at the key finds it all the same, and once.
    usage::write_down(&app.app, &[id]).await.unwrap();
    assert_eq!(written(db, id).await, 1);
    app.app.usage.flush(db).await.unwrap();
    assert_eq!(written(db, id).await, 1);
}

/// All who look at once are served together: each sees what was counted before they looked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_look_at_once_and_each_sees_his_own() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut looking = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let (program, data) = (app.program(key.text.expose_secret()), app.app.clone().into_inner());
        looking.spawn(async move {
            for asked in 1..=15 {
                assert_eq!(program.get("/api/v1/me").await.status, 200);
                usage::write_down(&data, &[key.key.id]).await.unwrap();
                assert_eq!(written(&data.db, key.key.id).await, asked);
            }
        });
    }
    while let Some(done) = looking.join_next().await {
        app.app.usage.flush(&app.app.db).await.unwrap();
        done.unwrap();
    }
}

#[tokio::test]
async fn what_the_database_refuses_stays_counted() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await);
    }
    let (db, id) = (&app.app.db, keys[0].key.id);
    db.execute("ALTER TABLE usage_days RENAME TO elsewhere").await.unwrap();
    for turn in 0..4 {
        for key in &keys {
            assert_eq!(
                app.program(key.text.expose_secret()).get("/api/v1/me").await.status,
                200
            );
        }
        let refused = match turn % 2 {
            0 => usage::write_down(&app.app, &[id]).await,
            _ => app.app.usage.flush(db).await,
        };
        assert!(refused.is_err());
    }
    db.execute("ALTER TABLE elsewhere RENAME TO usage_days").await.unwrap();
    usage::write_down(&app.app, &[id]).await.unwrap();
    assert_eq!(written(db, id).await, 4);
    app.app.usage.flush(db).await.unwrap();
    for key in &keys {
        assert_eq!(written(db, key.key.id).await, 4);
    }
}

/// Somebody changes two keys at once, as a key does that changes another, while the usage of both is written down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writing_usage_down_and_changing_the_same_keys_do_not_wait_in_a_circle() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut keys = Vec::new();
    for _ in 0..40 {
        keys.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await.key);
    }
    keys.sort_unstable_by_key(|key| key.id);
    let db = app.app.db.clone();
    if db.is_shared() {
        // PostgreSQL's table has them in the opposite order now, and it knows that the table is short enough to be read whole.
        let sql = "CREATE INDEX backwards ON keys (id DESC); CLUSTER keys USING backwards; ANALYZE";
        db.execute(sql).await.unwrap();
    }

    let tx = db.begin().await.unwrap();
    let [first, .., last] = &keys[..] else { unreachable!() };
    let lock = async |key: &Key| store::keys::lock(&tx, key.owner_id, key.id).await;
    assert!(lock(first).await.unwrap().is_some());
    // A quarter of the keys: PostgreSQL then looks up each key of its table among those, in the order of its table.
    let used = keys.iter().take(9).chain([last]).map(|key| key.id);
    let (now, ids) = (app.app.now(), used.collect::<Vec<_>>());
    let writing = tokio::spawn({
        let (db, ids) = (db.clone(), ids.clone());
        async move { write_down(&db, &ids, now).await }
    });
    somebody_waits_for_a_lock(&db).await;
    assert!(lock(last).await.unwrap().is_some());
    tx.commit().await.unwrap();
    writing.await.unwrap().unwrap();
    let sums = store::usage::sums_since(db.reader(), &ids, 0).await.unwrap();
    assert_eq!(sums.iter().map(|sum| sum.count).sum::<i64>(), 10);
}

/// How many requests of a key are written down.
async fn written(db: &Db, key: KeyId) -> i64 {
    let sums = store::usage::sums_since(db.reader(), &[key], 0).await.unwrap();
    sums.iter().map(|sum| sum.count).sum()
}

/// One accepted request of each of these keys.
async fn write_down(db: &Db, keys: &[KeyId], at: Timestamp) -> store::Result<()> {
    let tx = db.begin().await?;
    let count = |key: &KeyId| Count {
        key: *key,
        hour: at.hour(),
        outcome: "accepted".into(),
        of: "".into(),
        count: 1,
    };
    let last_use = LastUse {
        at,
        address: "203.0.113.9".to_owned(),
        user_agent: "curl".to_owned(),
    };
    store::usage::add(&tx, &keys.iter().map(count).collect::<Vec<_>>()).await?;
    let uses: Vec<_> = keys.iter().map(|key| (*key, last_use.clone())).collect();
    store::usage::set_last_uses(&tx, &uses).await?;
    commit(tx).await
}

/// On SQLite nobody gets as far as a lock while another writes.
async fn somebody_waits_for_a_lock(db: &Db) {
    if !db.is_shared() {
        return;
    }
    let reader = db.reader();
    let waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = Statement::from_string(reader.get_database_backend(), waiting);
    while reader.query_one_raw(waiting.clone()).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
