//! The store's port, over the store that keeps the copy.

use async_trait::async_trait;
use security_contact_policy::{Instant, UserId};

use super::{FreshStore, store_error};
use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, Backlog, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use crate::domain::ports::{Readable, Store, StoreError};

impl FreshStore {
    async fn fresh_page(&self, page: Vec<Readable>) -> Result<Vec<Readable>, StoreError> {
        let mut fresh = Vec::with_capacity(page.len());
        for readable in page {
            fresh.push(self.fresh_of_page(readable).await.map_err(store_error)?);
        }
        Ok(fresh)
    }
}

/// What reads accounts asks the directory first; all else is the store's own.
#[async_trait]
impl Store for FreshStore {
    async fn snapshots(&self, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, StoreError> {
        let known = self.store.snapshots(asked).await?;
        let mut fresh = Vec::with_capacity(known.len());
        for ((account, also), known) in asked.iter().zip(known) {
            fresh.push(self.fresh(account, also, known).await.map_err(store_error)?);
        }
        Ok(fresh)
    }

    async fn snapshots_after(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, StoreError> {
        self.fresh_page(self.store.snapshots_after(after, limit).await?).await
    }

    async fn claim_reviews(
        &self,
        now: Instant,
        claimed_until: Instant,
        fingerprint: &str,
        limit: u32,
    ) -> Result<Vec<Readable>, StoreError> {
        self.fresh_page(self.store.claim_reviews(now, claimed_until, fingerprint, limit).await?).await
    }

    async fn put_off_review(&self, account: &AccountId, error: &str, until: Instant) -> Result<(), StoreError> {
        self.store.put_off_review(account, error, until).await
    }

    async fn commit_all(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.store.commit_all(commits).await
    }

    async fn record(
        &self,
        account: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<Committed, StoreError> {
        self.store.record(account, entry, remember, now).await
    }

    async fn recall(
        &self,
        account: &AccountId,
        actor: &UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StoreError> {
        self.store.recall(account, actor, key).await
    }

    async fn forget(&self, before: Instant) -> Result<(), StoreError> {
        self.store.forget(before).await
    }

    async fn put_directories(&self, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, StoreError> {
        self.store.put_directories(writes).await
    }

    async fn use_policy(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.store.use_policy(fingerprint).await
    }

    async fn policy(&self) -> Result<Option<String>, StoreError> {
        self.store.policy().await
    }

    /// Names are searched in the copy; those who are found are compared with the directory.
    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let found = self.store.candidates(account, folded_query, after, limit).await?;
        let found: Vec<UserId> = found.into_iter().map(|member| member.person.id).collect();
        match self.snapshot(account, &found).await? {
            Some(_) => self.store.candidates(account, folded_query, after, limit).await,
            None => Ok(Vec::new()),
        }
    }

    async fn history(&self, account: &AccountId, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.store.history(account, before, limit).await
    }

    async fn audit_after(&self, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_after(after, limit).await
    }

    async fn chain_heads(&self, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, StoreError> {
        self.store.chain_heads(after, limit).await
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError> {
        self.store.accounts(after, limit).await
    }

    /// The directory says first whether there is such an account, and one that is not known yet is taken over.
    async fn queue_event(
        &self,
        account: &AccountId,
        event: &NewEvent,
        now: Instant,
    ) -> Result<Option<Queued>, StoreError> {
        match self.snapshot(account, &[]).await? {
            Some(_) => self.store.queue_event(account, event, now).await,
            None => Ok(None),
        }
    }

    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        self.store.claim_mail(now, leased_until, limit).await
    }

    async fn settle_mail(
        &self,
        id: i64,
        lease: i64,
        now: Instant,
        result: &Settlement,
    ) -> Result<Recorded, StoreError> {
        self.store.settle_mail(id, lease, now, result).await
    }

    async fn outbox(&self, filter: &OutboxFilter, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.store.outbox(filter, after, limit).await
    }

    async fn retry_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.store.retry_mail(id, now).await
    }

    async fn drop_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.store.drop_mail(id, now).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.store.backlog().await
    }

    async fn fits(&self) -> Result<bool, StoreError> {
        self.store.fits().await
    }
}
