//! The store in one SQLite file: what a single server needs, and nothing to install.
//!
//! **Invariant:** every method is one transaction; only what is forgotten is so in several. Writers take the write lock when they begin, so that no decision is
//! made on what somebody else is about to change; a transaction that is dropped was rolled back. Other processes, such
//! as the command line, may use the same file at the same time.

mod accounts;
mod answers;
mod audit;
mod cells;
mod checkpoint;
mod commit;
mod directory;
mod fault;
mod migrate;
mod open;
mod outbox;
#[cfg(test)]
mod tests;
mod threads;

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use security_contact_policy::{Instant, UserId};

use self::checkpoint::Lengths;
use self::fault::Fault;
pub use self::open::{OpenError, OpenMode};
use self::open::{explain, open_reader, open_writer, read_schema};
use self::threads::Threads;
use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, Backlog, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use crate::domain::ports::{Readable, Store, StoreError};

/// How many reads are under way at once: one a processor, since they seldom wait for the disk. More would only take turns.
fn readers() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 8)
}

/// A store in one SQLite file, with threads of its own that wait for the disk.
///
/// A new account has version 0 and no designation. The first commit that changes it makes that 1.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Threads,
    readers: Threads,
}

impl SqliteStore {
    /// The schema that a store has once it is open.
    pub const SCHEMA: usize = migrate::MIGRATIONS.len();

    /// Opens the file and brings it to the schema of this program. It may wait for a disk and, up to 5 seconds, for
    /// another process; call it before serving, not while.
    ///
    /// # Errors
    /// Every variant of [`OpenError`].
    pub fn open(path: &Path, mode: OpenMode) -> Result<Self, OpenError> {
        let mut writer = open_writer(path, mode)?;
        let reader = || open_reader(path);
        let start = |name, connections: Vec<Connection>| {
            Threads::start(name, connections)
                .map_err(|error| OpenError::Failed { path: path.to_owned(), source: error.into() })
        };
        // It writes nothing of its own either.
        let mover = Arc::new(start("sqlite-checkpoint", vec![reader()?])?);
        checkpoint::watch(&mut writer, mover, Lengths::default()).map_err(|error| explain(path, error))?;
        let readers = (0..readers()).map(|_| reader()).collect::<Result<_, _>>()?;
        Ok(Self { writer: start("sqlite-writer", vec![writer])?, readers: start("sqlite-reader", readers)? })
    }

    /// The schema of a file, which is neither made nor changed.
    ///
    /// # Errors
    /// Every variant of [`OpenError`] that reading can meet.
    pub fn schema(path: &Path) -> Result<usize, OpenError> {
        read_schema(path)
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
    async fn write<T, W>(&self, write: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let run = move |connection: &mut Connection| {
            write(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
        };
        Ok(self.writer.run(run).await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn snapshots(&self, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, StoreError> {
        let asked = asked.to_vec();
        self.read(move |tx| accounts::these(tx, &asked)).await
    }

    async fn snapshots_after(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, StoreError> {
        let after = after.cloned();
        self.read(move |tx| accounts::after(tx, after.as_ref(), limit)).await
    }

    async fn claim_reviews(
        &self,
        now: Instant,
        claimed_until: Instant,
        fingerprint: &str,
        limit: u32,
    ) -> Result<Vec<Readable>, StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |tx| accounts::claim_reviews(tx, now, claimed_until, &fingerprint, limit)).await
    }

    async fn put_off_review(&self, account: &AccountId, error: &str, until: Instant) -> Result<(), StoreError> {
        let (account, error) = (account.clone(), error.to_owned());
        self.write(move |tx| accounts::put_off_review(tx, &account, &error, until)).await
    }

    async fn commit_all(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        let commits = commits.to_vec();
        self.write(move |tx| commit::all(tx, &commits)).await
    }

    async fn record(
        &self,
        account: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<Committed, StoreError> {
        let (account, entry, remember) = (account.clone(), entry.cloned(), remember.cloned());
        self.write(move |tx| commit::record(tx, &account, entry.as_ref(), remember.as_ref(), now)).await
    }

    async fn recall(
        &self,
        account: &AccountId,
        actor: &UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StoreError> {
        let (account, actor, key) = (account.clone(), actor.clone(), key.clone());
        self.read(move |tx| answers::recall(tx, &account, &actor, &key)).await
    }

    async fn forget(&self, before: Instant) -> Result<(), StoreError> {
        while self.write(move |tx| answers::forget(tx, before)).await? {}
        Ok(())
    }

    async fn put_directories(&self, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, StoreError> {
        let writes = writes.to_vec();
        self.write(move |tx| directory::put_all(tx, &writes)).await
    }

    async fn use_policy(&self, fingerprint: &str) -> Result<(), StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |tx| accounts::use_policy(tx, &fingerprint)).await
    }

    async fn policy(&self) -> Result<Option<String>, StoreError> {
        self.read(accounts::policy).await
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

    async fn history(&self, account: &AccountId, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let account = account.clone();
        self.read(move |tx| audit::page(tx, &account, before, limit)).await
    }

    async fn audit_after(&self, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let after = after.map(|(account, seq)| (account.to_owned(), seq));
        self.read(move |tx| audit::after(tx, after.as_ref().map(|(account, seq)| (account.as_str(), *seq)), limit))
            .await
    }

    async fn chain_heads(&self, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, StoreError> {
        let after = after.map(str::to_owned);
        self.read(move |tx| audit::heads(tx, after.as_deref(), limit)).await
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError> {
        let after = after.cloned();
        self.read(move |tx| accounts::names(tx, after.as_ref(), limit)).await
    }

    async fn queue_event(
        &self,
        account: &AccountId,
        event: &NewEvent,
        now: Instant,
    ) -> Result<Option<Queued>, StoreError> {
        let (account, event) = (account.clone(), event.clone());
        self.write(move |tx| outbox::queue_event(tx, &account, &event, now)).await
    }

    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |tx| outbox::claim(tx, now, leased_until, limit)).await
    }

    async fn settle_mail(
        &self,
        id: i64,
        lease: i64,
        now: Instant,
        result: &Settlement,
    ) -> Result<Recorded, StoreError> {
        let result = result.clone();
        self.write(move |tx| outbox::settle(tx, id, lease, now, &result)).await
    }

    async fn outbox(&self, filter: &OutboxFilter, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let filter = filter.clone();
        self.read(move |tx| outbox::list(tx, &filter, after, limit)).await
    }

    async fn retry_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.write(move |tx| outbox::retry(tx, id, now)).await
    }

    async fn drop_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.write(move |tx| outbox::discard(tx, id, now)).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.read(outbox::backlog).await
    }

    async fn fits(&self) -> Result<bool, StoreError> {
        self.read(|tx| Ok(migrate::fits(tx, migrate::MIGRATIONS)?)).await
    }
}
