//! The parts that an API may have or not, whole and broken.

use std::path::Path;

use super::broken::assert_mistake;
use crate::model::leak::LeakAction;
use crate::profile::*;

const PARTS: &str = include_str!("parts.toml");

#[test]
fn every_optional_part_is_read() {
    let profile = Profile::parse(PARTS, "parts.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(profile.api.deletion && profile.api.https_only);
    let welcome = profile.welcome.unwrap();
    assert_eq!(
        (welcome.workspace.as_str(), welcome.project.as_str()),
        ("First", "Shop")
    );
    assert_eq!(welcome.key_types, ["pk", "sk"]);
    assert_eq!(profile.pairs[0].label, "Pair");
    let embed = profile.embed.unwrap();
    assert_eq!(
        (embed.publishable_prefix.as_str(), embed.session_minutes),
        ("e_pk_", 15)
    );
    assert_eq!(profile.inbound.unwrap().token_prefix, "in_");
    let jwt = profile.jwt.unwrap();
    assert_eq!(jwt.algorithms, [JwtAlgorithm::Rs256, JwtAlgorithm::Es256]);
    assert_eq!(jwt.keys, JwtKeys::Jwks("https://id.example.com/jwks.json".to_owned()));
    assert_eq!((jwt.leeway_seconds, jwt.audience.as_deref()), (5, Some("things")));
    let leaks = profile.leaks;
    assert_eq!(leaks.action, LeakAction::Disable);
    assert_eq!(leaks.github_keys.as_deref(), Some("https://keys.github.example/all"));
    let credits = profile.credits.unwrap();
    let Credits { unit, start, cost, low } = credits;
    assert_eq!((unit.as_str(), start, cost, low), ("coins", 50, 1, 5));
    let [read, write] = profile.routes.as_slice() else {
        panic!("two routes")
    };
    assert_eq!(
        (read.cost, read.closed, write.cost, write.closed),
        (Some(3), false, None, true)
    );
    assert_eq!(profile.errors.envelope, Envelope::Nested);
}

#[test]
fn the_profiles_that_come_along_are_fine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        Profile::load(&entry.unwrap().path()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        count += 1;
    }
    assert!(count >= 6);
}

#[test]
fn steps_are_added_with_gifts_or_without() {
    let steps = "\n[[welcome.step]]\ntitle = \"Join\"\ntext = \"Us.\"\nlink = \"https://forum.example.com\"\n\
                 [[welcome.step]]\ntitle = \"Go live\"\ntext = \"Now.\"\nlink = \"/workspaces\"\ndone_when = \"live-key\"\n";
    let example = include_str!("../../../../profiles/example.toml");
    for (whole, gives) in [(PARTS, true), (example, false)] {
        let profile = Profile::parse(&format!("{whole}{steps}"), "steps.toml");
        let profile = profile.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(profile.welcome.is_some(), gives);
        let [join, live] = profile.welcome_steps.as_slice() else {
            panic!("two steps")
        };
        assert_eq!((join.title.as_str(), join.done_when), ("Join", None));
        assert_eq!(
            (live.link.as_str(), live.done_when),
            ("/workspaces", Some(Fact::LiveKey))
        );
    }
    let lines = PARTS.lines().count();
    for (from, to, line, message) in [
        ("title = \"Join\"\n", "", 2, "[[welcome.step]] needs \"title\""),
        ("\"Join\"", "\" \"", 3, "title in [[welcome.step]] must not be empty"),
        ("\"Us.\"", "7", 4, "text in [[welcome.step]] must be text in quotes"),
        (
            "\"https://forum.example.com\"",
            "\"javascript:alert(1)\"",
            5,
            "link in [[welcome.step]] must be a whole address",
        ),
        (
            "\"https://forum.example.com\"",
            "\"//evil.example\"",
            5,
            "link in [[welcome.step]] must be a whole address",
        ),
        ("\"live-key\"", "\"live_key\"", 10, "did you mean \"live-key\"?"),
        ("done_when", "done_if", 10, "[[welcome.step]] has no \"done_if\""),
    ] {
        let text = format!("{PARTS}{}", steps.replace(from, to));
        assert_mistake(&text, lines + line, message);
    }
}

