//! A database that somebody else holds: a shell, a backup program, a long transaction.

use std::time::Instant;

use sea_orm::sqlx::{self, ConnectOptions, Executor};

use super::assert_not_now;
use super::world::{PATIENCE, WRITES, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_holds_takes_no_changes_until_it_is_let_go() {
    if std::env::var_os("KEYHATCH_TEST_POSTGRES").is_some() {
        return;
    }
    let world = World::start(&[]).await;
    let file = world.program.data.path().join("keyhatch.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut shell = options.connect().await.unwrap();
    shell.execute("BEGIN IMMEDIATE").await.unwrap();
    for kind in WRITES {
        let began = Instant::now();
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{kind:?}"));
        assert!(began.elapsed() < PATIENCE, "{kind:?}: {:?}", began.elapsed());
    }
    let began = Instant::now();
    let (status, said, _) = world.get("/readyz").await;
    assert_eq!((status, said.trim()), (503, "the database is held by somebody else"));
    assert!(began.elapsed().as_secs() < 1);
    assert_eq!(world.me(&world.root).await, Some(200));
    assert_eq!(
        world.alice.get("/w/acme").await.status,
        200,
        "pages that read are shown"
    );
    shell.execute("ROLLBACK").await.unwrap();
    world.recovers("let go").await;
    world.holds().await;
}
