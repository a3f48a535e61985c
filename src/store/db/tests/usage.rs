//! Usage: what was counted before there were days and months, and how much is asked for a page.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::usage::Unit;
use crate::store::db::{Db, Location};
use crate::store::usage::{Subject, by, of_keys};

/// How many steps there were before.
const BEFORE: usize = 19;

#[tokio::test]
async fn hours_that_were_counted_before_become_days_and_hours_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&Location::File(folder.path().join("k.db"))).await.unwrap();
    db.migrate().await.unwrap();
    let pool = &db.writer.pool;
    let later = u32::try_from(Migrator::migrations().len() - BEFORE).unwrap();
    Migrator::down(pool, Some(later)).await.unwrap();
    // Nobody's keys: there is no workspace.
    pool.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    for n in [1, 2] {
        let sql = format!(
            "INSERT INTO keys (id, workspace_id, owner_id, type, environment, name, name_folded, digest, display_prefix, spoken, scopes, \
             state, created_by, created_at, updated_at, version) VALUES (X'{n:032x}', X'{:032x}', X'{:032x}', 'secret', 'live', '{n}', \
             '{n}', X'{n:064x}', 'kh_live_{n}', '', '[]', 'active', 'operator', 0, 0, 1)",
            7, 8
        );
        pool.execute_unprepared(&sql).await.unwrap();
    }
    let counted = [
        (1, 480_000, "accepted", 5),
        (1, 480_001, "accepted", 7),
        (1, 480_001, "expired", 2),
        (2, 480_030, "accepted", 1),
    ];
    for (key, hour, outcome, count) in counted {
        let sql = format!(
            "INSERT INTO usage_hours (key_id, hour, outcome, count) VALUES (X'{key:032x}', {hour}, '{outcome}', {count})"
        );
        pool.execute_unprepared(&sql).await.unwrap();
    }
    db.migrate().await.unwrap();

    let key = KeyId(Uuid::from_u128(1));
    let of_key = sums(&db, Unit::Hour, Subject::Key(key)).await;
    assert_eq!(
        of_key,
        [
            (480_000, "accepted".to_owned(), 5),
            (480_001, "accepted".to_owned(), 7),
            (480_001, "expired".to_owned(), 2)
        ]
    );
    let owner = Subject::Owner(WorkspaceId(Uuid::from_u128(7)), OwnerId(Uuid::from_u128(8)));
    assert_eq!(
        sums(&db, Unit::Day, owner).await,
        [
            (20_000, "accepted".to_owned(), 12),
            (20_000, "expired".to_owned(), 2),
            (20_001, "accepted".to_owned(), 1)
        ]
    );
    let days = of_keys(db.reader(), &[key], 0).await.unwrap();
    assert_eq!(days.iter().map(|sum| sum.count).sum::<i64>(), 14);

    Migrator::down(pool, Some(later)).await.unwrap();
    let ask = "SELECT key_id, hour, outcome, count FROM usage_hours ORDER BY key_id, hour, outcome";
    let rows = pool
        .query_all_raw(Statement::from_string(sea_orm::DbBackend::Sqlite, ask))
        .await
        .unwrap();
    let rows: Vec<(u128, i64, String, i64)> = rows
        .iter()
        .map(|row| {
            let key: Uuid = row.try_get_by_index(0).unwrap();
            (
                key.as_u128(),
                row.try_get_by_index(1).unwrap(),
                row.try_get_by_index(2).unwrap(),
                row.try_get_by_index(3).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        counted.map(|(key, hour, outcome, count)| (key, hour, outcome.to_owned(), count))
    );
}

async fn sums(db: &Db, unit: Unit, subject: Subject) -> Vec<(i64, String, i64)> {
    let sums = by(db.reader(), unit, subject, 0).await.unwrap();
    let mut sums: Vec<_> = sums.into_iter().map(|sum| (sum.at, sum.outcome, sum.count)).collect();
    sums.sort();
    sums
}
