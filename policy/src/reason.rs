//! The codes that say why not.

use crate::words::words;

words! {
    /// Why a person cannot be the contact, or may not change it. The order of a list of reasons is the order here.
    Reason {
        /// Neither the role nor the account settings permission allows it (SPEC 3).
        RoleNotAllowed = "role_not_allowed",
        /// A manager's role is needed to see and change the field (SPEC 4).
        ManagerRoleRequired = "manager_role_required",
        /// The status is not `active` (SPEC 3 and 4).
        NotActive = "not_active",
        /// The person has never logged in (SPEC 3).
        NeverLoggedIn = "never_logged_in",
        /// The last login is longer ago than the rules allow (SPEC 3).
        LoginTooOld = "login_too_old",
        /// The last login lies further in the future than clocks may differ (SPEC 3).
        LoginInFuture = "login_in_future",
        /// The platform-staff role is one of the blocked ones (SPEC 3).
        BlockedStaffRole = "blocked_staff_role",
        /// The person is not, or no longer, a member of the account (SPEC 5 and 6).
        NotAMember = "not_a_member",
    }
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::RoleNotAllowed,
        Self::ManagerRoleRequired,
        Self::NotActive,
        Self::NeverLoggedIn,
        Self::LoginTooOld,
        Self::LoginInFuture,
        Self::BlockedStaffRole,
        Self::NotAMember,
    ];

    /// The bit that stands for the reason in a set of them: the first reason has the lowest.
    const fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons(u8);

impl Reasons {
    /// The set of those bits.
    #[cfg(feature = "codec")]
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The set with that reason, if it holds.
    #[must_use]
    pub(crate) const fn with(self, reason: Reason, holds: bool) -> Self {
        if holds { Self(self.0 | reason.bit()) } else { self }
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// A bit for each.
    #[cfg(any(feature = "codec", feature = "module"))]
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The list of them, in their order.
    pub(crate) fn to_vec(self) -> Vec<Reason> {
        // An empty list takes no memory.
        let mut list = Vec::new();
        if !self.is_empty() {
            list.extend(Reason::ALL.into_iter().filter(|reason| self.0 & reason.bit() != 0));
        }
        list
    }
}
