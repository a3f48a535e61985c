//! Of what is counted nothing is lost, whatever is done with it on its way.

use super::*;
use crate::domain::usage::client::Client;
use crate::domain::usage::pending::Routes;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;

fn expired() -> Why {
    Why::from(&Refusal::Expired)
}

#[test]
fn what_could_not_be_written_does_not_grow_with_each_attempt() {
    let key = |number| KeyId(uuid::Uuid::from_u128(number));
    let at = |second: i64| Timestamp::from_millis(second * 1_000);
    let pending = |number, second, agent: &str| Pending {
        key: key(number),
        at: at(second),
        client: Arc::new(Client {
            user_agent: agent.into(),
            ..Client::default()
        }),
        routes: Routes::one(RouteNumber::at(second as usize % 3)),
    };
    let note = |second| Note {
        at: at(second),
        request_id: RequestId::default(),
        reason: "expired",
        needed: None,
        request: None,
        read_from: None,
        mistake: None,
        presented: None,
        address: None,
        user_agent: String::new(),
    };
    let mut left = Batch::default();
    for attempt in 0..10 {
        left.add(Batch {
            accepted: vec![
                pending(1, 9 - attempt, "old"),
                pending(2, attempt, "any"),
                pending(1, 4_000, "new"),
            ],
            ways: Vec::new(),
            refused: vec![((key(1), 0, expired()), 3), ((key(1), 1, expired()), 1)],
            notes: vec![(key(1), (0..20).map(|second| note(attempt * 20 + second)).collect())],
        });
        left.merge();
    }
    let accepted: Vec<_> = left
        .accepted
        .iter()
        .map(|one| (one.key.0.as_u128(), one.at, one.routes.accepted()))
        .collect();
    // Three routes in turn: two have room.
    assert_eq!(accepted, [(1, at(9), 7), (1, at(4_000), 10), (2, at(9), 2)]);
    let ways = |number| left.ways.iter().filter(move |(of, _)| *of == key(number));
    let beside = |number| ways(number).map(|(_, way)| way.count).sum::<i64>();
    assert_eq!([beside(1), beside(2)], [3, 8]);
    let counts = left.counts(&RouteNumber::names(["a", "b", "c"].map(str::to_owned).into_iter()));
    let accepted = counts.iter().filter(|count| count.outcome == ACCEPTED);
    assert_eq!(accepted.map(|count| count.count).sum::<i64>(), 30);
    assert_eq!(
        left.refused,
        [((key(1), 0, expired()), 30), ((key(1), 1, expired()), 10)]
    );
    let noted: Vec<_> = left.notes[0].1.iter().map(|note| note.at).collect();
    assert_eq!(noted, (150..200).map(at).collect::<Vec<_>>());
    assert_eq!(left.notes.len(), 1);
}

/// Keys that were counted as accepted, as refused, and noted.
fn batch(accepted: &[u128], refused: &[u128], noted: &[u128]) -> Batch {
    let key = |number: &u128| KeyId(uuid::Uuid::from_u128(*number));
    let pending = |number| Pending {
        key: key(number),
        at: Timestamp::default(),
        client: Arc::default(),
        routes: Routes::one(RouteNumber::NONE),
    };
    let mut batch = Batch {
        accepted: accepted.iter().map(pending).collect(),
        ways: Vec::new(),
        refused: refused.iter().map(|number| ((key(number), 0, expired()), 1)).collect(),
        notes: noted.iter().map(|number| (key(number), VecDeque::new())).collect(),
    };
    batch.sort();
    batch
}

fn keys(batch: &Batch) -> [Vec<u128>; 3] {
    let accepted = batch.accepted.iter().map(|one| one.key.0.as_u128());
    let refused = batch.refused.iter().map(|((key, ..), _)| key.0.as_u128());
    let notes = batch.notes.iter().map(|(key, _)| key.0.as_u128());
    [accepted.collect(), refused.collect(), notes.collect()]
}

#[test]
fn what_is_taken_of_one_key_is_its_own() {
    let all = || batch(&[2, 5, 3, 2, 9], &[2, 2, 4], &[1, 2]);
    let take = |number| {
        let mut rest = all();
        let taken = rest.take_of(KeyId(uuid::Uuid::from_u128(number)));
        (keys(&taken), keys(&rest))
    };
    let of_two = [vec![2, 2], vec![2, 2], vec![2]];
    assert_eq!(take(2), (of_two, [vec![3, 5, 9], vec![4], vec![1]]));
    assert_eq!(take(9).0, [vec![9], vec![], vec![]]);
    assert_eq!(take(4).0, [vec![], vec![4], vec![]]);
    assert_eq!(take(6), ([vec![], vec![], vec![]], keys(&all())));
}

#[test]
fn no_part_has_two_hours() {
    let hour = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
    let pending = |number, at| Pending {
        key: KeyId(uuid::Uuid::from_u128(number)),
        at,
        client: Arc::default(),
        routes: Routes::one(RouteNumber::NONE),
    };
    let mut all = batch(&[], &[7], &[7]);
    all.accepted = vec![
        pending(1, hour(9)),
        pending(1, hour(10)),
        pending(2, hour(9)),
        pending(2, hour(10)),
    ];
    let parts: Vec<_> = all.into_parts(10).collect();
    let accepted: Vec<Vec<i64>> = parts
        .iter()
        .map(|part| part.accepted.iter().map(|one| one.at.hour()).collect())
        .collect();
    assert_eq!(accepted, [vec![], vec![9, 9], vec![10, 10]]);
    assert_eq!(parts[0].refused.len() + parts[0].notes.len(), 2);
}

#[test]
fn parts_hold_everything_once() {
    let parts = batch(&[5, 3, 4, 1, 2], &[3, 6], &[6]).into_parts(3);
    let parts: Vec<_> = parts.map(|part| keys(&part)).collect();
    assert_eq!(
        parts,
        [
            [vec![3, 4, 5], vec![], vec![]],
            [vec![1, 2], vec![6], vec![]],
            [vec![], vec![3], vec![6]]
        ]
    );
}
