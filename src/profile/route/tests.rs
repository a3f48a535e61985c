//! Which route a request falls under, and that hostile spelling does not help.

use super::*;
use crate::profile::{Profile, UnclearRequest};

const PROFILE: &str = r#"
[api]
name = "Shipping"
base_path = "/api/v1"

[[key_type]]
id = "scoped"
label = "Scoped key"
prefix = "sk_"
access = "scopes"

[[scope]]
id = "things:read"
label = "Read"
[[scope]]
id = "things:write"
label = "Write"

[[route]]
match = ["GET /api/v1/things/public"]
[[route]]
match = ["GET /api/v1/things", "GET /api/v1/things/{id}", "GET /api/v1/files:list"]
scope = "things:read"
[[route]]
match = ["POST /api/v1/things", "DELETE /api/v1/things/*"]
scope = "things:write"
[[route]]
match = ["/api/v1/admin/**"]
access = "all"

[plan.standard]
label = "Standard"
"#;

fn profile() -> Profile {
    Profile::parse(PROFILE, "test.toml").unwrap()
}

fn place(method: &str, path: &str) -> Result<Option<usize>, UnclearRequest> {
    let profile = profile();
    let found = profile.route_of(method, path)?;
    Ok(found
        .route
        .map(|route| profile.routes.iter().position(|other| other == route).unwrap()))
}

#[test]
fn the_first_match_decides() {
    for (method, path, expected) in [
        ("GET", "/api/v1/things/public", Some(0)),
        ("GET", "/api/v1/things", Some(1)),
        ("HEAD", "/api/v1/things", Some(1)),
        ("GET", "/api/v1/things/", Some(1)),
        ("GET", "/api/v1/things?after=/api/v1//x", Some(1)),
        ("GET", "/api/v1/things/7f3a", Some(1)),
        ("GET", "/api/v1/things/a%20b%C3%A9", Some(1)),
        ("GET", "/api/v1/files:list", Some(1)),
        ("GET", "/api/v1/files%3Alist", Some(1)),
        ("GET", "/api/v1/things/a%2Db%2Ec", Some(1)),
        ("GET", "/api/v1/things/%74", Some(1)),
        ("GET", "/api/v1/things/a%3Fb", Some(1)),
        ("GET", "/api/v1/things/%41", Some(1)),
        ("POST", "/api/v1/things", Some(2)),
        ("DELETE", "/api/v1/things/7", Some(2)),
        ("PUT", "/api/v1/admin", Some(3)),
        ("BREW", "/api/v1/admin/users/7", Some(3)),
        ("GET", "/api/v1/things/7/parts", None),
        ("PUT", "/api/v1/things", None),
        ("GET", "/api/v1/administrators", None),
        ("GET", "/api/v1", None),
        ("GET", "/", None),
    ] {
        assert_eq!(place(method, path), Ok(expected), "{method} {path}");
    }
}

#[test]
fn hostile_spelling_is_refused() {
    for path in [
        "",
        "*",
        "api/v1/things",
        "http://host/api/v1/things",
        "//api/v1/things",
        "/api/v1//things",
        "/api/v1/things//",
        "/api/v1/./things",
        "/api/v1/x/../things",
        "/api/v1/things/..",
        "/api/v1/x/%2e%2e/things",
        "/api/v1/x/.%2E/things",
        "/api/v1/%74hings",
        "/api/v1%2Fthings",
        "/api/v1%5cthings",
        "/api/v1\\things",
        "/api/v1/%2574hings",
        "/api/v1/things%00",
        "/api/v1/things%0d%0a",
        "/api/v1/things%",
        "/api/v1/things%2",
        "/api/v1/things%zz",
        "/api/v1/things%+1",
        "/api/v1/things;a=b",
        "/api/v1/..;/things",
        "/api/v1/things#x",
        "/api/v1/thin gs",
        "/api/v1/things\t",
        "/api/v1/th\u{131}ngs",
        "/api/v1/%c0%afthings",
        "/API/v1/things",
        "/api/v1/Things",
        "/api/v1/FILES%3alist",
        "/API/v1/elsewhere",
        "/api/v%31/elsewhere",
        "/api/v1/%e0%80%afthings",
        "/api/v1/things/%ff",
        "/api/v1/things/%fc",
        "/api/v1/things/.../7",
        "/api/v1/x/..%20/things",
        "/api/v1/x/%20/things",
        "/api/v1/x/..%3b/things",
        "/api/v1/%3bx/things",
        "/api/v1/x/%ef%bc%8e%ef%bc%8e/things",
        "/api/v1/x%ef%bc%8fthings",
    ] {
        assert!(place("GET", path).is_err(), "{path:?}");
    }
}

#[test]
fn hostile_methods_are_refused() {
    for method in ["", "post", "Post", "POST ", "PO ST", "GET\n", "GÉT", "CONNECT", "TRACE"] {
        assert!(place(method, "/api/v1/things").is_err(), "{method:?}");
    }
}

#[test]
fn capitals_matter_only_next_to_a_rule() {
    assert_eq!(place("GET", "/api/v1/reports/ABC"), Ok(None));
    assert_eq!(place("GET", "/api/v1/things/ABC"), Ok(Some(1)));
    // "Public" could be an id or the rule above it; nobody can tell.
    assert!(place("GET", "/api/v1/things/Public").is_err());
}

