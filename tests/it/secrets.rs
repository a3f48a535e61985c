//! The sweep: the real program, its log at TRACE, lives through everything that handles secrets; afterwards none of them is
//! anywhere but with whom it was for. Searched: the database with its write-ahead log, logs, mails, all pages, headers and
//! cookies, each for the secret itself and for its usual encodings.

mod life;
mod places;

use life::Life;
use places::Place;

/// Something nobody else may read.
pub struct Secret {
    /// "a key's text"
    pub what: &'static str,
    pub text: String,
    /// Where it belongs.
    pub belongs: Belongs,
}

/// Where a secret may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    Nowhere,
    /// In the one answer with this number.
    Answer(usize),
    /// In pages and the forms on them.
    Pages,
    /// In cookies of this name.
    Cookie(&'static str),
    /// In mails, and on the pages their links open.
    Mail,
    /// On standard output, and on the page its link opens.
    Output,
}

#[tokio::test]
async fn a_secret_is_nowhere_but_with_whom_it_is_for() {
    let mut life = Life::begin().await;
    life.sign_up_and_in().await;
    life.make_keys().await;
    life.use_keys().await;
    life.deliver_webhooks().await;
    life.change_keys().await;
    life.tell_the_workspace().await;
    life.embed_and_take_in().await;
    life.forget_password().await;
    life.go_astray().await;
    let (secrets, places) = life.end().await;

    assert!(secrets.len() > 20, "the life was too short: {} secrets", secrets.len());
    for kind in ["database", "log", "mail", "page", "header", "cookie"] {
        assert!(places.iter().any(|place| place.kind == kind), "no {kind} was searched");
    }
    let mut found = Vec::new();
    for secret in &secrets {
        let needles = places::needles(&secret.text);
        for place in places.iter().filter(|place| !belongs(secret, place)) {
            if let Some(needle) = needles.iter().find(|needle| place.holds(needle)) {
                found.push(format!(
                    "{} is in the {} {} (as {needle})",
                    secret.what, place.kind, place.name
                ));
            }
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn belongs(secret: &Secret, place: &Place) -> bool {
    match secret.belongs {
        Belongs::Nowhere => false,
        Belongs::Answer(number) => place.kind == "page" && place.answer == Some(number),
        Belongs::Pages => place.kind == "page",
        Belongs::Cookie(name) => place.kind == "cookie" && place.name.starts_with(name),
        Belongs::Mail => {
            place.kind == "mail"
                || ["/verify-email", "/reset-password", "/invitations/", "/dev/mail"]
                    .iter()
                    .any(|page| place.name.contains(page))
        }
        Belongs::Output => place.kind == "output" || place.name.contains("/sign-up"),
    }
}

#[test]
fn the_sweep_finds_what_is_hidden() {
    use base64::Engine;
    let secret = "kh_live_0123456789abcdefghijklmnop";
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("xy{secret}z"));
    for text in [
        format!("…{secret}…"),
        encoded,
        data_encoding::HEXLOWER.encode(secret.as_bytes()),
        data_encoding::HEXUPPER.encode(secret.as_bytes()),
    ] {
        let place = Place::new("log", "test", text.into_bytes());
        assert!(places::needles(secret).iter().any(|needle| place.holds(needle)));
    }
    let innocent = Place::new("log", "test", b"kh_live_0123\xe2\x80\xa6".to_vec());
    assert!(!places::needles(secret).iter().any(|needle| innocent.holds(needle)));
}
