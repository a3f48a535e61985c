//! Each fault of a disk and each kind of write: what is answered, and what is in the file. The table is in
//! docs/internals/durability.md.

use std::time::Instant;

use super::assert_not_now;
use super::disk::{Disk, Fault};
use super::world::{PATIENCE, WRITES, World, Write};

/// Starts with a disk of its own; nothing on PostgreSQL, which has its own disks.
async fn with_disk() -> Option<(Disk, World)> {
    if std::env::var_os("KEYHATCH_TEST_POSTGRES").is_some() {
        return None;
    }
    let disk = Disk::new();
    let world = World::start(&disk.settings()).await;
    Some((disk, world))
}

/// While the disk fails like this, every change is refused, what is known is verified; afterwards all goes on; and a kill
/// loses nothing that was acknowledged.
async fn no_write_is_lost(fault: Fault, reason: &str) {
    let Some((disk, mut world)) = with_disk().await else {
        return;
    };
    for kind in WRITES {
        let before = world.write(kind, "before").await.unwrap();
        assert!(before.status < 400, "{kind:?}: {} {}", before.status, before.body);
    }
    world.write(Write::MakeKey, "cold").await.unwrap();
    let revoked = world.a_revoked_key();
    let cold = world.a_key();
    disk.fail(fault, 1);
    for kind in WRITES {
        let began = Instant::now();
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{fault:?} {kind:?}"));
        assert!(began.elapsed() < PATIENCE, "{fault:?} {kind:?}: {:?}", began.elapsed());
    }
    let (status, said, retry) = world.get("/readyz").await;
    assert_eq!((status, said.trim()), (503, reason));
    assert!(retry.is_some());
    // What is known is known, in memory and in the file, and a page that only reads is shown.
    assert_eq!(world.me(&world.root).await, Some(200), "{fault:?}");
    assert_eq!(world.me(&cold).await, Some(200), "{fault:?}");
    assert_eq!(world.me(&revoked).await, Some(401), "{fault:?}");
    assert_eq!(world.alice.get("/w/acme/p/site/keys").await.status, 200, "{fault:?}");
    let log = world.program.log();
    assert_eq!(log.matches(reason).count(), 1, "the log says it once: {log}");
    disk.mend();
    world.recovers("afterwards").await;
    for kind in WRITES {
        let after = world.write(kind, "after").await.unwrap();
        assert!(
            after.status < 400,
            "{fault:?} {kind:?}: {} {}",
            after.status,
            after.body
        );
    }
    world.holds().await;
    world.program.kill();
    world.start_again();
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk() {
    no_write_is_lost(Fault::Full, "the disk of the database is full").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails() {
    no_write_is_lost(Fault::Broken, "the disk of the database fails").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_does_not_keep_what_it_is_given() {
    no_write_is_lost(Fault::Unsynced, "the disk of the database fails").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_became_read_only() {
    no_write_is_lost(Fault::ReadOnly, "the disk of the database fails").await;
}

/// A fault in the middle of a transaction, at each of its calls in turn, and twenty at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_now_and_then() {
    let Some((disk, mut world)) = with_disk().await else {
        return;
    };
    for (round, fault) in [Fault::Full, Fault::Broken, Fault::Unsynced, Fault::Unreadable]
        .into_iter()
        .enumerate()
    {
        for one_in in [2, 3, 5, 7] {
            disk.fail(fault, one_in);
            let names: Vec<_> = (0..20).map(|turn| format!("{round}-{one_in}-{turn}")).collect();
            let kinds = [Write::MakeKey, Write::Revoke, Write::Webhook, Write::Credit];
            let writes = names
                .iter()
                .zip(kinds.iter().cycle())
                .map(|(name, kind)| world.write(*kind, name));
            for answer in futures_util::future::join_all(writes).await.into_iter().flatten() {
                assert!(
                    answer.status < 300 || answer.status == 503,
                    "{} {}",
                    answer.status,
                    answer.body
                );
            }
            disk.mend();
            world.recovers(&format!("{round}-{one_in}")).await;
        }
        world.holds().await;
        world.program.kill();
        world.start_again();
        world.holds().await;
        world.forget();
    }
}

/// No room for this process alone: the system sends a signal that would end it.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_the_size_of_files() {
    if std::env::var_os("KEYHATCH_TEST_POSTGRES").is_some() {
        return;
    }
    let mut world = World::start(&[]).await;
    let pid = rustix::process::Pid::from_raw(i32::try_from(world.program.id()).unwrap());
    let limit = |bytes| rustix::process::Rlimit {
        current: bytes,
        maximum: None,
    };
    let size = std::fs::metadata(world.program.data.path().join("keyhatch.db-wal"))
        .unwrap()
        .len();
    rustix::process::prlimit(pid, rustix::process::Resource::Fsize, limit(Some(size + 16 * 1024))).unwrap();
    let mut refused = 0;
    for turn in 0..200 {
        let answer = world.write(Write::MakeKey, &format!("key {turn}")).await.unwrap();
        refused += u32::from(answer.status == 503);
        if refused > 5 {
            break;
        }
    }
    assert!(refused > 5, "the limit holds");
    assert_eq!(world.me(&world.root).await, Some(200));
    rustix::process::prlimit(pid, rustix::process::Resource::Fsize, limit(None)).unwrap();
    world.recovers("afterwards").await;
    world.program.kill();
    world.start_again();
    world.holds().await;
}
