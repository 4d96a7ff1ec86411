//! The facts about one person that the rules look at (SPEC 2).

use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::names::{Name, UserId};
use crate::words::words;

/// One user of an account: the facts that the rules look at, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Person {
    /// Who it is: 1 to 128 bytes without control characters.
    pub id: UserId,
    /// `owner`, `admin`, or any other role name of the platform, 1 to 64 bytes.
    pub role: Name,
    /// What the person may do with the account's settings.
    pub account_settings: AccountSettings,
    /// Where the person stands in the account.
    pub status: Status,
    /// The last login as RFC 3339, or null for never.
    pub last_login_at: Option<Instant>,
    /// The role in the platform's own staff, or null for a customer's user.
    pub staff_role: Option<Name>,
}

words! {
    /// What a person may do with the account's settings.
    AccountSettings {
        /// Nothing.
        None = "none",
        /// See them.
        View = "view",
        /// Change them.
        Edit = "edit",
    }
}

words! {
    /// Where a person stands in the account. Only `active` people can be the contact.
    Status {
        /// A working user.
        Active = "active",
        /// Invited, and not joined yet.
        Invited = "invited",
        /// Locked out for a time.
        Suspended = "suspended",
        /// Closed.
        Deactivated = "deactivated",
    }
}

impl Person {
    /// Whether the person's status is `active`.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}
