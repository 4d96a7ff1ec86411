//! The history of an account: what happened, and the chain that shows when somebody changed it.

use std::fmt::{self, Write};
use std::str::FromStr;

use security_contact_policy::{Event, Instant, Reason, RefusalCode, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::AccountId;
use crate::engine::PolicyIdentity;

/// What the history tells of one change, or of an attempt at one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When.
    pub at: Instant,
    /// Who did it; `None` for what the host does by itself.
    pub actor: Option<UserId>,
    /// How it is known who did it.
    pub authenticated: Authentication,
    /// What was done.
    pub action: Action,
    /// The contact before: who was last told.
    pub before: Option<UserId>,
    /// The contact after; `None` when the action is none that settles the contact.
    pub after: Option<UserId>,
    /// Why a review reverted, or an attempt was refused.
    pub reasons: Vec<Reason>,
    /// What else there is to tell of the action.
    pub detail: Option<Detail>,
    /// Which policy decided.
    pub decided_by: PolicyIdentity,
}

/// An enumeration whose words stand in the store and in answers.
macro_rules! words {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word that the store and answers have for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl FromStr for $type {
            type Err = crate::domain::model::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::domain::model::InvalidText { expected: concat!("one of", $(" `", $word, "`"),+) }),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

words! {
    /// What was done.
    Action {
        /// A person was chosen.
        Designated = "designated",
        /// The choice was cleared by a person.
        Reset = "reset",
        /// A review cleared a choice that had become invalid.
        Reverted = "reverted",
        /// Ownership moved, and the default with it.
        OwnerChanged = "owner_changed",
        /// Somebody tried to choose a person, and was refused.
        DesignationRefused = "designation_refused",
        /// Somebody tried to clear the choice, and was refused.
        ResetRefused = "reset_refused",
        /// A security event reached somebody.
        EventSent = "event_sent",
        /// Somebody's mail server refused their address for good.
        AddressUnreachable = "address_unreachable",
    }
}

words! {
    /// How it is known who acts.
    Authentication {
        /// The host acts by itself: a review, or a mail that it delivers.
        Host = "host",
        /// The platform's directory, as it was imported.
        Directory = "directory",
        /// The person brought a JWT of the platform.
        Jwt = "jwt",
        /// A machine of the platform vouches for the person, and proved itself with a service token.
        ServiceToken = "service_token",
        /// Whoever could run the command line on the host's machine.
        CommandLine = "command_line",
        /// A program that has the host built in vouches for the person.
        Library = "library",
        /// Nobody checked: the demo believes everybody.
        Demo = "demo",
    }
}

/// What else there is to tell of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Detail {
    /// Of an attempt that was refused.
    Refused {
        /// Which check failed.
        code: RefusalCode,
        /// Who should have become the contact; `None` for a reset.
        asked: Option<UserId>,
    },
    /// Of an event that was sent.
    Event {
        /// Its kind and severity.
        event: Event,
        /// Who received it.
        to: UserId,
        /// The Message-ID under which it was sent.
        message_id: String,
    },
    /// Of an address that is refused for good.
    Address {
        /// Whose address it is.
        person: UserId,
    },
}

impl Detail {
    /// The person whom it names, if it names one.
    #[must_use]
    pub fn into_person(self) -> Option<UserId> {
        match self {
            Self::Refused { asked, .. } => asked,
            Self::Event { to, .. } => Some(to),
            Self::Address { person } => Some(person),
        }
    }
}

/// The end of an account's history: what the next row is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The number of the last row; 0 when there is none.
    pub seq: i64,
    /// The hash of the last row in hexadecimal digits; zeros when there is none.
    pub hash: String,
}

impl Default for ChainHead {
    fn default() -> Self {
        Self { seq: 0, hash: "0".repeat(64) }
    }
}

/// One row of the history as a store keeps it: plain values, so that a row can be checked even when what it holds can
/// no longer be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of `AuditEntry`, and of the chain")]
pub struct AuditRow {
    pub account: String,
    /// 1 for an account's first row, and one more each time.
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    pub actor: Option<String>,
    pub authenticated: String,
    pub action: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// A JSON array.
    pub reasons: String,
    /// A JSON object.
    pub detail: Option<String>,
    pub policy_version: String,
    pub module_sha256: String,
    pub fingerprint: String,
    /// The hash of the account's row before.
    pub previous_hash: String,
    pub hash: String,
}