/// Replaced, by, message; the mistake is in the first line that changed.
#[rustfmt::skip]
const BROKEN: &[(&str, &str, &str)] = &[
    ("\"https://api.example.com\"", "\"http://api.example.com\"", "public_url must begin with \"https://\""),
    ("deletion = true", "deletions = true", "[api] has no \"deletions\"; did you mean \"deletion\"?"),
    ("deletion = true", "deletion = \"yes\"", "must be true or false, not text"),
    ("publishable = \"pk\"", "publishable = \"pkk\"", "there is no key type \"pkk\"; did you mean \"pk\"?"),
    ("publishable = \"pk\"", "publishable = \"sk\"", "\"sk\" is not public, so it can not be the publishable half"),
    ("secret = \"sk\"", "secret = \"pk\"", "\"pk\" is public, so it can not be the secret half"),
    ("secret = \"sk\"", "secret = \"rk\"", "both halves of a pair must be of the same environment"),
    ("workspace = \"First\"", "workspace = \" \"", "must be a name of 1 to 64 characters"),
    ("pairs = [\"main\"]", "pairs = [\"mian\"]", "there is no pair \"mian\"; did you mean \"main\"?"),
    ("pairs = [\"main\"]", "pairs = [\"main\", \"main\"]", "a new account is given the pair \"main\" already"),
    ("keys = []", "keys = [\"sk\"]", "a new account is given a key of \"sk\" already"),
    ("signing_prefix = \"e_sk_\"", "signing_prefix = \"e_pk_\"", "must differ: one is no secret"),
    ("signing_prefix = \"e_sk_\"", "signing_prefix = \"e sk\"", "is no prefix"),
    ("session_minutes = 15", "session_minutes = 1500", "must be at most 1440"),
    ("token_prefix = \"in_\"", "token_prefx = \"in_\"", "[inbound] has no \"token_prefx\"; did you mean \"token_prefix\"?"),
    ("[\"RS256\", \"ES256\"]", "[\"none\"]", "\"none\" is no algorithm that is taken"),
    ("[\"RS256\", \"ES256\"]", "[\"RS256\", \"HS256\"]", "HS256 needs \"secret_variable\""),
    ("[\"RS256\", \"ES256\"]", "[]", "must name at least one, such as \"HS256\""),
    ("jwks_url = \"https://id", "jwks_url = \"id", "jwks_url must be a whole address"),
    ("jwks_url = \"https://id.example.com/jwks.json\"", "secret_variable = \"s3cret!\"", "names an environment variable"),
    ("leeway_seconds = 5", "leeway_seconds = 900", "must be at most 300"),
    ("action = \"disable\"", "action = \"delete\"", "must be one of"),
    ("[leaks.github]", "[leaks.gitlab]", "[leaks] has no \"gitlab\""),
    ("keys_url", "key_url", "[leaks.github] has no \"key_url\"; did you mean \"keys_url\"?"),
    ("https://keys.github", "http://keys.github", "keys_url must begin with \"https://\""),
    ("https://keys.github.example/all", "keys.github.example", "keys_url must be a whole address"),
    ("start = 50", "start = -1", "must be from 0 to"),
    ("start = 50", "start = 50\nlow = 1.5", "must be a number"),
    ("start = 50", "start = 50\nlwo = 10", "[credits] has no \"lwo\"; did you mean \"low\"?"),
    ("unit = \"coins\"", "unit = \" \"", "unit in [credits] must not be empty"),
    ("access = \"none\"", "limit = \"x\"\naccess = \"none\"", "so \"limit\" means nothing"),
    ("[\"/v1/things/**\"]", "[\"/v1/things/{id}/parts\"]", "both match \"GET /v1/things/{id}/parts\", and neither is an exception"),
    ("envelope = \"nested\"", "envelope = \"nest\"", "must be one of \"simple\", \"nested\", \"problem\""),
];

#[test]
fn a_mistake_in_an_optional_part_is_reported_where_it_is() {
    for (replaced, by, message) in BROKEN {
        assert!(PARTS.contains(replaced), "{replaced} is in the whole profile");
        let text = PARTS.replacen(replaced, by, 1);
        let lines = PARTS.lines().zip(text.lines());
        let line = 1 + lines.take_while(|(one, two)| one == two).count();
        assert_mistake(&text, line, message);
    }
}

#[test]
fn a_mistake_in_an_optional_part_is_reported_at_its_table() {
    let line_of = |part: &str| 1 + PARTS.lines().position(|line| line == part).unwrap();
    for (replaced, by, at, message) in [
        (
            "issuer = \"https://id.example.com\"\n",
            "",
            "[jwt]",
            "[jwt] needs \"issuer\"",
        ),
        (
            "jwks_url = \"https://id.example.com/jwks.json\"\n",
            "",
            "[jwt]",
            "needs \"secret_variable\" or \"jwks_url\"",
        ),
        (
            "jwks_url = \"https://id.example.com",
            "jwks_url = \"http://id.example.com",
            "jwks_url = \"https://id.example.com/jwks.json\"",
            "jwks_url must begin with \"https://\"",
        ),
        (
            "keys = []",
            "keys = [\"rk\"]",
            "[welcome]",
            "can not give a key of \"rk\": somebody has to tick its scopes",
        ),
        (
            "sk = 1,",
            "sk = 0,",
            "[welcome]",
            "the plan \"standard\" has no room for it",
        ),
        (
            "max_keys = 6",
            "max_keys = 1",
            "[welcome]",
            "gives 2 keys, and the plan \"standard\" has no room for as many",
        ),
        (
            "[credits]\nunit = \"coins\"\nstart = 50\ncost = 1\n",
            "\n\n\n\n",
            "cost = 3",
            "a cost needs [credits], and there is none",
        ),
    ] {
        assert!(PARTS.contains(replaced), "{replaced} is in the whole profile");
        assert_mistake(&PARTS.replacen(replaced, by, 1), line_of(at), message);
    }
}

#[test]
fn reports_of_github_are_taken_where_the_table_is() {
    let with = |table: &str| {
        let text = PARTS.replace(
            "[leaks.github]\nkeys_url = \"https://keys.github.example/all\"\n",
            table,
        );
        Profile::parse(&text, "parts.toml").unwrap().leaks.github_keys
    };
    assert_eq!(with(""), None);
    let usual = "https://api.github.com/meta/public_keys/secret_scanning";
    assert_eq!(with("[leaks.github]\n").as_deref(), Some(usual));
    let from_here = "[leaks.github]\nkeys_url = \"http://127.0.0.1:9/keys\"\n";
    assert_eq!(with(from_here).as_deref(), Some("http://127.0.0.1:9/keys"));
}

#[test]
fn an_exception_to_both_settles_which_of_two_routes_is_meant() {
    let apart = PARTS.replace("match = [\"/v1/things/**\"]", "match = [\"/v1/things/{id}/parts\"]");
    assert!(Profile::parse(&apart, "ambiguous.toml").is_err());
    let settled = apart.replacen(
        "[[route]]\n",
        "[[route]]\nmatch = [\"GET /v1/things/{id}/parts\"]\naccess = \"all\"\n\n[[route]]\n",
        1,
    );
    Profile::parse(&settled, "settled.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
}
