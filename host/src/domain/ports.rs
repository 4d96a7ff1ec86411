//! What the domain needs from the world: a store, a mailer and a clock.

use async_trait::async_trait;
use security_contact_policy::{Instant, UserId};

use super::model::{
    AccountId, AuditEntry, CandidateCursor, ClaimedMail, Commit, Committed, DirectoryEntry, DirectoryFault, DueCursor,
    EmailAddress, Member, Settlement, Snapshot,
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

/// An account that cannot be read, whose neighbours can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnreadableAccount {
    /// Which account.
    pub account: AccountId,
    /// What cannot be read, without names or addresses.
    pub message: String,
}

/// Where accounts, designations, history and outbox live. Every method is one transaction, and durable when it
/// returns. Time comes in as an argument; no adapter reads a clock.
#[async_trait]
pub trait Store: Send + Sync {
    /// The account with its owner, its designee, the announced person, and those of `also` who are its members.
    /// `None` for an account that is not known.
    async fn snapshot(&self, account: &AccountId, also: &[UserId]) -> Result<Option<Snapshot>, StoreError>;

    /// Snapshots of at most `limit` accounts after that one, in the order of their ids. An account that cannot be read
    /// has its place in the page, and fails alone, as long as its id can be read.
    async fn snapshots_after(
        &self,
        after: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<Result<Snapshot, UnreadableAccount>>, StoreError>;

    /// Snapshots of at most `limit` accounts whose review is due at `now`, the longest due first, after the cursor;
    /// each with its own place. An account that cannot be read fails alone, as in
    /// [`snapshots_after`](Self::snapshots_after).
    async fn snapshots_due(
        &self,
        now: Instant,
        after: Option<&DueCursor>,
        limit: u32,
    ) -> Result<Vec<(DueCursor, Result<Snapshot, UnreadableAccount>)>, StoreError>;

    /// Stores a decision with its history and mails, if the account is still at the commit's revision.
    async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError>;

    /// Takes over accounts of a directory, each of them all or not at all, and makes their reviews due at `now`. What
    /// became of each is in the order of the entries. An entry that says nothing new leaves the account as it is, its
    /// revision and review included.
    async fn put_directories(
        &self,
        entries: &[DirectoryEntry],
        now: Instant,
    ) -> Result<Vec<Result<(), DirectoryFault>>, StoreError>;

    /// Takes over one account as [`put_directories`](Self::put_directories) does.
    async fn put_directory(
        &self,
        entry: &DirectoryEntry,
        now: Instant,
    ) -> Result<Result<(), DirectoryFault>, StoreError> {
        let results = self.put_directories(std::slice::from_ref(entry), now).await?;
        Ok(results.into_iter().collect())
    }

    /// Makes every review due at `now` when the fingerprint is not the one of the last call, and moves every account's
    /// revision, so that nothing that was decided before goes through.
    async fn use_policy(&self, fingerprint: &str, now: Instant) -> Result<(), StoreError>;

    /// At most `limit` people of the account whose folded name or address contains every word of `folded_query`,
    /// ordered by folded name and id, after the cursor.
    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError>;

    /// The account's history, newest first: at most `limit` entries before the entry of that number.
    async fn history(
        &self,
        account: &AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry)>, StoreError>;

    /// Accounts in the order of their ids, with their names: what a newcomer can look at.
    async fn accounts(&self, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError>;

    /// Hands out at most `limit` mails that are due at `now`, oldest first. Nobody else gets them before
    /// `leased_until`.
    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32)
    -> Result<Vec<ClaimedMail>, StoreError>;

    /// Records what became of a claimed mail. Nothing happens when the lease went to somebody else meanwhile.
    async fn settle_mail(&self, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), StoreError>;
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
}

/// Where mail goes out.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over. When it returns `Ok` the other side has it for good.
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError>;
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}
