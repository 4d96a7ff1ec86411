//! What a decision writes.

use security_contact_policy::{Instant, RemindedFor, UserId};

use super::{AccountId, AuditEntry, IdempotencyKey, NewMail};

/// What one decision writes, all in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Which account.
    pub account: AccountId,
    /// The [`Snapshot::revision`](super::Snapshot::revision) that the decision was made on.
    pub revision: i64,
    /// When.
    pub now: Instant,
    /// What becomes of the designation.
    pub designation: DesignationWrite,
    /// The contact who will have been told.
    pub announced: UserId,
    /// The reminders that will have been sent.
    pub reminded_for: Option<RemindedFor>,
    /// When time alone next changes something.
    pub next_review_at: Option<Instant>,
    /// What the history says of it; `None` when nothing happened that it should tell.
    pub audit: Option<AuditEntry>,
    /// The mails to send, one a recipient.
    pub mails: Vec<NewMail>,
    /// The answer to remember, if the caller brought a key.
    pub remember: Option<Remembered>,
    /// The policy that decided: the key of its module and rules. A decision under another policy than the store's present
    /// one is reviewed again at once.
    pub fingerprint: String,
}

/// An answer that is given again to the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Who asked.
    pub actor: UserId,
    /// The key that they brought.
    pub key: IdempotencyKey,
    /// What they asked for, as text that is equal for equal requests.
    pub request: String,
    /// The answer.
    pub answer: String,
}

/// What becomes of the stored designation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesignationWrite {
    /// It stays, and so does the version.
    Keep,
    /// It becomes this person, chosen by that one.
    Choose {
        /// Who was chosen.
        user_id: UserId,
        /// Who chose.
        by: UserId,
    },
    /// It is cleared.
    Clear,
}

/// What became of a [`Commit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is stored; the designation's version is this one.
    Stored {
        /// The version from now on.
        version: i64,
    },
    /// The account moved since the snapshot; nothing was stored.
    Stale,
}