/// A row that is not what this program writes; the field is told, and never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` cannot be read")]
pub struct UnreadableRow {
    /// The table and column.
    pub field: &'static str,
}

impl AuditRow {
    /// The row that follows `head` in the account's history.
    ///
    /// # Errors
    /// None for values of the model, all of which JSON can write.
    pub fn after(head: &ChainHead, account: &AccountId, entry: &AuditEntry) -> Result<Self, serde_json::Error> {
        let text = |id: &Option<UserId>| id.as_ref().map(ToString::to_string);
        let mut row = Self {
            account: account.to_string(),
            seq: head.seq + 1,
            at: entry.at.millis(),
            actor: text(&entry.actor),
            authenticated: entry.authenticated.to_string(),
            action: entry.action.to_string(),
            before: text(&entry.before),
            after: text(&entry.after),
            reasons: serde_json::to_string(&entry.reasons)?,
            detail: entry.detail.as_ref().map(serde_json::to_string).transpose()?,
            policy_version: entry.decided_by.policy_version.clone(),
            module_sha256: entry.decided_by.module_sha256.clone(),
            fingerprint: entry.decided_by.fingerprint.clone(),
            previous_hash: head.hash.clone(),
            hash: String::new(),
        };
        row.hash = row.expected_hash();
        Ok(row)
    }

    /// The head of a history that ends with this row.
    #[must_use]
    pub fn head(&self) -> ChainHead {
        ChainHead { seq: self.seq, hash: self.hash.clone() }
    }

    /// The hash that the row has unless somebody changed it: the SHA-256, in hexadecimal digits, of all its fields but
    /// the hash, each with its length before it, so that nothing can move from one field to the next.
    #[must_use]
    pub fn expected_hash(&self) -> String {
        let numbers = [self.seq.to_string(), self.at.to_string()];
        let fields = [
            Some(self.account.as_str()),
            Some(&numbers[0]),
            Some(&numbers[1]),
            self.actor.as_deref(),
            Some(&self.authenticated),
            Some(&self.action),
            self.before.as_deref(),
            self.after.as_deref(),
            Some(&self.reasons),
            self.detail.as_deref(),
            Some(&self.policy_version),
            Some(&self.module_sha256),
            Some(&self.fingerprint),
            Some(&self.previous_hash),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            match field {
                Some(text) => {
                    hash.update(text.len().to_string());
                    hash.update(":");
                    hash.update(text);
                }
                None => hash.update("-"),
            }
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}"); // writing into a String cannot fail
            digits
        })
    }

    /// What the row tells.
    ///
    /// # Errors
    /// [`UnreadableRow`] with the first field that holds what no entry can.
    pub fn entry(&self) -> Result<AuditEntry, UnreadableRow> {
        fn text<T: FromStr>(field: &'static str, value: &str) -> Result<T, UnreadableRow> {
            value.parse().map_err(|_| UnreadableRow { field })
        }
        fn optional<T: FromStr>(field: &'static str, value: Option<&String>) -> Result<Option<T>, UnreadableRow> {
            value.map(|value| text(field, value)).transpose()
        }
        let detail = self.detail.as_deref().map(serde_json::from_str).transpose();
        Ok(AuditEntry {
            at: Instant::from_millis(self.at).ok_or(UnreadableRow { field: "audit.at" })?,
            actor: optional("audit.actor", self.actor.as_ref())?,
            authenticated: text("audit.authenticated", &self.authenticated)?,
            action: text("audit.action", &self.action)?,
            before: optional("audit.before", self.before.as_ref())?,
            after: optional("audit.after", self.after.as_ref())?,
            reasons: serde_json::from_str(&self.reasons).map_err(|_| UnreadableRow { field: "audit.reasons" })?,
            detail: detail.map_err(|_| UnreadableRow { field: "audit.detail" })?,
            decided_by: PolicyIdentity {
                policy_version: self.policy_version.clone(),
                module_sha256: self.module_sha256.clone(),
                fingerprint: self.fingerprint.clone(),
            },
        })
    }
}
