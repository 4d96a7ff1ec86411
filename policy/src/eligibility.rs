//! Who can be the contact (SPEC 3).

use serde::{Deserialize, Serialize};

use crate::instant::{Instant, days_in_millis};
use crate::person::{AccountSettings, Person};
use crate::reason::Reason;
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
    let unmet = unmet(person, now, rules);
    let eligible = unmet.is_empty();
    let lapses = |login: Instant| login.plus_days(rules.max_login_age_days);
    let valid_until = person.last_login_at.filter(|_| eligible).map(lapses);
    Verdict { eligible, unmet, valid_until }
}

/// The criteria that `person` does not meet at `now`, in SPEC's order.
pub(crate) fn unmet(person: &Person, now: Instant, rules: &Rules) -> Vec<Reason> {
    let mut unmet = Vec::new();
    if !role_allows(person, rules) {
        unmet.push(Reason::RoleNotAllowed);
    }
    if !person.is_active() {
        unmet.push(Reason::NotActive);
    }
    unmet.extend(login_fault(person.last_login_at, now, rules));
    if person.staff_role.as_ref().is_some_and(|role| rules.blocked_staff_roles.contains(role)) {
        unmet.push(Reason::BlockedStaffRole);
    }
    unmet
}

fn role_allows(person: &Person, rules: &Rules) -> bool {
    rules.contact_roles.contains(&person.role)
        || (rules.account_settings_edit_qualifies && person.account_settings == AccountSettings::Edit)
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
