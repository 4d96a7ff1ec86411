//! Security events on their way to whoever is the contact when they are sent.

use std::fmt;
use std::str::FromStr;

use security_contact_policy::{Event, Instant};
use serde::{Deserialize, Serialize};

use super::{AccountId, InvalidText};

/// What a caller chose to tell one request from another: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText { expected: "a key of 1 to 255 visible ASCII characters" })
        }
    }
}

/// What a platform says of a security event: 1 to 2,000 characters, in which line feeds are the only control
/// characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventText(String);

impl EventText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventText {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let is_plain = |character: char| character == '\n' || !character.is_control();
        if (1..=2_000).contains(&text.chars().count()) && text.chars().all(is_plain) && !text.trim().is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText {
                expected: "a text of 1 to 2,000 characters, without control characters other than line feeds",
            })
        }
    }
}

impl TryFrom<String> for EventText {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

impl From<EventText> for String {
    fn from(text: EventText) -> Self {
        text.0
    }
}

impl fmt::Debug for EventText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventText(redacted)")
    }
}

/// An event that an account must hear of, before it is queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Tells this event from the account's others, so that it is queued once however often it is dispatched.
    pub key: IdempotencyKey,
    /// Its kind and severity.
    pub event: Event,
    /// What the platform says of it.
    pub text: EventText,
}

/// What became of an event that was to be queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It is in the outbox, under this number.
    New(i64),
    /// It was there already, under this number.
    Repeated(i64),
    /// The key belongs to another event.
    KeyReused,
}

/// An event that the outbox handed out: it is to be addressed to whoever is the contact now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedEvent {
    /// The outbox row.
    pub id: i64,
    /// Proves who claimed it; settling needs it.
    pub lease: i64,
    /// How often it was tried before.
    pub attempts: u32,
    /// Since when it is tried: since it was first claimed, or since a mail of it was withdrawn.
    pub trying_since: Instant,
    /// When it was queued.
    pub queued_at: Instant,
    /// Whose event it is.
    pub account: AccountId,
    /// Its kind and severity.
    pub event: Event,
    /// What the platform says of it.
    pub text: EventText,
}
