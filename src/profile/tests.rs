//! The example is what the design says it is, and a profile answers what it is asked.

use std::path::Path;

use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::model::key_format::Alphabet;

fn example() -> Profile {
    Profile::example().unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn the_example_is_what_the_design_says() {
    let profile = example();
    assert_eq!(profile.api.base_path, "/api/v1");
    assert_eq!(
        profile.api.credentials,
        [CredentialPlace::Bearer, CredentialPlace::XApiKey]
    );
    assert_eq!(profile.api.keys_belong_to, KeyOwner::Project);
    assert_eq!(profile.default_plan().id, "free");
    assert_eq!(profile.environments(), [Environment::Live, Environment::Test]);
    let types: Vec<_> = profile
        .key_types
        .iter()
        .map(|one| (one.id.as_str(), one.access, one.public))
        .collect();
    let expected = [
        ("secret", Access::All, false),
        ("restricted", Access::Scopes, false),
        ("publishable", Access::Read, true),
    ];
    assert_eq!(types, expected);
    assert_eq!(profile.scopes.len(), 12);
    assert_eq!(profile.scope_groups.len(), 4);
    assert_eq!(profile.templates.len(), 3);
    assert_eq!(profile.shortest_display_prefix(), 16);
    assert_eq!(
        profile.errors,
        ErrorStyle {
            envelope: Envelope::Simple,
            case: CodeCase::Lower
        }
    );
    let plans: Vec<_> = profile.plans.iter().map(|plan| plan.id.as_str()).collect();
    assert_eq!(plans, ["free", "pro", "enterprise"]);
}

#[test]
fn keys_of_the_example_are_short_and_carry_their_environment() {
    let profile = example();
    for environment in Environment::ALL {
        for key_type in profile.key_types_in(environment) {
            let format = key_type.format(environment).unwrap();
            let text = format.mint(&mut StdRng::seed_from_u64(3));
            let text = text.expose_secret();
            assert!(text.starts_with(&format!("kh_{environment}_")) && text.len() <= 55);
            assert_eq!(key_type.environment_of(text), Some(environment));
            assert_eq!(profile.key_types_of_text(text).count(), 3);
            assert_eq!(format.alphabet, Alphabet::Base62);
        }
    }
    assert_eq!(profile.key_types_of_text("kh_live_garbage").count(), 0);
    assert!(
        profile
            .key_types
            .iter()
            .all(|key_type| key_type.signing_secret != key_type.public)
    );
}

#[test]
fn plans_of_the_example() {
    let profile = example();
    let limits = |plan: &str| {
        let plan = profile.plan(plan).unwrap();
        let requests = profile.limit_on(plan, "requests").unwrap();
        assert!(requests.everywhere && !profile.limit_on(plan, "exports").unwrap().everywhere);
        (plan.key_limit("secret"), plan.key_limit("unheard of"), requests.count)
    };
    assert_eq!(limits("free"), (Some(5), Some(0), 600));
    assert_eq!(limits("pro"), (Some(50), Some(0), 6_000));
    assert_eq!(limits("enterprise"), (None, Some(0), 1_000_000_000));
}

#[test]
fn routes_of_the_example() {
    let profile = example();
    for (request, scope) in [
        ("GET /api/v1/api-keys", Some("keys:read")),
        ("GET /api/v1/api-keys/0190-7f", Some("keys:read")),
        ("POST /api/v1/api-keys", Some("keys:write")),
        ("PATCH /api/v1/api-keys/0190-7f", Some("keys:write")),
        ("DELETE /api/v1/api-keys/0190-7f", Some("keys:write")),
        ("GET /api/v1/shipments", Some("shipments:read")),
        ("POST /api/v1/shipments", Some("shipments:write")),
        ("POST /api/v1/shipments/7/labels", Some("labels:write")),
        ("POST /api/v1/shipments/exports", Some("exports:write")),
        ("GET /api/v1/me", None),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        let found = profile
            .route_of(method, path)
            .unwrap()
            .route
            .and_then(|route| route.scope.as_deref());
        assert_eq!(found, scope, "{request}");
        assert!(scope.is_none_or(|scope| profile.scope(scope).is_some()));
    }
    let reachable = |scope: &ScopeDefinition| {
        profile
            .routes
            .iter()
            .any(|route| route.scope.as_ref() == Some(&scope.id))
    };
    assert!(
        profile.scopes.iter().all(reachable),
        "each scope of the example opens some route"
    );
    let shown: usize = profile
        .scope_groups
        .iter()
        .map(|group| profile.scopes_in(group).count())
        .sum();
    assert_eq!(shown, 12);
}

#[test]
fn a_file_that_can_not_be_read_is_one_mistake() {
    let mistakes = Profile::load(Path::new("no-such-folder/profile.toml")).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "no-such-folder/profile.toml: there is no such file; is the path right?"
    );
    assert_eq!(mistakes.count(), 1);
}

#[test]
fn environments_have_one_name_everywhere() {
    for environment in Environment::ALL {
        assert_eq!(environment.to_string().parse(), Ok(environment));
    }
    assert_eq!("Live".parse::<Environment>(), Err(UnknownEnvironment));
}
