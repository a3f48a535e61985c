//! Browsers that somebody has signed in from before. Strangers who storm an account, or the address it is used from, with wrong
//! passwords use up attempts that everybody shares; such a browser has a few of its own
//! (<https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html>, “device cookies”).
//!
//! A browser keeps a mark for each account that signed in there. A mark is a random number and a MAC over it and the account, as
//! its password is now: it says nothing about whose it is, nobody else can make one, and a new password ends it. It is no
//! credential: whoever has stolen one may guess a few times, and the password is asked for all the same.

use subtle::ConstantTimeEq;

use crate::domain::seal::SealingKey;
use crate::domain::{App, seal};
use crate::model::account::Account;
use crate::random;

/// The marks that one browser keeps: those of the accounts that signed in last.
const MARKS: usize = 4;

/// What stands between two of them.
const BETWEEN: char = '~';

/// The marks that a browser presents.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<Mark>);

#[derive(Clone, PartialEq, Eq)]
struct Mark {
    number: String,
    mac: String,
}

/// Nobody is told what may help guessing.
impl std::fmt::Debug for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mark(…)")
    }
}

impl Marks {
    /// Those in a cookie; what is none is left out.
    pub fn read(text: &str) -> Self {
        let marks = text.split(BETWEEN).filter_map(|mark| {
            let (number, mac) = mark.split_once('.')?;
            let is_one = seal::decode(number)?.len() == 16 && seal::decode(mac)?.len() == 32;
            is_one.then(|| Mark {
                number: number.to_owned(),
                mac: mac.to_owned(),
            })
        });
        Self(marks.take(MARKS).collect())
    }

    /// What the cookie holds from now on: a new mark of this account in the place of its old one.
    pub fn renewed(&self, app: &App, account: &Account) -> String {
        let number = seal::encode(&random::bytes::<16>(&*app.random));
        let (key, about) = (key(app), About::of(Some(account)));
        let mac = about.mac(&key, &number);
        let others = self.0.iter().filter(|mark| !mark.is_of(&key, about));
        let marks = [Mark { number, mac }];
        let marks = marks.iter().chain(others).take(MARKS);
        let marks: Vec<_> = marks.map(|mark| format!("{}.{}", mark.number, mark.mac)).collect();
        marks.join(&BETWEEN.to_string())
    }

    /// By what attempts of this browser for an account are counted; nothing, when nobody signed in to it there since its
    /// password was set.
    pub(super) fn number_for(&self, app: &App, account: Option<&Account>) -> Option<&str> {
        // As much work for an address that nobody has.
        let (key, about) = (key(app), About::of(account));
        let own = self.0.iter().find(|mark| mark.is_of(&key, about));
        own.filter(|_| account.is_some()).map(|mark| mark.number.as_str())
    }

    /// Whether there is any at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Mark {
    fn is_of(&self, key: &SealingKey, about: About) -> bool {
        about
            .mac(key, &self.number)
            .as_bytes()
            .ct_eq(self.mac.as_bytes())
            .into()
    }
}

/// What a mark is about: an account, and when its password was set.
#[derive(Clone, Copy)]
struct About([u8; 16], [u8; 8]);

impl About {
    fn of(account: Option<&Account>) -> Self {
        account.map_or(Self([0; 16], [0; 8]), |account| {
            Self(
                account.id.0.into_bytes(),
                account.password_changed_at.millis().to_be_bytes(),
            )
        })
    }

    fn mac(self, key: &SealingKey, number: &str) -> String {
        seal::encode(seal::mac(key, &[number.as_bytes(), &self.0, &self.1]).as_slice())
    }
}

fn key(app: &App) -> SealingKey {
    app.master_key.derive("device")
}
