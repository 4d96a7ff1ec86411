//! Who may see and change the field (SPEC 4).

use serde::{Deserialize, Serialize};

use crate::person::Person;
use crate::reason::Reason;
use crate::rules::Rules;

/// Whether a person may see and change the field, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Access {
    /// Whether the person may see the field.
    pub can_view: bool,
    /// Whether the person may change the field; always equal to `canView`.
    pub can_edit: bool,
    /// Why not, always in the same order; empty when allowed.
    pub reasons: Vec<Reason>,
}

/// Judges whether `person` may see and change the field.
///
/// Being the contact gives no access: a person with `accountSettings` = `edit` who is no manager can be chosen,
/// and cannot choose.
#[must_use]
pub fn access(person: &Person, rules: &Rules) -> Access {
    let mut reasons = Vec::new();
    if !rules.manager_roles.contains(&person.role) {
        reasons.push(Reason::ManagerRoleRequired);
    }
    if !person.is_active() {
        reasons.push(Reason::NotActive);
    }
    let allowed = reasons.is_empty();
    Access { can_view: allowed, can_edit: allowed, reasons }
}
