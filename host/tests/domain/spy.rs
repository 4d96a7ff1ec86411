//! A store that tells what is asked of it, and lets a test step in between.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use security_contact_host::domain::model::{
    AccountId, AuditEntry, AuditRow, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use security_contact_host::domain::ports::{Readable, Store, StoreError};
use security_contact_policy::{Instant, UserId};
use tokio::sync::watch;

/// What happens just before a call. Its error is the call's.
type Step = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// The store behind it, and what is to happen before some of the calls.
pub(crate) struct Spy {
    store: Arc<dyn Store>,
    steps: Mutex<VecDeque<(&'static str, Step)>>,
    done: watch::Sender<Vec<&'static str>>,
}

impl Spy {
    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        Self { store, steps: Mutex::default(), done: watch::Sender::default() }
    }

    /// Has that happen before the next call of that name; what was asked for first happens first.
    pub(crate) fn before(
        &self,
        call: &'static str,
        step: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) {
        self.steps.lock().unwrap().push_back((call, Box::pin(step)));
    }

    /// Has that call fail so many times.
    pub(crate) fn fail(&self, call: &'static str, times: usize, is_busy: bool) {
        for _ in 0..times {
            self.before(call, async move { Err(failure(is_busy)) });
        }
    }

    /// The calls that ended since this was asked last.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        let mut taken = Vec::new();
        self.done.send_modify(|done| taken = std::mem::take(done));
        taken
    }

    /// Waits until a call of that name has ended.
    pub(crate) async fn until(&self, call: &'static str) {
        self.done.subscribe().wait_for(|done| done.contains(&call)).await.unwrap();
    }

    async fn meet(&self, call: &'static str) -> Result<(), StoreError> {
        let step = {
            let mut steps = self.steps.lock().unwrap();
            let index = steps.iter().position(|(name, _)| *name == call);
            index.and_then(|index| steps.remove(index))
        };
        match step {
            Some((_, step)) => step.await,
            None => Ok(()),
        }
    }
}

/// What a store says that is out of order.
pub(crate) fn failure(is_busy: bool) -> StoreError {
    StoreError { message: "out of order".into(), source: None, is_busy }
}

macro_rules! spied {
    ($($name:ident($($argument:ident: $type:ty),*) -> $out:ty;)+) => {
        #[async_trait]
        impl Store for Spy {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$out, StoreError> {
                self.meet(stringify!($name)).await?;
                let result = self.store.$name($($argument),*).await;
                self.done.send_modify(|done| done.push(stringify!($name)));
                result
            })+
        }
    };
}

spied! {
    snapshots(asked: &[(AccountId, Vec<UserId>)]) -> Vec<Option<Readable>>;
    snapshots_after(after: Option<&AccountId>, limit: u32) -> Vec<Readable>;
    claim_reviews(now: Instant, claimed_until: Instant, fingerprint: &str, limit: u32) -> Vec<Readable>;
    put_off_review(account: &AccountId, error: &str, until: Instant) -> ();
    commit_all(commits: &[Commit]) -> Vec<Committed>;
    record(account: &AccountId, entry: Option<&AuditEntry>, remember: Option<&Remembered>, now: Instant) -> Committed;
    recall(account: &AccountId, actor: &UserId, key: &IdempotencyKey) -> Option<Remembered>;
    forget(before: Instant) -> ();
    put_directories(writes: &[DirectoryWrite]) -> Vec<Committed>;
    use_policy(fingerprint: &str) -> ();
    policy() -> Option<String>;
    candidates(account: &AccountId, query: &str, after: Option<&CandidateCursor>, limit: u32) -> Vec<Member>;
    history(account: &AccountId, before: Option<i64>, limit: u32) -> Vec<AuditRow>;
    audit_after(after: Option<(&str, i64)>, limit: u32) -> Vec<AuditRow>;
    chain_heads(after: Option<&str>, limit: u32) -> Vec<(String, ChainHead)>;
    accounts(after: Option<&AccountId>, limit: u32) -> Vec<(AccountId, String)>;
    queue_event(account: &AccountId, event: &NewEvent, now: Instant) -> Option<Queued>;
    claim_mail(now: Instant, leased_until: Instant, limit: u32) -> Vec<Claimed>;
    settle_mail(id: i64, lease: i64, now: Instant, result: &Settlement) -> Recorded;
    outbox(filter: &OutboxFilter, after: i64, limit: u32) -> Vec<OutboxRow>;
    retry_mail(id: i64, now: Instant) -> bool;
    drop_mail(id: i64, now: Instant) -> bool;
}
