//! Throttles for what can be guessed at: so many attempts for an account and for an address, then a wait.
//!
//! In memory: a restart forgives, and each node counts for itself. Strangers choose what is counted here, so it takes no more
//! memory than it may, whatever they choose.
//!
//! Each kind has places of its own, and when there is none left for somebody new, they get the place that would be
//! forgiven first, out of a few. To refuse them instead would let a stranger lock everybody out; to let them pass uncounted
//! would let everybody in. So an attacker who wants an account forgotten, to guess at it again, has to fill its kind with
//! others that have been tried as often, and pay for a password's hash each time. Networks, of which somebody may have
//! thousands, only take the places of networks; with thousands they have as many times the attempts anyway.

use std::net::IpAddr;

use parking_lot::Mutex;

use crate::domain::seal;
use crate::error::{AppError, Result};
use crate::model::timestamp::{HOUR, MINUTE, Timestamp};
use crate::random::{self, Random};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Wrong passwords for one account.
    SignInAccount,
    /// Wrong passwords for an account, in a browser that it was signed in to before.
    SignInDevice,
    /// Wrong passwords from one address.
    SignInAddress,
    /// Sign-ups from one address.
    SignUpAddress,
    /// Mails to one account.
    MailAccount,
    /// Mails asked for from one address.
    MailAddress,
    /// Re-entered passwords of a signed-in account.
    ConfirmPassword,
    /// Test events, and events sent again, by one workspace.
    SendByHand,
    /// Requests without a key, from one address, that are noted one by one.
    NoteAddress,
    /// The same, where one of the provider’s own systems asks and does not say for which address.
    NoteProvider,
    /// Keys that somebody at one address reports as leaked.
    LeakAddress,
    /// Invitations of one workspace, and of one person.
    InvitationSender,
    /// Invitations to one address.
    InvitationAddress,
}

impl Attempt {
    /// All of them, in their order.
    const ALL: [Self; 13] = [
        Self::SignInAccount,
        Self::SignInDevice,
        Self::SignInAddress,
        Self::SignUpAddress,
        Self::MailAccount,
        Self::MailAddress,
        Self::ConfirmPassword,
        Self::SendByHand,
        Self::NoteAddress,
        Self::NoteProvider,
        Self::LeakAddress,
        Self::InvitationSender,
        Self::InvitationAddress,
    ];

    /// How many attempts at once, and how long until one more is allowed.
    fn burst_and_interval(self) -> (i64, i64) {
        match self {
            Attempt::SignInAccount => (10, 2 * MINUTE),
            Attempt::SignInDevice => (5, 10 * MINUTE),
            Attempt::SignInAddress => (50, MINUTE / 2),
            Attempt::SignUpAddress => (20, 3 * MINUTE),
            Attempt::MailAccount => (4, HOUR / 4),
            Attempt::MailAddress => (20, 3 * MINUTE),
            Attempt::ConfirmPassword => (10, 2 * MINUTE),
            Attempt::SendByHand => (20, MINUTE / 6),
            Attempt::NoteAddress => (100, MINUTE / 3),
            Attempt::NoteProvider => (1_000, MINUTE / 30),
            Attempt::LeakAddress => (30, MINUTE / 2),
            Attempt::InvitationSender => (50, 6 * MINUTE),
            Attempt::InvitationAddress => (4, HOUR / 4),
        }
    }
}

/// How many kinds there are.
const KINDS: usize = Attempt::ALL.len();

/// Parts of a kind, each with a lock of its own.
const PARTS: usize = 2_048;

/// Parts of what is only noted: whoever takes all their places gets at nobody's account.
const FEW_PARTS: usize = 64;

/// Places of a part. All of them together take (8 · 2,048 + 5 · 64) · 32 · 24 bytes: 13 MB, and half a megabyte while they are empty.
const PLACES: usize = 32;

/// Attempts so far, as the theoretical arrival time of GCRA (ITU-T I.371).
pub struct Throttle {
    /// Nobody else knows who shares a part with whom, so nobody can choose their neighbours.
    seed: [u8; 32],
    /// Those of each kind.
    parts: [Box<[Part]>; KINDS],
}

type Part = Mutex<Vec<Place>>;

/// As large for a long name as for a short one.
#[derive(Clone, Copy, Debug)]
struct Place {
    who: [u8; 16],
    /// When all is forgiven.
    arrival: i64,
}

impl Throttle {
    /// Nobody has attempted anything.
    pub fn new(random: &dyn Random) -> Self {
        Self::with_parts(random::bytes(random), PARTS, FEW_PARTS)
    }

