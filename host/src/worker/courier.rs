//! Takes queued mail to the mailer, and records what became of it.

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::{Event, Instant};
use tokio::task::{JoinError, JoinSet};

use super::chain;
use super::pause::pause_ms;
use super::{Pauses, Stop};
use crate::domain::model::{About, Claimed, ClaimedEvent, ClaimedMail, Settlement};
use crate::domain::ports::{Clock, Mailer, SendError, Store, StoreError};
use crate::domain::{DomainError, Events};
use crate::mail;

/// How many mails are under way at the same time.
const AT_ONCE: usize = 4;

/// How many mails are taken from the outbox at once.
const PAGE: u32 = 50;

/// How long a row is tried.
const GIVE_UP_DAYS: u32 = 5;

/// Why an event waits whose recipients have no address: it is not lost as long as it is not addressed.
const NOBODY_TO_REACH: &str = "nobody who is to receive the event has an address";

/// Delivers the outbox.
///
/// An event is addressed first: whoever is the contact then gets a mail, which is looked at once more before each try,
/// so that nobody receives one who has stopped being the contact. It waits while nobody has an address to send it to.
///
/// A row that fails for now is tried again after about 30 seconds (see [`Pauses`]), then after twice as long each time, up to 6 hours,
/// and given up 5 days after it was queued. A mail that is refused is given up at once. No mail waits for the tries of
/// another, and up to 4 are under way at the same time, so that one slow recipient does not hold up the rest.
#[derive(Clone)]
pub struct Courier {
    store: Arc<dyn Store>,
    events: Arc<Events>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    first_pause_ms: i64,
    lease_ms: i64,
}

/// What a round of deliveries did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How many mails were handed over.
    pub sent: u64,
    /// How many events were addressed, some of them for another time.
    pub addressed: u64,
    /// How many rows will be tried again.
    pub put_off: u64,
    /// How many rows were given up.
    pub failed: u64,
}

impl Courier {
    /// A courier between these parts.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, events: Arc<Events>, mailer: Arc<dyn Mailer>, clock: Arc<dyn Clock>) -> Self {
        let courier = Self { store, events, mailer, clock, first_pause_ms: 0, lease_ms: 0 };
        courier.with_pauses(Pauses::default())
    }

    /// The same courier with the pauses between tries, and the leases, of these.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self { first_pause_ms: millis(pauses.retry), lease_ms: millis(pauses.lease), ..self }
    }

    /// Delivers what is due, until nothing is or it is time to stop. The rows in hand are finished first.
    ///
    /// # Errors
    /// Failures of the store. What was claimed and not settled comes back when its lease ends.
    pub async fn deliver_due(&self, stop: &Stop) -> Result<Delivered, StoreError> {
        let mut delivered = Delivered::default();
        while !stop.is_asked() {
            let now = self.clock.now();
            let rows = self.store.claim_mail(now, now.plus_millis(self.lease_ms), PAGE).await?;
            if rows.is_empty() {
                break;
            }
            // What one mail may take at most, with room, is left of its lease when it is begun.
            let start_until = now.plus_millis(self.lease_ms - self.lease_ms / 5);
            let mut under_way = JoinSet::new();
            let mut result = self.begin_all(rows, start_until, stop, &mut under_way, &mut delivered).await;
            while let Some(ended) = under_way.join_next().await {
                result = result.and(delivered.count(ended));
            }
            result?;
        }
        Ok(delivered)
    }

    /// Begins one row after the other. Those that it is too late for are released, for the next start or lease.
    async fn begin_all(
        &self,
        rows: Vec<Claimed>,
        start_until: Instant,
        stop: &Stop,
        under_way: &mut UnderWay,
        delivered: &mut Delivered,
    ) -> Result<(), StoreError> {
        for row in rows {
            if under_way.len() >= AT_ONCE
                && let Some(ended) = under_way.join_next().await
            {
                delivered.count(ended)?;
            }
            if stop.is_asked() || self.clock.now() > start_until {
                self.settle(&row, &Settlement::Released).await?;
            } else {
                let courier = self.clone();
                under_way.spawn(async move {
                    let settlement = courier.treat(&row, start_until).await;
                    log(&row, &settlement);
                    courier.settle(&row, &settlement).await?;
                    Ok(settlement)
                });
            }
        }
        Ok(())
    }

    async fn settle(&self, row: &Claimed, settlement: &Settlement) -> Result<(), StoreError> {
        self.store.settle_mail(row.id(), row.lease(), self.clock.now(), settlement).await
    }

    /// What becomes of a row. What cannot be decided now is tried again.
    async fn treat(&self, row: &Claimed, start_until: Instant) -> Settlement {
        let treated = match row {
            Claimed::Mail(mail) => self.deliver(mail, start_until).await,
            Claimed::Event(event) => self.address(event).await,
        };
        treated.unwrap_or_else(|error| self.not_now(row, chain(&error)))
    }

    async fn address(&self, event: &ClaimedEvent) -> Result<Settlement, DomainError> {
        let mails = self.events.address(event).await?;
        if mails.iter().all(|mail| mail.address.is_none()) {
            return Ok(self.not_now(&Claimed::Event(event.clone()), NOBODY_TO_REACH.to_owned()));
        }
        Ok(Settlement::Addressed { mails })
    }

    async fn deliver(&self, mail: &ClaimedMail, start_until: Instant) -> Result<Settlement, DomainError> {
        let mut audit = None;
        if let Some(event) = event_of(mail) {
            let Some(decided_by) = self.events.is_for(mail, event).await? else { return Ok(Settlement::Withdrawn) };
            audit = Some(move || Box::new(self.events.received(mail, event, decided_by)));
            // A store that is slow to answer takes its time from the lease.
            if self.clock.now() > start_until {
                return Ok(Settlement::Released);
            }
        }
        let sent = match mail::render(mail) {
            Ok(rendered) => self.mailer.send(&rendered).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => Ok(Settlement::Sent { audit: audit.map(|audit| audit()) }),
            Err(SendError::Temporary(error)) => Ok(self.not_now(&Claimed::Mail(mail.clone()), error)),
            Err(SendError::Permanent(error)) => Ok(Settlement::Failed { error }),
            Err(SendError::Address(error)) => self.events.bounced(mail, error).await,
        }
    }

    /// What follows from a try that failed for now.
    fn not_now(&self, row: &Claimed, error: String) -> Settlement {
        let now = self.clock.now();
        if now >= row.trying_since().plus_days(GIVE_UP_DAYS) {
            Settlement::Failed { error: format!("{error}; tried for {GIVE_UP_DAYS} days") }
        } else {
            Settlement::Retry { at: now.plus_millis(pause_ms(self.first_pause_ms, row.id(), row.attempts())), error }
        }
    }
}

