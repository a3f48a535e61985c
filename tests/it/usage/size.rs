//! How large the database gets: with keys in use and the days they are used on, not with requests. What is said in
//! docs/internals/usage.md is held here.

use keyhatch::domain::usage::roll_up;
use keyhatch::model::timestamp::Timestamp;
use keyhatch::model::usage::Unit;
use keyhatch::store::db::commit;
use keyhatch::store::usage::Count;
use keyhatch::store::usage::callers::{self, Call};
use keyhatch::store::{self};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::TestApp;
use crate::support::places::acme;

const KEYS: i64 = 40;
const DAYS: i64 = 31;

/// A key that is asked for each hour of a day, all through one route: how many bytes that day takes, at first and in the end.
const ON_SQLITE: [i64; 2] = [260, 12];
/// The same; a table takes some pages however little is in it.
const ON_POSTGRES: [i64; 2] = [450, 200];

/// A caller that uses a key each hour of a day: how many bytes that takes, on SQLite and on PostgreSQL.
const A_CALLER: [i64; 2] = [350, 550];

#[tokio::test]
async fn the_database_grows_with_keys_in_use_and_not_with_requests() {
    let (few, few_later) = sizes(1).await;
    let (many, many_later) = sizes(1_000_000).await;
    let [at_first, in_the_end] = match std::env::var("KEYHATCH_TEST_POSTGRES") {
        Ok(_) => ON_POSTGRES,
        Err(_) => ON_SQLITE,
    };
    let a_day = |size: i64| size / KEYS / DAYS;
    // A larger number takes a few bytes more, and that is all.
    assert!(many < 2 * few, "{few} bytes and {many}");
    assert!(a_day(many) <= at_first, "{} bytes a day", a_day(many));
    assert!(a_day(many_later) <= in_the_end, "{} bytes a day", a_day(many_later));
    assert!(few_later <= many_later);
}

/// So many requests an hour: what usage takes while hours are known, and when they are gone.
async fn sizes(requests: i64) -> (i64, i64) {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut keys = Vec::new();
    for _ in 0..KEYS {
        keys.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await.key.id);
    }
    keys.sort_unstable();
    app.app.usage.flush(&app.app.db).await.unwrap();
    let empty = size(&app).await;
    let first = Unit::Hour.of(app.app.now().start_of_month().plus(-1).start_of_month());
    let tx = app.app.db.begin().await.unwrap();
    for hour in first..first + DAYS * 24 {
        let count = |key: &_| Count {
            key: *key,
            hour,
            outcome: "accepted".into(),
            of: "GET /api/v1/shipments/{id}".into(),
            count: requests,
        };
        let counts: Vec<_> = keys.iter().map(count).collect();
        store::usage::add(&tx, &counts).await.unwrap();
    }
    commit(tx).await.unwrap();
    let with_hours = size(&app).await - empty;
    app.advance(std::time::Duration::from_secs(160 * 24 * 3_600));
    for _ in 0..10 {
        roll_up::sweep(&app.app).await.unwrap();
    }
    (with_hours, size(&app).await - empty)
}

#[tokio::test]
async fn who_calls_takes_no_more_than_is_said() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut keys = Vec::new();
    for _ in 0..KEYS {
        keys.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await.key.id);
    }
    keys.sort_unstable();
    let empty = size(&app).await;
    // The last of those that are kept: none is swept while they are measured.
    let first = (app.app.now().hour().div_euclid(24) - 7) * 24;
    let tx = app.app.db.begin().await.unwrap();
    for hour in first..first + 8 * 24 {
        let call = |key: &_| Call {
            key: *key,
            way: i64::MAX - hour / 24,
            hour,
            route: "GET /api/v1/shipments/{id}".into(),
            needs: vec!["shipments:read".to_owned()],
            address: "203.0.113.107".to_owned(),
            from_anywhere: false,
            user_agent: "Acme-Sync/2.1.7 (+https://acme.example) python-requests/2.32".to_owned(),
            last: Timestamp::from_millis(hour * 3_600_000),
            count: 1_000_000,
        };
        callers::add(&tx, &keys.iter().map(call).collect::<Vec<_>>())
            .await
            .unwrap();
    }
    commit(tx).await.unwrap();
    let most = A_CALLER[usize::from(app.app.db.is_shared())];
    let mut of_a_day = i64::MAX;
    for _ in 0..50 {
        of_a_day = (size(&app).await - empty) / KEYS / 8;
        if of_a_day <= most {
            break;
        }
        // PostgreSQL keeps what was overwritten as long as anybody who asks at this moment might see it.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(of_a_day <= most, "{of_a_day} bytes");
    let rows = ask(app.app.db.reader(), "SELECT COUNT(*) FROM usage_callers").await;
    assert_eq!(rows, KEYS * 8, "all of them were measured");
}

/// What is in use, in bytes.
async fn size(app: &TestApp) -> i64 {
    let db = app.app.db.reader();
    if app.app.db.is_shared() {
        app.app.db.execute("VACUUM FULL").await.unwrap();
        let tables = [
            "usage_days",
            "usage_months",
            "usage_owner_days",
            "usage_owner_months",
            "usage_kinds",
            "usage_callers",
        ];
        let sizes = tables
            .map(|table| format!("pg_total_relation_size('{table}')"))
            .join(" + ");
        return ask(db, &format!("SELECT CAST({sizes} AS bigint)")).await;
    }
    let used = ask(db, "PRAGMA page_count").await - ask(db, "PRAGMA freelist_count").await;
    used * ask(db, "PRAGMA page_size").await
}

async fn ask(db: &impl ConnectionTrait, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap()
}
