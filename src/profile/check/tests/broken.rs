//! One broken profile a row: what is replaced in the whole one, the line of the mistake, a part of its message.

use super::WHOLE;
use crate::profile::Profile;

type Row = (&'static str, &'static str, &'static str);

/// Replaced, by, message; a row a line. The mistake is in the first line that changed.
#[rustfmt::skip]
const IN_PLACE: &[Row] = &[
    ("name = \"Things\"", "name = \"Things", "string"),
    ("name = \"Things\"", "name = \"Things\"\nname = \"Other\"\n", "duplicate key"),
    ("name = \"Things\"", "name = \" \"", "name in [api] must not be empty"),
    ("name = \"Things\"", "name = [\"Things\"]", "must be text in quotes, not a list"),
    ("name = \"Things\"", "name = \"Th\\ning\"", "must be one line"),
    ("\"/api/v1\"\n", "\"api/v1\"\n", "must begin with a slash: \"/api/v1\""),
    ("\"/api/v1\"\n", "\"/api/v1/\"\n", "not end with a slash: \"/api/v1\""),
    ("\"/api/v1\"\n", "\"/\"\n", "must name a path"),
    ("\"/api/v1\"\n", "\"/api//v1\"\n", "between single slashes"),
    ("\"/api/v1\"\n", "\"/../v1\"\n", "between single slashes"),
    ("\"/api/v1\"\n", "\"/w/v1\"\n", "must not begin with /w"),
    ("\"/api/v1\"\n", "\"/Staff\"\n", "must not begin with /staff"),
    ("\"/api/v1\"\n", "\"/provider/v1\"\n", "must not begin with /provider"),
    ("\"https://api.example.com\"", "\"https://api.example.com/v1\"", "scheme and a host alone"),
    ("\"https://api.example.com\"", "\"https://me@example.com\"", "scheme and a host alone"),
    ("\"https://api.example.com\"", "\"api.example.com\"", "scheme and a host alone"),
    ("\"https://example.com/docs\"", "\"javascript:alert(1)\"", "must be a whole address"),
    ("[\"bearer\", ", "[\"baerer\", ", "did you mean \"bearer\"?"),
    ("[\"bearer\", \"header:X-Things-Key\"]", "[]", "at least one place"),
    ("[\"bearer\", \"header:X-Things-Key\"]", "\"bearer\"", "must be a list in [ ], not text"),
    ("\"header:X-Things-Key\"", "\"header:Cookie\"", "means something else"),
    ("\"header:X-Things-Key\"", "\"header:X-Forwarded-For\"", "means something else"),
    ("\"header:X-Things-Key\"", "\"header:Authorization\"", "write \"bearer\""),
    ("\"header:X-Things-Key\"", "\"header:a b\"", "can not be the name of a header"),
    ("\"header:X-Things-Key\"", "\"bearer\"", "has \"bearer\" already"),
    ("keys_belong_to = \"workspace\"", "keys_belong_to = \"workspaces\"", "did you mean \"workspace\"?"),
    ("default_plan = \"pro\"", "default_plan = \"por\"", "there is no plan \"por\"; did you mean \"pro\"?"),
    ("id = \"full\"", "id = \"Full\"", "is no id for a key type"),
    ("id = \"scoped\"", "id = \"full\"", "there is a key type \"full\" already, in line 11"),
    ("prefix = \"th_\"", "prefix = \"th live_\"", "is no prefix"),
    ("prefix = \"th_\"", "prefix = \"\"", "is no prefix"),
    ("prefix = \"th_test_\"", "prefix = \"th_\"", "can be taken for live keys of \"full\": give them another prefix"),
    ("prefix = \"th_test_\"", "prefixes = { live = \"a_\", test = \"a_\" }", "prefixes of live and test keys must differ"),
    ("prefix = \"th_test_\"", "prefixes = { prod = \"a_\", test = \"b_\" }", "has no \"prod\""),
    ("prefix = \"th_test_\"", "prefixes = {}", "must have \"live\", \"test\" or both"),
    ("environment = \"test\"", "environment = \"tset\"", "did you mean \"test\"?"),
    ("secret = { alphabet", "secret = { alphabte", "did you mean \"alphabet\"?"),
    ("secret = { alphabet = \"base62\"", "secret = { alphabet = \"base64\"", "did you mean \"base62\"?"),
    ("length = 40", "length = 21", "has 125 bits and needs 128: make it at least 22"),
    ("length = 40", "length = 192", "a key would be 201 characters long"),
    ("length = 40", "length = -1", "must be from 1 to"),
    ("length = 40", "length = 40.0", "must be a number, not a number with a fraction"),
    ("checksum = true", "checksum = \"yes\"", "must be true or false, not text"),
    ("display = { length = 11", "display = { length = 22", "leaves 125 bits hidden and must leave 128"),
    ("display = { length = 11", "display = { length = 3", "must go beyond its prefix \"th_\": at least 4"),
    ("suffix = \"..\"", "suffix = \".........\"", "at most 8 characters"),
    ("access = \"all\"\n\n[[key", "access = \"al\"\n\n[[key", "must be one of \"all\", \"read\", \"scopes\""),
    ("access = \"read\"", "access = \"all\"", "must not have access \"all\""),
    ("public = true", "pubic = true", "[[key_type]] has no \"pubic\"; did you mean \"public\"?"),
    ("id = \"things\"", "id = \"thing\"", "the scope group \"thing\" has no scope in it"),
    ("group = \"things\"", "group = \"thing\"", "there is no scope group \"thing\"; did you mean \"things\"?"),
    ("id = \"audit-log:read\"", "id = \"things:read\"", "there is a scope \"things:read\" already, in line 38"),
    ("key_type = \"scoped\"", "key_type = \"scope\"", "there is no key type \"scope\"; did you mean \"scoped\"?"),
    ("expires_in_days = 30", "expires_in_days = 0", "must be from 1 to"),
    ("expires_in_days = 30", "expires_in_days = 4000", "must be at most 3650"),
    ("[\"GET /api/v1/things\",", "[\"GTE /api/v1/things\",", "is no method; did you mean \"GET\"?"),
    ("[\"GET /api/v1/things\",", "[\"get /api/v1/things\",", "is no method; did you mean \"GET\"?"),
    ("[\"GET /api/v1/things\",", "[\"GET api/v1/things\",", "must begin with a slash"),
    ("[\"GET /api/v1/things\",", "[\"GET /things\",", "did you mean \"/api/v1/things\"?"),
    ("[\"GET /api/v1/things\",", "[\"GET /api/v1/things/\",", "a slash at the end"),
    ("[\"GET /api/v1/things\",", "[\"GET /api/v1/{id}.json\",", "has the segment \"{id}.json\""),
    ("[\"/api/v1/things/**\"]", "[\"HEAD /api/v1/things/7\"]", "can never match: line 54 takes"),
    ("[\"/api/v1/things/**\"]", "[]", "at least one request"),
    ("scope = \"things:read\"", "scope = \"things:raed\"", "did you mean \"things:read\"?"),
    ("limit = \"writes\"", "limit = \"write\"", "there is no limit \"write\"; did you mean \"writes\"?"),
    ("access = \"all\"\nlimit", "access = \"scopes\"\nlimit", "must be one of \"read\", \"all\""),
    ("count = 100", "count = 0", "must be from 1 to"),
    ("count = 100", "count = 4_000_000_000", "at most 1000000000"),
    ("count = 100", "count = 99_000_000_000", "must be from 1 to"),
    ("of = \"workspace\"", "of = \"account\"", "must be one of \"key\", \"workspace\""),
    ("keys = { full = 1 }", "keys = { ful = 1 }", "there is no key type \"ful\"; did you mean \"full\"?"),
    ("keys = { full = 1 }", "keys = { full = \"none\" }", "must be a number or \"unlimited\", not text"),
    ("limits = { requests = 1_000 }", "limits = { request = 1_000 }", "there is no limit \"request\"; did you mean"),
    ("limits = { requests = 1_000 }", "limits = { requests = 0 }", "must be from 1 to"),
    ("envelope = \"problem\"", "envelope = \"problems\"", "did you mean \"problem\"?"),
    ("case = \"upper\"", "style = \"upper\"", "[errors] has no \"style\""),
];

/// Replaced, by, line, message; the mistake is not where the replacement is.
#[rustfmt::skip]
const ELSEWHERE: &[(&str, &str, usize, &str)] = &[
    ("[api]\n", "[apis]\n", 1, "a profile needs \"api\""),
    ("[api]\n", "[apis]\n", 1, "a profile has no \"apis\"; did you mean \"api\"?"),
    ("[api]\n", "[[api]]\n", 1, "api in a profile must be a table, not a list"),
    ("base_path = \"/api/v1\"", "", 1, "[api] needs \"base_path\""),
    ("label = \"Full key\"", "", 10, "[[key_type]] needs \"label\""),
    ("prefix = \"th_test_\"", "", 25, "[[key_type]] needs \"prefix\", or \"prefixes\""),
    ("\nprefix = \"th_test_\"", "\nprefixes.test = \"th_test_\"", 28, "must be no \"environment\""),
    ("access = \"read\"", "", 25, "[[key_type]] needs \"access\""),
    ("length = 40, checksum = true", "length = 46, checksum = false", 21, "or exactly the same prefix, secret and display"),
    ("display = { length = 11", "display = { length = 12", 21, "live keys of \"scoped\" can be taken for live keys"),
    ("key_type = \"scoped\"", "key_type = \"full\"", 50, "only for a key type with access \"scopes\""),
    ("access = \"scopes\"", "access = \"read\"", 50, "only for a key type with access \"scopes\""),
    ("match = [\"/api", "matches = [\"/api", 57, "[[route]] needs \"match\""),
    ("[\"GET /api/v1/things\", ", "[\"/api/v1/**\", ", 54, "\"GET /api/v1/things/{id}\" can never match"),
    ("[\"GET /api/v1/things\", ", "[\"/api/v1/**\", ", 58, "can never match: line 54 takes all its requests first"),
    ("per = \"minute\"", "", 63, "[limit.requests] needs \"per\""),
    ("count = 50", "", 67, "[limit.writes] needs \"count\""),
    ("label = \"Starter\"", "", 72, "[plan.starter] needs \"label\""),
    ("[plan.starter]", "[plan.Starter]", 72, "\"Starter\" is no id for a plan"),
    ("[limit.writes]", "[[limit.writes]]", 67, "writes in [limit] must be a table, not a list"),
];

pub(super) fn assert_mistake(text: &str, line: usize, part: &str) {
    let Err(mistakes) = Profile::parse(text, "broken.toml") else {
        panic!("no mistake: {part}")
    };
    let found = mistakes
        .iter()
        .any(|mistake| mistake.line == line && mistake.message.contains(part));
    assert!(found, "wanted line {line}: {part}\nfound:\n{mistakes}");
}

#[test]
fn a_mistake_is_reported_where_it_is() {
    for (replaced, by, message) in IN_PLACE {
        assert!(WHOLE.contains(replaced), "{replaced} is in the whole profile");
        let text = WHOLE.replacen(replaced, by, 1);
        let line = 1 + WHOLE
            .lines()
            .zip(text.lines())
            .take_while(|(one, two)| one == two)
            .count();
        assert_mistake(&text, line, message);
    }
}

#[test]
fn a_mistake_is_reported_at_its_table() {
    for (replaced, by, line, message) in ELSEWHERE {
        assert!(WHOLE.contains(replaced), "{replaced} is in the whole profile");
        assert_mistake(&WHOLE.replacen(replaced, by, 1), *line, message);
    }
}

#[test]
fn whole_parts_that_are_missing_or_shaped_wrongly() {
    let head = "[api]\nname = \"A\"\nbase_path = \"/v1\"\n";
    let key_type = "[[key_type]]\nid = \"key\"\nlabel = \"Key\"\nprefix = \"k_\"\naccess = \"scopes\"\n";
    let plan = "[plan.one]\nlabel = \"One\"\n";
    assert_mistake("", 1, "a profile needs \"api\"");
    assert_mistake(head, 1, "needs at least one [[key_type]]");
    assert_mistake(head, 1, "needs at least one plan, such as [plan.standard]");
    assert_mistake(
        &format!("{head}{key_type}{plan}"),
        8,
        "needs at least one [[scope]], and there is none",
    );
    let single = key_type.replace("[[key_type]]", "[key_type]");
    assert_mistake(
        &format!("{head}{single}{plan}"),
        4,
        "write [[key_type]] with double brackets",
    );
    assert_mistake(
        &format!("{head}{key_type}[[plan]]\nlabel = \"One\"\n"),
        9,
        "write [plan.name]",
    );
    assert_mistake("a = 1\nb = [1,\nc = \"x\n", 3, "");
}

#[test]
fn no_text_at_all_makes_the_reader_fall_over() {
    for end in (0..WHOLE.len()).filter(|end| WHOLE.is_char_boundary(*end)).step_by(7) {
        assert!(Profile::parse(&WHOLE[..end], "cut.toml").is_err() || end > WHOLE.len() - 40);
        let without_line = format!(
            "{}{}",
            &WHOLE[..end],
            WHOLE[end..].split_once('\n').map_or("", |(_, rest)| rest)
        );
        let _ = Profile::parse(&without_line, "cut.toml");
    }
}
