//! Every operation behind one request (SPEC 11).

use serde::Serialize;

use crate::access::{Access, access};
use crate::change::{ChangeOutcome, ChangeRequest, change};
use crate::contact::{Account, Contact, resolve};
use crate::eligibility::{Verdict, eligibility};
use crate::error::PolicyError;
use crate::event::{Event, Route, route};
use crate::instant::Instant;
use crate::person::Person;
use crate::read::{self, Plain, Value};
use crate::review::{ReviewOutcome, ReviewRequest, review};
use crate::rules::Rules;

/// One question to the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Can this person be the contact?
    Eligibility {
        /// Who.
        person: Person,
        /// When.
        now: Instant,
    },
    /// May this person see and change the field?
    Access {
        /// Who.
        person: Person,
    },
    /// Who is the contact?
    Resolve {
        /// Of which account.
        account: Account,
        /// When.
        now: Instant,
    },
    /// May the contact be changed, and who is told?
    Change(ChangeRequest),
    /// Is the designation still valid, and who is told or reminded?
    Review(ReviewRequest),
    /// Who receives a security event?
    Route {
        /// Of which account.
        account: Account,
        /// Which event.
        event: Event,
        /// When.
        now: Instant,
    },
}

/// The answer to a request. Written as JSON, it has the members of SPEC 11 in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub enum Answer {
    /// To `eligibility`.
    Eligibility(Verdict),
    /// To `access`.
    Access(Access),
    /// To `resolve`.
    Resolve(Contact),
    /// To `change`.
    Change(ChangeOutcome),
    /// To `review`.
    Review(ReviewOutcome),
    /// To `route`.
    Route(Route),
    /// To a request that does not fit.
    Error {
        /// What does not fit.
        error: PolicyError,
    },
}

impl Request {
    /// Decides this request under `rules`.
    #[must_use]
    pub fn answer(&self, rules: &Rules) -> Answer {
        match self {
            Self::Eligibility { person, now } => Answer::Eligibility(eligibility(person, *now, rules)),
            Self::Access { person } => Answer::Access(access(person, rules)),
            Self::Resolve { account, now } => Answer::Resolve(resolve(account, *now, rules)),
            Self::Change(request) => Answer::Change(change(request, rules)),
            Self::Review(request) => Answer::Review(review(request, rules)),
            Self::Route { account, event, now } => Answer::Route(route(account, *event, *now, rules)),
        }
    }
}

/// Reads a request and decides it, under its own `rules` or else under `rules_in_force`.
///
/// An input that does not fit is answered with [`Answer::Error`].
#[must_use]
pub fn decide(request: &Plain, rules_in_force: &Rules) -> Answer {
    decide_cbor(request.as_cbor(), rules_in_force)
}

/// [`decide`] for the bytes of a request.
pub(crate) fn decide_cbor(request: &[u8], rules_in_force: &Rules) -> Answer {
    match Value::new(request).and_then(read::request) {
        Ok((request, rules)) => request.answer(rules.as_ref().unwrap_or(rules_in_force)),
        Err(error) => Answer::Error { error },
    }
}
