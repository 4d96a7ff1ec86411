//! What the host knows of accounts and people: the facts of the rules, with the names and addresses around them.

use std::fmt;
use std::str::FromStr;

use security_contact_policy::{Cause, Event, Instant, NoticeKind, Person, Reason, RemindedFor, UserId};
use serde::{Deserialize, Serialize};

pub use super::email::EmailAddress;
use crate::engine::PolicyIdentity;

/// Text that a directory brings and that cannot be what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct InvalidText {
    /// What was expected, for people.
    pub expected: &'static str,
}

/// The id of one customer of the platform: 1 to 128 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let fits = (1..=128).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText { expected: "an account id of 1 to 128 bytes without control characters" })
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an account or a person as people write it: 1 to 200 characters without control characters.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits && !text.trim().is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText { expected: "a name of 1 to 200 characters without control characters" })
        }
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName(redacted)")
    }
}

/// One user of an account: the facts of the rules, and how people know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What the rules look at.
    pub person: Person,
    /// How people call them.
    pub name: DisplayName,
    /// Where mail reaches them; `None` when nowhere.
    pub email: Option<EmailAddress>,
}

/// A stored choice, with its history's last word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Who was chosen.
    pub user_id: UserId,
    /// That person, unless they have left.
    pub member: Option<Member>,
    /// When they were chosen.
    pub since: Instant,
    /// Who chose them.
    pub by: UserId,
}

/// An account as it stands in the store: all that a decision about it needs, read at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Which account.
    pub account: AccountId,
    /// How people call it.
    pub name: DisplayName,
    /// Changes with every write to the account, its people included. A [`Commit`] goes through only while it holds.
    pub revision: i64,
    /// Changes with every change of the designation. People send it back with what they ask for.
    pub version: i64,
    /// The owner; `None` breaks the account, and is reported.
    pub owner: Option<Member>,
    /// The designation; `None` is the default.
    pub chosen: Option<Chosen>,
    /// The contact who was last told.
    pub announced: Option<UserId>,
    /// The reminders that were sent.
    pub reminded_for: Option<RemindedFor>,
    /// When the account is to be reviewed; `None` when time alone changes nothing.
    pub next_review_at: Option<Instant>,
    /// Further people of the account: the announced one, and those who were asked for and exist.
    pub others: Vec<Member>,
}

impl Snapshot {
    /// The member of that id, if the snapshot has it.
    #[must_use]
    pub fn member(&self, user_id: &UserId) -> Option<&Member> {
        let chosen = self.chosen.as_ref().and_then(|chosen| chosen.member.as_ref());
        self.owner.iter().chain(chosen).chain(&self.others).find(|member| member.person.id == *user_id)
    }
}

/// What one decision writes, all in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Which account.
    pub account: AccountId,
    /// The [`Snapshot::revision`] that the decision was made on.
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

/// What the history tells of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When.
    pub at: Instant,
    /// Who did it; `None` for a review.
    pub actor: Option<UserId>,
    /// What was done.
    pub action: Cause,
    /// The contact before: who was last told.
    pub before: Option<UserId>,
    /// The contact after.
    pub after: UserId,
    /// Why a review reverted.
    pub reasons: Vec<Reason>,
    /// Which policy decided.
    pub decided_by: PolicyIdentity,
}

/// A mail that is to be sent, before it has a row in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    /// Who it is for.
    pub to: UserId,
    /// Where it goes; `None` records that the person could not be reached.
    pub address: Option<EmailAddress>,
    /// What it says.
    pub message: Message,
}

/// What a mail says: everything that its text needs, as it was at the time of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The account's name.
    pub account_name: String,
    /// The recipient's name.
    pub recipient_name: String,
    /// What happened.
    pub about: About,
    /// When it happened.
    pub at: Instant,
}

/// What a [`Message`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum About {
    /// The recipient became the contact, or is it no longer.
    Change {
        /// Which of the two.
        kind: NoticeKind,
        /// Why.
        cause: Cause,
        /// The name of the other person of the change, unless the recipient must not learn it.
        counterpart_name: Option<String>,
        /// The name of who made the change, unless nobody did or the recipient must not learn it.
        actor_name: Option<String>,
    },
    /// The contact lapses soon.
    Expiring {
        /// The last instant at which the contact is valid.
        valid_until: Instant,
        /// Which of the reminder days this is.
        days: u32,
        /// Whether the recipient is the contact; else it is the owner who is told.
        to_contact: bool,
        /// The contact's name.
        contact_name: String,
    },
    /// A security event.
    Event {
        /// Its kind and severity.
        event: Event,
        /// What the platform says of it.
        text: String,
    },
}

/// A mail that the outbox handed out for sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedMail {
    /// The outbox row.
    pub id: i64,
    /// Proves who claimed it; settling needs it.
    pub lease: i64,
    /// How often it was tried before.
    pub attempts: u32,
    /// Globally unique, and the same at every try.
    pub message_id: String,
    /// When it was queued; the mail's date.
    pub queued_at: Instant,
    /// Where it goes.
    pub address: EmailAddress,
    /// What it says.
    pub message: Message,
}

/// What became of a claimed mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The peer took it.
    Sent,
    /// Try again at this instant.
    Retry {
        /// When.
        at: Instant,
        /// What went wrong.
        error: String,
    },
    /// Do not try again by itself.
    Failed {
        /// What went wrong.
        error: String,
    },
    /// It was not tried, and is as before it was claimed.
    Released,
}

/// One account of a directory with some or all of its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Which account.
    pub account: AccountId,
    /// Its name and owner; `None` leaves both as they are.
    pub profile: Option<(DisplayName, UserId)>,
    /// People to add or bring up to date.
    pub people: Vec<Member>,
    /// People who have left.
    pub left: Vec<UserId>,
}

/// Why a [`DirectoryEntry`] was not taken over; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryFault {
    /// The entry has no name and owner, and the account is not known yet.
    #[error("the account is new, so that it needs a name and an owner")]
    UnknownAccount,
    /// After the entry the account would have no owner.
    #[error("the owner `{owner}` is not among the people of the account")]
    OwnerIsNoMember {
        /// The owner's id.
        owner: UserId,
    },
}

/// Where a list of due reviews goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueCursor {
    /// Since when the last account's review is due.
    pub next_review_at: Instant,
    /// The last account.
    pub account: AccountId,
}

/// Where a list of people goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateCursor {
    /// The last person's name, folded for search.
    pub folded_name: String,
    /// The last person's id.
    pub user_id: UserId,
}
