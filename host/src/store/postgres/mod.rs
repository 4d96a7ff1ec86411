//! The store in a PostgreSQL database: for any number of hosts, which coordinate through it alone.
//!
//! **Invariant:** every method is one transaction, or one statement, which is the same; only what is forgotten is so in
//! several. A commit is on the server's disk when it returns.
//!
//! **Invariant:** transactions are `READ COMMITTED`, and what must not move is locked. Whoever writes to an account, its
//! people, its designation or its history locks the account's row first and holds it to the end. What is read of the row
//! with that lock, its revision and the end of its history, is the newest there is; so of many writers on one revision
//! one finds it, and each row of a history follows the last one. A snapshot of an account is one statement, and so of
//! one moment.
//!
//! **Invariant:** locks are taken in one order, so that nobody waits in a circle: a row of the outbox, then accounts in
//! the order of their ids, existing ones before new ones, then what belongs to them. Claims wait for nobody: they pass
//! over what is locked.
//!
//! **Invariant:** every statement follows an index. The server plans a statement once for each connection and is left no
//! other way, so that what it believes of the tables' sizes, which is wrong during a large import, changes nothing.
//!
//! A pooler in front of the server has to keep a session for each connection, since statements are prepared.

mod accounts;
mod answers;
mod audit;
mod batch;
mod cells;
mod commit;
mod directory;
mod fault;
mod migrate;
mod open;
mod outbox;
mod statements;
mod target;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Client, Pool};
use security_contact_policy::{Instant, UserId};
use tokio::time::timeout;

use self::fault::Fault;
pub use self::open::OpenError;
use self::open::{Limits, open, read_schema};
use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, Backlog, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Remembered, Settlement,
};
use crate::domain::ports::{Readable, Store, StoreError};

/// A store in a PostgreSQL database. Its methods need tokio's runtime.
///
/// When the server is gone, methods fail within seconds, and work again once it is back. One that fails while it commits
/// may have succeeded, as the answer is lost with the connection; the account's revision shows which.
#[derive(Debug)]
pub struct PostgresStore {
    pool: Pool,
    limits: Limits,
}

impl PostgresStore {
    /// The schema that a store has once it is open.
    pub const SCHEMA: usize = migrate::MIGRATIONS.len();

    /// How many connections are plenty for one host.
    pub const CONNECTIONS: usize = 8;

    /// Opens the database of a URL like `postgres://user:password@host/database` with at most that many connections, and
    /// brings it to the schema of this program; several hosts may do so at once.
    ///
    /// The connection uses TLS and checks the server's certificate, except over a Unix socket
    /// (`postgres://user@/database?host=/var/run/postgresql`) or with `sslmode=disable`. `sslrootcert=FILE` names
    /// authorities of one's own. The other options are those of libpq that `tokio-postgres` knows, such as `options` for
    /// a `search_path`, or `target_session_attrs`.
    ///
    /// # Errors
    /// Every variant of [`OpenError`].
    pub async fn connect(url: &str, connections: usize) -> Result<Self, OpenError> {
        Self::connect_within(url, connections, Limits::default()).await
    }

    /// The schema of the database of a URL, which is not changed; 0 for an empty one.
    ///
    /// # Errors
    /// Every variant of [`OpenError`].
    pub async fn schema(url: &str) -> Result<usize, OpenError> {
        read_schema(url, &Limits::default()).await
    }

    async fn connect_within(url: &str, connections: usize, limits: Limits) -> Result<Self, OpenError> {
        Ok(Self { pool: open(url, connections, &limits).await?, limits })
    }

    /// Does something on a connection, unless that takes too long.
    async fn run<T>(&self, work: impl AsyncFnOnce(&mut Client) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.run_for(Duration::ZERO, work).await
    }

    /// Does something on a connection that may take so much longer than others.
    async fn run_for<T>(
        &self,
        longer: Duration,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let work = async {
            let mut client = self.pool.get().await?;
            work(&mut client).await
        };
        Ok(timeout(self.limits.operation + longer, work).await.map_err(|_| Fault::Slow)??)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn snapshots(&self, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, StoreError> {
        self.run(async |client| accounts::these(client, asked).await).await
    }

    async fn snapshots_after(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, StoreError> {
        self.run(async |client| accounts::after(client, after, limit).await).await
    }

    async fn claim_reviews(
        &self,
        now: Instant,
        claimed_until: Instant,
        fingerprint: &str,
        limit: u32,
    ) -> Result<Vec<Readable>, StoreError> {
        self.run(async |client| accounts::claim_reviews(client, now, claimed_until, fingerprint, limit).await).await
    }

    async fn put_off_review(&self, account: &AccountId, error: &str, until: Instant) -> Result<(), StoreError> {
        self.run(async |client| accounts::put_off_review(client, account, error, until).await).await
    }

    async fn commit_all(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.run(async |client| commit::all(client, commits).await).await
    }

    async fn record(
        &self,
        account: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<Committed, StoreError> {
        self.run(async |client| commit::record(client, account, entry, remember, now).await).await
    }

    async fn recall(
        &self,
        account: &AccountId,
        actor: &UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StoreError> {
        self.run(async |client| answers::recall(client, account, actor, key).await).await
    }

    async fn forget(&self, before: Instant) -> Result<(), StoreError> {
        self.run(async |client| answers::forget(client, before).await).await
    }

    async fn put_directories(&self, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, StoreError> {
        let people = writes.iter().map(|write| write.entry.people.len() + write.entry.left.len());
        let longer = Duration::from_millis(people.sum::<usize>().try_into().unwrap_or(u64::MAX));
        self.run_for(longer, async |client| directory::put_all(client, writes).await).await
    }

    async fn use_policy(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.run(async |client| accounts::use_policy(client, fingerprint).await).await
    }

    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        self.run(async |client| directory::candidates(client, account, folded_query, after, limit).await).await
    }

    async fn history(&self, account: &AccountId, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.run(async |client| audit::page(client, account, before, limit).await).await
    }

    async fn audit_after(&self, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.run(async |client| audit::after(client, after, limit).await).await
    }

    async fn chain_heads(&self, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, StoreError> {
        self.run(async |client| audit::heads(client, after, limit).await).await
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError> {
        self.run(async |client| accounts::names(client, after, limit).await).await
    }

    async fn queue_event(
        &self,
        account: &AccountId,
        event: &NewEvent,
        now: Instant,
    ) -> Result<Option<Queued>, StoreError> {
        self.run(async |client| outbox::queue_event(client, account, event, now).await).await
    }

    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        self.run(async |client| outbox::claim(client, now, leased_until, limit).await).await
    }

    async fn settle_mail(&self, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), StoreError> {
        self.run(async |client| outbox::settle(client, id, lease, now, result).await).await
    }

    async fn outbox(&self, filter: &OutboxFilter, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.run(async |client| outbox::list(client, filter, after, limit).await).await
    }

    async fn retry_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.run(async |client| outbox::retry(client, id, now).await).await
    }

    async fn drop_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.run(async |client| outbox::discard(client, id, now).await).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.run(async |client| outbox::backlog(client).await).await
    }

    async fn fits(&self) -> Result<bool, StoreError> {
        self.run(async |client| {
            let client: &tokio_postgres::Client = client;
            migrate::fits(client, migrate::MIGRATIONS).await
        })
        .await
    }
}
