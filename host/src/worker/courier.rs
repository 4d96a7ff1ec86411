//! Takes queued mail to the mailer, and records what became of it.

use std::sync::Arc;

use security_contact_policy::Instant;

use super::Stop;
use crate::domain::model::{ClaimedMail, Settlement};
use crate::domain::ports::{Clock, Mailer, SendError, Store, StoreError};
use crate::mail;

/// How many mails are taken from the outbox at once.
const PAGE: u32 = 50;

/// For how long nobody else gets a mail that was taken.
const LEASE_MS: i64 = 5 * 60_000;

/// What one mail may take at most, with room: no mail is begun when less is left of its lease.
const ONE_MAIL_MS: i64 = 60_000;

const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 6 * 3_600_000;

/// How long a mail is tried.
const GIVE_UP_DAYS: u32 = 5;

/// Delivers the outbox.
///
/// A mail that fails for now is tried again after 30 seconds, then after twice as long each time, up to 6 hours, and
/// given up 5 days after it was queued. A mail that is refused is given up at once. No mail waits for another.
pub struct Courier {
    store: Arc<dyn Store>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
}

/// What a round of deliveries did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How many mails were handed over.
    pub sent: u64,
    /// How many will be tried again.
    pub put_off: u64,
    /// How many were given up.
    pub failed: u64,
}

impl Courier {
    /// A courier between these parts.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, mailer: Arc<dyn Mailer>, clock: Arc<dyn Clock>) -> Self {
        Self { store, mailer, clock }
    }

    /// Delivers the mails that are due, until none is or it is time to stop. The mail in hand is finished first.
    ///
    /// # Errors
    /// Failures of the store. What was claimed and not settled comes back when its lease ends.
    pub async fn deliver_due(&self, stop: &Stop) -> Result<Delivered, StoreError> {
        let mut delivered = Delivered::default();
        while !stop.is_asked() {
            let now = self.clock.now();
            let mails = self.store.claim_mail(now, now.plus_millis(LEASE_MS), PAGE).await?;
            if mails.is_empty() {
                break;
            }
            let start_until = now.plus_millis(LEASE_MS - ONE_MAIL_MS);
            for mail in mails {
                let now = self.clock.now();
                if now > start_until {
                    break; // the rest comes back when its lease ends
                }
                let settlement = if stop.is_asked() {
                    // The next start finds it due, and waits for no lease.
                    Settlement::Retry { at: now, error: "the server stopped before it was sent".into() }
                } else {
                    self.deliver(&mail).await
                };
                delivered.count(&settlement);
                self.store.settle_mail(mail.id, mail.lease, self.clock.now(), &settlement).await?;
            }
        }
        Ok(delivered)
    }

    async fn deliver(&self, mail: &ClaimedMail) -> Settlement {
        let sent = match mail::render(mail) {
            Ok(rendered) => self.mailer.send(&rendered).await,
            Err(error) => Err(error),
        };
        let settlement = settle(mail, sent, self.clock.now());
        let attempt = mail.attempts.saturating_add(1);
        match &settlement {
            Settlement::Sent => tracing::debug!(outbox_id = mail.id, attempt, "a mail was sent"),
            Settlement::Retry { at, error } => {
                tracing::warn!(outbox_id = mail.id, attempt, error, retry_at = %at, "a mail was not taken for now");
            }
            Settlement::Failed { error } => {
                tracing::error!(outbox_id = mail.id, attempt, error, "a mail was given up");
            }
        }
        settlement
    }
}

impl Delivered {
    fn count(&mut self, settlement: &Settlement) {
        match settlement {
            Settlement::Sent => self.sent += 1,
            Settlement::Retry { .. } => self.put_off += 1,
            Settlement::Failed { .. } => self.failed += 1,
        }
    }
}

/// What follows from one try that ended at `now`.
fn settle(mail: &ClaimedMail, sent: Result<(), SendError>, now: Instant) -> Settlement {
    match sent {
        Ok(()) => Settlement::Sent,
        Err(SendError::Permanent(error)) => Settlement::Failed { error },
        Err(SendError::Temporary(error)) if now >= mail.queued_at.plus_days(GIVE_UP_DAYS) => {
            Settlement::Failed { error: format!("{error}; tried for {GIVE_UP_DAYS} days") }
        }
        Err(SendError::Temporary(error)) => Settlement::Retry { at: now.plus_millis(pause_ms(mail.attempts)), error },
    }
}

/// The pause after a try, by the number of tries before it.
fn pause_ms(attempts: u32) -> i64 {
    let factor = 1_i64.checked_shl(attempts.min(32)).unwrap_or(i64::MAX);
    FIRST_PAUSE_MS.saturating_mul(factor).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours() {
        let pauses: Vec<i64> = [0, 1, 2, 9, 10, 63, u32::MAX].map(|attempts| pause_ms(attempts) / 1_000).to_vec();
        assert_eq!(pauses, [30, 60, 120, 15_360, 21_600, 21_600, 21_600]);
    }
}
