//! What the rules need to know of a stored account.

use security_contact_policy::{Account, Designee, Person, ReviewRequest};
use security_contact_policy::{Instant, UserId};

use super::DomainError;
use super::model::{Chosen, Snapshot};
use crate::engine::Glance;

/// The account as the rules see it.
pub(super) fn account(snapshot: &Snapshot) -> Result<Account, DomainError> {
    let owner = snapshot.owner.as_ref().ok_or_else(|| DomainError::NoOwner { account: snapshot.account.clone() })?;
    Ok(Account { owner: owner.person.clone(), designation: snapshot.chosen.as_ref().map(chosen) })
}

/// The review of an account at `now`.
pub(super) fn review(snapshot: &Snapshot, now: Instant) -> Result<ReviewRequest, DomainError> {
    Ok(ReviewRequest {
        account: account(snapshot)?,
        announced: snapshot.announced.clone(),
        reminded_for: snapshot.reminded_for.clone(),
        now,
    })
}

/// What a review of an account looks at first; `None` where that is not enough.
pub(super) fn glance(snapshot: &Snapshot) -> Option<Glance<'_>> {
    let owner = snapshot.owner.as_ref()?;
    let designation = match &snapshot.chosen {
        None => None,
        Some(chosen) => Some(&chosen.member.as_ref()?.person),
    };
    let (announced, reminded_for) = (snapshot.announced.as_ref(), snapshot.reminded_for.as_ref());
    Some(Glance { owner: &owner.person.id, designation, announced, reminded_for })
}

/// The person of that id, who may have left.
pub(super) fn designee(snapshot: &Snapshot, user_id: &UserId) -> Designee {
    person(snapshot, user_id).map_or_else(|| Designee::Left(user_id.clone()), Designee::Member)
}

/// The facts of the member of that id.
pub(super) fn person(snapshot: &Snapshot, user_id: &UserId) -> Option<Person> {
    snapshot.member(user_id).map(|member| member.person.clone())
}

fn chosen(chosen: &Chosen) -> Designee {
    match &chosen.member {
        Some(member) => Designee::Member(member.person.clone()),
        None => Designee::Left(chosen.user_id.clone()),
    }
}
