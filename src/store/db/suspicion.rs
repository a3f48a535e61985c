//! Whether the one connection that writes to a SQLite file may be used again.
//!
//! When SQLite fails inside a transaction (the disk is full, a page cannot be read), it may roll back by itself or leave the
//! transaction open, and sqlx does not learn which. A connection that goes on in such a state makes savepoints inside a
//! transaction that nobody ever commits. So a connection comes back into the pool only when it is outside of any
//! transaction by sqlx's count and by SQLite's own word; any other is closed, and the next one is opened anew.

use std::sync::atomic::{AtomicU8, Ordering};

use sea_orm::sqlx::{Connection, Executor, SqliteConnection};

const PROVEN: u8 = 0;
const UNPROVEN: u8 = 1;
const FAILED: u8 = 2;

/// What is known of the last transaction of the writer.
#[derive(Debug, Default)]
pub(super) struct Suspicion(AtomicU8);

impl Suspicion {
    /// It is about to end, or was given up, in a way that has to be looked at.
    pub(super) fn unproven(&self) {
        self.0.fetch_max(UNPROVEN, Ordering::AcqRel);
    }

    /// Something failed in it: whatever the connection says, it is not used again.
    pub(super) fn failed(&self) {
        self.0.store(FAILED, Ordering::Release);
    }

    /// It was committed, and SQLite said so.
    pub(super) fn committed(&self) {
        // What failed meanwhile stays failed.
        let _ = self
            .0
            .compare_exchange(UNPROVEN, PROVEN, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether a connection that comes back may be used again.
    pub(super) async fn is_cleared(&self, connection: &mut SqliteConnection) -> bool {
        match self.0.swap(PROVEN, Ordering::AcqRel) {
            FAILED => false,
            PROVEN => !connection.is_in_transaction(),
            // Only outside of a transaction can one be begun. It locks nothing.
            _ => {
                connection.execute("BEGIN").await.is_ok()
                    && connection.execute("ROLLBACK").await.is_ok()
                    && !connection.is_in_transaction()
            }
        }
    }
}
