//! Checking designations against the rules, and acting on what time has changed.

use std::sync::Arc;

use security_contact_policy::{Cause, Contact, Instant, Notice, Reason, RemindedFor, Reminder, ReviewOutcome, UserId};

use super::model::{AccountId, AuditEntry, Commit, Committed, DesignationWrite, Snapshot};
use super::ports::{Clock, Store, UnreadableAccount};
use super::{DomainError, MAX_ATTEMPTS, facts, letters};
use crate::engine::Engine;

/// How many accounts go through the module in one call.
const PAGE: u32 = 500;

/// Reviews the designations of all accounts.
pub struct Reviews {
    engine: Arc<Engine>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What a run of reviews found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewReport {
    /// How many accounts were looked at.
    pub reviewed: u64,
    /// The designations that were cleared.
    pub reverted: Vec<Reverted>,
    /// How many accounts have another contact because ownership moved.
    pub owner_changed: u64,
    /// How many accounts had a reminder sent.
    pub reminded: u64,
    /// The accounts that could not be reviewed, and why.
    pub failed: Vec<(AccountId, String)>,
}

/// A designation that a review cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverted {
    /// Of which account.
    pub account: AccountId,
    /// Who was the contact.
    pub from: UserId,
    /// Who is the contact now: the owner.
    pub to: UserId,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Reviews {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: Arc<Engine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine, store, clock }
    }

    /// Reviews what is due now, each account once: one that fails stays due, and its turn comes again in the next run.
    ///
    /// # Errors
    /// Failures of store and engine. What was reviewed before one stays reviewed.
    pub async fn review_due(&self) -> Result<ReviewReport, DomainError> {
        let mut report = ReviewReport::default();
        let now = self.clock.now();
        let mut after = None;
        loop {
            let page = self.store.snapshots_due(now, after.as_ref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(report) };
            after = Some(last.clone());
            let page = page.into_iter().map(|(_, snapshot)| snapshot).collect();
            self.review_page(page, true, &mut report).await?;
        }
    }

    /// Reviews every account, due or not; `progress` hears the number reviewed so far after every page.
    ///
    /// # Errors
    /// Failures of store and engine. What was reviewed before one stays reviewed.
    pub async fn review_all(&self, progress: impl Fn(u64) + Send + Sync) -> Result<ReviewReport, DomainError> {
        let mut report = ReviewReport::default();
        let mut after = None;
        loop {
            let page = self.store.snapshots_after(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(report) };
            after = Some(last.as_ref().map_or_else(|error| &error.account, |snapshot| &snapshot.account).clone());
            self.review_page(page, false, &mut report).await?;
            progress(report.reviewed);
        }
    }

    async fn review_page(
        &self,
        page: Vec<Result<Snapshot, UnreadableAccount>>,
        due: bool,
        report: &mut ReviewReport,
    ) -> Result<(), DomainError> {
        let now = self.clock.now();
        let mut requests = Vec::with_capacity(page.len());
        let mut snapshots = Vec::with_capacity(page.len());
        for snapshot in page {
            let snapshot = match snapshot {
                Ok(snapshot) => snapshot,
                Err(UnreadableAccount { account, message }) => {
                    report.failed.push((account, message));
                    continue;
                }
            };
            match facts::review(&snapshot, now) {
                Ok(request) => {
                    requests.push(request);
                    snapshots.push(snapshot);
                }
                Err(error) => report.failed.push((snapshot.account, error.to_string())),
            }
        }
        let outcomes = self.engine.review_many(requests)?;
        for (snapshot, outcome) in snapshots.into_iter().zip(outcomes) {
            report.reviewed += 1;
            self.settle(snapshot, outcome, now, due, report).await?;
        }
        Ok(())
    }

    /// Stores an outcome; when the account moved meanwhile, decides again on what it is now.
    async fn settle(
        &self,
        mut snapshot: Snapshot,
        mut outcome: ReviewOutcome,
        mut now: Instant,
        due: bool,
        report: &mut ReviewReport,
    ) -> Result<(), DomainError> {
        for _ in 0..MAX_ATTEMPTS {
            let found = Found::of(&snapshot, outcome);
            if !due && found.is_nothing_new(&snapshot) {
                return Ok(());
            }
            let commit = found.commit(&snapshot, &self.engine, now);
            if self.store.commit(&commit).await? != Committed::Stale {
                found.report(&snapshot, report);
                return Ok(());
            }
            let Some(again) = self.store.snapshot(&snapshot.account, &[]).await? else { return Ok(()) };
            snapshot = again;
            now = self.clock.now();
            let request = match facts::review(&snapshot, now) {
                Ok(request) => request,
                Err(error) => {
                    report.failed.push((snapshot.account, error.to_string()));
                    return Ok(());
                }
            };
            let mut outcomes = self.engine.review_many(vec![request])?;
            let Some(next) = outcomes.pop() else { return Ok(()) };
            outcome = next;
        }
        report.failed.push((snapshot.account, DomainError::Busy.to_string()));
        Ok(())
    }
}

