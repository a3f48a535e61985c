use super::*;

#[test]
fn what_is_not_shaped_like_a_key_is_not_called_one() {
    for typed in [
        "019a000000007000800000000000abcd",
        "01JD5Z6Q8X9YV7W3K2M4N5P6R7",
        "req_8f14e45fceea167a5a36dedd4bea2543",
        "acme-eu2-production",
        "acmeshippingproduction2024",
        "https://example.com/w/acme/p/shop/keys",
        "alice.liddell+kh_live_@example.com",
    ] {
        assert_eq!(read(typed), Err(Refused::NotAPrefix), "{typed}");
    }
}

fn read(text: &str) -> Result<Typed, Refused> {
    super::read(&Profile::example().unwrap(), &KeyText::presented(text.to_owned()))
}

#[test]
fn a_display_prefix_is_read_as_people_read_it_out() {
    for typed in [
        "kh_live_4f7aQm2X",
        " kh_live_4f7aQm2X… ",
        "kh_live_ 4f7a Qm2X...",
        "kh_live_4f7aQm2X..",
        "kh_live_4f7aQm2X\0\n",
    ] {
        let prefix = "kh_live_4f7aQm2X".to_owned();
        let is_showable = true;
        assert_eq!(read(typed), Ok(Typed { prefix, is_showable }), "{typed}");
    }
}

#[test]
fn what_is_more_than_a_display_prefix_is_refused() {
    let whole = format!("kh_live_{}", "4f7aQm2X".repeat(5));
    for typed in [
        whole.as_str(),
        &format!("{whole}abc123"),
        &whole[..17],
        &format!("{} {}", &whole[..12], &whole[12..]),
        "whsec_4f7aQm2XvB8cT1LwYp9RzKd6",
        &whole[8..],
        &format!("Bearer {whole}"),
    ] {
        assert_eq!(read(typed), Err(Refused::WholeKey), "{typed}");
    }
}

#[test]
fn what_is_no_key_is_told_by_its_shape() {
    for email in [
        "alice@example.com",
        " a.long.local.part@mail.example.co.uk ",
        "bücher@bücher.example",
    ] {
        assert_eq!(read(email), Err(Refused::Email), "{email}");
    }
    for words in [
        "acme-international-shipping",
        "Acme International Ltd.",
        "the key for the shop",
    ] {
        assert_eq!(read(words), Err(Refused::Words), "{words}");
    }
    let whole = format!("kh_live_{}", "4f7aQm2X".repeat(5));
    for secret in [
        format!("alice@example.com {whole}"),
        format!("my key-{whole}"),
        "4f7aQm2X".repeat(5),
    ] {
        assert_eq!(read(&secret), Err(Refused::WholeKey), "{secret}");
    }
    let id = "01a22b06-35a7-7000-bbb5-4b86428906df";
    assert!(super::id(&KeyText::presented(format!(" {id}\n"))).is_some());
    assert!(super::id(&KeyText::presented(id.replace('-', ""))).is_none());
}

#[test]
fn too_little_is_no_display_prefix() {
    assert_eq!(read("  "), Err(Refused::Empty));
    assert_eq!(read("…"), Err(Refused::Empty));
    for (text, is_showable) in [
        ("kh_live_4f7", true),
        ("KH_live_4f7", true),
        ("kh", true),
        ("4f7", false),
    ] {
        let prefix = text.to_owned();
        let typed = Typed { prefix, is_showable };
        assert_eq!(read(text), Err(Refused::TooShort { least: 16, typed }));
    }
    assert!(!read("4f7aQm2X4f7aQm2X").unwrap().is_showable, "the middle of a key");
}

#[test]
fn what_is_read_out_is_understood_as_far_as_people_are_shown() {
    for (typed, prefix, is_showable) in [
        ("4f7aQm2X", "4f7aQm2X", false),
        ("4f7a Qm2X", "4f7aQm2X", false),
        ("kh-live-4f7a-Qm2X", "kh-live-4f7a-Qm2X", false),
        ("kh_live_-4f7a-Qm2X", "kh_live_-4f7a-Qm2X", true),
        ("KH_LIVE_4F7A", "KH_LIVE_4F7A", true),
        ("kilo hotel live four foxtrot seven alpha", "khlive4f7a", false),
        ("QmXa bCdE", "QmXabCdE", false),
    ] {
        let prefix = prefix.to_owned();
        assert_eq!(read(typed), Ok(Typed { prefix, is_showable }), "{typed}");
    }
}

#[test]
fn more_than_people_are_shown_is_refused_however_it_is_written() {
    let whole = "kh_live_4f7aQm2XvB8cT1LwYp9RzKd6sHj3NxGu5EoVtAiMqbWe";
    let spaced = |text: &str| {
        let characters: Vec<String> = text.chars().map(String::from).collect();
        characters.join(" ")
    };
    for typed in [
        whole.to_uppercase(),
        whole.to_lowercase(),
        whole[..17].to_uppercase(),
        whole.replace('_', ""),
        spaced(&whole.replace('_', "")),
        spaced(&whole[8..]),
        format!("kilo hotel live {}", spaced(&whole[8..30])),
    ] {
        assert_eq!(read(&typed), Err(Refused::WholeKey), "{typed}");
    }
    for typed in [&whole[8..20], "4f7aQm2Xv"] {
        assert_eq!(read(typed), Err(Refused::NotAPrefix), "{typed}");
    }
    let profile = Profile::example().unwrap();
    for typed in [
        &whole[8..24],
        &whole[..7],
        "kh_live_%%%%%%%%",
        "kh_live_4f7a%%%%",
        "4f7a\\",
        "4f7aQm2%",
    ] {
        assert_eq!(near(&profile, typed), Vec::<String>::new(), "{typed}");
    }
}
