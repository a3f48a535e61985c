use super::*;

#[test]
fn addresses_are_checked_and_folded() {
    let folded = |typed| Email::parse(typed).map(|email| email.folded());
    assert_eq!(folded(" Alice@Example.com "), Ok("alice@example.com".into()));
    assert_eq!(Email::parse("Alice@Example.com").unwrap().as_str(), "Alice@Example.com");
    for good in [
        "o'brien+keys@example.com",
        "a.b.c@example.com",
        "_-=#{}@a-b.example",
        "root@localhost",
        "a@3com.example",
        "a@r3---sn.example",
        "a@123.example",
    ] {
        assert!(Email::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn what_no_mail_reaches_is_refused() {
    let long_label = format!("a@{}.example", "x".repeat(64));
    let long_domain = format!("a@{}example", "abcdefg.".repeat(32));
    let long_local = format!("{}@example.com", "x".repeat(65));
    let long = format!("{}@{}example", "x".repeat(64), "abcdefg.".repeat(24));
    for bad in [
        "",
        "   ",
        "alice",
        "alice@",
        "@example.com",
        "@",
        "a b@example.com",
        "a@b\r\nBcc: c@d.e",
        "a@example.com\n",
        "a@exam\0ple.com",
        "a@exa mple.com",
        "a\u{a0}@example.com",
        "a@example.com\u{2028}",
        "ä@example.com",
        "иван@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        ".@example.com",
        "\"a b\"@example.com",
        "\"a\"@example.com",
        "a\"b@example.com",
        "a@b@example.com",
        "a,b@example.com",
        "a(b)@example.com",
        "<a@example.com>",
        "Alice <a@example.com>",
        "a\\b@example.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com.",
        "a@example.com..",
        "a@example.com\u{3002}",
        "a@exam_ple.com",
        "a@-example.com",
        "a@example-.com",
        "a@example.com-",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@127.1",
        "a@example.123",
        "a@[IPv6:::1]",
        "a@::1",
        "a@example.com:25",
        "a@example.com/x",
        "a@exa%6dple.com",
        "a@xn--a.example",
        "a@xn--.example",
        "a@b\u{fc}.\u{301}example",
        long_label.as_str(),
        long_domain.as_str(),
        long_local.as_str(),
        long.as_str(),
    ] {
        assert!(Email::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn an_internationalised_domain_is_one_address_in_both_spellings() {
    let ascii = Email::parse("Alice@xn--bcher-kva.example").unwrap();
    for typed in [
        "Alice@bücher.example",
        "Alice@BÜCHER.Example",
        "Alice@bu\u{308}cher.example",
        "Alice@XN--bcher-kva.EXAMPLE",
        "Alice@bücher。example",
        "Alice@ｂücher.example",
        "Alice@bü\u{ad}cher.example",
    ] {
        let email = Email::parse(typed).unwrap();
        assert_eq!(email.folded(), ascii.folded(), "{typed}");
        assert!(email.as_str().is_ascii(), "{typed}");
        assert_eq!(email.to_string(), "Alice@bücher.example", "{typed}");
    }
    assert_ne!(
        Email::parse("a@straße.example").unwrap().folded(),
        Email::parse("a@strasse.example").unwrap().folded(),
        "two domains since 2010"
    );
}

#[test]
fn what_earlier_versions_took_is_still_read() {
    for old in ["a..b@Example.com", "a@[127.0.0.1]", "a@xn--a.example"] {
        assert_eq!(Email::kept(old).as_str(), old);
        assert_eq!(Email::kept(old).to_string(), old);
        assert_eq!(Email::presented(&format!(" {old} ")).folded(), old.to_ascii_lowercase());
    }
}
