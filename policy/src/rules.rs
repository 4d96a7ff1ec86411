//! The rules as data, with their defaults and limits (SPEC 3).

use serde::{Deserialize, Serialize};

use crate::error::PolicyError;
use crate::names::Name;

/// What a deployment may decide for itself. Every runtime of a deployment uses the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Rules {
    /// Roles that can be the contact; at most 64. Default: `owner` and `admin`.
    pub contact_roles: Vec<Name>,
    /// Whether `accountSettings` = `edit` lets any role be the contact. Default: true.
    pub account_settings_edit_qualifies: bool,
    /// Roles that may see and change the field; at most 64. Default: `owner` and `admin`.
    pub manager_roles: Vec<Name>,
    /// How long ago the last login may be, in days of 86,400 seconds; 1 to 3650. Default: 365.
    pub max_login_age_days: u32,
    /// How far in the future a login may seem to lie, in seconds; 0 to 86400. Default: 300.
    pub max_clock_skew_seconds: u32,
    /// Platform-staff roles that cannot be the contact; at most 64. Default: none.
    pub blocked_staff_roles: Vec<Name>,
    /// Whether the owner gets every security event too. Default: false.
    pub copy_owner_on_events: bool,
    /// Days before a contact lapses on which to remind; at most 4, strictly descending, each at least 1 and below
    /// `maxLoginAgeDays`. Default: 14.
    pub expiry_reminder_days: Vec<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        let managers: Vec<Name> = ["owner", "admin"].into_iter().filter_map(|name| name.parse().ok()).collect();
        Self {
            contact_roles: managers.clone(),
            account_settings_edit_qualifies: true,
            manager_roles: managers,
            max_login_age_days: 365,
            max_clock_skew_seconds: 300,
            blocked_staff_roles: Vec::new(),
            copy_owner_on_events: false,
            expiry_reminder_days: vec![14],
        }
    }
}

impl Rules {
    const MAX_NAMES: usize = 64;
    const MAX_REMINDERS: usize = 4;

    /// Checks the limits of every rule.
    ///
    /// ```
    /// use security_contact_policy::Rules;
    ///
    /// let rules = Rules { max_login_age_days: 90, ..Rules::default() };
    /// assert!(rules.validate().is_ok());
    /// assert_eq!(Rules { max_login_age_days: 0, ..rules }.validate().unwrap_err().path, "rules.maxLoginAgeDays");
    /// ```
    ///
    /// # Errors
    /// `invalid_rules` with the path of the first rule outside its limits.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let lists = [
            ("rules.contactRoles", &self.contact_roles),
            ("rules.managerRoles", &self.manager_roles),
            ("rules.blockedStaffRoles", &self.blocked_staff_roles),
        ];
        for (path, names) in lists {
            if names.len() > Self::MAX_NAMES {
                return Err(PolicyError::invalid_rules(path, "expected at most 64 names"));
            }
        }
        if !(1..=3650).contains(&self.max_login_age_days) {
            return Err(PolicyError::invalid_rules("rules.maxLoginAgeDays", "expected a whole number from 1 to 3650"));
        }
        if self.max_clock_skew_seconds > 86_400 {
            let message = "expected a whole number from 0 to 86400";
            return Err(PolicyError::invalid_rules("rules.maxClockSkewSeconds", message));
        }
        self.validate_reminders()
    }

    fn validate_reminders(&self) -> Result<(), PolicyError> {
        let days = &self.expiry_reminder_days;
        let in_range = days.iter().all(|day| (1..self.max_login_age_days).contains(day));
        let descending = days.is_sorted_by(|earlier, later| earlier > later);
        if days.len() <= Self::MAX_REMINDERS && in_range && descending {
            return Ok(());
        }
        Err(PolicyError::invalid_rules(
            "rules.expiryReminderDays",
            "expected at most 4 strictly descending whole numbers, each at least 1 and below maxLoginAgeDays",
        ))
    }

    /// The same rules in the one form that all equal rules share: lists of names sorted, each name once.
    pub(crate) fn canonical(&self) -> Self {
        let set = |names: &[Name]| {
            let mut names = names.to_vec();
            names.sort_unstable();
            names.dedup();
            names
        };
        Self {
            contact_roles: set(&self.contact_roles),
            manager_roles: set(&self.manager_roles),
            blocked_staff_roles: set(&self.blocked_staff_roles),
            ..self.clone()
        }
    }
}
