//! The list of keys that are to be marked.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::model::compromise::CompromisedHow;

/// While the database does not say which of them are keys, the list holds so many.
const MOST: usize = 10_000;

/// Keys that are to be marked.
#[derive(Debug, Default)]
pub struct Suspects {
    waiting: Mutex<HashMap<[u8; 32], Arc<Suspect>>>,
    pub(super) bell: Notify,
    has_said_untold: AtomicBool,
}

/// A key by its digest is in the list; here is what was seen of it.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) address: Option<IpAddr>,
    pub(super) how: CompromisedHow,
    pub(super) marked: watch::Sender<bool>,
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

    pub(super) fn put(&self, digest: &[u8; 32], address: Option<IpAddr>) -> Option<Arc<Suspect>> {
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

    pub(super) fn all(&self) -> Vec<([u8; 32], Arc<Suspect>)> {
        let waiting = self.waiting.lock();
        waiting
            .iter()
            .map(|(digest, suspect)| (*digest, Arc::clone(suspect)))
            .collect()
    }

    pub(super) fn remove(&self, digest: &[u8; 32]) {
        if let Some(suspect) = self.waiting.lock().remove(digest) {
            suspect.marked.send_replace(true);
        }
    }
}
