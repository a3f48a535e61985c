//! How SQLite goes about what is asked each minute, and about what one workspace asks of its keys: by an index, never through all
//! there is.

use std::path::Path;
use std::sync::{Arc, Mutex};

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::model::ids::{AccountId, EndpointId, KeyId, OwnerId, ProjectId, WorkspaceId};
use crate::model::key_health::Finding;
use crate::model::timestamp::Timestamp;
use crate::model::usage::Unit;
use crate::store::db::{Db, Location, Tx};
use crate::store::{
    changes, disablements, key_health, keys, mailed_links, refused_requests, reveals, sessions, shown_once, sign_ups,
    signing_secrets, usage, webhooks, workspaces,
};

const SOMEBODY: Uuid = Uuid::nil();

/// A database, and what it was asked.
struct Overheard {
    db: Db,
    statements: Arc<Mutex<Vec<Statement>>>,
    _folder: tempfile::TempDir,
}

impl Overheard {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut db = open(folder.path()).await;
        let statements: Arc<Mutex<Vec<Statement>>> = Arc::default();
        for connection in [&mut db.writer, &mut db.reader] {
            let statements = Arc::clone(&statements);
            connection
                .pool
                .set_metric_callback(move |info| statements.lock().unwrap().push(info.statement.clone()));
        }
        Self {
            db,
            statements,
            _folder: folder,
        }
    }

    /// Each statement that was heard, with the steps of its plan.
    async fn plans(&self) -> Vec<(String, Vec<String>)> {
        let heard = std::mem::take(&mut *self.statements.lock().unwrap());
        let mut plans = Vec::new();
        for mut statement in heard {
            let sql = std::mem::take(&mut statement.sql);
            statement.sql = format!("EXPLAIN QUERY PLAN {sql}");
            let rows = self.db.reader.query_all_raw(statement).await.unwrap();
            let steps = rows.iter().map(|row| row.try_get("", "detail").unwrap());
            plans.push((sql, steps.collect()));
        }
        // What was just asked is nobody's question.
        self.statements.lock().unwrap().clear();
        plans
    }

    async fn expect_no_scan(&self, may_be_scanned: &[&str]) {
        let plans = self.plans().await;
        assert!(!plans.is_empty());
        for (sql, steps) in plans {
            for table in steps.iter().filter_map(|step| step.strip_prefix("SCAN ")) {
                // What another step has found, or nothing but the question.
                let is_table = !table.starts_with('(') && !table.starts_with("CONSTANT ROW");
                assert!(!is_table || may_be_scanned.contains(&table), "{sql}: {steps:#?}");
            }
        }
    }
}

async fn open(folder: &Path) -> Db {
    let db = Db::connect(&Location::File(folder.join("k.db"))).await.unwrap();
    db.migrate().await.unwrap();
    db
}

#[tokio::test]
async fn what_is_swept_each_minute_is_found_by_an_index() {
    let overheard = Overheard::start().await;
    let db = &overheard.db;
    let (reader, now) = (db.reader(), Timestamp::from_millis(1));
    changes::is_any_before(reader, now).await.unwrap();
    reveals::is_any_expired(reader, now, now).await.unwrap();
    shown_once::is_any_expired(reader, now, now).await.unwrap();
    webhooks::deliveries::is_any_finished(reader, now).await.unwrap();
    signing_secrets::is_any_expired(reader, now).await.unwrap();
    sessions::is_any_expired(reader, now).await.unwrap();
    mailed_links::is_any_expired(reader, now).await.unwrap();
    sign_ups::is_any_expired(reader, now).await.unwrap();
    refused_requests::is_any_before(reader, SOMEBODY).await.unwrap();
    disablements::is_any_over(reader, now).await.unwrap();

    let tx: Tx = db.begin().await.unwrap();
    changes::delete_before(&tx, now).await.unwrap();
    reveals::delete_expired(&tx, now, now).await.unwrap();
    shown_once::delete_expired(&tx, now, now).await.unwrap();
    webhooks::deliveries::delete_finished(&tx, now).await.unwrap();
    let endpoints = [EndpointId(SOMEBODY)];
    webhooks::endpoints::delete_unused(&tx, now, &endpoints).await.unwrap();
    signing_secrets::delete_expired(&tx, now).await.unwrap();
    sessions::delete_expired(&tx, now).await.unwrap();
    mailed_links::delete_expired(&tx, now).await.unwrap();
    sign_ups::delete_expired(&tx, now).await.unwrap();
    refused_requests::delete_before(&tx, SOMEBODY).await.unwrap();
    disablements::all_over(&tx, now, 100).await.unwrap();
    disablements::end(&tx, KeyId(SOMEBODY), now).await.unwrap();
    tx.commit().await.unwrap();
    // A row a node; and changes are gone through in their order, as far as the first that stays.
    overheard.expect_no_scan(&["nodes", "changes"]).await;
}

