//! What others publish at an address that the operator named, and is believed for a while: keys that signatures are verified
//! with. It is fetched when it is first needed, and again when it is old or when a key is named that is not in it.
//!
//! Whoever asks for whatever, the address is asked once in a pause at most. What was known stays while it cannot be reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use url::Url;

use crate::clock::Clock;
use crate::domain::webhooks::courier::Courier;
use crate::error::{AppError, Result};
use crate::model::timestamp::Timestamp;

/// How long keys are believed when their publisher does not say.
const USUAL: Duration = Duration::from_secs(10 * 60);

/// How long they are believed at the most, whatever it says.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A set of keys has a few thousand bytes.
const LARGEST: usize = 256 * 1024;

type Read<K> = dyn Fn(&[u8]) -> anyhow::Result<Vec<K>> + Send + Sync;

/// Keys of somebody else.
pub(in crate::domain) struct Published<K> {
    /// Whose they are, for the log.
    whose: &'static str,
    address: Url,
    /// How long it is left alone, whatever became of the last question, in milliseconds.
    pause: i64,
    read: Box<Read<K>>,
    known: Mutex<Known<K>>,
    /// Held by whoever asks.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Known<K> {
    /// Nothing, until there was an answer.
    keys: Option<Arc<Vec<K>>>,
    /// When they have to be fetched again.
    old_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

impl<K> Default for Known<K> {
    fn default() -> Self {
        Self {
            keys: None,
            old_at: None,
            asked_at: None,
        }
    }
}

impl<K> Clone for Known<K> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            ..*self
        }
    }
}

impl<K> Known<K> {
    /// A clock that was set back does not make them last longer.
    fn is_old(&self, now: Timestamp) -> bool {
        let longest = LONGEST.as_millis() as i64;
        self.old_at
            .is_none_or(|old| now >= old || old.millis() - now.millis() > longest)
    }

    /// Whether a task may ask that looked when it had last been asked at `seen`, and at the clock after that. Of two who look
    /// before either asks, one does. A clock that was set back does not make the pause longer.
    fn may_ask(&self, seen: Option<Timestamp>, now: Timestamp, pause: i64) -> bool {
        let since = |at: Timestamp| now.millis() - at.millis();
        self.asked_at == seen && seen.is_none_or(|at| !(0..pause).contains(&since(at)))
    }

    fn matching<T>(&self, fits: impl Fn(&K) -> Option<T>) -> Vec<T> {
        let keys = self.keys.iter().flat_map(|keys| keys.iter());
        keys.filter_map(fits).collect()
    }
}

impl<K: Send + Sync + 'static> Published<K> {
    pub(in crate::domain) fn new(
        whose: &'static str,
        address: Url,
        pause: Duration,
        read: impl Fn(&[u8]) -> anyhow::Result<Vec<K>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            whose,
            address,
            pause: pause.as_millis() as i64,
            read: Box::new(read),
            known: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// What `fits` makes of the keys; nothing, when there is no such key. An error when nobody has ever answered.
    pub(in crate::domain) async fn find<T>(
        self: &Arc<Self>,
        courier: &Courier,
        clock: &dyn Clock,
        fits: impl Fn(&K) -> Option<T>,
    ) -> Result<Vec<T>> {
        let known = self.known();
        // Not before: whoever asked at a moment that is known by now asked at an earlier one.
        let now = clock.now();
        let mut found = known.matching(&fits);
        if known.is_old(now) || found.is_empty() {
            self.refresh(courier, known.asked_at, now, found.is_empty()).await;
            found = self.known().matching(&fits);
        }
        if found.is_empty() && self.known().keys.is_none() {
            return Err(AppError::Unavailable {
                retry_after_seconds: 10,
            });
        }
        Ok(found)
    }

    fn known(&self) -> Known<K> {
        self.known.lock().clone()
    }

    /// Asks, unless somebody has just done that. Who has keys that are merely old does not wait for others.
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
                let may_ask = known.may_ask(seen, now, set.pause);
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
            let keys = (self.read)(&fetched.body)?;
            Ok((keys, fetched.max_age))
        });
        match read {
            Ok((keys, max_age)) => {
                let lasts = max_age.unwrap_or(USUAL).min(LONGEST).as_millis();
                let lasts = i64::try_from(lasts).unwrap_or(self.pause).max(self.pause);
                let mut known = self.known.lock();
                known.keys = Some(Arc::new(keys));
                known.old_at = Some(now.plus(lasts));
            }
            Err(error) => tracing::warn!(
                error = format!("{error:#}"),
                "the keys of {} could not be fetched; those that are known stay",
                self.whose
            ),
        }
    }
}

impl<K> fmt::Debug for Published<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Published");
        shown.field("whose", &self.whose).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_old_in_time_whatever_the_clock_does() {
        let at = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
        let known = Known::<()> {
            old_at: Some(at(10)),
            ..Known::default()
        };
        for (now, is_old) in [(9, false), (10, true), (8, true)] {
            assert_eq!(known.is_old(at(now)), is_old, "{now}");
        }
        assert!(Known::<()>::default().is_old(at(0)));
    }

    #[test]
    fn the_publisher_is_left_alone_for_a_while() {
        let at = |millis| Timestamp::from_millis(millis);
        let known = Known::<()> {
            asked_at: Some(at(100_000)),
            ..Known::default()
        };
        assert!(Known::<()>::default().may_ask(None, at(0), 10_000));
        for (now, may) in [
            (100_000, false),
            (109_999, false),
            (110_000, true),
            (99_999, true),
            (0, true),
        ] {
            assert_eq!(known.may_ask(known.asked_at, at(now), 10_000), may, "{now}");
        }
        for late in [None, Some(at(80_000))] {
            assert!(!known.may_ask(late, at(99_999), 10_000), "somebody has asked since");
        }
    }
}
