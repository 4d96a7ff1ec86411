//! Checking designations against the rules, and acting on what time has changed.

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::{Instant, Reason, UserId};

use super::both::both;
use super::found::{Found, outcomes};
use super::model::{AccountId, Authentication, Commit, Committed, Snapshot};
use super::ports::{Clock, Readable, Store, StoreError};
use super::{DomainError, MAX_ATTEMPTS, facts};
use crate::engine::{CurrentEngine, Engine};

/// How many accounts go through the module in one call.
const PAGE: u32 = 500;

/// For how long nobody else gets an account that was handed out for review, unless somebody says otherwise.
const CLAIM_MS: i64 = 60_000;

/// After what time an account that could not be reviewed is tried again.
const FAILED_PAUSE_MS: i64 = 60 * 60_000;

/// Reviews the designations of all accounts.
#[derive(Clone)]
pub struct Reviews {
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    claim_ms: i64,
}

/// What a run of reviews did, in numbers. Which accounts they are is told as it happens, so that a run over a million of
/// them needs no more memory than one over a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewReport {
    /// How many accounts were reviewed.
    pub reviewed: u64,
    /// How many designations were cleared.
    pub reverted: u64,
    /// How many accounts have another contact because ownership moved.
    pub owner_changed: u64,
    /// How many accounts had a reminder sent.
    pub reminded: u64,
    /// How many accounts could not be reviewed.
    pub failed: u64,
}

/// What a run of reviews tells while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A designation was cleared, and that is stored; in a rehearsal, that it would be.
    Reverted(Reverted),
    /// An account could not be reviewed.
    Failed {
        /// Which account.
        account: AccountId,
        /// Why, without names or addresses.
        error: String,
    },
    /// That many accounts were reviewed since the run began.
    SoFar(u64),
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

/// A run of reviews that is under way.
struct Run<'t> {
    /// Decides in all of the run, whatever comes in force meanwhile.
    engine: Arc<Engine>,
    report: ReviewReport,
    tell: &'t mut (dyn FnMut(Told) + Send),
    kind: Kind,
}

/// What a run does with what it finds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every account has to be settled, because it was handed out.
    Due,
    /// An account is left alone of which the store has all that a review finds.
    All,
    /// Nothing is stored.
    Rehearsal,
}

/// What is to be stored of one review.
struct Decision {
    snapshot: Snapshot,
    found: Found,
}

