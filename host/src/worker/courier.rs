//! Takes queued mail to the mailer, and records what became of it.

use std::sync::Arc;

use security_contact_policy::Instant;
use tokio::task::{JoinError, JoinSet};

use super::Stop;
use crate::domain::model::{ClaimedMail, Settlement};
use crate::domain::ports::{Clock, Mailer, SendError, Store, StoreError};
use crate::mail;

/// How many mails are under way at the same time.
const AT_ONCE: usize = 4;

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
/// given up 5 days after it was queued. A mail that is refused is given up at once. No mail waits for the tries of
/// another, and up to 4 are under way at the same time, so that one slow recipient does not hold up the rest.
#[derive(Clone)]
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

    /// Delivers the mails that are due, until none is or it is time to stop. The mails in hand are finished first.
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
            let mut under_way = JoinSet::new();
            let mut result = self.begin_all(mails, start_until, stop, &mut under_way, &mut delivered).await;
            while let Some(ended) = under_way.join_next().await {
                result = result.and(delivered.count(ended));
            }
            result?;
        }
        Ok(delivered)
    }

    /// Begins one mail after the other. Those that it is too late for are released, for the next start or lease.
    async fn begin_all(
        &self,
        mails: Vec<ClaimedMail>,
        start_until: Instant,
        stop: &Stop,
        under_way: &mut UnderWay,
        delivered: &mut Delivered,
    ) -> Result<(), StoreError> {
        for mail in mails {
            if under_way.len() >= AT_ONCE
                && let Some(ended) = under_way.join_next().await
            {
                delivered.count(ended)?;
            }
            if stop.is_asked() || self.clock.now() > start_until {
                self.settle(&mail, &Settlement::Released).await?;
            } else {
                let courier = self.clone();
                under_way.spawn(async move {
                    let settlement = courier.deliver(&mail).await;
                    courier.settle(&mail, &settlement).await?;
                    Ok(settlement)
                });
            }
        }
        Ok(())
    }

    async fn settle(&self, mail: &ClaimedMail, settlement: &Settlement) -> Result<(), StoreError> {
        self.store.settle_mail(mail.id, mail.lease, self.clock.now(), settlement).await
    }

    async fn deliver(&self, mail: &ClaimedMail) -> Settlement {
        let sent = match mail::render(mail) {
            Ok(rendered) => self.mailer.send(&rendered).await,
            Err(error) => Err(error),
        };
        let settlement = outcome(mail, sent, self.clock.now());
        let attempt = mail.attempts.saturating_add(1);
        match &settlement {
            Settlement::Sent => tracing::debug!(outbox_id = mail.id, attempt, "a mail was sent"),
            Settlement::Retry { at, error } => {
                tracing::warn!(outbox_id = mail.id, attempt, error, retry_at = %at, "a mail was not taken for now");
            }
            Settlement::Failed { error } => {
                tracing::error!(outbox_id = mail.id, attempt, error, "a mail was given up");
            }
            Settlement::Released => {}
        }
        settlement
    }
}

/// Mails that are being sent, and then settled.
type UnderWay = JoinSet<Result<Settlement, StoreError>>;

impl Delivered {
    fn count(&mut self, ended: Result<Result<Settlement, StoreError>, JoinError>) -> Result<(), StoreError> {
        match ended {
            Ok(settlement) => match settlement? {
                Settlement::Sent => self.sent += 1,
                Settlement::Retry { .. } => self.put_off += 1,
                Settlement::Failed { .. } => self.failed += 1,
                Settlement::Released => {}
            },
            // What a panic says may be about the mail, so that it is not told here.
            Err(_) => tracing::error!("a delivery broke off; its mail comes back when its lease ends"),
        }
        Ok(())
    }
}

/// What follows from one try that ended at `now`.
fn outcome(mail: &ClaimedMail, sent: Result<(), SendError>, now: Instant) -> Settlement {
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
