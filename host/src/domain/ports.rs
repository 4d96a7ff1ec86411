//! What the domain needs from the world: a store, a mailer and a clock; and, inside a backend, its user table.
//!
//! A backend implements [`Directory`] and, unless it sends by SMTP, [`Mailer`]: each has one or two methods. It takes one
//! of the [stores](crate::store): a [`Store`] of its own has many methods, and many promises to keep.

use async_trait::async_trait;
use security_contact_policy::{Instant, UserId};

use super::model::{
    AccountFacts, AccountId, AuditEntry, AuditRow, Backlog, CandidateCursor, ChainHead, Claimed, Commit, Committed,
    DirectoryWrite, EmailAddress, IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, OutboxState, Queued,
    Remembered, Settlement, Snapshot, UnreadableAccount,
};

/// A store that failed: nothing of the operation happened.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {message}")]
pub struct StoreError {
    /// What failed, without names or addresses.
    pub message: String,
    /// The adapter's own error.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// Whether somebody else held the store for too long, so that trying again may help.
    pub is_busy: bool,
}

/// How many rows of the outbox are counted in one step.
const COUNTED_AT_ONCE: u32 = 1_000;

/// What a store says of one account of a page: what is wrong with it is its own.
pub type Readable = Result<Snapshot, UnreadableAccount>;

