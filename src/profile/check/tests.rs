//! Every mistake is found, in its line, and a good profile has none.

mod broken;
mod parts;

use crate::profile::*;

const WHOLE: &str = include_str!("tests/whole.toml");

#[test]
fn every_part_is_read() {
    let profile = Profile::parse(WHOLE, "whole.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let api = &profile.api;
    assert_eq!((api.name.as_str(), api.default_plan.as_str()), ("Things", "pro"));
    assert_eq!(api.public_url.as_deref(), Some("https://api.example.com"));
    assert_eq!(api.docs_url.as_deref(), Some("https://example.com/docs"));
    assert_eq!(api.keys_belong_to, KeyOwner::Workspace);
    let headers: Vec<_> = api.credentials.iter().map(CredentialPlace::header_name).collect();
    assert_eq!(headers, ["authorization", "x-things-key"]);

    let [full, scoped, trial] = profile.key_types.as_slice() else {
        panic!("three key types")
    };
    assert_eq!(full.formats, scoped.formats);
    assert_eq!(trial.environments().collect::<Vec<_>>(), [Environment::Test]);
    let format = trial.format(Environment::Test).unwrap();
    assert_eq!((format.length, format.checksum, format.display.length), (40, true, 16));
    assert_eq!(format.shown("th_test_12345678"), "th_test_12345678…");
    assert!(trial.public && !trial.signing_secret && full.signing_secret && !full.public);

    let groups: Vec<_> = profile
        .scope_groups
        .iter()
        .map(|group| (group.id.as_str(), group.label.as_str()))
        .collect();
    assert_eq!(groups, [("things", "Things"), ("audit-log", "Audit log")]);
    assert_eq!(profile.templates[0].expires_in_days, Some(30));
    assert_eq!(profile.routes[1].environment, Some(Environment::Live));
    assert_eq!(profile.routes[1].matches[0].to_string(), "/api/v1/things/**");
    assert_eq!(
        profile.errors,
        ErrorStyle {
            envelope: Envelope::Problem,
            case: CodeCase::Upper
        }
    );
    assert_eq!(profile.errors.case.write("rate_limit_exceeded"), "RATE_LIMIT_EXCEEDED");

    let [requests, writes] = profile.limits.as_slice() else {
        panic!("two limits")
    };
    assert_eq!(
        (requests.of, requests.per.duration().as_secs(), requests.everywhere),
        (LimitOf::Key, 60, true)
    );
    assert_eq!(
        (writes.of, writes.per.as_str(), writes.everywhere),
        (LimitOf::Workspace, "hour", false)
    );
    let [starter, pro] = profile.plans.as_slice() else {
        panic!("two plans, in the order of the file")
    };
    assert_eq!(
        (starter.key_limit("full"), starter.key_limit("scoped")),
        (Some(1), Some(0))
    );
    assert_eq!(
        (pro.key_limit("full"), pro.max_keys, pro.projects, pro.members),
        (None, None, Some(3), None)
    );
    assert_eq!(profile.limit_on(pro, "requests").unwrap().count, 1_000);
    assert_eq!(profile.limit_on(starter, "requests").unwrap().count, 100);
}

#[test]
fn defaults_are_what_the_manual_says() {
    let text = "api = { name = 'A', base_path = '/v1' }\nplan.one.label = 'One'\n\
        [[key_type]]\nid = 'key'\nlabel = 'Key'\nprefix = 'k_'\naccess = 'all'\n";
    let profile = Profile::parse(text, "small.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(profile.api.credentials, [CredentialPlace::Bearer]);
    assert_eq!(profile.api.keys_belong_to, KeyOwner::Project);
    assert_eq!(profile.default_plan().id, "one");
    assert_eq!(profile.default_plan().key_limit("key"), None);
    assert_eq!(profile.environments(), [Environment::Live]);
    assert_eq!(profile.shortest_display_prefix(), 10);
    assert_eq!(
        profile.errors,
        ErrorStyle {
            envelope: Envelope::Simple,
            case: CodeCase::Lower
        }
    );
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_lines() {
    let text = WHOLE
        .replace("per = \"hour\"", "per = \"fortnight\"")
        .replace("name = \"Things\"", "nmae = \"Things\"")
        .replace("access = \"read\"", "access = 7")
        .replace("[\"things:read\"]", "[\"thing:read\"]");
    let mistakes = Profile::parse(&text, "broken.toml").unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "broken.toml:1: [api] needs \"name\"\n\
         broken.toml:2: [api] has no \"nmae\"; did you mean \"name\"?\n\
         broken.toml:30: access in [[key_type]] must be text in quotes, not a number\n\
         broken.toml:50: there is no scope \"thing:read\"; did you mean \"things:read\"?\n\
         broken.toml:69: per in [limit.writes] must be one of \"second\", \"minute\", \"hour\", \"day\", not \"fortnight\""
    );
}
