//! Who watches for a first request: so many at once and no more, and nobody once the process stops.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::model::ids::AccountId;

/// How many one person may have. A browser opens six connections to a server at most (HTTP/1.1), and the others are for its pages.
const OF_A_PERSON: u32 = 3;

/// How many there may be. Each asks the database now and then.
const OF_ALL: u32 = 200;

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Watchers {
    places: Arc<Mutex<Places>>,
    stopped: Arc<watch::Sender<bool>>,
}

#[derive(Debug, Default)]
struct Places {
    taken: u32,
    of: HashMap<AccountId, u32>,
}

/// A place among them, for as long as it is held.
#[derive(Debug)]
pub struct Place {
    watchers: Watchers,
    account: AccountId,
}

impl Watchers {
    /// A place, if there is one.
    pub fn admit(&self, account: AccountId) -> Option<Place> {
        let mut places = self.places.lock();
        let own = places.of.get(&account).copied().unwrap_or_default();
        if *self.stopped.borrow() || places.taken >= OF_ALL || own >= OF_A_PERSON {
            return None;
        }
        places.taken += 1;
        places.of.insert(account, own + 1);
        Some(Place {
            watchers: self.clone(),
            account,
        })
    }

    /// From here on nobody watches.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }
}

impl Place {
    /// Once nobody watches any more.
    pub async fn stopped(&self) {
        let mut stopped = self.watchers.stopped.subscribe();
        // Whoever could say it is held here: it does not go away.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.watchers.places.lock();
        places.taken -= 1;
        match places.of.get_mut(&self.account) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                places.of.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_person_has_some_places_and_all_together_have_more() {
        let watchers = Watchers::default();
        let own: Vec<_> = (0..5).filter_map(|_| watchers.admit(account(1))).collect();
        assert_eq!(own.len(), 3);
        drop(own);
        let own = watchers.admit(account(1));
        let others: Vec<_> = (2..1_000)
            .filter_map(|number| watchers.admit(account(number)))
            .collect();
        assert_eq!((own.is_some(), others.len()), (true, 199));
        drop((own, others));
        let places = watchers.places.lock();
        assert_eq!((places.taken, places.of.len()), (0, 0));
    }

    #[tokio::test]
    async fn nobody_watches_once_it_stops() {
        let watchers = Watchers::default();
        let place = watchers.admit(account(1)).unwrap();
        watchers.stop();
        place.stopped().await;
        assert!(watchers.admit(account(2)).is_none());
    }
}