/// Where accounts, designations, history and outbox live.
///
/// Three come with the crate, and one suite holds for each of them: `host/src/store/conformance` in the sources says what
/// these sentences mean, case by case. Whoever writes another one starts from `store/memory`, and has it pass that suite.
///
/// Every method is one transaction, and durable when it returns. Time comes in as an argument; no adapter reads a clock.
#[async_trait]
pub trait Store: Send + Sync {
    /// Each of these accounts with its owner, its designee, the announced person, and those of the people beside it who
    /// are its members. `None` for an account that is not known.
    async fn snapshots(&self, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, StoreError>;

    /// One account as [`snapshots`](Self::snapshots) gives it.
    async fn snapshot(&self, account: &AccountId, also: &[UserId]) -> Result<Option<Snapshot>, StoreError> {
        let found = self.snapshots(&[(account.clone(), also.to_vec())]).await?;
        found.into_iter().next().flatten().transpose().map_err(|UnreadableAccount { message, .. }| StoreError {
            message,
            source: None,
            is_busy: false,
        })
    }

    /// Snapshots of at most `limit` accounts after that one, in the order of their ids. An account that cannot be read
    /// has its place in the page, and fails alone, as long as its id can be read.
    async fn snapshots_after(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, StoreError>;

    /// Hands out at most `limit` accounts whose review is due at `now`, the longest due first, and then those whose
    /// last decision was made under another policy, if `fingerprint` is that of the present one. Nobody else gets them
    /// before `claimed_until`, when they are due again unless somebody settled their review. An account that cannot be
    /// read fails alone, as in [`snapshots_after`](Self::snapshots_after).
    async fn claim_reviews(
        &self,
        now: Instant,
        claimed_until: Instant,
        fingerprint: &str,
        limit: u32,
    ) -> Result<Vec<Readable>, StoreError>;

    /// Records that an account cannot be reviewed, and when to try again. Its contact stays as it is.
    async fn put_off_review(&self, account: &AccountId, error: &str, until: Instant) -> Result<(), StoreError>;

    /// Stores decisions with their history and mails: each as a whole, if its account is still at its revision and
    /// nobody else used its key. What became of each is in their order. No account may be named twice.
    async fn commit_all(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError>;

    /// Stores one decision as [`commit_all`](Self::commit_all) does.
    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let committed = self.commit_all(std::slice::from_ref(commit)).await?;
        Ok(committed.first().copied().unwrap_or(Committed::Stale))
    }

    /// Adds an entry to the account's history, or remembers an answer, without a decision. It is stale when the account
    /// is not known or somebody else used the key.
    async fn record(
        &self,
        account: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<Committed, StoreError>;

    /// The request and the answer that are remembered under that key of that actor.
    async fn recall(
        &self,
        account: &AccountId,
        actor: &UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StoreError>;

    /// Forgets the answers that were remembered before that instant.
    async fn forget(&self, before: Instant) -> Result<(), StoreError>;

    /// Takes over accounts of a directory, each of them with its review or not at all. An entry that says nothing new
    /// leaves the account as it is, its revision and review included. What became of each is in their order. No account
    /// may be named twice.
    async fn put_directories(&self, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, StoreError>;

    /// Makes this policy the present one: all that was decided under another one is due for review.
    async fn use_policy(&self, fingerprint: &str) -> Result<(), StoreError>;

    /// At most `limit` people of the account whose folded name or address contains every word of `folded_query`,
    /// ordered by folded name and id, after the cursor.
    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError>;

    /// The account's history, newest first: at most `limit` rows before the row of that number.
    async fn history(&self, account: &AccountId, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError>;

    /// At most `limit` rows of all histories after that row, ordered by account and number.
    async fn audit_after(&self, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, StoreError>;

    /// The ends of the histories of at most `limit` accounts after that one, in the order of their ids, as the accounts
    /// themselves have them.
    async fn chain_heads(&self, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, StoreError>;

    /// At most `limit` accounts after that one, in the order of their ids, with their names.
    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError>;

    /// Queues an event; `None` for an account that is not known.
    async fn queue_event(
        &self,
        account: &AccountId,
        event: &NewEvent,
        now: Instant,
    ) -> Result<Option<Queued>, StoreError>;

    /// Hands out at most `limit` mails and events that are due at `now`, oldest first. Nobody else gets them before
    /// `leased_until`.
    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32) -> Result<Vec<Claimed>, StoreError>;

    /// Records what became of a claimed row. Nothing happens when the lease went to somebody else meanwhile.
    async fn settle_mail(&self, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), StoreError>;

    /// At most `limit` rows of the outbox after the row of that number, oldest first.
    async fn outbox(&self, filter: &OutboxFilter, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError>;

    /// Has a row tried again from `now` on that failed or was dropped, and has an address if it is a mail. Says whether
    /// it was such a row.
    async fn retry_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError>;

    /// Drops a row that is pending or failed, so that it is never sent. A mail whose try is under way may still go out,
    /// and is sent then. Says whether it was such a row.
    async fn drop_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError>;

    /// How much of the outbox waits. A store that can count is quicker than this.
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let mut backlog = Backlog::default();
        for state in [OutboxState::Pending, OutboxState::Failed] {
            let (filter, mut after) = (OutboxFilter { account: None, state: Some(state) }, 0);
            loop {
                let rows = self.outbox(&filter, after, COUNTED_AT_ONCE).await?;
                let Some(last) = rows.last() else { break };
                after = last.id;
                let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                if state == OutboxState::Failed {
                    backlog.failed += count;
                } else {
                    backlog.oldest_pending = backlog.oldest_pending.or(rows.first().map(|row| row.queued_at));
                    backlog.pending += count;
                }
            }
        }
        Ok(backlog)
    }

    /// Whether the store can be read and is still as this program needs it: another version of the program may have
    /// brought it to another schema meanwhile.
    async fn fits(&self) -> Result<bool, StoreError> {
        self.accounts(None, 1).await.map(|_| true)
    }
}

/// Whom of an account a [`Directory`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom<'a> {
    /// Everybody.
    Everybody,
    /// The owner, and those of these people who are members of the account.
    These(&'a [UserId]),
}

/// Why a [`Directory`] did not answer: any error, so that `?` makes it. It is logged, and so must not have names or
/// addresses of people in it.
pub type DirectoryError = Box<dyn std::error::Error + Send + Sync>;

/// The backend's own user table: who is in an account, and what the rules need to know of them.
///
/// The host asks it before it decides, shows or mails anything, so that nothing rests on facts that the backend has
/// replaced; [`Host`](crate::Host) says what that promises. `host/examples/axum.rs` reads one from SQL.
///
/// ```
/// use async_trait::async_trait;
/// use security_contact_host::Directory;
/// use security_contact_host::domain::model::{AccountFacts, AccountId, Member};
/// use security_contact_host::domain::ports::{DirectoryError, Whom};
///
/// /// A platform with one account and one person.
/// struct One(AccountId, Member);
///
/// #[async_trait]
/// impl Directory for One {
///     async fn account(&self, account: &AccountId, _: Whom<'_>) -> Result<Option<AccountFacts>, DirectoryError> {
///         let facts = AccountFacts {
///             name: "Acme GmbH".parse()?,
///             owner: self.1.person.id.clone(),
///             people: vec![self.1.clone()],
///         };
///         Ok((*account == self.0).then_some(facts))
///     }
///
///     async fn accounts(&self, after: Option<&AccountId>, _: u32) -> Result<Vec<AccountId>, DirectoryError> {
///         Ok(if after.is_none() { vec![self.0.clone()] } else { Vec::new() })
///     }
/// }
/// ```
#[async_trait]
pub trait Directory: Send + Sync {
    /// The account with its owner and whom it is asked for, all as of one moment: one transaction, or one statement.
    /// `None` for an account that is not there. People who are no members are left out; more than were asked for do no
    /// harm.
    async fn account(&self, account: &AccountId, whom: Whom<'_>) -> Result<Option<AccountFacts>, DirectoryError>;

    /// At most `limit` accounts after that one, in an order that stays the same. None is the end.
    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<AccountId>, DirectoryError>;
}

/// A mail, ready to go. The same outbox row gives the same bytes at every try.
#[derive(Clone, Debug)]
pub struct RenderedMail {
    /// Globally unique, and the same at every try.
    pub message_id: String,
    /// The mail's date.
    pub date: Instant,
    /// The recipient's name, as display name of the address.
    pub to_name: String,
    /// Where it goes.
    pub to: EmailAddress,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again later may help.
    #[error("not taken for now: {0}")]
    Temporary(String),
    /// Trying again will not help.
    #[error("refused: {0}")]
    Permanent(String),
    /// The recipient's server knows no such address, or takes no mail for it: no mail will reach it.
    #[error("the address is refused: {0}")]
    Address(String),
}

/// Where mail goes out.
///
/// ```
/// use async_trait::async_trait;
/// use security_contact_host::Mailer;
/// use security_contact_host::domain::ports::{RenderedMail, SendError};
///
/// /// Hands mails to the backend's own queue.
/// struct Queue(tokio::sync::mpsc::Sender<(String, String)>);
///
/// #[async_trait]
/// impl Mailer for Queue {
///     async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
///         let queued = self.0.send((mail.to.as_str().to_owned(), mail.text.clone())).await;
///         queued.map_err(|_| SendError::Temporary("the queue is closed".to_owned()))
///     }
/// }
/// ```
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over. When it returns `Ok` the other side has it for good. A mail whose answer was lost comes again
    /// with the same Message-ID; so does one that takes longer than the worker's lease, 5 minutes unless it is told
    /// otherwise.
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError>;
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}
