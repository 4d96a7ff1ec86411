//! Who can be the contact (SPEC 3).

use serde::{Deserialize, Serialize};

use crate::instant::{Instant, days_in_millis};
use crate::names::Name;
use crate::person::{AccountSettings, Person};
use crate::reason::{Reason, Reasons};
use crate::rules::Rules;

/// Whether a person can be the contact, and every criterion that is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Verdict {
    /// Whether every criterion is met.
    pub eligible: bool,
    /// The unmet criteria, always in the same order.
    pub unmet: Vec<Reason>,
    /// The last instant at which the login is recent enough; null when not eligible.
    pub valid_until: Option<Instant>,
}

/// Judges whether `person` can be the contact at `now`.
///
/// ```
/// # use security_contact_policy::*;
/// # let person: Person = Person { id: "u-1".parse()?, role: "analyst".parse()?, account_settings: AccountSettings::View,
/// #   status: Status::Suspended, last_login_at: None, staff_role: None };
/// let verdict = eligibility(&person, "2026-10-01T00:00:00Z".parse()?, &Rules::default());
/// assert_eq!(verdict.unmet, [Reason::RoleNotAllowed, Reason::NotActive, Reason::NeverLoggedIn]);
/// # Ok::<(), PolicyError>(())
/// ```
#[must_use]
pub fn eligibility(person: &Person, now: Instant, rules: &Rules) -> Verdict {
    let facts = Facts::of(person);
    let unmet = unmet_of(&facts, now, rules);
    Verdict { eligible: unmet.is_empty(), unmet: unmet.to_vec(), valid_until: valid_until(&facts, unmet, rules) }
}

/// The criteria that `person` does not meet at `now`, in SPEC's order.
pub(crate) fn unmet(person: &Person, now: Instant, rules: &Rules) -> Vec<Reason> {
    unmet_of(&Facts::of(person), now, rules).to_vec()
}

/// What of a person a verdict rests on, wherever it is kept. Names are compared byte by byte.
pub(crate) struct Facts<'a> {
    pub(crate) role: &'a [u8],
    pub(crate) may_edit_settings: bool,
    pub(crate) is_active: bool,
    pub(crate) last_login_at: Option<Instant>,
    pub(crate) staff_role: Option<&'a [u8]>,
}

impl<'a> Facts<'a> {
    fn of(person: &'a Person) -> Self {
        Self {
            role: person.role.as_str().as_bytes(),
            may_edit_settings: person.account_settings == AccountSettings::Edit,
            is_active: person.is_active(),
            last_login_at: person.last_login_at,
            staff_role: person.staff_role.as_ref().map(|role| role.as_str().as_bytes()),
        }
    }
}

/// The criteria that are not met at `now`.
pub(crate) fn unmet_of(facts: &Facts<'_>, now: Instant, rules: &Rules) -> Reasons {
    let unmet = Reasons::default()
        .with(Reason::RoleNotAllowed, !role_allows(facts, rules))
        .with(Reason::NotActive, !facts.is_active)
        .with(
            Reason::BlockedStaffRole,
            facts.staff_role.is_some_and(|role| is_among(role, &rules.blocked_staff_roles)),
        );
    match login_fault(facts.last_login_at, now, rules) {
        Some(fault) => unmet.with(fault, true),
        None => unmet,
    }
}

/// The last instant at which the login of somebody is recent enough who meets every criterion.
pub(crate) fn valid_until(facts: &Facts<'_>, unmet: Reasons, rules: &Rules) -> Option<Instant> {
    let login = facts.last_login_at.filter(|_| unmet.is_empty())?;
    Some(login.plus_days(rules.max_login_age_days))
}

fn role_allows(facts: &Facts<'_>, rules: &Rules) -> bool {
    is_among(facts.role, &rules.contact_roles) || (rules.account_settings_edit_qualifies && facts.may_edit_settings)
}

fn is_among(name: &[u8], names: &[Name]) -> bool {
    // As a loop: where code is small rather than fast, a closure is a call and its references go over memory.
    for known in names {
        if *known.as_str().as_bytes() == *name {
            return true;
        }
    }
    false
}

fn login_fault(last_login_at: Option<Instant>, now: Instant, rules: &Rules) -> Option<Reason> {
    let Some(login) = last_login_at else { return Some(Reason::NeverLoggedIn) };
    let age_ms = now.millis_since(login);
    let skew_ms = i64::from(rules.max_clock_skew_seconds).saturating_mul(1000);
    if age_ms > days_in_millis(rules.max_login_age_days) {
        Some(Reason::LoginTooOld)
    } else if age_ms < skew_ms.saturating_neg() {
        Some(Reason::LoginInFuture)
    } else {
        None
    }
}
