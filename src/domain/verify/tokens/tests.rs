//! What is refused at the start, and what looks like a token.

use super::*;

fn jwt(keys: JwtKeys) -> Jwt {
    Jwt {
        issuer: "https://id.example.com".to_owned(),
        audience: None,
        algorithms: vec![JwtAlgorithm::Hs256],
        keys,
        workspace_claim: "workspace".to_owned(),
        leeway_seconds: 30,
    }
}

fn start(keys: JwtKeys, secret: Option<&str>, development: bool) -> std::result::Result<(), String> {
    let environment = |name: &str| secret.filter(|_| name == "JWT_SECRET").map(SecretString::from);
    let from_here = |url: &Url| development && url.host_str() == Some("127.0.0.1");
    let tokens = Tokens::new(&jwt(keys), environment, from_here);
    tokens.map(|_| ()).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_secret_is_there_and_long_enough() {
    let named = |name: &str| JwtKeys::SecretVariable(name.to_owned());
    assert_eq!(start(named("JWT_SECRET"), Some(&"s".repeat(32)), false), Ok(()));
    for (name, secret) in [("JWT_SECRET", None), ("OTHER", Some("s"))] {
        let refused = start(named(name), secret, false).unwrap_err();
        assert!(refused.contains(name), "{refused}");
    }
    let short = "tell-nobody-of-these-31-bytes-!";
    let refused = start(named("JWT_SECRET"), Some(short), false).unwrap_err();
    assert!(refused.contains("31 bytes") && !refused.contains(short), "{refused}");
}

#[test]
fn keys_come_encrypted_or_from_this_machine() {
    let at = |url: &str, development| start(JwtKeys::Jwks(url.to_owned()), None, development).is_ok();
    for (url, development, is_fine) in [
        ("https://id.example.com/jwks.json", false, true),
        ("http://id.example.com/jwks.json", true, false),
        ("http://127.0.0.1:9000/jwks.json", true, true),
        ("http://127.0.0.1:9000/jwks.json", false, false),
        ("file:///etc/passwd", true, false),
        ("jwks.json", true, false),
    ] {
        assert_eq!(at(url, development), is_fine, "{url} {development}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let environment = |_: &str| Some(SecretString::from("x7".repeat(16)));
    let tokens = Tokens::new(&jwt(JwtKeys::SecretVariable("S".to_owned())), environment, |_| false).unwrap();
    let printed = format!("{tokens:?}");
    assert!(!printed.contains("x7x7") && !printed.contains("120, 55"), "{printed}");
}

#[test]
fn a_token_has_three_parts_of_base64() {
    for (text, is_like) in [
        ("eyJ.eyJ.sig", true),
        ("a.b.", true),
        ("a..c", false),
        (".b.c", false),
        ("a.b", false),
        ("a.b.c.d", false),
        ("a.b.c=", false),
        ("a.b .c", false),
        ("", false),
    ] {
        assert_eq!(Tokens::are_like(text), is_like, "{text}");
    }
    assert!(!Tokens::are_like(&format!("a.{}.c", "b".repeat(LONGEST))));
}
