//! What the host knows of accounts and people: the facts of the rules, with the names and addresses around them.

mod account;
mod audit;
mod commit;
mod directory;
mod event;
mod mail;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub use super::email::EmailAddress;
pub use account::{CandidateCursor, Chosen, Member, Snapshot, UnreadableAccount};
pub use audit::{Action, AuditEntry, AuditRow, Authentication, ChainHead, Detail, UnreadableRow};
pub use commit::{Commit, Committed, DesignationWrite, Remembered};
pub use directory::{AccountFacts, DirectoryEntry, DirectoryFault, DirectoryWrite};
pub use event::{ClaimedEvent, EventText, IdempotencyKey, NewEvent, Queued};
pub use mail::{
    About, Backlog, Claimed, ClaimedMail, Message, NewMail, OutboxFilter, OutboxRow, OutboxState, Settlement,
};

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