#[test]
fn covering() {
    let pattern = |text: &str| PathPattern::parse(text).unwrap();
    for (wide, narrow) in [
        ("/a/**", "/a"),
        ("/a/**", "/a/b/c"),
        ("/a/*", "/a/{id}"),
        ("/**", "/a/**"),
        ("/{x}/b", "/a/b"),
    ] {
        assert!(pattern(wide).covers(&pattern(narrow)), "{wide} covers {narrow}");
    }
    for (one, other) in [
        ("/a", "/a/**"),
        ("/a/b", "/a/*"),
        ("/a/*", "/a"),
        ("/a/b/**", "/a"),
        ("/a/*", "/a/b/c"),
    ] {
        assert!(!pattern(one).covers(&pattern(other)), "{one} does not cover {other}");
    }
}

#[test]
fn patterns_are_written_as_they_were_read() {
    for text in ["/", "/**", "/a/{id}/*", "/a/b:c/**"] {
        assert_eq!(PathPattern::parse(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "a",
        "/a/",
        "//a",
        "/a/**/b",
        "/a**",
        "/a/***",
        "/a/x*",
        "/a/{}",
        "/a/{id",
        "/a/{id}.json",
        "/a b",
        "/a%20b",
        "/a/../b",
    ] {
        assert!(PathPattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn of_several_paths_the_one_of_the_request_is_named() {
    let (profile, path) = (profile(), "/api/v1/things/7");
    let route = profile.route_of("GET", path).unwrap().route.unwrap();
    let matched = route.matched("GET", path).map(|one| one.path.to_string());
    assert_eq!(matched.as_deref(), Some("/api/v1/things/{id}"));
    assert_eq!(route.matched("GET", "/api/v1/others"), None);
}

/// The places of all routes that a request has to meet, its own first.
fn all(profile: &Profile, method: &str, path: &str) -> Vec<usize> {
    let matched = profile
        .route_of(method, path)
        .unwrap_or_else(|unclear| panic!("{path}: {unclear}"));
    let place = |route: &Route| {
        profile
            .routes
            .iter()
            .position(|other| std::ptr::eq(other, route))
            .unwrap()
    };
    matched.routes().map(place).collect()
}

#[test]
fn what_servers_cut_off_is_no_way_around_a_route() {
    let profile = profile();
    for (method, path, expected) in [
        // No route of its own, but served as one.
        ("POST", "/api/v1/things.json", &[2][..]),
        ("POST", "/api/v1/things.", &[2]),
        ("POST", "/api/v1/things%20", &[2]),
        ("POST", "/api/v1/things%3Ba=b", &[2]),
        ("POST", "/api/v1/things%3Fa=b", &[2]),
        ("POST", "/api/v1/things%3F/other", &[2]),
        ("POST", "/api/v1/things%23", &[2]),
        ("POST", "/api/v1/Things.JSON", &[2]),
        ("POST", "/api/v1/%EF%BD%94hings", &[2]),
        ("POST", "/api/v1/+things", &[2]),
        ("POST", "/api/v1/things/.json", &[2]),
        ("GET", "/api/v1/admin.json/users", &[3]),
        ("GET", "/api/v1/admin./users", &[3]),
        // A route of its own, and another.
        ("GET", "/api/v1/things/public.json", &[1, 0]),
        ("GET", "/api/v1/things/public%3F", &[1, 0]),
        ("GET", "/api/v1/files%3Alist", &[1]),
        // The same route either way, or none.
        ("GET", "/api/v1/things.json/7.json", &[1]),
        ("GET", "/api/v1/things/7.json", &[1]),
        ("GET", "/api/v1/things/publicly.json", &[1]),
        ("GET", "/api/v1/files:list", &[1]),
        ("GET", "/api/v1/files.list", &[]),
        ("GET", "/api/v1/elsewhere.json", &[]),
        ("GET", "/elsewhere/things.json", &[]),
    ] {
        assert_eq!(all(&profile, method, path), expected, "{method} {path}");
    }
}

#[test]
fn a_longer_word_that_the_profile_names_is_meant() {
    let named = PROFILE.replace(
        "[[route]]\nmatch = [\"GET /api/v1/things/public\"]",
        "[[route]]\nmatch = [\"GET /api/v1/things/public\", \"POST /api/v1/things.json\"]",
    );
    let profile = Profile::parse(&named, "test.toml").unwrap();
    assert_eq!(all(&profile, "POST", "/api/v1/things.json"), [0]);
    assert_eq!(all(&profile, "POST", "/api/v1/things.json.json"), [2, 0]);
    assert_eq!(all(&profile, "POST", "/api/v1/things.xml"), [2]);
}

#[test]
fn what_can_be_read_in_too_many_ways_is_refused() {
    let routes: String = (0..5)
        .map(|scope| {
            format!(
                "[[route]]\nmatch = [\"GET /api/v1/w{}\"]\nscope = \"s{scope}\"\n",
                ".x".repeat(scope)
            )
        })
        .collect();
    let scopes: String = (0..5)
        .map(|scope| format!("[[scope]]\nid = \"s{scope}\"\nlabel = \"S{scope}\"\n"))
        .collect();
    let text = PROFILE.replacen("[[route]]", &format!("{scopes}{routes}[[route]]"), 1);
    let profile = Profile::parse(&text, "test.toml").unwrap();
    assert_eq!(all(&profile, "GET", "/api/v1/w.x"), [1]);
    assert_eq!(all(&profile, "GET", "/api/v1/w.x.y"), [0, 1]);
    assert!(profile.route_of("GET", "/api/v1/w.x.x.x.x.x").is_err());
}