/// The event that a mail tells of, if it tells of one.
fn event_of(mail: &ClaimedMail) -> Option<Event> {
    match mail.message.about {
        About::Event { event, .. } => Some(event),
        _ => None,
    }
}

fn log(row: &Claimed, settlement: &Settlement) {
    let (outbox_id, attempt) = (row.id(), row.attempts().saturating_add(1));
    match settlement {
        Settlement::Sent { .. } => tracing::debug!(outbox_id, attempt, "a mail was sent"),
        Settlement::Addressed { .. } => tracing::debug!(outbox_id, attempt, "an event was addressed"),
        Settlement::Withdrawn => tracing::info!(outbox_id, attempt, "an event has another recipient by now"),
        Settlement::Retry { at, error } => {
            tracing::warn!(outbox_id, attempt, error, retry_at = %at, "a row of the outbox is put off");
        }
        Settlement::Failed { error } => tracing::error!(outbox_id, attempt, error, "a row of the outbox is given up"),
        Settlement::Bounced { error, .. } => {
            tracing::error!(outbox_id, attempt, error, "a mail was given up, and its address is unreachable");
        }
        Settlement::Released => {}
    }
}

/// Rows that are being sent, and then settled.
type UnderWay = JoinSet<Result<Settlement, StoreError>>;

impl Delivered {
    fn count(&mut self, ended: Result<Result<Settlement, StoreError>, JoinError>) -> Result<(), StoreError> {
        match ended {
            Ok(settlement) => match settlement? {
                Settlement::Sent { .. } => self.sent += 1,
                Settlement::Addressed { .. } | Settlement::Withdrawn => self.addressed += 1,
                Settlement::Retry { .. } => self.put_off += 1,
                Settlement::Failed { .. } | Settlement::Bounced { .. } => self.failed += 1,
                Settlement::Released => {}
            },
            // What a panic says may be about the mail, so that it is not told here.
            Err(_) => tracing::error!("a delivery broke off; its mail comes back when its lease ends"),
        }
        Ok(())
    }
}
