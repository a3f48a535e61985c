//! Counts under every order of what happens to a record.

use crate::domain::usage::counts::Batch;
use std::collections::HashMap;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Count {
    /// A key that is in memory, or is read now, is asked for in this hour; or is read and may not be kept.
    Ask(u8, i64),
    AskOnce(u8, i64),
    /// What had still to be paid for is counted once it is.
    Settle(u8, i64),
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
        8 => (0..KEYS, hour()).prop_map(|(key, hour)| Count::Ask(key, hour)),
        1 => (0..KEYS, hour()).prop_map(|(key, hour)| Count::AskOnce(key, hour)),
        1 => (0..KEYS, hour()).prop_map(|(key, hour)| Count::Settle(key, hour)),
        1 => (0..KEYS).prop_map(Count::Keep),
        1 => (0..KEYS).prop_map(Count::Forget),
        1 => Just(Count::ForgetAll),
        1 => Just(Count::Take),
        2 => (0..KEYS).prop_map(Count::TakeOf),
    ]
}

/// Accepted requests of each key and hour.
type Counts = HashMap<(KeyId, i64), u32>;

fn take_all(records: &Records, taken: &mut Counts) {
    let mut batch = Batch::default();
    records.parts().for_each(|part| records.take_counts(part, &mut batch));
    add_up(batch, taken);
}

fn add_up(batch: Batch, taken: &mut Counts) {
    for pending in batch.accepted {
        *taken.entry((pending.key, pending.at.hour())).or_insert(0) += pending.accepted;
    }
}

proptest! {
    /// Whatever comes, goes and takes whose place, and whatever the clock does: each request is taken once, for its key and hour.
    #[test]
    fn what_is_counted_is_taken_once(steps in proptest::collection::vec(counting(), 1..200)) {
        let world = World::new();
        let (records, profile) = (&world.records, &world.profile);
        let (mut asked, mut taken) = (Counts::new(), Counts::new());
        for (minute, step) in (0..).zip(steps) {
            let question = Question::default();
            let at = |hour: i64| Timestamp::from_millis((hour * 60 + minute % 60) * 60_000);
            let found = |key| found(key, World::new_row());
            let keep = |key| records.keep(profile, &digest(key), &found(key), records.ticket(&digest(key)));
            let (key, hour) = match step {
                Count::Ask(key, hour) => {
                    records.lease.renew(lease::Moment::now());
                    let ask = || records.ask(profile, &digest(key), &question, || at(hour), |_| ());
                    let verdict = ask().or_else(|| {
                        keep(key);
                        ask()
                    });
                    prop_assert!(matches!(verdict, Some(Verdict::Allowed(()))), "{verdict:?}");
                    (key, hour)
                }
                Count::AskOnce(key, hour) => {
                    let verdict = records.ask_once(profile, &digest(key), &found(key), &question, at(hour), |_| ());
                    prop_assert!(matches!(verdict, Verdict::Allowed(())));
                    (key, hour)
                }
                Count::Settle(key, hour) => {
                    records.settle(profile, (&digest(key), found(key).id), &question, at(hour), None);
                    (key, hour)
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
                    records.take_counts_of(&(found(key).id, digest(key)), &mut batch);
                    add_up(batch, &mut taken);
                    let of_key = |counts: &Counts| (0..3).map(|hour| counts.get(&(found(key).id, hour)).copied()).collect::<Vec<_>>();
                    prop_assert_eq!(of_key(&taken), of_key(&asked));
                    continue;
                }
            };
            *asked.entry((found(key).id, hour)).or_insert(0) += 1;
        }
        take_all(records, &mut taken);
        prop_assert_eq!(taken, asked);
        prop_assert_eq!(records.waiting(), 0);
    }
}
