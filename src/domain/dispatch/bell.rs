//! The bell of a task that does work that is due.

use tokio::sync::Notify;

/// What the rest of the process knows of such a task.
#[derive(Debug, Default)]
pub struct Bell {
    pub(super) due: Notify,
    stopping: Notify,
}

impl Bell {
    /// Something is due now.
    pub fn wake(&self) {
        self.due.notify_one();
    }

    /// Claims nothing more, and ends when what is under way has ended.
    pub fn stop(&self) {
        self.stopping.notify_one();
    }

    /// Once it is to stop.
    pub async fn stopped(&self) {
        self.stopping.notified().await;
    }
}