    fn with_parts(seed: [u8; 32], parts: usize, few: usize) -> Self {
        let some = |parts| (0..parts).map(|_| Mutex::default()).collect();
        let of = |kind| match kind {
            Attempt::NoteAddress
            | Attempt::NoteProvider
            | Attempt::LeakAddress
            | Attempt::InvitationSender
            | Attempt::InvitationAddress => some(few),
            _ => some(parts),
        };
        Self {
            seed,
            parts: Attempt::ALL.map(of),
        }
    }

    /// Counts an attempt, or says how long to wait. `who` is what was typed, an id, or an address: which of them are the same is
    /// decided here.
    pub fn attempt(&self, kind: Attempt, who: &str, now: Timestamp) -> Result<()> {
        let (_, interval) = kind.burst_and_interval();
        let (part, who) = self.place(kind, who);
        let mut places = part.lock();
        let arrival = arrival(&mut places, who, now);
        let start = (*arrival).max(now.millis());
        let wait = wait(*arrival, kind, now);
        if wait > 0 {
            return Err(AppError::RateLimited {
                retry_after_seconds: (wait as u64).div_ceil(1000),
            });
        }
        *arrival = start + interval;
        Ok(())
    }

    /// Until when the next attempt has to wait; nothing when it has not to. Nothing is counted.
    pub fn waits_until(&self, kind: Attempt, who: &str, now: Timestamp) -> Option<Timestamp> {
        let (part, who) = self.place(kind, who);
        let known = part.lock().iter().find(|place| place.who == who).copied()?;
        let wait = wait(known.arrival, kind, now);
        (wait > 0).then(|| now.plus(wait))
    }

    /// Forgets an account's wrong passwords once the right one was given.
    pub fn forgive(&self, kind: Attempt, who: &str) {
        let (part, who) = self.place(kind, who);
        part.lock().retain(|place| place.who != who);
    }

    fn place(&self, kind: Attempt, who: &str) -> (&Part, [u8; 16]) {
        let digest = seal::mac(&self.seed, &[&counted_as(who)]);
        let (mut who, mut part) = ([0; 16], [0; 8]);
        who.copy_from_slice(&digest[..16]);
        part.copy_from_slice(&digest[16..24]);
        let parts = &self.parts[kind as usize];
        (&parts[usize::from_le_bytes(part) % parts.len()], who)
    }
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

/// How long an attempt has to wait where all is forgiven at `arrival`, in milliseconds.
fn wait(arrival: i64, kind: Attempt, now: Timestamp) -> i64 {
    let (burst, interval) = kind.burst_and_interval();
    arrival.max(now.millis()) - now.millis() - (burst - 1) * interval
}

/// Names without case and what stands around them. Of an IPv6 address its /64, which is the least that anybody is given: who has
/// one has 2^64 addresses.
fn counted_as(who: &str) -> Vec<u8> {
    let who = who.trim();
    match who.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.octets().to_vec(),
        Ok(IpAddr::V6(address)) => address.octets()[..8].to_vec(),
        Err(_) => who.to_ascii_lowercase().into_bytes(),
    }
}

