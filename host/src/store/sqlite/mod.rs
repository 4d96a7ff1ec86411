//! The store in one SQLite file: what a single server needs, and nothing to install.
//!
//! **Invariant:** every method is one transaction. Writers take the write lock when they begin, so that no decision is
//! made on what somebody else is about to change; a transaction that is dropped was rolled back. Other processes, such
//! as the command line, may use the same file at the same time.

mod accounts;
mod commit;
mod directory;
mod fault;
mod history;
mod migrate;
mod open;
mod outbox;
mod pool;
mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;

use async_trait::async_trait;
use rusqlite::{Transaction, TransactionBehavior};
use security_contact_policy::{Instant, UserId};

use self::fault::Fault;
pub use self::open::{OpenError, OpenMode};
use self::open::{open_reader, open_writer};
use self::pool::Pool;
use crate::domain::model::{
    AccountId, AuditEntry, CandidateCursor, ClaimedMail, Commit, Committed, DirectoryEntry, DirectoryFault, DueCursor,
    Member, Settlement, Snapshot,
};
use crate::domain::ports::{Store, StoreError, UnreadableAccount};

/// A store in one SQLite file. Its methods need tokio's runtime, on whose blocking threads they work.
///
/// A new account has version 0 and no designation. The first commit that changes it makes that 1.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Pool<1>,
    readers: Pool<4>,
}

impl SqliteStore {
    /// Opens the file and brings it to the schema of this program. It may wait for a disk and, up to 5 seconds, for
    /// another process; call it before serving, not while.
    ///
    /// # Errors
    /// Every variant of [`OpenError`].
    pub fn open(path: &Path, mode: OpenMode) -> Result<Self, OpenError> {
        let writer = Pool::new([open_writer(path, mode)?]);
        let reader = || open_reader(path);
        Ok(Self { writer, readers: Pool::new([reader()?, reader()?, reader()?, reader()?]) })
    }

    /// Runs a read on one consistent state of the file.
    async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    {
        Ok(self.readers.run(move |connection| read(&connection.transaction()?)).await?)
    }

    /// Runs a write, which commits the transaction itself; one that does not has changed nothing.
    async fn write<T, W>(&self, write: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let run = move |connection: &mut rusqlite::Connection| {
            write(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
        };
        self.writer.run(run).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn snapshot(&self, account: &AccountId, also: &[UserId]) -> Result<Option<Snapshot>, StoreError> {
        let (account, also) = (account.clone(), also.to_vec());
        self.read(move |tx| accounts::one(tx, &account, &also)).await
    }

    async fn snapshots_after(
        &self,
        after: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<Result<Snapshot, UnreadableAccount>>, StoreError> {
        let after = after.cloned();
        self.read(move |tx| accounts::after(tx, after.as_ref(), limit)).await
    }

    async fn snapshots_due(
        &self,
        now: Instant,
        after: Option<&DueCursor>,
        limit: u32,
    ) -> Result<Vec<(DueCursor, Result<Snapshot, UnreadableAccount>)>, StoreError> {
        let after = after.cloned();
        self.read(move |tx| accounts::due(tx, now, after.as_ref(), limit)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let commit = commit.clone();
        Ok(self.write(move |tx| commit::commit(tx, &commit)).await?)
    }

    async fn put_directories(
        &self,
        entries: &[DirectoryEntry],
        now: Instant,
    ) -> Result<Vec<Result<(), DirectoryFault>>, StoreError> {
        let entries = entries.to_vec();
        Ok(self.write(move |tx| directory::put_all(tx, &entries, now)).await?)
    }

    async fn use_policy(&self, fingerprint: &str, now: Instant) -> Result<(), StoreError> {
        let fingerprint = fingerprint.to_owned();
        Ok(self.write(move |tx| directory::use_policy(tx, &fingerprint, now)).await?)
    }

    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let (account, query, after) = (account.clone(), folded_query.to_owned(), after.cloned());
        self.read(move |tx| directory::candidates(tx, &account, &query, after.as_ref(), limit)).await
    }

    async fn history(
        &self,
        account: &AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
        let account = account.clone();
        self.read(move |tx| history::page(tx, &account, before, limit)).await
    }

    async fn accounts(&self, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError> {
        self.read(move |tx| accounts::names(tx, limit)).await
    }

    async fn claim_mail(
        &self,
        now: Instant,
        leased_until: Instant,
        limit: u32,
    ) -> Result<Vec<ClaimedMail>, StoreError> {
        Ok(self.write(move |tx| outbox::claim(tx, now, leased_until, limit)).await?)
    }

    async fn settle_mail(&self, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), StoreError> {
        let result = result.clone();
        Ok(self.write(move |tx| outbox::settle(tx, id, lease, now, &result)).await?)
    }
}
