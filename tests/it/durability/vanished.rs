//! A database file that is moved away, removed or replaced while it is open.

use super::assert_not_now;
use super::world::{WRITES, World, Write};

fn is_embedded() -> bool {
    std::env::var_os("KEYHATCH_TEST_POSTGRES").is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_moved_away_takes_no_changes_until_it_is_back() {
    if !is_embedded() {
        return;
    }
    let mut world = World::start(&[]).await;
    world.write(Write::MakeKey, "before").await.unwrap();
    let aside = world.program.data.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    let files = world.program.database_files();
    for file in &files {
        std::fs::rename(file, aside.join(file.file_name().unwrap())).unwrap();
    }
    for kind in WRITES {
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{kind:?}"));
    }
    let (status, said, _) = world.get("/readyz").await;
    assert_eq!(
        (status, said.trim()),
        (503, "the database file is not where it was opened")
    );
    assert_eq!(world.me(&world.root).await, Some(200), "what is known is known");
    for file in &files {
        std::fs::rename(aside.join(file.file_name().unwrap()), file).unwrap();
    }
    world.recovers("back").await;
    world.program.kill();
    world.start_again();
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_replaced_is_another_database() {
    if !is_embedded() {
        return;
    }
    let world = World::start(&[]).await;
    let file = world.program.data.path().join("keyhatch.db");
    let copy = world.program.data.path().join("copy");
    std::fs::copy(&file, &copy).unwrap();
    std::fs::rename(&copy, &file).unwrap();
    let answer = world.write(Write::MakeKey, "meanwhile").await.unwrap();
    assert_not_now(&answer, "replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_removed_is_noticed() {
    if !is_embedded() {
        return;
    }
    let mut world = World::start(&[]).await;
    for kind in WRITES {
        world.write(kind, "before").await.unwrap();
    }
    std::fs::remove_file(world.program.data.path().join("keyhatch.db-wal")).unwrap();
    let answer = world.write(Write::MakeKey, "meanwhile").await.unwrap();
    assert_not_now(&answer, "without its log");
    // What was acknowledged stood in the log alone.
    world.program.kill();
    world.start_again();
    world.holds().await;
}
