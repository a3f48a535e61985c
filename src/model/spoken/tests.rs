use super::*;
use crate::profile::Profile;

fn beginnings_of(text: &str) -> Vec<String> {
    beginnings(formats(&Profile::example().unwrap()), text)
}

fn formats(profile: &Profile) -> impl Iterator<Item = &KeyFormat> + Clone {
    let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    formats.map(|(_, format)| format)
}

#[test]
fn what_cannot_be_heard_or_looks_alike_is_one() {
    for (text, normal) in [
        ("kh_live_4f7aQm2X", "kh11ve4f7aqm2x"),
        ("KH-LIVE 4F7A_QM2X", "kh11ve4f7aqm2x"),
        ("0Oo1lLiI", "00011111"),
        ("日本%\\'", ""),
    ] {
        assert_eq!(normal_form(text), normal, "{text}");
    }
}

#[test]
fn the_fixed_beginning_may_be_left_out_or_said_in_part() {
    for text in ["kh_live_4f7a", "khlive4f7a", "KH LIVE 4F7A…", "kh-1ive-4f7a"] {
        assert_eq!(beginnings_of(text), ["kh11ve4f7a"], "{text}");
    }
    assert_eq!(beginnings_of("4f7a"), ["kh11ve4f7a", "khtest4f7a"]);
    // It may be that "live" and "kh" belong to the random characters.
    assert!(beginnings_of("live4f7a").contains(&"kh11ve4f7a".to_owned()));
    assert!(beginnings_of("kh4f7a").contains(&"kh11ve4f7a".to_owned()));
}

#[test]
fn too_little_or_too_much_or_anything_else_begins_nothing() {
    let whole = "kh_live_4f7aQm2XvB8cT1LwYp9RzKd6sHj3NxGu5EoVtAiMqbWe";
    let none: Vec<String> = Vec::new();
    for text in [
        "",
        "kh_live_4f7",
        "4f7",
        "kh_live_",
        whole,
        &whole[..17],
        &whole[8..],
        &whole[8..17],
        "4f7a%",
        "%%%%",
        "4f7a\\",
        "4f7a;",
        "____",
        "4f7a日本",
        "4f7ä",
        "\0\0\0\0",
    ] {
        assert_eq!(beginnings_of(text), none, "{text}");
    }
}

#[test]
fn where_hyphens_are_random_characters_they_count() {
    let mut format = formats(&Profile::example().unwrap()).next().unwrap().clone();
    format.alphabet = Alphabet::Base64Url;
    let begin = |text: &str| beginnings([&format].into_iter(), text);
    assert_eq!(begin("kh_live_4f-a_m2X"), ["kh11ve4fam2x"]);
    assert_eq!(
        begin("kh_live_4f-a_m2Xv"),
        Vec::<String>::new(),
        "one more than people are shown"
    );
}

#[test]
fn spelling_is_understood() {
    let profile = Profile::example().unwrap();
    for (text, meant) in [
        (
            "kilo hotel live four foxtrot seven alpha Quebec mike two X-ray",
            "khlive4f7aqm2X",
        ),
        (
            "Kilo, Hotel, underscore, Lima India Victor Echo, dash, 4 foxtrot",
            "khlive4f",
        ),
        ("four f seven a capital Q m two x", "4f7aQm2x"),
        ("4f7a quebec m for mother 2 x as in xylophone", "4f7aqm2x"),
        ("double seven triple mike", "77mmm"),
        ("zero oscar one lima india", "0o1li"),
        ("4 f 7 a Qm 2 X", "4f7aQm2X"),
    ] {
        assert_eq!(spelled(formats(&profile), text).as_deref(), Some(meant), "{text}");
    }
    for text in [
        "",
        "alpha",
        "4f7aQm2X",
        "Acme Golf Club",
        "the key for the shop",
        "a%b c",
        "Hotel Victoria",
    ] {
        assert_eq!(spelled(formats(&profile), text), None, "{text}");
    }
}
