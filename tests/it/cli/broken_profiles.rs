//! Broken profiles, each shown to the real program: what it says, where, and that nothing is served with one.

use super::installation::Installation;

const WHOLE: &str = include_str!("../../../src/profile/check/tests/whole.toml");
const PARTS: &str = include_str!("../../../src/profile/check/tests/parts.toml");

/// A whole profile, what is replaced in it, and by what; then all that is said: the line it is said of, which the broken file
/// has once or has first, and the sentence.
type Broken = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const BROKEN: &[Broken] = &[
    (WHOLE, "name = \"Things\"", "name = \"Things", &[("name = \"Things", "invalid basic string, expected `\"`")]),
    (WHOLE, "name = \"Things\"", "nmae = \"Things\"", &[
        ("[api]", "[api] needs \"name\""),
        ("nmae", "[api] has no \"nmae\"; did you mean \"name\"?"),
    ]),
    (WHOLE, "[api]\n", "[apis]\n", &[
        ("[apis]", "a profile has no \"apis\"; did you mean \"api\"?"),
        ("[apis]", "a profile needs \"api\""),
    ]),
    (WHOLE, "\"/api/v1\"\n", "\"/api/v1/\"\n", &[
        ("\"/api/v1/\"", "base_path must name a path and not end with a slash: \"/api/v1\""),
    ]),
    (WHOLE, "\"header:X-Things-Key\"", "\"header:Cookie\"", &[
        ("header:Cookie", "the header cookie means something else and can not carry a key"),
    ]),
    (WHOLE, "default_plan = \"pro\"", "default_plan = \"por\"", &[
        ("\"por\"", "there is no plan \"por\"; did you mean \"pro\"?"),
    ]),
    (WHOLE, "length = 40", "length = 21", &[
        ("length = 21", "the secret has 125 bits and needs 128: make it at least 22 characters long"),
    ]),
    (WHOLE, "environment = \"test\"", "environment = \"tset\"", &[
        ("tset", "environment in [[key_type]] must be one of \"live\", \"test\", not \"tset\"; did you mean \"test\"?"),
    ]),
    (WHOLE, "prefix = \"th_test_\"", "prefix = \"th_\" ", &[
        ("prefix = \"th_\" ", "test keys of \"trial\" can be taken for live keys of \"full\": give them another prefix"),
        ("prefix = \"th_\" ", "test keys of \"trial\" can be taken for live keys of \"scoped\": give them another prefix"),
    ]),
    (WHOLE, "access = \"read\"", "access = \"raed\"", &[
        ("raed", "access in [[key_type]] must be one of \"all\", \"read\", \"scopes\", not \"raed\"; did you mean \"read\"?"),
    ]),
    (WHOLE, "access = \"read\"", "access = 'all'", &[
        ("'all'", "a public key is read by anybody, so it must not have access \"all\""),
    ]),
    (WHOLE, "group = \"things\"", "group = \"thing\"", &[
        ("id = \"things\"", "the scope group \"things\" has no scope in it"),
        ("group = \"thing\"", "there is no scope group \"thing\"; did you mean \"things\"?"),
    ]),
    (WHOLE, "id = \"audit-log:read\"", "id = 'things:read'", &[
        ("'things:read'", "there is a scope \"things:read\" already, in line 38"),
    ]),
    (WHOLE, "key_type = \"scoped\"", "key_type = \"scope\"", &[
        ("key_type = \"scope\"", "there is no key type \"scope\"; did you mean \"scoped\"?"),
    ]),
    (WHOLE, "[\"GET /api/v1/things\",", "[\"GTE /api/v1/things\",", &[
        ("GTE", "\"GTE\" in \"GTE /api/v1/things\" is no method; did you mean \"GET\"?"),
    ]),
    (WHOLE, "[\"GET /api/v1/things\",", "[\"GET /things\",", &[
        ("GET /things", "\"/things\" is not under base_path; did you mean \"/api/v1/things\"?"),
    ]),
    (WHOLE, "scope = \"things:read\"", "scope = \"things:raed\"", &[
        ("raed", "there is no scope \"things:raed\"; did you mean \"things:read\"?"),
    ]),
    (WHOLE, "[\"/api/v1/things/**\"]", "[\"HEAD /api/v1/things/7\"]", &[
        ("HEAD", "\"HEAD /api/v1/things/7\" can never match: line 54 takes all its requests first"),
    ]),
    (WHOLE, "limit = \"writes\"", "limit = \"write\"", &[
        ("\"write\"", "there is no limit \"write\"; did you mean \"writes\"?"),
    ]),
    (WHOLE, "count = 100", "count = \"100\"", &[
        ("\"100\"", "count in [limit.requests] must be a number, not text"),
    ]),
    (WHOLE, "per = \"hour\"", "per = \"hours\"", &[
        ("hours", "per in [limit.writes] must be one of \"second\", \"minute\", \"hour\", \"day\", not \"hours\"; did you mean \"hour\"?"),
    ]),
    (WHOLE, "keys = { full = 1 }", "keys = { ful = 1 }", &[
        ("ful = 1", "there is no key type \"ful\"; did you mean \"full\"?"),
    ]),
    (WHOLE, "envelope = \"problem\"", "envelope = \"problems\"", &[
        ("problems", "envelope in [errors] must be one of \"simple\", \"nested\", \"problem\", not \"problems\"; did you mean \"problem\"?"),
    ]),
    (PARTS, "[\"RS256\", \"ES256\"]", "[\"none\"]", &[
        ("\"none\"]", "\"none\" is no algorithm that is taken: use HS256, RS256, ES256 or EdDSA"),
    ]),
    (PARTS, "pairs = [\"main\"]", "pairs = [\"mian\"]", &[
        ("mian", "there is no pair \"mian\"; did you mean \"main\"?"),
    ]),
    (PARTS, "token_prefix = \"in_\"", "token_prefx = \"in_\"", &[
        ("[inbound]", "[inbound] needs \"token_prefix\""),
        ("token_prefx", "[inbound] has no \"token_prefx\"; did you mean \"token_prefix\"?"),
    ]),
    (PARTS, "[\"/v1/things/**\"]", "[\"/v1/things/{id}/parts\"]", &[
        ("parts", "\"/v1/things/{id}/parts\" and \"GET /v1/things/**\" in line 72 both match \"GET /v1/things/{id}/parts\", and \
                   neither is an exception to the other: give \"GET /v1/things/{id}/parts\" a route of its own before them"),
    ]),
    (PARTS, "[credits]\nunit = \"coins\"\nstart = 50\ncost = 1\n", "", &[
        ("cost = 3", "a cost needs [credits], and there is none"),
    ]),
];

