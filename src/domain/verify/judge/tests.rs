//! Routes × access × scopes, against a second, simpler telling of the rules.

use proptest::prelude::*;

use super::*;

const SCOPES: [&str; 4] = ["shipments:read", "shipments:write", "keys:read", "exports:write"];
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"];
/// A path, and what the example profile asks there of a reading and of a writing method: a scope, and whether keys of
/// access `read` are kept out.
type Asked = (Option<&'static str>, bool);
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
    ("/api/v1/elsewhere", (None, false), (None, false)),
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
        let powers = Powers {
            environment,
            access,
            scopes: &scopes,
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
        let verdict = permits(&powers, &question, route(&profile, &question));

        let other_environment = wanted.is_some_and(|wanted| wanted != environment);
        let reads = method.map(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"));
        let (scope, all_only) = match (path, method) {
            (Some((_, reading, _)), Some("GET" | "HEAD")) => reading,
            (Some((.., writing)), Some(_)) => writing,
            _ => (None, false),
        };
        let needs_all = full && scope.is_none();
        let unjudgeable = path.is_some() && method.is_none();
        let permitted = !unjudgeable && match access {
            Access::All => true,
            Access::Read => !needs_all && !all_only && reads.unwrap_or(asked.is_empty()),
            Access::Scopes => !needs_all && scope.iter().chain(&asked).all(|scope| held.contains(scope)),
        };
        match verdict {
            Err(Refusal::WrongEnvironment(_)) => prop_assert!(other_environment),
            Err(Refusal::Insufficient(needed)) => {
                prop_assert!(!other_environment && !permitted, "needs {}", needed);
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
                permits(&all, &question, route(&profile, &question)),
                Err(Refusal::Insufficient(_))
            ),
            "{path}"
        );
        let elsewhere = Question {
            environment: Some(Environment::Test),
            ..question
        };
        let refusal = permits(&all, &elsewhere, route(&profile, &elsewhere));
        assert_eq!(
            refusal,
            Err(Refusal::WrongEnvironment(Environment::Test)),
            "the environment comes first"
        );
    }
}
