//! Keys that came over plain http where https is required: everybody on the way could read them, so they count as compromised
//! from then on.
//!
//! The request itself is refused whatever happens here. Its key is put on a list ([`Suspects`]), and one task goes through the
//! list, so that a thousand requests with one key are one transaction, and nobody who hangs up keeps a key alive. The
//! answer waits until the key is marked: a request that begins after it is refused everywhere.

mod mails;
mod mark;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::domain::App;
use crate::domain::verify::question::Question;
use crate::model::compromise::CompromisedHow;
use crate::model::key::KeyState;
use crate::profile::Profile;
use crate::store::verification::FoundKey;

/// How long the answer waits for the mark. A database that takes longer gets it all the same, after the answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long a mark that could not be written waits until it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// While the database does not say which of them are keys, the list holds so many.
const MOST: usize = 10_000;

/// Keys that are to be marked.
#[derive(Debug, Default)]
pub struct Suspects {
    waiting: Mutex<HashMap<[u8; 32], Arc<Suspect>>>,
    bell: Notify,
    has_said_untold: AtomicBool,
}

/// A key by its digest is in the list; here is what was seen of it.
#[derive(Debug)]
struct Suspect {
    address: Option<IpAddr>,
    how: CompromisedHow,
    marked: watch::Sender<bool>,
}

impl Suspects {
    /// That a proxy does not say how requests come is the operator's to fix; they are told once.
    pub fn say_untold(&self) {
        if !self.has_said_untold.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "requests are refused, because the proxy in front does not say that they came over https: name it in \
                 KEYHATCH_TRUSTED_PROXIES, and let it send X-Forwarded-Proto"
            );
        }
    }

    fn put(&self, digest: &[u8; 32], address: Option<IpAddr>) -> Option<Arc<Suspect>> {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MOST && !waiting.contains_key(digest) {
            return None;
        }
        let suspect = waiting.entry(*digest).or_insert_with(|| {
            Arc::new(Suspect {
                address,
                how: CompromisedHow::PlainHttp,
                marked: watch::Sender::new(false),
            })
        });
        let suspect = Arc::clone(suspect);
        drop(waiting);
        self.bell.notify_one();
        Some(suspect)
    }

    fn all(&self) -> Vec<([u8; 32], Arc<Suspect>)> {
        let waiting = self.waiting.lock();
        waiting
            .iter()
            .map(|(digest, suspect)| (*digest, Arc::clone(suspect)))
            .collect()
    }

    fn remove(&self, digest: &[u8; 32]) {
        if let Some(suspect) = self.waiting.lock().remove(digest) {
            suspect.marked.send_replace(true);
        }
    }
}

/// Whether a key is one that can be compromised, and is not so already: what is public is no secret, and what is revoked is
/// of no use to anybody.
fn counts(profile: &Profile, key: &FoundKey) -> bool {
    let is_public = profile.key_type(&key.type_id).is_some_and(|key_type| key_type.public);
    !is_public && may_be_marked(key.state)
}

fn may_be_marked(state: KeyState) -> bool {
    matches!(state, KeyState::Active | KeyState::Disabled)
}

/// Has the key with this digest marked, if there is one, and waits until it is.
pub(in crate::domain) async fn report(app: &App, digest: &[u8; 32], question: &Question<'_>) {
    let (suspects, fill, db) = (Arc::clone(&app.suspects), app.fill.clone(), app.db.clone());
    let (digest, address) = (*digest, question.address);
    // A task of its own: a client that hangs up does not keep a key alive.
    let reported = tokio::spawn(async move {
        let is_to_be_marked = match fill.find(&db, digest).await {
            Ok(found) => found.is_some_and(|found| may_be_marked(found.state)),
            // Nobody knows whether it is a key: found out later, when the database answers.
            Err(_) => true,
        };
        if is_to_be_marked && let Some(suspect) = suspects.put(&digest, address) {
            let mut marked = suspect.marked.subscribe();
            let _ = tokio::time::timeout(PATIENCE, marked.wait_for(|marked| *marked)).await;
        }
    });
    let _ = reported.await;
}

/// Marks what is reported, until the process ends.
pub async fn mark_what_is_reported(app: &App) {
    loop {
        let mut failed = false;
        for (digest, suspect) in app.suspects.all() {
            match mark::mark(app, &digest, &suspect).await {
                Ok(()) => app.suspects.remove(&digest),
                Err(error) => {
                    failed = true;
                    error.log("a key that came over plain http could not be marked; trying again");
                }
            }
        }
        if failed {
            tokio::time::sleep(PAUSE).await;
        } else {
            app.suspects.bell.notified().await;
        }
    }
}