/// An outcome in the one shape that both kinds of it share.
struct Found {
    /// Who was chosen and is no longer, and why.
    reverted: Option<(UserId, Vec<Reason>)>,
    contact: Contact,
    notices: Vec<Notice>,
    reminders: Vec<Reminder>,
    next_review_at: Option<Instant>,
}

impl Found {
    fn of(snapshot: &Snapshot, outcome: ReviewOutcome) -> Self {
        match outcome {
            ReviewOutcome::Kept { contact, notices, reminders, next_review_at } => {
                Self { reverted: None, contact, notices, reminders, next_review_at }
            }
            ReviewOutcome::Reverted { reasons, contact, notices, reminders, next_review_at } => {
                let from = snapshot.chosen.as_ref().map(|chosen| chosen.user_id.clone());
                Self { reverted: from.map(|from| (from, reasons)), contact, notices, reminders, next_review_at }
            }
        }
    }

    /// Whether the store has all of it already.
    fn is_nothing_new(&self, snapshot: &Snapshot) -> bool {
        self.reverted.is_none()
            && self.notices.is_empty()
            && self.reminders.is_empty()
            && snapshot.announced.as_ref() == Some(&self.contact.user_id)
            && snapshot.next_review_at == self.next_review_at
    }

    fn commit(&self, snapshot: &Snapshot, engine: &Engine, now: Instant) -> Commit {
        let mut mails = letters::of_notices(snapshot, &self.notices, None, now);
        mails.extend(letters::of_reminders(snapshot, &self.reminders, &self.contact.user_id, now));
        Commit {
            account: snapshot.account.clone(),
            revision: snapshot.revision,
            now,
            designation: if self.reverted.is_some() { DesignationWrite::Clear } else { DesignationWrite::Keep },
            announced: self.contact.user_id.clone(),
            reminded_for: self.reminded_for(snapshot),
            next_review_at: self.next_review_at,
            audit: self.audit(snapshot, engine, now),
            mails,
        }
    }

    fn audit(&self, snapshot: &Snapshot, engine: &Engine, now: Instant) -> Option<AuditEntry> {
        let (action, before, reasons) = match &self.reverted {
            Some((from, reasons)) => (Cause::Reverted, Some(from.clone()), reasons.clone()),
            None if self.notices.is_empty() => return None,
            None => (Cause::OwnerChanged, snapshot.announced.clone(), Vec::new()),
        };
        let (after, decided_by) = (self.contact.user_id.clone(), engine.identity().clone());
        Some(AuditEntry { at: now, actor: None, action, before, after, reasons, decided_by })
    }

    /// The reminders sent so far for the present end of validity, with those of this outcome.
    fn reminded_for(&self, snapshot: &Snapshot) -> Option<RemindedFor> {
        let valid_until = self.contact.valid_until?;
        let before = snapshot.reminded_for.as_ref().filter(|sent| sent.valid_until == valid_until);
        let mut days = before.map(|sent| sent.days.clone()).unwrap_or_default();
        days.extend(self.reminders.first().map(|reminder| reminder.days));
        (!days.is_empty()).then_some(RemindedFor { valid_until, days })
    }

    fn report(self, snapshot: &Snapshot, report: &mut ReviewReport) {
        report.reminded += u64::from(!self.reminders.is_empty());
        match self.reverted {
            Some((from, reasons)) => report.reverted.push(Reverted {
                account: snapshot.account.clone(),
                from,
                to: self.contact.user_id,
                reasons,
            }),
            None => report.owner_changed += u64::from(!self.notices.is_empty()),
        }
    }
}
