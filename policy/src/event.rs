//! Who receives a security event (SPEC 9).

use serde::{Deserialize, Serialize};

use crate::contact::{Account, Contact, resolve};
use crate::instant::Instant;
use crate::names::UserId;
use crate::rules::Rules;
use crate::words::words;

/// A security event that an account must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// How bad it is.
    pub severity: Severity,
}

words! {
    /// The kinds of security events.
    EventKind {
        /// Data may have been exposed.
        BreachAlert = "breach_alert",
        /// Something in the account looks wrong.
        SuspiciousActivity = "suspicious_activity",
        /// A login does not fit the usual ones.
        AbnormalLogin = "abnormal_login",
        /// Somebody has to do something, such as rotating an exposed API key.
        ActionRequired = "action_required",
        /// An authority or an auditor asks for something.
        ComplianceRequest = "compliance_request",
    }
}

words! {
    /// How bad a security event is.
    Severity {
        /// Good to know.
        Low = "low",
        /// Look at it soon.
        Medium = "medium",
        /// Look at it today.
        High = "high",
        /// Look at it now.
        Critical = "critical",
    }
}

/// Who receives an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Route {
    /// The recipients, the contact first.
    pub recipients: Vec<UserId>,
    /// The effective contact at the instant of sending.
    pub contact: Contact,
}

/// Says who receives an event that is sent at `now`. Kind and severity are carried, and change nothing.
#[must_use]
pub fn route(account: &Account, _event: Event, now: Instant, rules: &Rules) -> Route {
    let contact = resolve(account, now, rules);
    let owner = &account.owner.id;
    let copy = (rules.copy_owner_on_events && *owner != contact.user_id).then_some(owner);
    let recipients = [Some(&contact.user_id), copy].into_iter().flatten().cloned().collect();
    Route { recipients, contact }
}
