//! The keys of the identity provider, from the address that the profile names: fetched when the first token comes, and again
//! when they are old or when a token names one that is not among them.
//!
//! Whatever tokens come, the provider is asked once in [`PAUSE`] at most. What was known stays while it cannot be reached.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use parking_lot::Mutex;
use url::Url;

use super::jwks::{self, KnownKey};
use crate::clock::Clock;
use crate::domain::webhooks::courier::Courier;
use crate::error::{AppError, Result};
use crate::model::timestamp::Timestamp;
use crate::profile::JwtAlgorithm;

/// How long the provider is left alone, whatever became of the last question.
const PAUSE: i64 = 10_000;

/// How long keys are believed when the provider does not say.
const USUAL: Duration = Duration::from_secs(10 * 60);

/// How long they are believed at the most, whatever it says.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A set of keys has a few thousand bytes.
const LARGEST: usize = 256 * 1024;

#[derive(Debug)]
pub(super) struct KeySet {
    address: Url,
    algorithms: Vec<JwtAlgorithm>,
    known: Mutex<Known>,
    /// Held by whoever asks the provider.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// Nothing, until the provider has answered once.
    keys: Option<Arc<Vec<KnownKey>>>,
    /// When they have to be fetched again.
    old_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

impl Known {
    /// A clock that was set back does not make them last longer.
    fn is_old(&self, now: Timestamp) -> bool {
        let longest = LONGEST.as_millis() as i64;
        self.old_at
            .is_none_or(|old| now >= old || old.millis() - now.millis() > longest)
    }

    /// Whether a task may ask that looked when the provider had last been asked at `seen`, and at the clock after that. Of two who
    /// look before either asks, one does. A clock that was set back does not make the pause longer.
    fn may_ask(&self, seen: Option<Timestamp>, now: Timestamp) -> bool {
        let since = |at: Timestamp| now.millis() - at.millis();
        self.asked_at == seen && seen.is_none_or(|at| !(0..PAUSE).contains(&since(at)))
    }

    fn matching(&self, kid: Option<&str>, algorithm: JwtAlgorithm) -> Vec<DecodingKey> {
        let keys = self.keys.iter().flat_map(|keys| keys.iter());
        let fitting = keys.filter(|key| {
            // A token that names no key may be from any.
            key.algorithm == algorithm && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
        });
        fitting.map(|key| key.key.clone()).collect()
    }
}

impl KeySet {
    pub(super) fn new(address: Url, algorithms: Vec<JwtAlgorithm>) -> Self {
        Self {
            address,
            algorithms,
            known: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The keys that a token with this header may be signed with; none, when the provider has no such key.
    pub(super) async fn find(
        self: &Arc<Self>,
        courier: &Courier,
        kid: Option<&str>,
        algorithm: JwtAlgorithm,
        clock: &dyn Clock,
    ) -> Result<Vec<DecodingKey>> {
        let known = self.known();
        // Not before: whoever asked at a moment that is known by now asked at an earlier one.
        let now = clock.now();
        let mut found = known.matching(kid, algorithm);
        if known.is_old(now) || found.is_empty() {
            self.refresh(courier, known.asked_at, now, found.is_empty()).await;
            found = self.known().matching(kid, algorithm);
        }
        if found.is_empty() && self.known().keys.is_none() {
            return Err(AppError::Unavailable {
                retry_after_seconds: 10,
            });
        }
        Ok(found)
    }

    fn known(&self) -> Known {
        self.known.lock().clone()
    }

    /// Asks the provider, unless somebody has just done that. Who has keys that are merely old does not wait for others.
    async fn refresh(self: &Arc<Self>, courier: &Courier, seen: Option<Timestamp>, now: Timestamp, has_none: bool) {
        if !has_none && self.asking.try_lock().is_err() {
            return;
        }
        let (set, courier) = (Arc::clone(self), courier.clone());
        // A task of its own: a client that hangs up takes nothing from those who wait.
        let asking = tokio::spawn(async move {
            let _asking = set.asking.lock().await;
            let may_ask = {
                let mut known = set.known.lock();
                let may_ask = known.may_ask(seen, now);
                if may_ask {
                    known.asked_at = Some(now);
                }
                may_ask
            };
            if may_ask {
                set.fetch(&courier, now).await;
            }
        });
        // A task that was stopped has fetched nothing, and that is what the caller finds.
        let _ = asking.await;
    }

    async fn fetch(&self, courier: &Courier, now: Timestamp) {
        let fetched = courier.fetch(&self.address, LARGEST).await;
        let read = fetched.and_then(|fetched| {
            let keys = jwks::read(&fetched.body, &self.algorithms)?;
            Ok((keys, fetched.max_age))
        });
        match read {
            Ok((keys, max_age)) => {
                let lasts = max_age.unwrap_or(USUAL).min(LONGEST).as_millis();
                let lasts = i64::try_from(lasts).unwrap_or(PAUSE).max(PAUSE);
                let mut known = self.known.lock();
                known.keys = Some(Arc::new(keys));
                known.old_at = Some(now.plus(lasts));
            }
            Err(error) => tracing::warn!(
                error = format!("{error:#}"),
                "the keys of the identity provider could not be fetched; those that are known stay"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_old_in_time_whatever_the_clock_does() {
        let at = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
        let known = Known {
            old_at: Some(at(10)),
            ..Known::default()
        };
        for (now, is_old) in [(9, false), (10, true), (8, true)] {
            assert_eq!(known.is_old(at(now)), is_old, "{now}");
        }
        assert!(Known::default().is_old(at(0)));
    }

    #[test]
    fn the_provider_is_left_alone_for_a_while() {
        let at = |millis| Timestamp::from_millis(millis);
        let known = Known {
            asked_at: Some(at(100_000)),
            ..Known::default()
        };
        assert!(Known::default().may_ask(None, at(0)));
        for (now, may) in [
            (100_000, false),
            (109_999, false),
            (110_000, true),
            (99_999, true),
            (0, true),
        ] {
            assert_eq!(known.may_ask(known.asked_at, at(now)), may, "{now}");
        }
        for late in [None, Some(at(80_000))] {
            assert!(!known.may_ask(late, at(99_999)), "somebody has asked since");
        }
    }
}
