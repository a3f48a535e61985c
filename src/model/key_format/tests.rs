//! What must hold for every format and every key.

use proptest::prelude::*;
use rand::{CryptoRng, SeedableRng, rngs::StdRng};

use super::*;

fn format(prefix: &str, alphabet: Alphabet, length: usize, checksum: bool) -> KeyFormat {
    let display = Display {
        length: prefix.len() + 8,
        suffix: "…".to_owned(),
    };
    KeyFormat {
        prefix: prefix.to_owned(),
        alphabet,
        length,
        checksum,
        display,
    }
}

fn any_format() -> impl Strategy<Value = KeyFormat> {
    let alphabet = prop_oneof![Just(Alphabet::Hex), Just(Alphabet::Base62), Just(Alphabet::Base64Url)];
    ("[a-z]{1,6}_(live|test)_", alphabet, 32usize..80, any::<bool>())
        .prop_map(|(prefix, alphabet, length, checksum)| format(&prefix, alphabet, length, checksum))
}

fn minted(format: &KeyFormat, seed: u64) -> String {
    format.mint(&mut StdRng::seed_from_u64(seed)).expose_secret().to_owned()
}

proptest! {
    #[test]
    fn a_minted_text_is_accepted(format in any_format(), seed: u64) {
        let text = minted(&format, seed);
        prop_assert!(format.accepts(&text));
        prop_assert_eq!(text.len(), format.text_length());
        prop_assert!(format.overlaps(&format));
    }

    #[test]
    fn one_changed_character_is_refused(format in any_format(), seed: u64, place: prop::sample::Index, other in "[A-Za-z0-9_-]") {
        let format = KeyFormat { checksum: true, ..format };
        let text = minted(&format, seed);
        let place = place.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(place..=place, &other);
        prop_assert_eq!(format.accepts(&changed), changed == text);
    }

    #[test]
    fn a_shorter_or_longer_text_is_refused(format in any_format(), seed: u64, more in "[A-Za-z0-9]") {
        let text = minted(&format, seed);
        prop_assert!(!format.accepts(&text[..text.len() - 1]));
        let longer = format!("{text}{more}");
        prop_assert!(!format.accepts(&longer));
        prop_assert!(!format.accepts(&format.prefix));
        prop_assert!(!format.accepts(""));
    }

    #[test]
    fn any_text_at_all_can_be_judged_and_shortened(format in any_format(), text in "\\PC*") {
        format.accepts(&text);
        prop_assert!(format.display_prefix(&text).chars().count() <= format.display.length);
    }

    #[test]
    fn the_display_prefix_shows_the_prefix_and_never_more_than_its_length(format in any_format(), seed: u64) {
        let text = minted(&format, seed);
        let shown = format.display_prefix(&text);
        prop_assert_eq!(shown.len(), format.display.length);
        prop_assert!(shown.starts_with(&format.prefix) && text.starts_with(&shown));
        prop_assert_eq!(format.shown(&shown), shown + "…");
    }

    #[test]
    fn formats_that_do_not_overlap_never_share_a_text(one in any_format(), two in any_format(), seed: u64) {
        let text = minted(&one, seed);
        prop_assert!(!two.accepts(&text) || one.overlaps(&two));
    }
}

#[test]
fn a_boxed_generator_will_do() {
    let mut random = StdRng::seed_from_u64(1);
    let random: &mut dyn CryptoRng = &mut random;
    let format = format("kh_live_", Alphabet::Base62, 40, true);
    let text = format.mint(random);
    assert_eq!(text.expose_secret().len(), 54);
    assert!(format.accepts(text.expose_secret()));
}

#[test]
fn every_character_is_drawn_equally_often() {
    for (_, alphabet) in Alphabet::NAMED {
        let format = format("p_", alphabet, 62_000, false);
        let text = minted(&format, 7);
        let expected = 62_000 / alphabet.characters().len();
        for &character in alphabet.characters() {
            let count = text.as_bytes()[2..].iter().filter(|&&byte| byte == character).count();
            // Five standard deviations of about √1000; a bias towards the first characters would be a quarter.
            assert!(
                count.abs_diff(expected) < expected / 5,
                "{} drawn {count} times",
                char::from(character)
            );
        }
    }
}

#[test]
fn entropy_counts_only_what_is_random_and_hidden() {
    let kodisc = KeyFormat {
        display: Display {
            length: 16,
            suffix: String::new(),
        },
        ..format("kdsc_live_", Alphabet::Hex, 48, false)
    };
    assert_eq!(kodisc.entropy_bits(), 192.0);
    assert_eq!(kodisc.hidden_bits(), 168.0);
    assert_eq!(kodisc.text_length(), 58);
    assert!((format("k_", Alphabet::Base62, 40, true).entropy_bits() - 238.17).abs() < 0.01);
    assert_eq!(format("k_", Alphabet::Base64Url, 22, true).entropy_bits(), 132.0);
}

#[test]
fn overlap_is_about_texts_not_about_names() {
    let plain = format("ab_", Alphabet::Base62, 40, true);
    assert!(
        !plain.overlaps(&format("ab_", Alphabet::Base62, 41, true)),
        "another length"
    );
    assert!(
        !plain.overlaps(&format("ab_x_", Alphabet::Base62, 38, true)),
        "an underscore is not in base 62"
    );
    assert!(
        plain.overlaps(&format("ab_x", Alphabet::Base62, 39, true)),
        "but a letter is"
    );
    assert!(
        plain.overlaps(&format("ab_", Alphabet::Hex, 46, false)),
        "a hexadecimal text can end in a good checksum"
    );
    assert!(
        !plain.overlaps(&format("cd_", Alphabet::Base62, 40, true)),
        "another prefix"
    );
}

#[test]
fn alphabets_are_named_as_in_a_profile() {
    let named = Alphabet::NAMED.map(|(name, _)| name);
    assert_eq!(named, ["hex", "base62", "base64url"]);
    for (_, alphabet) in Alphabet::NAMED {
        assert!(alphabet.characters().iter().all(|&byte| alphabet.contains(byte)));
    }
}