#[tokio::test]
async fn usage_is_summed_for_whom_it_is_about_alone() {
    let overheard = Overheard::start().await;
    let db = overheard.db.reader();
    let (workspace, owner, key) = (WorkspaceId(SOMEBODY), OwnerId(SOMEBODY), KeyId(SOMEBODY));
    let subjects = [
        usage::Subject::Workspace(workspace),
        usage::Subject::Owner(workspace, owner),
        usage::Subject::Key(key),
    ];
    for unit in [Unit::Hour, Unit::Day] {
        for subject in subjects {
            usage::by(db, unit, subject, 20_000).await.unwrap();
            usage::top_keys(db, unit, subject, 20_000, usage::Which::default(), 10)
                .await
                .unwrap();
        }
    }
    usage::of_keys(db, &[key, key], 20_000).await.unwrap();
    usage::of_owners(db, workspace, 20_000).await.unwrap();
    usage::callers::of_key(db, key, 20_000, 19_900).await.unwrap();
    let due = usage::Due {
        over: 20_000,
        hours: 19_000,
        months: 19_000,
        callers: 20_000,
    };
    usage::is_any_due(db, due).await.unwrap();
    let tx: Tx = overheard.db.begin().await.unwrap();
    usage::step(&tx, due).await.unwrap();
    tx.commit().await.unwrap();
    // A row a reason and route; and sums of what was found.
    overheard.expect_no_scan(&["usage_kinds", "counted", "sums"]).await;
}

#[tokio::test]
async fn the_health_of_keys_is_found_among_those_of_one_workspace() {
    let overheard = Overheard::start().await;
    let db = overheard.db.reader();
    for project in [None, Some(ProjectId(SOMEBODY))] {
        let asked = key_health::Asked {
            workspace: WorkspaceId(SOMEBODY),
            project,
            now: Timestamp::from_millis(1),
            addresses: 5,
            public_types: vec!["publishable".to_owned()],
        };
        key_health::counts(db, &asked).await.unwrap();
        for finding in Finding::ALL {
            let before = Some(KeyId(SOMEBODY));
            key_health::list(db, &asked, finding, before, 50).await.unwrap();
        }
        key_health::has_unused_scopes(db, &asked, KeyId(SOMEBODY))
            .await
            .unwrap();
    }
    let (keys, now) = ([KeyId(SOMEBODY); 2], Timestamp::from_millis(1));
    key_health::addresses(db, &keys, now).await.unwrap();
    key_health::needed(db, &keys, now).await.unwrap();
    // One row, and addresses that were found.
    overheard.expect_no_scan(&["scope_counting", "different"]).await;
}

#[tokio::test]
async fn refused_requests_without_a_key_are_counted_in_the_order_of_an_index() {
    let overheard = Overheard::start().await;
    refused_requests::are_too_many_of_no_key(overheard.db.reader())
        .await
        .unwrap();
    let plans = overheard.plans().await;
    let steps = &plans[0].1;
    assert_eq!(
        steps[..],
        ["SEARCH refused_requests USING COVERING INDEX refused_requests_key_id_id (key_id=?)"]
    );
}

#[tokio::test]
async fn what_a_workspace_asks_of_its_keys_leaves_out_those_of_others_and_the_dead() {
    let overheard = Overheard::start().await;
    let db = overheard.db.reader();
    let now = Timestamp::from_millis(1);
    let (workspace, owner) = (WorkspaceId(SOMEBODY), OwnerId(SOMEBODY));
    keys::count_places(db, workspace, Some("secret")).await.unwrap();
    keys::count_places(db, workspace, None).await.unwrap();
    keys::newest_active(db, workspace, "live", now).await.unwrap();
    keys::find_replaced(db, owner, KeyId(SOMEBODY)).await.unwrap();
    keys::newest_digests(db, workspace, 50).await.unwrap();
    let plans = overheard.plans().await;
    let expected = [
        "SEARCH keys USING COVERING INDEX keys_places (workspace_id=? AND type=?",
        "SEARCH keys USING COVERING INDEX keys_places (workspace_id=?",
        "SEARCH keys USING INDEX keys_living (workspace_id=? AND environment=?",
        "SEARCH keys USING INDEX keys_replaced_by (owner_id=? AND replaced_by=?",
        "SEARCH keys USING INDEX keys_workspace_id_id (workspace_id=?",
    ];
    assert_eq!(plans.len(), expected.len(), "{plans:#?}");
    for ((sql, steps), expected) in plans.iter().zip(expected) {
        assert!(steps.iter().any(|step| step.starts_with(expected)), "{sql}: {steps:#?}");
        // Nothing is put in order that the index does not have in order.
        assert!(
            !steps.iter().any(|step| step.contains("TEMP B-TREE")),
            "{sql}: {steps:#?}"
        );
    }

    keys::last_used(db, workspace, 1000).await.unwrap();
    workspaces::list_for(db, AccountId(SOMEBODY)).await.unwrap();
    workspaces::has_several(db, AccountId(SOMEBODY)).await.unwrap();
    // What was found is counted.
    overheard.expect_no_scan(&["sub_query"]).await;
}

#[tokio::test]
async fn what_support_is_read_over_a_phone_is_a_range_of_an_index() {
    let overheard = Overheard::start().await;
    let db = overheard.db.reader();
    let beginnings = ["kh11ve4f7a".to_owned(), "khtest4f7a".to_owned()];
    keys::find_near(db, "4f7a", &beginnings, 20).await.unwrap();
    keys::count_near(db, "4f7a", &beginnings).await.unwrap();
    let plans = overheard.plans().await;
    assert_eq!(plans.len(), 4, "{plans:#?}");
    for (sql, steps) in &plans {
        let is_range = |step: &String| step.starts_with("SEARCH keys USING INDEX keys_spoken (spoken>? AND spoken<?");
        assert!(steps.iter().any(is_range), "{sql}: {steps:#?}");
        // They come in the index's order.
        assert!(
            !steps.iter().any(|step| step.contains("TEMP B-TREE")),
            "{sql}: {steps:#?}"
        );
    }
}
