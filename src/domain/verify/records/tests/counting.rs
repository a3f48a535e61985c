//! Counts under every order of what happens to a record.

use crate::domain::usage::counts::Batch;
use std::collections::HashMap;

use super::*;
use crate::profile::{Route, RouteNumber};

#[derive(Clone, Copy, Debug)]
enum Count {
    /// A key that is in memory, or is read now, is asked for in this hour through this route; or is read and may not be kept.
    Ask(u8, i64, usize),
    AskOnce(u8, i64, usize),
    /// What had still to be paid for is counted once it is.
    Settle(u8, i64, usize),
    /// It is read, and kept in the place of what is there.
    Keep(u8),
    Forget(u8),
    ForgetAll,
    /// What was counted is taken to be written down.
    Take,
    /// What was counted of one key is.
    TakeOf(u8),
}

fn counting() -> impl Strategy<Value = Count> {
    let hour = || 0..3_i64;
    prop_oneof![
        8 => (0..KEYS, hour(), 0..4_usize).prop_map(|(key, hour, route)| Count::Ask(key, hour, route)),
        1 => (0..KEYS, hour(), 0..4_usize).prop_map(|(key, hour, route)| Count::AskOnce(key, hour, route)),
        1 => (0..KEYS, hour(), 0..4_usize).prop_map(|(key, hour, route)| Count::Settle(key, hour, route)),
        1 => (0..KEYS).prop_map(Count::Keep),
        1 => (0..KEYS).prop_map(Count::Forget),
        1 => Just(Count::ForgetAll),
        1 => Just(Count::Take),
        2 => (0..KEYS).prop_map(Count::TakeOf),
    ]
}

/// Accepted requests of each key, hour and route.
type Counts = HashMap<(KeyId, i64, RouteNumber), i64>;

fn take_all(records: &Records, taken: &mut Counts) {
    let mut batch = Batch::default();
    records.parts().for_each(|part| records.take_counts(part, &mut batch));
    add_up(batch, taken);
}

fn add_up(batch: Batch, taken: &mut Counts) {
    for pending in batch.accepted {
        assert_eq!(
            pending.routes.each().map(|(_, count)| count).iter().sum::<u32>(),
            pending.routes.accepted()
        );
        for (route, count) in pending.routes.each().into_iter().filter(|(_, count)| *count > 0) {
            *taken.entry((pending.key, pending.at.hour(), route)).or_insert(0) += i64::from(count);
        }
    }
    for (key, way) in batch.ways {
        *taken.entry((key, way.last.hour(), way.route)).or_insert(0) += way.count;
    }
}

/// Routes that anybody may use at any time; after them, none.
fn free_routes(profile: &Profile) -> impl Iterator<Item = &Route> {
    let is_free = |route: &&Route| !route.closed && route.limit.is_none() && route.environment.is_none();
    profile.routes.iter().filter(is_free).take(3)
}

proptest! {
    /// Whatever comes, goes and takes whose place, and whatever the clock does: each request is taken once, for its key and hour.
    #[test]
    fn what_is_counted_is_taken_once(steps in proptest::collection::vec(counting(), 1..200)) {
        let world = World::new();
        let (records, profile) = (&world.records, &world.profile);
        let (mut asked, mut taken) = (Counts::new(), Counts::new());
        for (minute, step) in (0..).zip(steps) {
            let through = |route: usize| Question {
                matched: Some(free_routes(profile).nth(route).map_or_else(Matched::default, Matched::by)),
                method: Some("GET"),
                ..Question::default()
            };
            let at = |hour: i64| Timestamp::from_millis((hour * 60 + minute % 60) * 60_000);
            let found = |key| found(key, World::new_row());
            let keep = |key| records.keep(profile, &digest(key), &found(key), records.ticket(&digest(key)), today());
            let (key, hour, route) = match step {
                Count::Ask(key, hour, route) => {
                    let question = through(route);
                    records.lease.renew(lease::Moment::now());
                    let ask = || records.ask(profile, &digest(key), &question, || at(hour), |_| ());
                    let verdict = ask().or_else(|| {
                        keep(key);
                        ask()
                    });
                    prop_assert!(matches!(verdict, Some(Verdict::Allowed(()))), "{verdict:?}");
                    (key, hour, route)
                }
                Count::AskOnce(key, hour, route) => {
                    let question = through(route);
                    let verdict = records.ask_once(profile, &digest(key), &found(key), &question, at(hour), |_| ());
                    prop_assert!(matches!(verdict, Verdict::Allowed(())));
                    (key, hour, route)
                }
                Count::Settle(key, hour, route) => {
                    let question = through(route);
                    records.settle(profile, (&digest(key), found(key).id), &question, at(hour), None);
                    (key, hour, route)
                }
                Count::Keep(key) => {
                    keep(key);
                    continue;
                }
                Count::ForgetAll => {
                    records.forget_all();
                    continue;
                }
                Count::Forget(key) => {
                    records.forget(&Subject::Digest(Box::new(digest(key))));
                    continue;
                }
                Count::Take => {
                    take_all(records, &mut taken);
                    continue;
                }
                Count::TakeOf(key) => {
                    let mut batch = Batch::default();
                    records.take_counts_of(&HashMap::from([(found(key).id, digest(key))]), &mut batch);
                    add_up(batch, &mut taken);
                    let of_key = |counts: &Counts| counts
                        .iter()
                        .filter(|((of, ..), _)| *of == found(key).id)
                        .map(|(of, count)| (*of, *count))
                        .collect::<HashMap<_, _>>();
                    prop_assert_eq!(of_key(&taken), of_key(&asked));
                    continue;
                }
            };
            *asked.entry((found(key).id, hour, through(route).matched.unwrap_or_default().number())).or_insert(0) += 1;
        }
        take_all(records, &mut taken);
        prop_assert_eq!(taken, asked);
        prop_assert_eq!(records.waiting(), 0);
    }
}
