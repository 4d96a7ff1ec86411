//! Choosing a contact, or going back to the default (SPEC 6).

use serde::{Deserialize, Serialize};

use crate::access::access;
use crate::contact::{Account, Contact, Designee, contact_under, resolve};
use crate::eligibility::unmet;
use crate::instant::Instant;
use crate::names::UserId;
use crate::notice::{Cause, Notice, notices};
use crate::person::Person;
use crate::reason::Reason;
use crate::rules::Rules;
use crate::words::words;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Make this person the contact.
    Designate(Designee),
    /// Make the owner the contact by default.
    Reset,
}

/// A change with all that decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRequest {
    /// The account before the change.
    pub account: Account,
    /// The contact who was last told, or `None` when nobody was.
    pub announced: Option<UserId>,
    /// Who asks; `None` for somebody who is no member of the account.
    pub actor: Option<Person>,
    /// What is asked.
    pub change: Change,
    /// When.
    pub now: Instant,
}

/// The stored choice of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Designation {
    /// Who was chosen.
    pub user_id: UserId,
}

/// What becomes of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub enum ChangeOutcome {
    /// Allowed: store the designation and send the notices.
    Changed {
        /// The new designation; null after a reset.
        designation: Option<Designation>,
        /// The effective contact from now on.
        contact: Contact,
        /// Who is to be told.
        notices: Vec<Notice>,
    },
    /// Allowed, and already so: nothing to store, nobody to tell.
    Unchanged {
        /// The effective contact.
        contact: Contact,
    },
    /// Not allowed.
    Refused {
        /// Which check failed.
        code: RefusalCode,
        /// Why it failed.
        reasons: Vec<Reason>,
    },
}

words! {
    /// The check that refused a change.
    RefusalCode {
        /// The actor may not change the field.
        ActorNotPermitted = "actor_not_permitted",
        /// The person to designate is no member of the account.
        NotAMember = "not_a_member",
        /// The person to designate does not meet the criteria.
        NotEligible = "not_eligible",
    }
}

/// Decides about a change. The first check that fails refuses it.
#[must_use]
pub fn change(request: &ChangeRequest, rules: &Rules) -> ChangeOutcome {
    if let Err((code, reasons)) = permit(request, rules) {
        return ChangeOutcome::Refused { code, reasons };
    }
    let ChangeRequest { account, announced, now, .. } = request;
    let (designee, cause) = match &request.change {
        Change::Designate(designee) => (Some(designee), Cause::Designated),
        Change::Reset => (None, Cause::Reset),
    };
    let current = resolve(account, *now, rules);
    let user_id = designee.map(Designee::user_id);
    if user_id == account.designation.as_ref().map(Designee::user_id) {
        return ChangeOutcome::Unchanged { contact: current };
    }
    let contact = contact_under(&account.owner, designee, *now, rules);
    let before = announced.as_ref().unwrap_or(&current.user_id);
    let notices = notices(account, Some(before), &contact.user_id, cause);
    ChangeOutcome::Changed { designation: user_id.cloned().map(|user_id| Designation { user_id }), contact, notices }
}

fn permit(request: &ChangeRequest, rules: &Rules) -> Result<(), (RefusalCode, Vec<Reason>)> {
    let Some(actor) = &request.actor else {
        return Err((RefusalCode::ActorNotPermitted, vec![Reason::NotAMember]));
    };
    let access = access(actor, rules);
    if !access.can_edit {
        return Err((RefusalCode::ActorNotPermitted, access.reasons));
    }
    match &request.change {
        Change::Reset => Ok(()),
        Change::Designate(Designee::Left(_)) => Err((RefusalCode::NotAMember, Vec::new())),
        Change::Designate(Designee::Member(person)) => {
            let unmet = unmet(person, request.now, rules);
            if unmet.is_empty() { Ok(()) } else { Err((RefusalCode::NotEligible, unmet)) }
        }
    }
}
