//! What was taken down of requests says exactly which of them a change of rights refuses.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::verify::judge;
use crate::domain::verify::question::Question;
use crate::domain::verify::records::{Records, lease};
use crate::model::access::Environment;
use crate::model::address_list::AddressList;
use crate::model::ids::{OwnerId, WorkspaceId};
use crate::model::key::KeyState;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Verdict;
use crate::store::usage::callers::Caller;
use crate::store::verification::{FoundKey, Rights};

const DIGEST: [u8; 32] = [7; 32];
const ADDRESSES: [&str; 5] = [
    "203.0.113.7",
    "203.0.113.8",
    "198.51.100.1",
    "2001:db8::1",
    "::ffff:203.0.113.7",
];
const LISTS: [&[&str]; 4] = [
    &[],
    &["203.0.113.0/24"],
    &["2001:db8::/32", "198.51.100.1"],
    &["203.0.113.7"],
];
const AGENTS: [&str; 3] = ["", "curl/8.5.0", "Acme-Sync/2.1"];

/// A request: which of the profile's routes, and which scopes it asks for by name.
#[derive(Clone, Debug)]
struct Asked {
    route: usize,
    method: &'static str,
    scopes: Vec<usize>,
    address: Option<usize>,
    agent: usize,
    from_anywhere: bool,
    times: usize,
}

fn any_asked() -> impl Strategy<Value = Asked> {
    (
        0..40_usize,
        prop_oneof![Just("GET"), Just("POST"), Just("DELETE")],
        proptest::collection::vec(0..20_usize, 0..2),
        proptest::option::weighted(0.9, 0..ADDRESSES.len()),
        0..AGENTS.len(),
        proptest::bool::weighted(0.1),
        1..4_usize,
    )
        .prop_map(|(route, method, scopes, address, agent, from_anywhere, times)| Asked {
            route,
            method,
            scopes,
            address,
            agent,
            from_anywhere,
            times,
        })
}

fn rights(profile: &Profile, scopes: &[bool], list: usize) -> Rights {
    let held = profile.scopes.iter().zip(scopes).filter(|(_, is_held)| **is_held);
    Rights {
        scopes: held.map(|(scope, _)| scope.id.clone()).collect(),
        addresses: AddressList::parse(LISTS[list]).unwrap(),
    }
}

fn found(profile: &Profile, type_position: usize, rights: Rights) -> FoundKey {
    let key_type = &profile.key_types[type_position % profile.key_types.len()];
    FoundKey {
        digest: DIGEST,
        id: KeyId(Uuid::from_u128(7)),
        owner_id: OwnerId(Uuid::nil()),
        type_id: key_type.id.clone(),
        environment: key_type.environments().next().unwrap_or(Environment::Live),
        name: "CI".to_owned(),
        display_prefix: "kh_live_12345678".to_owned(),
        rights,
        state: KeyState::Active,
        disabled_until: None,
        expires_at: None,
        version: 1,
        workspace_id: WorkspaceId(Uuid::nil()),
        workspace_slug: "acme".to_owned(),
        workspace_name: "Acme".to_owned(),
        workspace_plan: "enterprise".to_owned(),
        workspace_suspended: false,
        project_suspended: false,
        stopped: None,
        project: None,
    }
}

/// Which of the requests are let through.
fn let_through(profile: &Profile, records: &Records, key: &FoundKey, asked: &[Asked]) -> Vec<bool> {
    let ticket = records.ticket(&DIGEST);
    assert!(records.keep(profile, &DIGEST, key, ticket, Timestamp::default()));
    records.lease.renew(lease::Moment::now());
    let mut all = Vec::new();
    for asked in asked {
        let route = &profile.routes[asked.route % profile.routes.len()];
        let path = route.matches[0].path.to_string();
        let path: Vec<_> = path
            .split('/')
            .map(|part| if part.contains(['{', '*']) { "x7" } else { part })
            .collect();
        let (path, known) = (path.join("/"), &profile.scopes);
        let scopes: Vec<_> = asked
            .scopes
            .iter()
            .filter_map(|scope| known.get(*scope))
            .map(|scope| scope.id.clone())
            .collect();
        let question = Question {
            method: Some(asked.method),
            path: Some(&path),
            scopes: &scopes,
            address: asked.address.map(|address| ADDRESSES[address].parse().unwrap()),
            user_agent: AGENTS[asked.agent],
            from_anywhere: asked.from_anywhere,
            ..Question::default()
        };
        for _ in 0..asked.times {
            let verdict = records.ask(profile, &DIGEST, &question, Timestamp::default, |_| ());
            all.push(matches!(verdict, Some(Verdict::Allowed(()))));
        }
    }
    all
}

