//! Who is told when the contact changes (SPEC 7).

use serde::{Deserialize, Serialize};

use crate::contact::{Account, Designee};
use crate::names::UserId;
use crate::words::words;

words! {
    /// What a notice says.
    NoticeKind {
        /// You are the security contact now.
        Assigned = "assigned",
        /// You are the security contact no longer.
        Unassigned = "unassigned",
    }
}

words! {
    /// What made the contact change.
    Cause {
        /// Somebody was chosen.
        Designated = "designated",
        /// The choice was undone.
        Reset = "reset",
        /// A review found the chosen person invalid.
        Reverted = "reverted",
        /// The account has another owner, whom the default follows.
        OwnerChanged = "owner_changed",
    }
}

/// One message that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Notice {
    /// Who is told.
    pub to: UserId,
    /// What it says.
    pub kind: NoticeKind,
    /// Why.
    pub cause: Cause,
    /// The other person of the change, or null when the recipient must not learn it.
    pub counterpart: Option<UserId>,
}

/// The notices for a contact that was `before` and is `after`, in an account that was `account` before the change.
pub(crate) fn notices(account: &Account, before: Option<&UserId>, after: &UserId, cause: Cause) -> Vec<Notice> {
    let Some(before) = before.filter(|before| *before != after) else { return Vec::new() };
    vec![
        Notice { to: after.clone(), kind: NoticeKind::Assigned, cause, counterpart: Some(before.clone()) },
        Notice {
            to: before.clone(),
            kind: NoticeKind::Unassigned,
            cause,
            counterpart: may_learn_successor(account, before).then(|| after.clone()),
        },
    ]
}

/// Whether the previous contact may be told who follows: an active owner or designee, as far as the input shows.
fn may_learn_successor(account: &Account, before: &UserId) -> bool {
    let designee = account.designation.as_ref().and_then(Designee::person);
    [Some(&account.owner), designee].into_iter().flatten().any(|person| person.id == *before && person.is_active())
}
