//! Days are settled, hours and days go when they are old; no request is lost or counted twice by that, whoever does it and whenever it
//! is cut off.

use keyhatch::domain::usage::roll_up;
use keyhatch::model::usage::Unit;
use keyhatch::store::db::commit;
use keyhatch::store::usage::{Count, Due, Step};
use keyhatch::store::{self, Db};
use sea_orm::{ConnectionTrait, Statement};

use super::sums::check;
use super::world::World;

#[tokio::test]
async fn sums_stay_what_they_are_when_days_are_settled_and_hours_go() {
    let mut world = World::start().await;
    world.pass("month");
    for passed in ["hour", "day", "hour", "month", "day"] {
        for key in 0..4 {
            world.send(key, key + 1, key % 3).await;
        }
        world.pass(passed);
    }
    world.sign_in_again().await;
    check(&world).await;
    assert!(rows(&world, "usage_days WHERE settled = 0").await > 0);

    // Another day later everything is settled.
    world.pass_days(1);
    world.sign_in_again().await;
    sweep(&world).await;
    assert_eq!(rows(&world, "usage_days WHERE settled = 0").await, 0);
    check(&world).await;

    // Later the hours go.
    world.pass_days(40);
    world.send(1, 2, 1).await;
    world.pass_days(80);
    world.sign_in_again().await;
    flush(&world).await;
    sweep(&world).await;
    let hours = rows(&world, "usage_days").await;
    assert!((1..4).contains(&hours), "of the last requests only: {hours}");
    check(&world).await;

    // And after 25 months there is nothing left.
    world.pass_days(600);
    sweep(&world).await;
    assert!(rows(&world, "usage_months").await > 0);
    world.pass_days(150);
    sweep(&world).await;
    for table in ["usage_days", "usage_months", "usage_owner_days", "usage_owner_months"] {
        assert_eq!(rows(&world, table).await, 0, "{table}");
    }
}

/// A node that could not write for days, or whose clock is behind.
#[tokio::test]
async fn what_comes_late_is_counted_with_its_day() {
    let mut world = World::start().await;
    world.pass("hour");
    world.send(0, 3, 0).await;
    let sent = world.sent.clone();
    flush(&world).await;
    world.pass_days(2);
    world.sign_in_again().await;
    sweep(&world).await;
    // As many again, of the same hour.
    let late = Count {
        key: world.keys[0].issued.key.id,
        hour: sent[0].at.hour(),
        outcome: "accepted".into(),
        of: "".into(),
        count: 3,
    };
    add(&world.app.app.db, std::slice::from_ref(&late)).await;
    world.sent.extend(sent.clone());
    check(&world).await;
    sweep(&world).await;
    check(&world).await;
    // After its hours are gone.
    world.pass_days(100);
    world.sign_in_again().await;
    sweep(&world).await;
    assert_eq!(rows(&world, "usage_days").await, 0);
    add(&world.app.app.db, &[late]).await;
    world.sent.extend(sent);
    check(&world).await;
    sweep(&world).await;
    check(&world).await;
}

#[tokio::test]
async fn a_step_that_is_cut_off_has_done_nothing() {
    let mut world = World::start().await;
    world.pass("hour");
    for key in 0..4 {
        world.send(key, 2, 1).await;
    }
    flush(&world).await;
    world.pass_days(2);
    world.sign_in_again().await;
    let due = due(&world);
    for _ in 0..2 {
        let tx = world.app.app.db.begin().await.unwrap();
        assert_eq!(store::usage::step(&tx, due).await.unwrap(), Step::Something);
        // The process ends here.
        drop(tx);
    }
    check(&world).await;
    let tx = world.app.app.db.begin().await.unwrap();
    assert_eq!(store::usage::step(&tx, due).await.unwrap(), Step::Something);
    commit(tx).await.unwrap();
    // The next one never comes to its turn.
    check(&world).await;
    sweep(&world).await;
    check(&world).await;
    let tx = world.app.app.db.begin().await.unwrap();
    assert_eq!(store::usage::step(&tx, due).await.unwrap(), Step::Nothing);
}

/// Two nodes roll up what a third is writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_nodes_roll_up_at_once_while_others_count() {
    let mut world = World::start().await;
    world.pass("hour");
    for key in 0..4 {
        world.send(key, 1, 0).await;
    }
    flush(&world).await;
    let sent = world.sent.clone();
    world.pass_days(3);
    world.sign_in_again().await;
    let due = due(&world);
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let db = world.app.app.db.clone();
        nodes.spawn(async move {
            for _ in 0..30 {
                let tx = db.begin().await.unwrap();
                store::usage::step(&tx, due).await.unwrap();
                commit(tx).await.unwrap();
            }
        });
    }
    let counts: Vec<_> = [0, 1, 2, 3]
        .map(|key: usize| Count {
            key: world.keys[key].issued.key.id,
            hour: sent[0].at.hour(),
            outcome: "accepted".into(),
            of: "".into(),
            count: 1,
        })
        .into();
    for _ in 0..2 {
        let (db, counts) = (world.app.app.db.clone(), counts.clone());
        nodes.spawn(async move {
            for _ in 0..10 {
                let mut counts = counts.clone();
                counts.sort_unstable_by_key(|count| count.key);
                add(&db, &counts).await;
            }
        });
    }
    while let Some(done) = nodes.join_next().await {
        done.unwrap();
    }
    for _ in 0..20 {
        world.sent.extend(sent.iter().copied());
    }
    check(&world).await;
    sweep(&world).await;
    check(&world).await;
}

async fn add(db: &Db, counts: &[Count]) {
    let tx = db.begin().await.unwrap();
    store::usage::add(&tx, counts).await.unwrap();
    commit(tx).await.unwrap();
}

async fn flush(world: &World) {
    world.app.app.usage.flush(&world.app.app.db).await.unwrap();
}

async fn sweep(world: &World) {
    roll_up::sweep(&world.app.app).await.unwrap();
}

fn due(world: &World) -> Due {
    let today = Unit::Day.of(world.app.app.now());
    Due {
        over: today,
        hours: today - 90,
        months: 0,
        callers: 0,
    }
}

async fn rows(world: &World, table: &str) -> i64 {
    let db = world.app.app.db.reader();
    let count = Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
