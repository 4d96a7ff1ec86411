//! What a host and the module say to each other: compact binary, instants as integers.
//!
//! A host encodes a [`Call`], hands the bytes to the module, and decodes the [`Reply`]. Both sides are built from
//! this file; [`ABI_VERSION`](crate::ABI_VERSION) changes whenever the bytes do.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::change::{ChangeOutcome, Designation, RefusalCode};
use crate::contact::Contact;
use crate::decide::{Answer, Request};
use crate::eligibility::Verdict;
use crate::error::PolicyError;
use crate::event::Route;
use crate::instant::Instant;
use crate::notice::Notice;
use crate::reason::Reason;
use crate::review::{Reminder, ReviewOutcome, ReviewRequest, review};
use crate::rules::Rules;

/// What a host asks of the module.
#[allow(clippy::large_enum_variant)] // made, encoded and dropped: a box would only cost an allocation
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Call {
    /// One typed request.
    One(Request),
    /// Many reviews.
    ReviewMany(Vec<ReviewRequest>),
}

/// What the module replies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Call::One`].
    Answer(#[serde(with = "AnswerDef")] Answer),
    /// To [`Call::ReviewMany`], in the order of the requests.
    Reviews(Vec<Review>),
    /// The bytes were no call, or came at the wrong time.
    Fault(String),
}

/// One of [`Reply::Reviews`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review(#[serde(with = "ReviewOutcomeDef")] pub ReviewOutcome);

/// The bytes of a call or a reply.
///
/// # Errors
/// None for the types of this crate; the codec's type allows for them.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    postcard::to_allocvec(value).map_err(CodecError)
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// When the bytes are too few, too many, or no encoding of a `T`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(CodecError)?;
    if rest.is_empty() { Ok(value) } else { Err(CodecError(postcard::Error::SerdeDeCustom)) }
}

/// Bytes that are not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError(postcard::Error);

impl core::fmt::Display for CodecError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "not an encoding of the expected type: {}", self.0)
    }
}

impl core::error::Error for CodecError {}

/// Answers the bytes of a [`Call`] with those of a [`Reply`], under the rules of this instance if they were set.
#[must_use]
pub fn reply(input: &[u8], rules: Option<&Rules>) -> Vec<u8> {
    let reply = match (rules, decode(input)) {
        (None, _) => Reply::Fault("no rules were set".into()),
        (_, Err(error)) => Reply::Fault(error.to_string()),
        (Some(rules), Ok(call)) => answer(call, rules),
    };
    encode(&reply).unwrap_or_default()
}

fn answer(call: Call, rules: &Rules) -> Reply {
    match call {
        Call::One(request) => Reply::Answer(request.answer(rules)),
        Call::ReviewMany(requests) => {
            Reply::Reviews(requests.iter().map(|request| Review(review(request, rules))).collect())
        }
    }
}

// JSON shows an outcome by its member `outcome` and an answer by nothing at all; a binary format cannot read
// either back. The definitions below tell serde to number the variants instead. The compiler keeps them equal
// to the types.

#[derive(Serialize, Deserialize)]
#[serde(remote = "Answer")]
enum AnswerDef {
    Eligibility(Verdict),
    Access(Access),
    Resolve(Contact),
    Change(#[serde(with = "ChangeOutcomeDef")] ChangeOutcome),
    Review(#[serde(with = "ReviewOutcomeDef")] ReviewOutcome),
    Route(Route),
    Error { error: PolicyError },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ChangeOutcome")]
enum ChangeOutcomeDef {
    Changed { designation: Option<Designation>, contact: Contact, notices: Vec<Notice> },
    Unchanged { contact: Contact },
    Refused { code: RefusalCode, reasons: Vec<Reason> },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ReviewOutcome")]
enum ReviewOutcomeDef {
    Kept {
        contact: Contact,
        notices: Vec<Notice>,
        reminders: Vec<Reminder>,
        next_review_at: Option<Instant>,
    },
    Reverted {
        reasons: Vec<Reason>,
        contact: Contact,
        notices: Vec<Notice>,
        reminders: Vec<Reminder>,
        next_review_at: Option<Instant>,
    },
}
