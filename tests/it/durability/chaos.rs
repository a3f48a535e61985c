//! Random faults and kills, round after round: nothing that was acknowledged is lost, nothing that was revoked is accepted after
//! the answer, no fault needs a restart.
//!
//! `KEYHATCH_TEST_ROUNDS` says how many rounds; before a release it is 200.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::disk::{Disk, Fault};
use super::gone::Server;
use super::line::State;
use super::world::{World, Write};

const ROUNDS: u64 = 8;

fn rounds() -> u64 {
    let said = std::env::var("KEYHATCH_TEST_ROUNDS").ok();
    said.and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

/// SplitMix64: the same rounds in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// Writes from all sides, until it is over.
async fn write_on(world: &World, round: u64, over: &AtomicBool) {
    let at_once = [
        Write::MakeKey,
        Write::Revoke,
        Write::Webhook,
        Write::Credit,
        Write::Revoke,
        Write::MakeKey,
    ];
    let many = at_once.iter().enumerate().map(|(writer, kind)| async move {
        for turn in 0.. {
            if over.load(Ordering::Relaxed) {
                return;
            }
            write(world, *kind, &format!("{round}-{writer}-{turn}")).await;
        }
    });
    // These change one thing each: one after the other, or nobody knows which was last.
    let one_by_one = async {
        for turn in 0.. {
            for kind in [Write::Edit, Write::Rename, Write::SignIn] {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                write(world, kind, &format!("{round}-{turn}")).await;
            }
        }
    };
    tokio::join!(futures_util::future::join_all(many), one_by_one);
}

async fn write(world: &World, kind: Write, name: &str) {
    match world.write(kind, name).await {
        Some(answer) => assert!(
            answer.status < 400 || answer.status == 503 || answer.status == 429,
            "{kind:?} {}: {}",
            answer.status,
            answer.body
        ),
        // Killed, or starting again.
        None => tokio::time::sleep(Duration::from_millis(20)).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_the_disk() {
    if std::env::var_os("KEYHATCH_TEST_POSTGRES").is_some() {
        return;
    }
    let disk = Disk::new();
    let mut world = World::start(&disk.settings()).await;
    let mut dice = Dice(17);
    for round in 0..rounds() {
        let over = AtomicBool::new(false);
        let is_killed = dice.throw(2) == 0;
        let faults = [
            Fault::Full,
            Fault::Broken,
            Fault::Unsynced,
            Fault::ReadOnly,
            Fault::Unreadable,
        ];
        let fault = faults[usize::try_from(dice.throw(5)).unwrap()];
        let one_in = [1, 2, 3, 10, 40][usize::try_from(dice.throw(5)).unwrap()];
        let (before, during) = (dice.throw(120), dice.throw(300));
        let pid = world.program.id();
        let happens = async {
            tokio::time::sleep(Duration::from_millis(before)).await;
            disk.fail(fault, one_in);
            tokio::time::sleep(Duration::from_millis(during)).await;
            over.store(true, Ordering::Relaxed);
            if is_killed {
                kill(pid);
            }
        };
        tokio::join!(happens, write_on(&world, round, &over));
        disk.mend();
        if is_killed {
            world.program.kill();
            world.start_again();
        }
        world.recovers(&format!("{round}")).await;
        world.holds().await;
        world.forget();
    }
    world.program.kill();
    world.start_again();
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_the_line() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    let mut dice = Dice(71);
    for round in 0..rounds() {
        let over = AtomicBool::new(false);
        let is_killed = dice.throw(2) == 0;
        let state = [State::Passes, State::Stalls, State::Refuses, State::LosesCommits];
        let state = state[usize::try_from(dice.throw(4)).unwrap()];
        let (before, during) = (dice.throw(120), dice.throw(400));
        let (pid, line) = (server.world.program.id(), &server.line);
        let happens = async {
            tokio::time::sleep(Duration::from_millis(before)).await;
            match state {
                // Passes, but not on the connections that there were.
                State::Passes => line.cut(),
                state => line.set(state),
            }
            tokio::time::sleep(Duration::from_millis(during)).await;
            over.store(true, Ordering::Relaxed);
            if is_killed {
                kill(pid);
            }
            line.set(State::Passes);
        };
        tokio::join!(happens, write_on(&server.world, round, &over));
        if is_killed {
            server.world.program.kill();
            server.world.start_again();
        }
        server.world.recovers(&format!("{round}")).await;
        server.world.holds().await;
        server.world.forget();
    }
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