/// Where the arrival of `who` stands; if it does not yet, in the place of whoever is forgiven, or will be first.
fn arrival(places: &mut Vec<Place>, who: [u8; 16], now: Timestamp) -> &mut i64 {
    let new = Place { who, arrival: 0 };
    let known = places.iter().position(|place| place.who == who);
    let position = known.unwrap_or_else(|| {
        let places_of_others = places.iter().map(|place| place.arrival).enumerate();
        match places_of_others.min_by_key(|(_, arrival)| *arrival) {
            Some((first, arrival)) if arrival <= now.millis() || places.len() >= PLACES => {
                places[first] = new;
                first
            }
            _ => {
                places.push(new);
                places.len() - 1
            }
        }
    });
    &mut places[position].arrival
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    /// Everybody shares a part.
    fn crowded() -> Throttle {
        Throttle::with_parts([7; 32], 1, 1)
    }

    /// How often it is let through at once.
    fn attempts(throttle: &Throttle, kind: Attempt, who: &str) -> usize {
        (0..100)
            .take_while(|_| throttle.attempt(kind, who, now()).is_ok())
            .count()
    }

    #[test]
    fn the_wait_it_names_is_the_wait_it_keeps() {
        let throttle = Throttle::with_parts([7; 32], PARTS, FEW_PARTS);
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, "alice"), 10);
        let Err(AppError::RateLimited { retry_after_seconds }) =
            throttle.attempt(Attempt::SignInAccount, "alice", now())
        else {
            panic!("the eleventh attempt passes");
        };
        let wait = i64::try_from(retry_after_seconds).unwrap() * 1000;
        let until = throttle.waits_until(Attempt::SignInAccount, "Alice", now()).unwrap();
        assert!((wait - 1000..=wait).contains(&(until.millis() - now().millis())));
        assert!(throttle.waits_until(Attempt::SignInAccount, "alice", until).is_none());
        assert!(throttle.waits_until(Attempt::SignInAccount, "bob", now()).is_none());
        let after = |millis| throttle.attempt(Attempt::SignInAccount, "alice", now().plus(millis));
        assert!(after(wait - 1000).is_err());
        assert!(after(wait).is_ok());
        assert!(throttle.attempt(Attempt::SignInAccount, "bob", now()).is_ok());
    }

    #[test]
    fn one_name_is_one_however_it_is_typed() {
        let throttle = crowded();
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, " Alice@Example.com"), 10);
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, "alice@example.com "), 0);
        assert_eq!(
            attempts(&throttle, Attempt::ConfirmPassword, "alice@example.com"),
            10,
            "another kind"
        );
        throttle.forgive(Attempt::SignInAccount, "ALICE@example.com");
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, "alice@example.com"), 10);
    }

    #[test]
    fn a_network_is_counted_as_one_address() {
        let throttle = crowded();
        let left = |address| attempts(&throttle, Attempt::SignUpAddress, address);
        assert_eq!(left("2001:db8:0:1::1"), 20);
        assert_eq!(left("2001:db8:0:1:ffff:ffff:ffff:ffff"), 0, "the same /64");
        assert_eq!(left("2001:db8:0:2::1"), 20, "the next one");
        assert_eq!(left("192.0.2.1"), 20);
        assert_eq!(left("::ffff:192.0.2.1"), 0, "the same address in other words");
        assert_eq!(left("::ffff:192.0.2.2"), 20, "the next one");
        assert_eq!(left("unknown"), 20);
    }

    #[test]
    fn a_long_name_costs_no_more_than_a_short_one() {
        // There is nothing in a place that could point to more.
        fn is_flat<T: Copy>() -> usize {
            size_of::<T>()
        }
        assert_eq!(is_flat::<Place>(), 24);
        let throttle = crowded();
        let long = "x".repeat(64 * 1024);
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, &long), 10);
        assert_eq!(
            attempts(&throttle, Attempt::SignInAccount, &format!("{long}y")),
            10,
            "its end counts"
        );
    }

    #[test]
    fn strangers_take_no_more_memory_than_there_is() {
        let whole = Throttle::with_parts([7; 32], PARTS, FEW_PARTS);
        let parts: usize = whole.parts.iter().map(|parts| parts.len()).sum();
        assert!(parts * (size_of::<Part>() + PLACES * size_of::<Place>()) < 14_000_000);
        let throttle = crowded();
        for stranger in 0..1_000 {
            for kind in [Attempt::SignInAccount, Attempt::SignInAddress] {
                assert!(
                    throttle.attempt(kind, &format!("stranger {stranger}"), now()).is_ok(),
                    "new, and let through"
                );
            }
        }
        for part in throttle.parts.iter().flatten() {
            assert!(part.lock().capacity() <= PLACES);
        }
    }

    #[test]
    fn whoever_has_used_up_his_attempts_is_not_forgotten_for_those_who_have_not() {
        let throttle = crowded();
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, "alice"), 10);
        for stranger in 0..1_000 {
            for _ in 0..3 {
                let _ = throttle.attempt(Attempt::SignInAccount, &format!("stranger {stranger}"), now());
            }
            let _ = attempts(
                &throttle,
                Attempt::SignInAddress,
                &format!("192.0.2.{}", stranger % 256),
            );
        }
        assert_eq!(attempts(&throttle, Attempt::SignInAccount, "alice"), 0);
    }

    #[test]
    fn places_of_the_forgiven_are_used_again() {
        let throttle = crowded();
        for hour in 0..100 {
            for guest in 0..3 {
                let then = now().plus(hour * HOUR);
                assert!(
                    throttle
                        .attempt(Attempt::SignInAccount, &format!("guest {hour} {guest}"), then)
                        .is_ok()
                );
            }
        }
        assert!(throttle.parts.iter().flatten().all(|part| part.lock().len() <= 3));
    }
}
