//! The shape of an answer as SPEC 11 draws it, in types of its own.
//!
//! A text that reads as one of these types and is written back to the same bytes has every member, in the order of the
//! specification, and nothing else.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Fails unless `text` is an answer of SPEC 11, byte for byte, whose members agree with each other.
///
/// # Panics
/// When it is not.
pub fn check(text: &str) {
    let answer: Answer = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let again = serde_json::to_string(&answer).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again, text, "an answer is compact, with its members in the order of the specification");
    assert!(answer.agrees(), "the members contradict each other: {text}");
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Answer {
    Error(Error),
    Eligibility(Eligibility),
    Access(Access),
    Resolve(Contact),
    Route(Route),
    Outcome(Outcome),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Error {
    error: Fault,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    code: Code,
    path: String,
    message: String,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    InvalidInput,
    InvalidRules,
    NoOwner,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    RoleNotAllowed,
    ManagerRoleRequired,
    NotActive,
    NeverLoggedIn,
    LoginTooOld,
    LoginInFuture,
    BlockedStaffRole,
    NotAMember,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Eligibility {
    eligible: bool,
    unmet: Vec<Reason>,
    valid_until: Given<Time>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Access {
    can_view: bool,
    can_edit: bool,
    reasons: Vec<Reason>,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Source {
    Default,
    Designated,
    Fallback,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Contact {
    user_id: String,
    source: Source,
    valid_until: Given<Time>,
    reasons: Vec<Reason>,
    owner_unmet: Vec<Reason>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Route {
    recipients: Vec<String>,
    contact: Contact,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Outcome {
    Changed {
        designation: Given<Designation>,
        contact: Contact,
        notices: Vec<Notice>,
    },
    Unchanged {
        contact: Contact,
    },
    Refused {
        code: Refusal,
        reasons: Vec<Reason>,
    },
    Kept {
        contact: Contact,
        notices: Vec<Notice>,
        reminders: Vec<Reminder>,
        next_review_at: Given<Time>,
    },
    Reverted {
        reasons: Vec<Reason>,
        contact: Contact,
        notices: Vec<Notice>,
        reminders: Vec<Reminder>,
        next_review_at: Given<Time>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Designation {
    user_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Refusal {
    ActorNotPermitted,
    NotAMember,
    NotEligible,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    to: String,
    kind: NoticeKind,
    cause: Cause,
    counterpart: Given<String>,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NoticeKind {
    Assigned,
    Unassigned,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cause {
    Designated,
    Reset,
    Reverted,
    OwnerChanged,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Reminder {
    to: String,
    valid_until: Time,
    days: u32,
}

/// A member that may be null and is never missing.
#[derive(Serialize)]
#[serde(transparent)]
struct Given<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}

/// An instant's text: four digits of a year, three decimals, `Z`.
#[derive(PartialEq, Serialize)]
#[serde(transparent)]
struct Time(String);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits_as_zero: String = text.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
        if digits_as_zero == "0000-00-00T00:00:00.000Z" { Ok(Self(text)) } else { Err(de::Error::custom("no instant")) }
    }
}

impl Answer {
    /// Whether the members say the same.
    fn agrees(&self) -> bool {
        match self {
            Self::Error(Error { error }) => {
                !error.message.is_empty() && (error.code != Code::NoOwner || error.path == "account.owner")
            }
            Self::Eligibility(Eligibility { eligible, unmet, valid_until }) => {
                *eligible == unmet.is_empty() && *eligible == valid_until.0.is_some() && ordered(unmet)
            }
            Self::Access(Access { can_view, can_edit, reasons }) => {
                can_view == can_edit && *can_edit == reasons.is_empty() && ordered(reasons)
            }
            Self::Resolve(contact) => contact.agrees(),
            Self::Route(Route { recipients, contact }) => {
                contact.agrees() && (1..=2).contains(&recipients.len()) && recipients.first() == Some(&contact.user_id)
            }
            Self::Outcome(outcome) => outcome.agrees(),
        }
    }
}

impl Outcome {
    fn agrees(&self) -> bool {
        match self {
            Self::Changed { designation, contact, notices } => {
                let chosen = designation.0.as_ref().map(|designation| &designation.user_id);
                contact.agrees() && told(notices, contact) && chosen.is_none_or(|chosen| *chosen == contact.user_id)
            }
            Self::Unchanged { contact } => contact.agrees(),
            Self::Refused { code, reasons } => {
                ordered(reasons) && matches!(code, Refusal::NotAMember) == reasons.is_empty()
            }
            Self::Kept { contact, notices, reminders, next_review_at } => {
                let designated = contact.source == Source::Designated;
                contact.agrees()
                    && told(notices, contact)
                    && contact.source != Source::Fallback
                    && next_review_at.0.is_some() == designated
                    && reminders.iter().all(|reminder| contact.valid_until.0.as_ref() == Some(&reminder.valid_until))
                    && reminders.first().is_none_or(|first| first.to == contact.user_id)
            }
            Self::Reverted { reasons, contact, notices, reminders, next_review_at } => {
                let quiet = reminders.is_empty() && next_review_at.0.is_none();
                contact.agrees() && told(notices, contact) && ordered(reasons) && !reasons.is_empty() && quiet
            }
        }
    }
}

impl Contact {
    fn agrees(&self) -> bool {
        (self.source == Source::Designated) == self.valid_until.0.is_some()
            && (self.source == Source::Fallback) != self.reasons.is_empty()
            && ordered(&self.reasons)
            && ordered(&self.owner_unmet)
    }
}

/// Nobody, or the contact and somebody else, in this order and of one cause.
fn told(notices: &[Notice], contact: &Contact) -> bool {
    match notices {
        [] => true,
        [assigned, unassigned] => {
            (&assigned.kind, &unassigned.kind) == (&NoticeKind::Assigned, &NoticeKind::Unassigned)
                && assigned.to == contact.user_id
                && assigned.counterpart.0.as_ref() == Some(&unassigned.to)
                && unassigned.to != assigned.to
                && assigned.cause == unassigned.cause
        }
        _ => false,
    }
}

/// Each reason once, in the specification's order.
fn ordered(reasons: &[Reason]) -> bool {
    reasons.is_sorted() && reasons.iter().collect::<BTreeSet<_>>().len() == reasons.len()
}

#[cfg(test)]
mod tests {
    use super::check;

    fn fits(text: &'static str) -> bool {
        std::panic::catch_unwind(|| check(text)).is_ok()
    }

    #[test]
    fn members_are_complete_and_in_order() {
        assert!(fits(r#"{"canView":true,"canEdit":true,"reasons":[]}"#));
        assert!(!fits(r#"{"canEdit":true,"canView":true,"reasons":[]}"#));
        assert!(!fits(r#"{"canView":true,"canEdit":true,"reasons":[],"more":1}"#));
        assert!(!fits(r#"{"canView": true,"canEdit":true,"reasons":[]}"#));
        assert!(!fits(r#"{"eligible":false,"unmet":["not_active"]}"#));
    }

    #[test]
    fn members_agree() {
        assert!(!fits(r#"{"canView":true,"canEdit":false,"reasons":["not_active"]}"#));
        assert!(!fits(r#"{"eligible":true,"unmet":[],"validUntil":null}"#));
        assert!(!fits(r#"{"eligible":false,"unmet":["not_active","role_not_allowed"],"validUntil":null}"#));
        assert!(!fits(r#"{"eligible":true,"unmet":[],"validUntil":"2026-10-01T09:30:00Z"}"#));
        assert!(fits(r#"{"eligible":true,"unmet":[],"validUntil":"2026-10-01T09:30:00.000Z"}"#));
    }
}
