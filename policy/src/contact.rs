//! Who the contact is at an instant (SPEC 5).

use serde::{Deserialize, Serialize};

use crate::eligibility::{eligibility, unmet};
use crate::instant::Instant;
use crate::names::UserId;
use crate::person::Person;
use crate::reason::Reason;
use crate::rules::Rules;
use crate::words::words;

/// An account as the rules see it: its owner, and the designation if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's one owner.
    pub owner: Person,
    /// The stored choice; `None` is the default, the owner.
    pub designation: Option<Designee>,
}

/// The person whom a designation names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Designee {
    /// A member of the account, with the facts.
    Member(Person),
    /// Somebody who is not, or no longer, a member of the account.
    Left(UserId),
}

impl Designee {
    /// The id that the designation names.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        match self {
            Self::Member(person) => &person.id,
            Self::Left(user_id) => user_id,
        }
    }

    /// The person, unless they have left.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Member(person) => Some(person),
            Self::Left(_) => None,
        }
    }
}

words! {
    /// Why the contact is who it is.
    Source {
        /// Nobody was chosen: the owner.
        Default = "default",
        /// The person who was chosen.
        Designated = "designated",
        /// The chosen person is not eligible or has left: the owner.
        Fallback = "fallback",
    }
}

/// The effective contact of an account at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Contact {
    /// Who it is.
    pub user_id: UserId,
    /// Why it is that person.
    pub source: Source,
    /// The last instant at which the designated person stays eligible; null unless `source` is `designated`.
    pub valid_until: Option<Instant>,
    /// Why the chosen person is not the contact; empty unless `source` is `fallback`.
    pub reasons: Vec<Reason>,
    /// The owner's own unmet criteria when the owner is the contact: a warning, the owner stays the contact.
    pub owner_unmet: Vec<Reason>,
}

/// Says who receives the account's security mail at `now`. There is always somebody.
#[must_use]
pub fn resolve(account: &Account, now: Instant, rules: &Rules) -> Contact {
    contact_under(&account.owner, account.designation.as_ref(), now, rules)
}

/// The effective contact of an account of `owner` if `designation` were the stored choice.
pub(crate) fn contact_under(owner: &Person, designation: Option<&Designee>, now: Instant, rules: &Rules) -> Contact {
    let (holder, source, valid_until, reasons) = match designation {
        None => (owner, Source::Default, None, Vec::new()),
        Some(Designee::Left(_)) => (owner, Source::Fallback, None, vec![Reason::NotAMember]),
        Some(Designee::Member(person)) => {
            let verdict = eligibility(person, now, rules);
            if verdict.eligible {
                (person, Source::Designated, verdict.valid_until, Vec::new())
            } else {
                (owner, Source::Fallback, None, verdict.unmet)
            }
        }
    };
    let owner_unmet = if holder.id == owner.id { unmet(owner, now, rules) } else { Vec::new() };
    Contact { user_id: holder.id.clone(), source, valid_until, reasons, owner_unmet }
}