impl Reviews {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: impl Into<CurrentEngine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine: engine.into(), store, clock, claim_ms: CLAIM_MS }
    }

    /// The same service, whose accounts in hand go to others after that time in place of a minute, should it end before
    /// it has reviewed them.
    #[must_use]
    pub fn with_claim(self, claim: Duration) -> Self {
        Self { claim_ms: i64::try_from(claim.as_millis()).unwrap_or(i64::MAX), ..self }
    }

    /// Reviews what is due when it begins, each account once; `tell` hears what happens. Several hosts can do this at
    /// the same time: each account is handed to one of them. An account that fails is tried again an hour later.
    ///
    /// # Errors
    /// Failures of the store. What was reviewed before one stays reviewed.
    pub async fn review_due(&self, mut tell: impl FnMut(Told) + Send) -> Result<ReviewReport, DomainError> {
        let mut run = self.run(&mut tell, Kind::Due);
        let policy = run.engine.identity().key();
        let began = self.clock.now();
        loop {
            let now = self.clock.now();
            // What becomes due meanwhile is for the next run, so that this one ends. A clock that was set back makes
            // less due, and none of it twice.
            let due_by = now.min(began);
            let page = self.store.claim_reviews(due_by, now.plus_millis(self.claim_ms), &policy, PAGE).await?;
            if page.is_empty() {
                return Ok(run.report);
            }
            self.review_page(page, &mut run).await?;
            run.tell_so_far();
        }
    }

    /// Reviews every account, due or not; `tell` hears what happens.
    ///
    /// # Errors
    /// Failures of the store. What was reviewed before one stays reviewed.
    pub async fn review_all(&self, mut tell: impl FnMut(Told) + Send) -> Result<ReviewReport, DomainError> {
        self.walk(self.run(&mut tell, Kind::All)).await
    }

    /// Tells what [`review_all`](Self::review_all) would do now, and stores nothing.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn rehearse_all(&self, mut tell: impl FnMut(Told) + Send) -> Result<ReviewReport, DomainError> {
        self.walk(self.run(&mut tell, Kind::Rehearsal)).await
    }

    fn run<'t>(&self, tell: &'t mut (dyn FnMut(Told) + Send), kind: Kind) -> Run<'t> {
        Run { engine: self.engine.get(), report: ReviewReport::default(), tell, kind }
    }

    /// Goes over every account.
    async fn walk(&self, mut run: Run<'_>) -> Result<ReviewReport, DomainError> {
        let mut page = self.store.snapshots_after(None, PAGE).await?;
        while let Some(last) = page.last() {
            let last = last.as_ref().map_or_else(|error| &error.account, |snapshot| &snapshot.account).clone();
            // The next page is read while this one is decided on.
            let next = self.store.snapshots_after(Some(&last), PAGE);
            let (next, reviewed) = both(next, self.review_page(page, &mut run)).await;
            reviewed?;
            page = next?;
            run.tell_so_far();
        }
        Ok(run.report)
    }

    async fn review_page(&self, page: Vec<Readable>, run: &mut Run<'_>) -> Result<(), DomainError> {
        let now = self.clock.now();
        let page = if run.kind == Kind::Due { page } else { without_quiet(page, now, run) };
        let (mut decisions, failed) = decide(&run.engine, page, now);
        if run.kind == Kind::Rehearsal {
            failed.into_iter().for_each(|(account, error)| run.failed(account, error));
            decisions.into_iter().for_each(|decision| run.reviewed(decision));
            return Ok(());
        }
        for (account, error) in failed {
            self.put_off(account, error, run).await?;
        }
        if run.kind == Kind::All {
            let settled = decisions.extract_if(.., |decision| decision.found.is_nothing_new(&decision.snapshot));
            settled.for_each(|decision| run.reviewed(decision));
        }
        self.store_all(decisions, now, run).await
    }

    /// Stores decisions at once. One account that cannot be written does not keep the others from being stored.
    async fn store_all(&self, decisions: Vec<Decision>, now: Instant, run: &mut Run<'_>) -> Result<(), DomainError> {
        if decisions.is_empty() {
            return Ok(());
        }
        let commits: Vec<Commit> = decisions.iter().map(|decision| decision.commit(&run.engine, now)).collect();
        match self.store.commit_all(&commits).await {
            Ok(committed) => {
                for (decision, committed) in decisions.into_iter().zip(committed) {
                    self.settle(decision, committed, run).await?;
                }
                Ok(())
            }
            Err(error) if error.is_busy => Err(error.into()),
            Err(_) => self.store_one_by_one(decisions, &commits, run).await,
        }
    }

    async fn store_one_by_one(
        &self,
        decisions: Vec<Decision>,
        commits: &[Commit],
        run: &mut Run<'_>,
    ) -> Result<(), DomainError> {
        for (decision, commit) in decisions.into_iter().zip(commits) {
            match self.store.commit(commit).await {
                Ok(committed) => self.settle(decision, committed, run).await?,
                Err(error) => self.not_written(decision.snapshot.account, error, run).await?,
            }
        }
        Ok(())
    }

    /// What follows from a decision that was stored, or whose account moved meanwhile.
    async fn settle(&self, decision: Decision, committed: Committed, run: &mut Run<'_>) -> Result<(), DomainError> {
        match committed {
            Committed::Stored { .. } => run.reviewed(decision),
            Committed::Stale => self.decide_again(decision.snapshot.account, run).await?,
        }
        Ok(())
    }

    /// Reviews an account on what it is by now, until nobody comes in between.
    async fn decide_again(&self, account: AccountId, run: &mut Run<'_>) -> Result<(), DomainError> {
        for _ in 0..MAX_ATTEMPTS {
            let found = self.store.snapshots(&[(account.clone(), Vec::new())]).await?;
            let now = self.clock.now();
            let (mut decisions, failed) = decide(&run.engine, found.into_iter().flatten().collect(), now);
            if let Some((account, error)) = failed.into_iter().next() {
                return self.put_off(account, error, run).await;
            }
            let Some(decision) = decisions.pop() else { return Ok(()) };
            match self.store.commit(&decision.commit(&run.engine, now)).await {
                Ok(Committed::Stale) => {}
                Ok(Committed::Stored { .. }) => {
                    run.reviewed(decision);
                    return Ok(());
                }
                Err(error) => return self.not_written(account, error, run).await,
            }
        }
        // Whoever came in between has it reviewed again, or the claim ends.
        run.failed(account, DomainError::Busy.to_string());
        Ok(())
    }

    /// Tells an account that cannot be written from a store that fails: that cannot record it either.
    async fn not_written(&self, account: AccountId, error: StoreError, run: &mut Run<'_>) -> Result<(), DomainError> {
        if error.is_busy { Err(error.into()) } else { self.put_off(account, with_causes(&error), run).await }
    }

    /// Records that an account cannot be reviewed, and tells it.
    async fn put_off(&self, account: AccountId, error: String, run: &mut Run<'_>) -> Result<(), DomainError> {
        let until = self.clock.now().plus_millis(FAILED_PAUSE_MS);
        self.store.put_off_review(&account, &error, until).await?;
        run.failed(account, error);
        Ok(())
    }
}

