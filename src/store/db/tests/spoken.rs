//! Keys that were there before their display prefixes were kept as they are heard.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::model::spoken::normal_form;
use crate::store::db::{Db, Location};

/// How many steps there were before.
const BEFORE: usize = 17;

#[tokio::test]
async fn keys_of_before_have_the_normal_form_that_new_ones_get() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&Location::File(folder.path().join("k.db"))).await.unwrap();
    db.migrate().await.unwrap();
    let pool = &db.writer.pool;
    let later = u32::try_from(Migrator::migrations().len() - BEFORE).unwrap();
    Migrator::down(pool, Some(later)).await.unwrap();
    // Nobody's keys: there is no workspace.
    pool.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    let prefixes = ["kh_live_4f7aQm2X", "KH-TEST_0OoIiLl1", "np_--__--", "sk_live_ILOVEYou"];
    for (n, prefix) in prefixes.into_iter().enumerate() {
        let sql = format!(
            "INSERT INTO keys (id, workspace_id, owner_id, type, environment, name, name_folded, digest, display_prefix, scopes, state, \
             created_by, created_at, updated_at, version) VALUES (X'{n:032x}', X'00', X'00', 'secret', 'live', '{n}', '{n}', X'{n:064x}', \
             '{prefix}', '[]', 'active', 'operator', 0, 0, 1)"
        );
        pool.execute_unprepared(&sql).await.unwrap();
    }
    db.migrate().await.unwrap();
    let ask = Statement::from_string(DbBackend::Sqlite, "SELECT display_prefix, spoken FROM keys ORDER BY id");
    let rows = pool.query_all_raw(ask).await.unwrap();
    assert_eq!(rows.len(), prefixes.len());
    for row in rows {
        let (prefix, spoken): (String, String) = (
            row.try_get("", "display_prefix").unwrap(),
            row.try_get("", "spoken").unwrap(),
        );
        assert_eq!(spoken, normal_form(&prefix), "{prefix}");
    }
}
