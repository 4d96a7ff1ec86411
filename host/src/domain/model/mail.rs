//! Mails on their way.

use std::fmt;
use std::str::FromStr;

use security_contact_policy::{Cause, Event, Instant, NoticeKind, UserId};
use serde::{Deserialize, Serialize};

use super::audit::words;
use super::{AccountId, AuditEntry, ClaimedEvent, EmailAddress, EventText};

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
        text: EventText,
    },
    /// Mail to somebody of the account is refused for good; it is the owner who is told.
    Unreachable {
        /// That person's name.
        person_name: String,
    },
}

/// What the outbox handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// A mail to send.
    Mail(ClaimedMail),
    /// An event to address.
    Event(ClaimedEvent),
}

impl Claimed {
    /// The outbox row.
    #[must_use]
    pub fn id(&self) -> i64 {
        match self {
            Self::Mail(mail) => mail.id,
            Self::Event(event) => event.id,
        }
    }

    /// Proves who claimed it; settling needs it.
    #[must_use]
    pub fn lease(&self) -> i64 {
        match self {
            Self::Mail(mail) => mail.lease,
            Self::Event(event) => event.lease,
        }
    }

    /// How often it was tried before.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Mail(mail) => mail.attempts,
            Self::Event(event) => event.attempts,
        }
    }

    /// Since when it is tried.
    #[must_use]
    pub fn trying_since(&self) -> Instant {
        match self {
            Self::Mail(mail) => mail.trying_since,
            Self::Event(event) => event.trying_since,
        }
    }
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
    /// Since when it is tried: since it was queued, or since somebody had it tried again.
    pub trying_since: Instant,
    /// When it was queued; the mail's date.
    pub queued_at: Instant,
    /// The account that it is about.
    pub account: AccountId,
    /// Who it is for.
    pub to: UserId,
    /// Where it goes.
    pub address: EmailAddress,
    /// Globally unique, and the same at every try.
    pub message_id: String,
    /// What it says.
    pub message: Message,
    /// The outbox row of the event that it tells of, if it tells of one.
    pub event: Option<i64>,
}

/// What became of a claimed row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The peer took it.
    Sent {
        /// What the history says of it.
        audit: Option<Box<AuditEntry>>,
    },
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
    /// The recipient's server refused the address for good: the row failed, and the person's address, while it is that
    /// one, is marked unreachable. If it was not so marked before, that is told.
    Bounced {
        /// What went wrong.
        error: String,
        /// What the history says of it.
        audit: Box<AuditEntry>,
        /// Who is told.
        mails: Vec<NewMail>,
    },
    /// The event is addressed: these are its mails, of which those are new whose recipient has none yet.
    Addressed {
        /// One mail a recipient.
        mails: Vec<NewMail>,
    },
    /// The recipient must not have the event any more: it is addressed again, and tried from now on.
    Withdrawn,
    /// It was not tried, and is as before it was claimed.
    Released,
}

words! {
    /// How far a row of the outbox is.
    OutboxState {
        /// It waits for its next try.
        Pending = "pending",
        /// The peer took it, or the event is addressed.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
        /// The recipient had no address.
        Unreachable = "unreachable",
        /// The recipient was not to have the event any more.
        Withdrawn = "withdrawn",
        /// An operator dropped it.
        Dropped = "dropped",
    }
}

/// Which rows of the outbox to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxFilter {
    /// Of this account only.
    pub account: Option<AccountId>,
    /// In this state only.
    pub state: Option<OutboxState>,
}

/// How much of the outbox waits for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many rows wait for their next try.
    pub pending: u64,
    /// When the oldest of them was queued.
    pub oldest_pending: Option<Instant>,
    /// How many rows were given up, and wait for an operator.
    pub failed: u64,
}

/// A row of the outbox, for whoever looks after it. It has neither address nor text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxRow {
    /// Its number.
    pub id: i64,
    /// The account that it is about.
    pub account: AccountId,
    /// Who it is for; `None` for an event that is yet to be addressed.
    pub to: Option<UserId>,
    /// How far it is.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was queued.
    pub queued_at: Instant,
    /// When it is tried next, if it is pending.
    pub due_at: Instant,
    /// What went wrong last.
    pub last_error: Option<String>,
}
