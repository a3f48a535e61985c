//! What is remembered of refusals, and that nothing is counted twice or lost.

use std::time::Duration;

use keyhatch::store;

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
    let refusals = store::usage::refusals(app.app.db.reader(), key.key.id, 100)
        .await
        .unwrap();
    assert_eq!(refusals.len(), 50);
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
    let hour = app.app.now().hour();
    let sums = store::usage::sums_since(app.app.db.reader(), &[key.key.id], hour - 1)
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
    app.app.usage.flush(&app.app.db).await.unwrap();
    let ids: Vec<_> = keys.iter().map(|key| key.key.id).collect();
    let sums = store::usage::sums_since(app.app.db.reader(), &ids, 0).await.unwrap();
    assert_eq!(sums.len(), 5);
    assert!(sums.iter().all(|sum| sum.count == 160), "{sums:?}");
}
