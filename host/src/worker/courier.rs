//! Takes queued mail to the mailer, and records what became of it.

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::{Event, Instant};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tracing::{Instrument, debug_span};

use super::chain;
use super::pause::pause_ms;
use super::{Pauses, Stop};
use crate::domain::model::{About, Claimed, ClaimedEvent, ClaimedMail, Recorded, Settlement};
use crate::domain::ports::{Clock, Mailer, SendError, Store, StoreError};
use crate::domain::{DomainError, Events};
use crate::{mail, traces};

/// How many mails are under way at the same time.
const AT_ONCE: u32 = 4;

/// How long a row is tried.
const GIVE_UP_DAYS: u32 = 5;

/// How often it is decided what follows from a bounce, because the account moved meanwhile.
const DECISIONS: u32 = 8;

/// Why an event waits whose recipients have no address: it is not lost as long as it is not addressed.
const NOBODY_TO_REACH: &str = "nobody who is to receive the event has an address";

/// Delivers the outbox.
///
/// An event is addressed first: whoever is the contact then gets a mail, which is looked at once more before each try,
/// so that nobody receives one who has stopped being the contact. It waits while nobody has an address to send it to.
///
/// A row that fails for now is tried again after about 30 seconds (see [`Pauses`]), then after twice as long each time, up to 6 hours,
/// and given up 5 days after its first try. A mail that is refused is given up at once. No mail waits for the tries of
/// another, and up to 4 are under way at the same time: a row is claimed when there is a place for it, so that one slow
/// recipient holds up neither the rest nor what is queued meanwhile.
#[derive(Clone)]
pub struct Courier {
    store: Arc<dyn Store>,
    events: Arc<Events>,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    look_every: Duration,
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
        let courier = Self { store, events, mailer, clock, look_every: Duration::ZERO, first_pause_ms: 0, lease_ms: 0 };
        courier.with_pauses(Pauses::default())
    }

    /// The same courier with the pauses between looks and between tries, and the leases, of these.
    #[must_use]
    pub fn with_pauses(self, pauses: Pauses) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self { look_every: pauses.mail, first_pause_ms: millis(pauses.retry), lease_ms: millis(pauses.lease), ..self }
    }

    /// Delivers what is due, until nothing is or it is time to stop. The rows in hand are finished first.
    ///
    /// # Errors
    /// Failures of the store, the first of which ends the round: nothing more is claimed, and what is in hand is finished.
    /// What was claimed and not settled comes back when its lease ends.
    pub async fn deliver_due(&self, stop: &Stop) -> Result<Delivered, StoreError> {
        let mut round = Round::default();
        loop {
            let claimed = if stop.is_asked() || round.result.is_err() { 0 } else { self.claim(stop, &mut round).await };
            if round.under_way.is_empty() && claimed == 0 {
                return round.result.map(|()| round.delivered);
            }
            round.some_ended(self.look_every).await;
        }
    }

    /// Claims as many rows as there is room for, and begins them. Says how many there were.
    async fn claim(&self, stop: &Stop, round: &mut Round) -> usize {
        let now = self.clock.now();
        let rows = match round.room() {
            0 => Ok(Vec::new()),
            room => self.store.claim_mail(now, now.plus_millis(self.lease_ms), room).await,
        };
        let rows = round.note(rows).unwrap_or_default();
        // What one mail may take at most, with room, is left of its lease when it is begun.
        let start_until = now.plus_millis(self.lease_ms - self.lease_ms / 5);
        let claimed = rows.len();
        for row in rows {
            self.begin(row, start_until, stop, round).await;
        }
        claimed
    }

    /// Begins a row. One that it is too late for is released, for the next start or lease.
    async fn begin(&self, row: Claimed, start_until: Instant, stop: &Stop, round: &mut Round) {
        if stop.is_asked() || self.clock.now() > start_until {
            let released = self.record(&row, Settlement::Released).await;
            round.note(released);
            return;
        }
        let courier = self.clone();
        let (outbox_id, attempt) = (row.id(), row.attempts().saturating_add(1));
        let span = debug_span!(target: traces::TARGET, "mail", outbox_id, attempt);
        let treated = async move {
            let settlement = courier.treat(&row, start_until).await;
            courier.record(&row, settlement).await
        };
        round.under_way.spawn(treated.instrument(span));
    }

    /// Records what became of a row. What follows from a bounce is decided again while others move the account.
    async fn record(&self, row: &Claimed, mut settlement: Settlement) -> Result<Settlement, StoreError> {
        for _ in 0..DECISIONS {
            log(row, &settlement);
            if self.settle(row, &settlement).await? == Recorded::Done {
                return Ok(settlement);
            }
            settlement = self.decide_again(row, settlement).await;
        }
        let put_off = self.not_now(row, DomainError::Busy.to_string());
        log(row, &put_off);
        self.settle(row, &put_off).await?;
        Ok(put_off)
    }

    async fn settle(&self, row: &Claimed, settlement: &Settlement) -> Result<Recorded, StoreError> {
        self.store.settle_mail(row.id(), row.lease(), self.clock.now(), settlement).await
    }

    /// What follows from a bounce by now.
    async fn decide_again(&self, row: &Claimed, settlement: Settlement) -> Settlement {
        match (row, settlement) {
            (Claimed::Mail(mail), Settlement::Bounced { error, .. }) => {
                let bounced = self.events.bounced(mail, error).await;
                bounced.unwrap_or_else(|error| self.not_now(row, chain(&error)))
            }
            (_, settlement) => settlement,
        }
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

/// A round of deliveries that is under way.
struct Round {
    /// Rows that are being sent, and then settled.
    under_way: JoinSet<Result<Settlement, StoreError>>,
    delivered: Delivered,
    /// The first failure of the store.
    result: Result<(), StoreError>,
}

impl Default for Round {
    fn default() -> Self {
        Self { under_way: JoinSet::new(), delivered: Delivered::default(), result: Ok(()) }
    }
}

impl Round {
    /// How many more rows can be under way.
    fn room(&self) -> u32 {
        AT_ONCE.saturating_sub(u32::try_from(self.under_way.len()).unwrap_or(u32::MAX))
    }

    /// Waits until a row is settled, or until it is time to look for new ones. Counts what was settled.
    async fn some_ended(&mut self, look_every: Duration) {
        if let Ok(Some(ended)) = timeout(look_every, self.under_way.join_next()).await {
            self.count(ended);
        }
        while let Some(ended) = self.under_way.try_join_next() {
            self.count(ended);
        }
    }

    fn count(&mut self, ended: Result<Result<Settlement, StoreError>, JoinError>) {
        match ended {
            Ok(settled) => {
                if let Some(settlement) = self.note(settled) {
                    self.delivered.count(&settlement);
                }
            }
            // What a panic says may be about the mail, so that it is not told here.
            Err(_) => tracing::error!("a delivery broke off; its mail comes back when its lease ends"),
        }
    }

    /// Remembers a failure, unless it is not the first.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                if self.result.is_ok() {
                    self.result = Err(error);
                }
                None
            }
        }
    }
}

impl Delivered {
    fn count(&mut self, settlement: &Settlement) {
        match settlement {
            Settlement::Sent { .. } => self.sent += 1,
            Settlement::Addressed { .. } | Settlement::Withdrawn => self.addressed += 1,
            Settlement::Retry { .. } => self.put_off += 1,
            Settlement::Failed { .. } | Settlement::Bounced { .. } => self.failed += 1,
            Settlement::Released => {}
        }
    }
}