const _: () = assert!(BROKEN.len() >= 20);

#[tokio::test]
async fn each_of_them_yields_its_message_with_its_line() {
    let keyhatch = Installation::new().await;
    let file = keyhatch.path("my-api.toml");
    let path = file.display().to_string();
    for whole in [WHOLE, PARTS] {
        std::fs::write(&file, whole).unwrap();
        let ran = keyhatch.run(&["profile", "check", &path]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert!(ran.out.starts_with(&format!("{path} is fine: ")), "{}", ran.out);
    }
    for (whole, replaced, by, said) in BROKEN {
        assert!(whole.contains(replaced), "{replaced}");
        let text = whole.replacen(replaced, by, 1);
        std::fs::write(&file, &text).unwrap();
        let ran = keyhatch.run(&["profile", "check", &path]);
        let lines = said.iter().map(|(at, sentence)| {
            let line = text.lines().position(|line| line.contains(at)).unwrap() + 1;
            format!("{path}:{line}: {sentence}\n")
        });
        let expected: String = lines.collect();
        assert_eq!(ran.err.trim_end(), expected.trim_end(), "{by}");
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{by}");
    }
}

#[tokio::test]
async fn nothing_is_served_with_one() {
    let keyhatch = Installation::new().await;
    let file = keyhatch.path("my-api.toml");
    let path = file.display().to_string();
    let before: Vec<_> = std::fs::read_dir(keyhatch.data.path()).unwrap().collect();
    for (whole, replaced, by, said) in BROKEN.iter().step_by(5) {
        std::fs::write(&file, whole.replacen(replaced, by, 1)).unwrap();
        let checked = keyhatch.run(&["profile", "check", &path]);
        for arguments in [&["serve", "--profile", &path][..], &["--profile", &path]] {
            let ran = keyhatch.run(arguments);
            assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{by}");
            let expected = format!("--profile: the profile cannot be served:\n{}", checked.err);
            assert_eq!(ran.err, expected, "{by}: the same words");
            assert!(ran.err.contains(said[0].1));
        }
    }
    let after = std::fs::read_dir(keyhatch.data.path()).unwrap().count();
    assert_eq!(after, before.len() + 1, "nothing was made, beside the profile itself");
}
