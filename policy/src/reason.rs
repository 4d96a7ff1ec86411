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

#[cfg(all(feature = "module", target_arch = "wasm32"))]
impl Reason {
    /// The bit that stands for the reason in a set of them: the first reason has the lowest.
    pub(crate) fn bit(self) -> u8 {
        1 << (self as u8)
    }
}
