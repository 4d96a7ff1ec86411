//! How whoever works learns that it is time to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// A wish to stop that many can hear. Clones are the same wish.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Asks everybody to stop, for good.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is time to stop.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is time to stop.
    pub async fn asked(&self) {
        // Waiting fails when the sender is gone, and this holds it.
        let _ = self.0.subscribe().wait_for(|is_asked| *is_asked).await;
    }
}
