//! The map against every order of steps: reads on their way in, changes between their commit and their answer, eviction.

mod counting;
mod tenants;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::*;
use crate::model::access::Environment;
use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::key::KeyState;

fn today() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

/// The key that is watched, and others that push it out.
const KEYS: u8 = 12;

fn digest(key: u8) -> [u8; 32] {
    // All in one shard, so that they are in each other's way.
    let mut digest = [key; 32];
    digest[31] = 0;
    digest
}

/// The database: one row.
#[derive(Clone, Copy, Debug)]
struct Row {
    version: i64,
    state: KeyState,
    suspended: bool,
}

fn found(key: u8, row: Row) -> FoundKey {
    FoundKey {
        digest: digest(key),
        id: KeyId(Uuid::from_u128(u128::from(key))),
        owner_id: OwnerId(Uuid::nil()),
        type_id: "secret".to_owned(),
        environment: Environment::Live,
        // So that a verdict says which row it was made of.
        name: row.version.to_string(),
        display_prefix: "kh_live_12345678".to_owned(),
        rights: Rights::default(),
        state: row.state,
        disabled_until: None,
        expires_at: None,
        version: row.version,
        workspace_id: WorkspaceId(Uuid::nil()),
        workspace_slug: "acme".to_owned(),
        workspace_name: "Acme".to_owned(),
        workspace_plan: "enterprise".to_owned(),
        workspace_suspended: row.suspended,
        project_suspended: false,
        stopped: None,
        project: None,
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A reader takes a ticket, then reads, then keeps what it has read: one of these at a time.
    Reader(usize),
    Commit(Change),
    /// The change is forgotten in memory, and answered.
    Answer,
    /// Another key comes into memory.
    Crowd(u8),
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Enable,
    Disable,
    Revoke,
    Suspend,
    Resume,
}

#[derive(Clone, Copy, Default)]
enum Reader {
    #[default]
    Idle,
    Ticketed(Ticket),
    HasRead(Ticket, Row),
}

fn step() -> impl Strategy<Value = Step> {
    let change = prop_oneof![
        4 => Just(Change::Enable),
        4 => Just(Change::Disable),
        1 => Just(Change::Revoke),
        2 => Just(Change::Suspend),
        2 => Just(Change::Resume),
    ];
    prop_oneof![
        8 => (0..3_usize).prop_map(Step::Reader),
        2 => change.prop_map(Step::Commit),
        3 => Just(Step::Answer),
        2 => (1..KEYS).prop_map(Step::Crowd),
    ]
}

struct World {
    profile: Profile,
    records: Records,
    row: Row,
    /// What was true when the last change was answered.
    answered: Row,
    /// A change that is committed and not answered.
    owed: Option<Subject>,
    readers: [Reader; 3],
    newest_seen: i64,
    has_been_refused_for_good: bool,
}

impl World {
    fn new() -> Self {
        let row = Row {
            version: 1,
            state: KeyState::Active,
            suspended: false,
        };
        let profile = Profile::example().unwrap();
        Self {
            records: Records::new(&profile, 4),
            profile,
            row,
            answered: row,
            owed: None,
            readers: [Reader::default(); 3],
            newest_seen: 0,
            has_been_refused_for_good: false,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Reader(number) => {
                self.readers[number] = match self.readers[number] {
                    Reader::Idle => Reader::Ticketed(self.records.ticket(&digest(0))),
                    Reader::Ticketed(ticket) => Reader::HasRead(ticket, self.row),
                    Reader::HasRead(ticket, row) => {
                        self.records
                            .keep(&self.profile, &digest(0), &found(0, row), ticket, today());
                        Reader::Idle
                    }
                }
            }
            // One change at a time: the row is locked until the commit, and the answer follows it.
            Step::Commit(_) if self.owed.is_some() => {}
            Step::Commit(change) => self.commit(change),
            Step::Answer => {
                if let Some(subject) = self.owed.take() {
                    self.records.forget(&subject);
                    self.answered = self.row;
                }
            }
            Step::Crowd(key) => {
                // It may push the watched key out. Until the change that is owed is answered, an older reader may then bring
                // in again what was true before.
                if self.owed.is_some() {
                    self.newest_seen = self.answered.version;
                    self.has_been_refused_for_good = self.answered.state == KeyState::Revoked;
                }
                let other = Row {
                    suspended: self.row.suspended,
                    ..World::new_row()
                };
                let ticket = self.records.ticket(&digest(key));
                self.records
                    .keep(&self.profile, &digest(key), &found(key, other), ticket, today());
            }
        }
    }

    fn new_row() -> Row {
        Row {
            version: 1,
            state: KeyState::Active,
            suspended: false,
        }
    }

    fn commit(&mut self, change: Change) {
        let state = match change {
            Change::Suspend | Change::Resume => {
                self.row.suspended = matches!(change, Change::Suspend);
                self.owed = Some(Subject::Workspace(WorkspaceId(Uuid::nil())));
                return;
            }
            Change::Enable => KeyState::Active,
            Change::Disable => KeyState::Disabled,
            Change::Revoke => KeyState::Revoked,
        };
        // A revoked key is frozen.
        if self.row.state != KeyState::Revoked {
            self.row.state = state;
            self.row.version += 1;
            self.owed = Some(Subject::Digest(Box::new(digest(0))));
        }
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        self.records.lease.renew(lease::Moment::now());
        let question = Question {
            credential: Some("not looked at here"),
            ..Question::default()
        };
        let now = today();
        let version = |granted: &Granted<'_>| granted.name.parse::<i64>().unwrap();
        let Some(verdict) = self.records.ask(&self.profile, &digest(0), &question, || now, version) else {
            return Ok(());
        };
        let says = |row: Row| match (&verdict, row.state) {
            (Verdict::Allowed(version), KeyState::Active) => *version == row.version && !row.suspended,
            (Verdict::Refused(refused), KeyState::Active) => {
                refused.refusal == Refusal::WorkspaceSuspended && row.suspended
            }
            (Verdict::Refused(refused), KeyState::Disabled) => refused.refusal == Refusal::Disabled,
            (Verdict::Refused(refused), KeyState::Revoked) => refused.refusal == Refusal::Revoked,
            _ => false,
        };
        let mixed = Row {
            suspended: self.answered.suspended,
            ..self.row
        };
        prop_assert!(
            says(self.row) || (self.owed.is_some() && (says(self.answered) || says(mixed))),
            "{verdict:?} where the database has {:?} and {:?} was answered",
            self.row,
            self.answered
        );
        if let Verdict::Allowed(version) = verdict {
            prop_assert!(version >= self.newest_seen, "{version} after {}", self.newest_seen);
            prop_assert!(!self.has_been_refused_for_good);
            self.newest_seen = version;
        } else if let Verdict::Refused(refused) = verdict {
            self.has_been_refused_for_good |= refused.refusal == Refusal::Revoked;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A verdict from memory is what the database says now, or, while a change waits for its answer, what it said before; and
    /// it never goes back.
    #[test]
    fn memory_is_true_in_every_order_of_steps(steps in proptest::collection::vec(step(), 1..200)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.check()?;
        }
        prop_assert!(world.records.len() <= 4);
    }
}

#[test]
fn without_a_lease_nothing_is_believed() {
    let mut world = World::new();
    for _ in 0..3 {
        world.take(Step::Reader(0));
    }
    world.check().unwrap();
    assert_eq!(world.newest_seen, 1);
    world.records.lease.end();
    let now = today();
    let asked = world
        .records
        .ask(&world.profile, &digest(0), &Question::default(), || now, |_| ());
    assert!(asked.is_none());
}

#[test]
fn nothing_is_forgotten_while_there_is_room() {
    let mut world = World::new();
    let keys = 4_096;
    world.records = Records::new(&world.profile, keys);
    let row = World::new_row();
    let digest_of = |number: usize| -> [u8; 32] { Sha256::digest(number.to_be_bytes()).into() };
    let keep = |world: &World, number: usize| {
        let digest = digest_of(number);
        let id = KeyId(Uuid::from_u128(number as u128));
        let found = FoundKey {
            digest,
            id,
            ..found(0, row)
        };
        world
            .records
            .keep(&world.profile, &digest, &found, world.records.ticket(&digest), today());
    };
    // By chance there are more of them in one shard than in another.
    (0..keys).for_each(|number| keep(&world, number));
    let now = today();
    let is_known = |world: &World, number: usize| {
        world.records.lease.renew(lease::Moment::now());
        let asked = world
            .records
            .ask(&world.profile, &digest_of(number), &Question::default(), || now, |_| ());
        asked.is_some()
    };
    let known = (0..keys).filter(|number| is_known(&world, *number)).count();
    assert_eq!((known, world.records.len()), (keys, keys));
    (keys..2 * keys).for_each(|number| keep(&world, number));
    assert_eq!(world.records.len(), keys, "and no more than there is room for");
}

/// A key that is disabled for a while is refused from memory until then. At that moment memory says nothing, and counts nothing; and
/// what is read then, or later, works.
#[test]
fn a_disablement_ends_at_its_moment() {
    let world = World::new();
    world.records.lease.renew(lease::Moment::now());
    let until = today().plus(1_000);
    let row = Row {
        state: KeyState::Disabled,
        ..World::new_row()
    };
    let found = FoundKey {
        disabled_until: Some(until),
        expires_at: Some(until.plus(1_000)),
        ..found(0, row)
    };
    let profile = &world.profile;
    let keep = |at| {
        let ticket = world.records.ticket(&digest(0));
        world.records.keep(profile, &digest(0), &found, ticket, at)
    };
    let ask = |at| {
        let asked = world
            .records
            .ask(profile, &digest(0), &Question::default(), || at, |_| ());
        asked.map(|verdict| match verdict {
            Verdict::Allowed(()) => None,
            Verdict::Refused(refused) => Some(refused.refusal),
        })
    };
    assert!(keep(today()));
    assert_eq!(ask(until.plus(-1)), Some(Some(Refusal::Disabled)));
    assert_eq!((ask(until), ask(until.plus(5_000))), (None, None));
    assert!(keep(until));
    assert_eq!(ask(until), Some(None));
    assert_eq!(ask(until.plus(1_000)), Some(Some(Refusal::Expired)));
    // Nothing was kept, and the moment came while it was being read.
    let once = |at| {
        world
            .records
            .ask_once(profile, &digest(0), &found, &Question::default(), at, |_| ())
    };
    assert!(matches!(once(until), Verdict::Allowed(())));
    assert!(matches!(once(until.plus(-1)), Verdict::Refused(_)));
}
