//! Routes × access × scopes, against a second, simpler telling of the rules.

use proptest::prelude::*;

use super::*;
use crate::model::address_list::AddressList;

const SCOPES: [&str; 4] = ["shipments:read", "shipments:write", "keys:read", "exports:write"];
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"];
/// A path, and what the example profile asks there of a reading and of a writing method: a scope, and whether keys of
/// access `read` are kept out.
type Asked = (Option<&'static str>, bool);
/// No key holds it, and no key of access `read` is let in.
const UNNAMED: Asked = (Some("no such scope"), true);
const PATHS: [(&str, Asked, Asked); 5] = [
    (
        "/api/v1/shipments/7",
        (Some("shipments:read"), false),
        (Some("shipments:write"), false),
    ),
    (
        "/api/v1/shipments/",
        (Some("shipments:read"), false),
        (Some("shipments:write"), false),
    ),
    (
        "/api/v1/tracking/1",
        (Some("tracking:read"), false),
        (Some("tracking:read"), false),
    ),
    (
        "/api/v1/webhooks",
        (Some("webhooks:read"), true),
        (Some("webhooks:write"), false),
    ),
    ("/api/v1/elsewhere", UNNAMED, UNNAMED),
];

fn any_access() -> impl Strategy<Value = Access> {
    prop_oneof![Just(Access::All), Just(Access::Read), Just(Access::Scopes)]
}

fn any_environment() -> impl Strategy<Value = Environment> {
    prop_oneof![Just(Environment::Live), Just(Environment::Test)]
}

proptest! {
    #[test]
    fn routes_access_and_scopes_decide(
        access in any_access(),
        held in proptest::sample::subsequence(SCOPES.to_vec(), 0..=SCOPES.len()),
        asked in proptest::sample::subsequence(SCOPES.to_vec(), 0..=2),
        method in proptest::option::of(proptest::sample::select(METHODS.to_vec())),
        path in proptest::option::of(proptest::sample::select(PATHS.to_vec())),
        environment in any_environment(),
        wanted in proptest::option::of(any_environment()),
        full in any::<bool>(),
    ) {
        let profile = Profile::example().unwrap();
        let scopes: Vec<String> = held.iter().map(|scope| (*scope).to_owned()).collect();
        let anywhere = AddressList::default();
        let powers = Powers {
            environment,
            access,
            scopes: &scopes,
            addresses: &anywhere,
        };
        let scopes: Vec<String> = asked.iter().map(|scope| (*scope).to_owned()).collect();
        let question = Question {
            method,
            path: path.map(|(path, ..)| path),
            scopes: &scopes,
            environment: wanted,
            full_access_unless_scoped: full,
            ..Question::default()
        };
        let verdict = permits(&profile, &powers, &question, matched(&profile, &question));

        let other_environment = wanted.is_some_and(|wanted| wanted != environment);
        let reads = method.map(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"));
        let (scope, all_only) = match (path, method) {
            (Some((_, reading, _)), Some("GET" | "HEAD")) => reading,
            (Some((.., writing)), Some(_)) => writing,
            _ => (None, false),
        };
        let is_unnamed = scope == UNNAMED.0;
        let needs_all = full && (scope.is_none() || is_unnamed);
        let permitted = match access {
            Access::All => true,
            Access::Read => !needs_all && !all_only && reads.unwrap_or(asked.is_empty()),
            Access::Scopes => !needs_all && scope.iter().chain(&asked).all(|scope| held.contains(scope)),
        };
        match verdict {
            Err(Refusal::WrongEnvironment(_)) => prop_assert!(other_environment),
            Err(Refusal::Ambiguous(_)) => prop_assert!(!other_environment && path.is_some() && method.is_none()),
            Err(Refusal::Insufficient(lack)) => {
                prop_assert!(!other_environment && !permitted, "lacks {:?}", lack);
                prop_assert!(lack.scope().is_none_or(|scope| profile.scope(scope).is_some()));
            }
            Err(other) => prop_assert!(false, "{:?}", other),
            Ok(_) => prop_assert!(permitted && !other_environment),
        }
    }
}

#[test]
fn a_request_that_can_be_read_in_two_ways_is_refused_to_all() {
    let profile = Profile::example().unwrap();
    let all = Powers {
        environment: Environment::Live,
        access: Access::All,
        scopes: &[],
        addresses: &AddressList::default(),
    };
    for path in [
        "/api/v1//me",
        "/api/v1/%61pi-keys",
        "/api/v1/x/../api-keys",
        "/api/v1/API-KEYS",
        "me",
    ] {
        let question = Question {
            method: Some("GET"),
            path: Some(path),
            ..Question::default()
        };
        assert!(
            matches!(
                permits(&profile, &all, &question, matched(&profile, &question)),
                Err(Refusal::Ambiguous(_))
            ),
            "{path}"
        );
        let elsewhere = Question {
            environment: Some(Environment::Test),
            ..question
        };
        let refusal = permits(&profile, &all, &elsewhere, matched(&profile, &elsewhere));
        assert_eq!(
            refusal,
            Err(Refusal::WrongEnvironment(Environment::Test)),
            "the environment comes first"
        );
    }
}

/// Outside of the base path there is nothing for any key; below it, what no route names is for full access, if the profile does not say
/// otherwise. What Keyhatch answers itself needs no route.
#[test]
fn what_no_route_names_is_for_full_access() {
    let mut profile = Profile::example().unwrap();
    let lack = |profile: &Profile, access, path, is_ours| {
        let powers = Powers {
            environment: Environment::Live,
            access,
            scopes: &[],
            addresses: &AddressList::default(),
        };
        let question = Question {
            method: Some("GET"),
            path: Some(path),
            is_ours,
            ..Question::default()
        };
        match permits(profile, &powers, &question, matched(profile, &question)) {
            Ok(_) => None,
            Err(Refusal::Insufficient(lack)) => Some(lack),
            Err(other) => panic!("{other:?}"),
        }
    };
    for unmatched in [Unmatched::Refuse, Unmatched::AnyKey] {
        profile.api.unmatched = unmatched;
        for access in [Access::All, Access::Read, Access::Scopes] {
            for path in [
                "/",
                "/internal/admin",
                "/api/v2/shipments",
                "/api/v10",
                "/api",
                "/api/v1.json/shipments",
            ] {
                assert_eq!(
                    lack(&profile, access, path, false),
                    Some(Lack::Api),
                    "{access:?} {path}"
                );
            }
            for path in ["/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v1/nowhere.json"] {
                let is_refused = unmatched == Unmatched::Refuse && access != Access::All;
                let expected = is_refused.then_some(Lack::Route);
                assert_eq!(lack(&profile, access, path, false), expected, "{access:?} {path}");
                assert_eq!(lack(&profile, access, path, true), None, "{access:?} {path}");
            }
        }
    }
}