fn caller(call: &Call) -> Caller {
    Caller {
        route: call.route.to_string(),
        needs: call.needs.clone(),
        address: call.address.parse().ok(),
        from_anywhere: call.from_anywhere,
        user_agent: call.user_agent.clone(),
        last: call.last,
        lately: call.count,
        in_all: call.count,
    }
}

proptest! {
    /// Random keys, requests and changes; also where routes are so many that they share a number.
    #[test]
    fn who_would_break_is_who_breaks(
        type_position in 0..4_usize,
        before in (proptest::collection::vec(proptest::bool::weighted(0.8), 20), 0..LISTS.len()),
        after in (proptest::collection::vec(any::<bool>(), 20), 0..LISTS.len()),
        asked in proptest::collection::vec(any_asked(), 1..40),
        shared in any::<bool>(),
    ) {
        let mut profile = Profile::example().unwrap();
        if shared {
            profile.routes.iter_mut().for_each(|route| route.number = RouteNumber::at(usize::MAX));
        }
        let (before, after) = (rights(&profile, &before.0, before.1), rights(&profile, &after.0, after.1));
        let records = Records::new(&profile, 4);
        let accepted = let_through(&profile, &records, &found(&profile, type_position, before), &asked);
        let mut batch = Batch::default();
        records.parts().for_each(|part| records.take_counts(part, &mut batch));
        let calls = calls(&batch, &Said::by(&profile));
        let counted: i64 = calls.iter().map(|call| call.count).sum();
        prop_assert_eq!(counted as usize, accepted.iter().filter(|accepted| **accepted).count());

        let key = found(&profile, type_position, after.clone());
        let access = profile.key_type(&key.type_id).unwrap().access;
        let broken = calls.iter().filter(|call| judge::would_refuse(access, &after, &caller(call)).is_some());
        let predicted: i64 = broken.map(|call| call.count).sum();

        let still = let_through(&profile, &Records::new(&profile, 4), &key, &asked);
        let refused = accepted.iter().zip(&still).filter(|(before, after)| **before && !**after);
        prop_assert_eq!(predicted as usize, refused.count());
    }
}

/// The key of another person, and user agents that are alike as far as they are kept.
#[test]
fn nobody_is_counted_twice_and_nobody_is_mixed_up() {
    let said = Said::by(&Profile::example().unwrap());
    let client = |agent: String| {
        Some(Arc::new(Client {
            user_agent: agent.into(),
            ..Client::default()
        }))
    };
    let way = |agent: String| Way {
        route: RouteNumber::at(0),
        client: client(agent),
        count: 1,
        last: Timestamp::default(),
    };
    let key = |number| KeyId(Uuid::from_u128(number));
    // The same as far as it is kept.
    let long = |end: &str| format!("{}{end}", "long ".repeat(60));
    let mut batch = Batch::default();
    for number in [1, 2, 1] {
        for agent in ["a".to_owned(), long("one"), long("two")] {
            batch.ways.push((key(number), way(agent)));
        }
    }
    let calls = calls(&batch, &said);
    let mut counts: Vec<_> = calls
        .iter()
        .map(|call| (call.key, call.user_agent.len(), call.count))
        .collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        [(key(1), 1, 2), (key(1), 200, 4), (key(2), 1, 1), (key(2), 200, 2)]
    );
}
