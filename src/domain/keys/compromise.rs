//! Keys that came over plain http where https is required: everybody on the way could read them, so they count as compromised
//! from then on.
//!
//! The request itself is refused whatever happens here. Its key is put on a list ([`Suspects`]), and one task goes through the
//! list, so that a thousand requests with one key are one transaction, and nobody who hangs up keeps a key alive. The
//! answer waits until the key is marked: a request that begins after it is refused everywhere.

mod mails;
mod mark;
mod suspects;
mod told;

pub(in crate::domain) use mark::{end, lock_secret};
pub use suspects::Suspects;
pub(in crate::domain) use told::told;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::App;
use crate::domain::verify::question::Question;

/// How long the answer waits for the mark. A database that takes longer gets it all the same, after the answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long a mark that could not be written waits until it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Has the key with this digest marked, if there is one, and waits until it is.
pub(in crate::domain) async fn report(app: &App, digest: &[u8; 32], question: &Question<'_>) {
    let (suspects, fill, db) = (Arc::clone(&app.suspects), app.fill.clone(), app.db.clone());
    let (digest, address) = (*digest, question.address);
    // A task of its own: a client that hangs up does not keep a key alive.
    let reported = tokio::spawn(async move {
        let is_to_be_marked = match fill.find(&db, digest).await {
            Ok(found) => found.is_some_and(|found| mark::may_be_marked(found.state)),
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