/// What follows for each account, and the accounts for which that cannot be said.
fn decide(engine: &Engine, page: Vec<Readable>, now: Instant) -> (Vec<Decision>, Vec<(AccountId, String)>) {
    let mut failed = Vec::new();
    let (mut snapshots, mut requests) = (Vec::with_capacity(page.len()), Vec::with_capacity(page.len()));
    for read in page {
        match read {
            Ok(snapshot) => match facts::review(&snapshot, now) {
                Ok(request) => {
                    snapshots.push(snapshot);
                    requests.push(request);
                }
                Err(error) => failed.push((snapshot.account, error.to_string())),
            },
            Err(error) => failed.push((error.account, error.message)),
        }
    }
    let mut decisions = Vec::with_capacity(snapshots.len());
    for (snapshot, outcome) in snapshots.into_iter().zip(outcomes(requests, &|requests| engine.review_many(requests))) {
        match outcome {
            Ok(outcome) => decisions.push(Decision { found: Found::of(&snapshot, outcome), snapshot }),
            Err(error) => failed.push((snapshot.account, error.to_string())),
        }
    }
    (decisions, failed)
}

/// Those of a page that a first glance of the module leaves something to do about. The others are reviewed with it.
fn without_quiet(page: Vec<Readable>, now: Instant, run: &mut Run<'_>) -> Vec<Readable> {
    let glances: Vec<_> = page.iter().map(|snapshot| facts::glance(snapshot.as_ref().ok()?)).collect();
    // When the glance fails, each is looked at in full, and the one at fault is found.
    let Ok(quiet) = run.engine.quiet_reviews(&glances, now) else { return page };
    let before = page.len();
    let left = page.into_iter().zip(quiet).filter(|(snapshot, quiet)| match (snapshot, quiet) {
        (Ok(snapshot), Some(next_review_at)) => snapshot.next_review_at != *next_review_at,
        _ => true,
    });
    let left: Vec<Readable> = left.map(|(snapshot, _)| snapshot).collect();
    run.report.reviewed += (before - left.len()) as u64;
    left
}

impl Decision {
    fn commit(&self, engine: &Engine, now: Instant) -> Commit {
        self.found.commit(&self.snapshot, engine.identity(), Authentication::Host, now)
    }
}

impl Run<'_> {
    fn reviewed(&mut self, Decision { snapshot, found }: Decision) {
        self.report.reviewed += 1;
        self.report.reminded += u64::from(found.reminds());
        self.report.owner_changed += u64::from(found.is_another_owner());
        if let Some((from, to, reasons)) = found.into_reverted() {
            self.report.reverted += 1;
            (self.tell)(Told::Reverted(Reverted { account: snapshot.account, from, to, reasons }));
        }
    }

    fn failed(&mut self, account: AccountId, error: String) {
        self.report.failed += 1;
        (self.tell)(Told::Failed { account, error });
    }

    fn tell_so_far(&mut self) {
        (self.tell)(Told::SoFar(self.report.reviewed));
    }
}

/// The error with its causes, none of which names people or addresses.
fn with_causes(error: &StoreError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
