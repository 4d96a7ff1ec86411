//! The identity of the rules in force (SPEC 10).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::POLICY_VERSION;
use crate::names::Name;
use crate::rules::Rules;

/// Which policy decides, and under which rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// [`POLICY_VERSION`] as the module has it.
    pub policy_version: String,
    /// The [`fingerprint`] of the rules in force.
    pub fingerprint: String,
}

impl Identity {
    /// The identity of this policy under these rules.
    #[must_use]
    pub fn of(rules: &Rules) -> Self {
        Self { policy_version: POLICY_VERSION.into(), fingerprint: fingerprint(rules) }
    }
}

/// A hash of the policy version and the rules, as 64 hexadecimal digits.
///
/// Equal rules have equal fingerprints: the order of the names in a list and their repetition do not count.
///
/// ```
/// use security_contact_policy::{Rules, fingerprint};
///
/// let mut rules = Rules::default();
/// rules.contact_roles.reverse();
/// assert_eq!(fingerprint(&rules), fingerprint(&Rules::default()));
/// rules.max_login_age_days = 364;
/// assert_ne!(fingerprint(&rules), fingerprint(&Rules::default()));
/// ```
#[must_use]
pub fn fingerprint(rules: &Rules) -> String {
    // Naming every rule makes the compiler ask for a line here when one is added.
    let Rules {
        contact_roles,
        account_settings_edit_qualifies,
        manager_roles,
        max_login_age_days,
        max_clock_skew_seconds,
        blocked_staff_roles,
        copy_owner_on_events,
        expiry_reminder_days,
    } = rules.canonical();
    let mut hash = Sha256::new();
    absorb(&mut hash, POLICY_VERSION.as_bytes());
    absorb_names(&mut hash, &contact_roles);
    absorb_number(&mut hash, account_settings_edit_qualifies.into());
    absorb_names(&mut hash, &manager_roles);
    absorb_number(&mut hash, max_login_age_days);
    absorb_number(&mut hash, max_clock_skew_seconds);
    absorb_names(&mut hash, &blocked_staff_roles);
    absorb_number(&mut hash, copy_owner_on_events.into());
    absorb_length(&mut hash, expiry_reminder_days.len());
    for days in expiry_reminder_days {
        absorb_number(&mut hash, days);
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn absorb_names(hash: &mut Sha256, names: &[Name]) {
    absorb_length(hash, names.len());
    for name in names {
        absorb(hash, name.as_str().as_bytes());
    }
}

/// Text with its length ahead of it, so that no two inputs run together.
fn absorb(hash: &mut Sha256, bytes: &[u8]) {
    absorb_length(hash, bytes.len());
    hash.update(bytes);
}

fn absorb_length(hash: &mut Sha256, length: usize) {
    absorb_number(hash, u32::try_from(length).unwrap_or(u32::MAX));
}

fn absorb_number(hash: &mut Sha256, number: u32) {
    hash.update(number.to_le_bytes());
}
