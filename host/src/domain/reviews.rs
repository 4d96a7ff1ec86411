//! Checking designations against the rules, and acting on what time has changed.

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::{
    Contact, Instant, Notice, Reason, RemindedFor, Reminder, ReviewOutcome, ReviewRequest, UserId,
};

use super::both::both;
use super::model::{AccountId, Action, AuditEntry, Authentication, Commit, Committed, DesignationWrite, Snapshot};
use super::ports::{Clock, Readable, Store};
use super::{DomainError, MAX_ATTEMPTS, facts, letters};
use crate::engine::{Engine, EngineError, PolicyIdentity};

/// How many accounts go through the module in one call.
const PAGE: u32 = 500;

/// For how long nobody else gets an account that was handed out for review, unless somebody says otherwise.
const CLAIM: Duration = Duration::from_secs(5 * 60);

/// After what time an account that could not be reviewed is tried again.
const FAILED_PAUSE_MS: i64 = 60 * 60_000;

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

/// What is to be stored of one review.
struct Decision {
    snapshot: Snapshot,
    found: Found,
    commit: Commit,
}

impl Reviews {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: Arc<Engine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine, store, clock }
    }

    /// Reviews what is due now, each account once. Several hosts can do this at the same time: each account is handed
    /// to one of them. An account that fails is tried again an hour later.
    ///
    /// # Errors
    /// Failures of the store. What was reviewed before one stays reviewed.
    pub async fn review_due(&self) -> Result<ReviewReport, DomainError> {
        self.review_due_for(CLAIM).await
    }

    /// Reviews what is due as [`review_due`](Self::review_due) does. Should this host die meanwhile, others find what it
    /// had in hand when `claim` has passed, which is 5 minutes there.
    ///
    /// # Errors
    /// As [`review_due`](Self::review_due).
    pub async fn review_due_for(&self, claim: Duration) -> Result<ReviewReport, DomainError> {
        let claim_ms = i64::try_from(claim.as_millis()).unwrap_or(i64::MAX);
        let mut report = ReviewReport::default();
        let fingerprint = &self.engine.identity().fingerprint;
        loop {
            let now = self.clock.now();
            let page = self.store.claim_reviews(now, now.plus_millis(claim_ms), fingerprint, PAGE).await?;
            if page.is_empty() {
                return Ok(report);
            }
            let known = report.failed.len();
            self.review_page(page, true, &mut report).await?;
            for (account, error) in &report.failed[known..] {
                self.store.put_off_review(account, error, now.plus_millis(FAILED_PAUSE_MS)).await?;
            }
        }
    }

    /// Reviews every account, due or not; `progress` hears the number reviewed so far after every page.
    ///
    /// # Errors
    /// Failures of the store. What was reviewed before one stays reviewed.
    pub async fn review_all(&self, progress: impl Fn(u64) + Send + Sync) -> Result<ReviewReport, DomainError> {
        let mut report = ReviewReport::default();
        let mut page = self.store.snapshots_after(None, PAGE).await?;
        while let Some(last) = page.last() {
            let last = last.as_ref().map_or_else(|error| &error.account, |snapshot| &snapshot.account).clone();
            // The next page is read while this one is decided on.
            let next = self.store.snapshots_after(Some(&last), PAGE);
            let (next, reviewed) = both(next, self.review_page(page, false, &mut report)).await;
            reviewed?;
            page = next?;
            progress(report.reviewed);
        }
        Ok(report)
    }

    async fn review_page(&self, page: Vec<Readable>, due: bool, report: &mut ReviewReport) -> Result<(), DomainError> {
        let now = self.clock.now();
        let mut requests = Vec::with_capacity(page.len());
        let mut snapshots = Vec::with_capacity(page.len());
        for snapshot in page {
            let request = snapshot.map_err(|error| (error.account, error.message)).and_then(|snapshot| {
                match facts::review(&snapshot, now) {
                    Ok(request) => Ok((snapshot, request)),
                    Err(error) => Err((snapshot.account, error.to_string())),
                }
            });
            match request {
                Ok((snapshot, request)) => {
                    snapshots.push(snapshot);
                    requests.push(request);
                }
                Err(failed) => report.failed.push(failed),
            }
        }
        let mut decisions = Vec::with_capacity(snapshots.len());
        for (snapshot, outcome) in snapshots.into_iter().zip(self.outcomes(requests)) {
            match outcome {
                Ok(outcome) => decisions.push(self.decision(snapshot, outcome, now)),
                Err(error) => report.failed.push((snapshot.account, error.to_string())),
            }
        }
        report.reviewed += decisions.len() as u64;
        decisions.retain(|decision| due || !decision.found.is_nothing_new(&decision.snapshot));
        self.store_decisions(decisions, report).await
    }

    /// The outcome of each review. One that makes the module fail fails alone.
    fn outcomes(&self, requests: Vec<ReviewRequest>) -> Vec<Result<ReviewOutcome, EngineError>> {
        match self.engine.review_many(requests.clone()) {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) if requests.len() == 1 => vec![Err(error)],
            Err(_) => requests.into_iter().flat_map(|request| self.outcomes(vec![request])).collect(),
        }
    }

    fn decision(&self, snapshot: Snapshot, outcome: ReviewOutcome, now: Instant) -> Decision {
        let found = Found::of(&snapshot, outcome);
        let commit = found.commit(&snapshot, self.engine.identity(), Authentication::Host, now);
        Decision { snapshot, found, commit }
    }

    /// Stores a page of decisions at once; those whose account moved meanwhile are decided again.
    async fn store_decisions(&self, decisions: Vec<Decision>, report: &mut ReviewReport) -> Result<(), DomainError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let commits: Vec<Commit> = decisions.iter().map(|decision| decision.commit.clone()).collect();
        let committed = self.store.commit_all(&commits).await?;
        for (decision, committed) in decisions.into_iter().zip(committed) {
            match committed {
                Committed::Stored { .. } => decision.found.report(&decision.snapshot, report),
                Committed::Stale => self.decide_again(&decision.snapshot.account, report).await?,
            }
        }
        Ok(())
    }

    /// Reviews an account on what it is by now, until nobody comes in between.
    async fn decide_again(&self, account: &AccountId, report: &mut ReviewReport) -> Result<(), DomainError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(snapshot) = self.store.snapshot(account, &[]).await? else { return Ok(()) };
            let now = self.clock.now();
            let outcome = match facts::review(&snapshot, now) {
                Ok(request) => self.outcomes(vec![request]).pop().transpose()?,
                Err(error) => return Ok(report.failed.push((account.clone(), error.to_string()))),
            };
            let Some(outcome) = outcome else { return Ok(()) };
            let decision = self.decision(snapshot, outcome, now);
            if self.store.commit(&decision.commit).await? != Committed::Stale {
                return Ok(decision.found.report(&decision.snapshot, report));
            }
        }
        Ok(report.failed.push((account.clone(), DomainError::Busy.to_string())))
    }
}

