//! A mail server that says what the sequence says, and a store that hands a courier one row at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use security_contact_host::domain::model::{
    AccountId, AuditEntry, AuditRow, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use security_contact_host::domain::ports::{Mailer, Readable, RenderedMail, SendError, Store, StoreError};
use security_contact_policy::{Instant, UserId};

use crate::operation::Reply;

/// Answers every mail alike, and keeps what it was sent.
pub(crate) struct Post {
    reply: Reply,
    sent: Mutex<Vec<RenderedMail>>,
}

impl Post {
    pub(crate) fn saying(reply: Reply) -> Self {
        Self { reply, sent: Mutex::default() }
    }

    pub(crate) fn sent(&self) -> Vec<RenderedMail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        let reason = || "the server says so".to_owned();
        match self.reply {
            Reply::Taken => Ok(()),
            Reply::Temporary => Err(SendError::Temporary(reason())),
            Reply::Permanent => Err(SendError::Permanent(reason())),
            Reply::Address => Err(SendError::Address(reason())),
        }
    }
}

/// Hands out one row and then none, so that a courier's work has one order. A courier that dies settles nothing.
pub(crate) struct Counter {
    store: Arc<dyn Store>,
    dies: bool,
    is_empty: AtomicBool,
    claimed: Mutex<Option<Claimed>>,
}

impl Counter {
    pub(crate) fn over(store: Arc<dyn Store>, dies: bool) -> Self {
        Self { store, dies, is_empty: AtomicBool::new(false), claimed: Mutex::default() }
    }

    /// The row that was handed out.
    pub(crate) fn claimed(&self) -> Option<Claimed> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A store that passes on what it is asked, but for what stands in the braces.
macro_rules! passing_on {
    ({ $($own:item)* } $($name:ident($($argument:ident: $type:ty),*) -> $out:ty;)+) => {
        #[async_trait]
        impl Store for Counter {
            $($own)*
            $(async fn $name(&self, $($argument: $type),*) -> Result<$out, StoreError> {
                self.store.$name($($argument),*).await
            })+
        }
    };
}

passing_on! {
    {
        async fn claim_mail(&self, now: Instant, until: Instant, _limit: u32) -> Result<Vec<Claimed>, StoreError> {
            if self.is_empty.swap(true, Ordering::SeqCst) {
                return Ok(Vec::new());
            }
            let claimed = self.store.claim_mail(now, until, 1).await?;
            *self.claimed.lock().unwrap_or_else(PoisonError::into_inner) = claimed.first().cloned();
            Ok(claimed)
        }

        async fn settle_mail(&self, id: i64, lease: i64, now: Instant, to: &Settlement) -> Result<Recorded, StoreError> {
            if self.dies { Ok(Recorded::Done) } else { self.store.settle_mail(id, lease, now, to).await }
        }
    }
    snapshots(asked: &[(AccountId, Vec<UserId>)]) -> Vec<Option<Readable>>;
    snapshots_after(after: Option<&AccountId>, limit: u32) -> Vec<Readable>;
    claim_reviews(now: Instant, until: Instant, fingerprint: &str, limit: u32) -> Vec<Readable>;
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
    outbox(filter: &OutboxFilter, after: i64, limit: u32) -> Vec<OutboxRow>;
    retry_mail(id: i64, now: Instant) -> bool;
    drop_mail(id: i64, now: Instant) -> bool;
}
