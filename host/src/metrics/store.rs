//! A store that is measured on its way: what it stores is counted, and how long it takes is told and traced.

use std::sync::Arc;
use std::time::Instant as Start;

use async_trait::async_trait;
use security_contact_policy::{Instant, UserId};
use tracing::field::Empty;
use tracing::{Instrument, debug_span};

use super::Metrics;
use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, Backlog, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use crate::domain::ports::{Readable, Store, StoreError};
use crate::traces;

/// Another store, measured.
pub struct MeasuredStore {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl MeasuredStore {
    /// That store, measured by those.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    async fn measure<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let span = debug_span!(target: traces::TARGET, "store", operation, failure = Empty);
        let began = Start::now();
        let result = work.instrument(span.clone()).await;
        self.metrics.store.get_or_create(&[("operation", operation)]).observe(began.elapsed().as_secs_f64());
        if let Err(error) = &result {
            let kind = if error.is_busy { "busy" } else { "failed" };
            span.record("failure", kind);
            self.metrics.store_failures.get_or_create(&[("operation", operation), ("kind", kind)]).inc();
        }
        result
    }

    /// Counts the entries of those commits that were stored.
    fn count<'a>(&self, commits: impl Iterator<Item = &'a Commit>, committed: &[Committed]) {
        for (commit, committed) in commits.zip(committed) {
            self.count_entry(commit.audit.as_ref(), committed);
        }
    }

    fn count_entry(&self, entry: Option<&AuditEntry>, committed: &Committed) {
        if let (Some(entry), Committed::Stored { .. }) = (entry, committed) {
            self.metrics.stored(entry.action.as_str());
        }
    }
}

macro_rules! measured {
    ($($name:ident($($argument:ident: $type:ty),*) -> $out:ty $(, then |$this:ident, $result:ident| $then:expr)?;)+) => {
        #[async_trait]
        impl Store for MeasuredStore {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$out, StoreError> {
                let result = self.measure(stringify!($name), self.store.$name($($argument),*)).await?;
                $({
                    let ($this, $result) = (self, &result);
                    $then;
                })?
                Ok(result)
            })+
        }
    };
}

measured! {
    snapshots(asked: &[(AccountId, Vec<UserId>)]) -> Vec<Option<Readable>>;
    snapshots_after(after: Option<&AccountId>, limit: u32) -> Vec<Readable>;
    claim_reviews(now: Instant, claimed_until: Instant, fingerprint: &str, limit: u32) -> Vec<Readable>;
    put_off_review(account: &AccountId, error: &str, until: Instant) -> ();
    commit_all(commits: &[Commit]) -> Vec<Committed>,
        then |this, committed| this.count(commits.iter(), committed);
    record(account: &AccountId, entry: Option<&AuditEntry>, remember: Option<&Remembered>, now: Instant) -> Committed,
        then |this, committed| this.count_entry(entry, committed);
    recall(account: &AccountId, actor: &UserId, key: &IdempotencyKey) -> Option<Remembered>;
    forget(before: Instant) -> ();
    put_directories(writes: &[DirectoryWrite]) -> Vec<Committed>,
        then |this, committed| this.count(writes.iter().map(|write| &write.review), committed);
    use_policy(fingerprint: &str) -> ();
    policy() -> Option<String>;
    candidates(account: &AccountId, query: &str, after: Option<&CandidateCursor>, limit: u32) -> Vec<Member>;
    history(account: &AccountId, before: Option<i64>, limit: u32) -> Vec<AuditRow>;
    audit_after(after: Option<(&str, i64)>, limit: u32) -> Vec<AuditRow>;
    chain_heads(after: Option<&str>, limit: u32) -> Vec<(String, ChainHead)>;
    accounts(after: Option<&AccountId>, limit: u32) -> Vec<(AccountId, String)>;
    queue_event(account: &AccountId, event: &NewEvent, now: Instant) -> Option<Queued>;
    claim_mail(now: Instant, leased_until: Instant, limit: u32) -> Vec<Claimed>;
    settle_mail(id: i64, lease: i64, now: Instant, settlement: &Settlement) -> Recorded,
        then |this, recorded| if *recorded == Recorded::Done { this.metrics.settled(settlement) };
    outbox(filter: &OutboxFilter, after: i64, limit: u32) -> Vec<OutboxRow>;
    retry_mail(id: i64, now: Instant) -> bool;
    drop_mail(id: i64, now: Instant) -> bool;
    backlog() -> Backlog;
    fits() -> bool;
}