/// An outcome in the one shape that both kinds of it share.
pub(super) struct Found {
    /// Who was chosen and is no longer, and why.
    reverted: Option<(UserId, Vec<Reason>)>,
    contact: Contact,
    notices: Vec<Notice>,
    reminders: Vec<Reminder>,
    next_review_at: Option<Instant>,
}

impl Found {
    pub(super) fn of(snapshot: &Snapshot, outcome: ReviewOutcome) -> Self {
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

    /// What the outcome of a review of that snapshot writes.
    pub(super) fn commit(
        &self,
        snapshot: &Snapshot,
        decided_by: &PolicyIdentity,
        authenticated: Authentication,
        now: Instant,
    ) -> Commit {
        let mut mails = letters::of_notices(snapshot, &self.notices, None, now);
        mails.extend(letters::of_reminders(snapshot, &self.reminders, &self.contact.user_id, now));
        let audit = self.action(snapshot).map(|(action, before, reasons)| AuditEntry {
            at: now,
            actor: None,
            authenticated,
            action,
            before,
            after: Some(self.contact.user_id.clone()),
            reasons,
            detail: None,
            decided_by: decided_by.clone(),
        });
        Commit {
            account: snapshot.account.clone(),
            revision: snapshot.revision,
            now,
            designation: if self.reverted.is_some() { DesignationWrite::Clear } else { DesignationWrite::Keep },
            announced: self.contact.user_id.clone(),
            reminded_for: self.reminded_for(snapshot),
            next_review_at: self.next_review_at,
            audit,
            mails,
            remember: None,
            fingerprint: decided_by.fingerprint.clone(),
        }
    }

    /// What the history tells, if anything: what was done, who was the contact, and why.
    fn action(&self, snapshot: &Snapshot) -> Option<(Action, Option<UserId>, Vec<Reason>)> {
        match &self.reverted {
            Some((from, reasons)) => Some((Action::Reverted, Some(from.clone()), reasons.clone())),
            None if self.notices.is_empty() => None,
            None => Some((Action::OwnerChanged, snapshot.announced.clone(), Vec::new())),
        }
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
