//! SPEC 6 and 7: what a change may do, and who hears of it.

use proptest::prelude::*;
use security_contact_policy::{
    Account, Cause, Change, ChangeOutcome, ChangeRequest, Designee, Notice, NoticeKind, Reason, RefusalCode, Source,
    UserId, access, change, eligibility, resolve,
};

use crate::world::{config, world};

proptest! {
    #![proptest_config(config())]

    /// A refusal names the first check that failed; what is permitted never has an ineligible contact by choice.
    #[test]
    fn a_change_is_refused_with_a_reason_or_leaves_a_valid_contact((world, request) in crate::world::change()) {
        let may = request.actor.as_ref().map(|actor| access(actor, &world.rules));
        let target = match &request.change {
            Change::Designate(Designee::Member(person)) => Some(eligibility(person, request.now, &world.rules)),
            _ => None,
        };
        match change(&request, &world.rules) {
            ChangeOutcome::Refused { code: RefusalCode::ActorNotPermitted, reasons } => {
                prop_assert_eq!(reasons, may.map_or(vec![Reason::NotAMember], |may| may.reasons));
            }
            ChangeOutcome::Refused { code: RefusalCode::NotAMember, reasons } => {
                prop_assert!(reasons.is_empty() && may.is_some_and(|may| may.can_edit));
                prop_assert!(matches!(request.change, Change::Designate(Designee::Left(_))));
            }
            ChangeOutcome::Refused { code: RefusalCode::NotEligible, reasons } => {
                prop_assert!(may.is_some_and(|may| may.can_edit) && !reasons.is_empty());
                prop_assert_eq!(Some(reasons), target.map(|verdict| verdict.unmet));
            }
            ChangeOutcome::Unchanged { contact } => {
                prop_assert!(may.is_some_and(|may| may.can_edit));
                prop_assert_eq!(wanted(&request.change), stored(&request.account));
                prop_assert_eq!(contact, resolve(&request.account, request.now, &world.rules));
            }
            ChangeOutcome::Changed { designation, contact, .. } => {
                prop_assert!(may.is_some_and(|may| may.can_edit));
                prop_assert_ne!(wanted(&request.change), stored(&request.account));
                prop_assert_eq!(designation.as_ref().map(|new| &new.user_id), wanted(&request.change));
                prop_assert_eq!(&contact, &resolve(&after(&request), request.now, &world.rules));
                prop_assert_eq!(contact.source == Source::Designated, target.is_some_and(|verdict| verdict.eligible));
                prop_assert!(contact.source != Source::Fallback);
            }
        }
    }

    /// Exactly the two between whom the contact moved are told, and nobody when it did not.
    #[test]
    fn notices_name_the_two_who_changed((world, request) in crate::world::change()) {
        let ChangeOutcome::Changed { contact, notices, .. } = change(&request, &world.rules) else { return Ok(()) };
        let told = resolve(&request.account, request.now, &world.rules).user_id;
        let before = request.announced.clone().unwrap_or(told);
        let cause = if matches!(request.change, Change::Reset) { Cause::Reset } else { Cause::Designated };
        if before == contact.user_id {
            prop_assert_eq!(notices, []);
            return Ok(());
        }
        let inside = [Some(&request.account.owner), request.account.designation.as_ref().and_then(Designee::person)];
        let trusted = inside.into_iter().flatten().any(|person| person.id == before && person.is_active());
        prop_assert_eq!(notices, [
            Notice {
                to: contact.user_id.clone(), kind: NoticeKind::Assigned, cause, counterpart: Some(before.clone()),
            },
            Notice {
                to: before, kind: NoticeKind::Unassigned, cause, counterpart: trusted.then_some(contact.user_id),
            },
        ]);
    }

    /// What was done once is done: the same request after it changes nothing and tells nobody.
    #[test]
    fn a_change_made_twice_is_made_once((world, request) in crate::world::change()) {
        let ChangeOutcome::Changed { contact, .. } = change(&request, &world.rules) else { return Ok(()) };
        let again = ChangeRequest { account: after(&request), announced: Some(contact.user_id.clone()), ..request };
        prop_assert_eq!(change(&again, &world.rules), ChangeOutcome::Unchanged { contact });
    }

    /// Who may edit can always go back to the default.
    #[test]
    fn a_reset_is_never_refused_to_an_editor((world, request) in crate::world::change()) {
        let request = ChangeRequest { change: Change::Reset, ..request };
        let editor = request.actor.as_ref().is_some_and(|actor| access(actor, &world.rules).can_edit);
        match change(&request, &world.rules) {
            ChangeOutcome::Refused { .. } => prop_assert!(!editor),
            ChangeOutcome::Unchanged { contact } | ChangeOutcome::Changed { contact, .. } => {
                prop_assert!(editor);
                prop_assert_eq!((contact.user_id, contact.source), (request.account.owner.id, Source::Default));
            }
        }
    }

    /// Seeing and changing go together, for active people in a manager's role alone.
    #[test]
    fn who_may_see_may_change(world in world()) {
        for person in &world.people {
            let access = access(person, &world.rules);
            prop_assert_eq!(access.can_view, access.can_edit);
            prop_assert_eq!(access.can_edit, world.rules.manager_roles.contains(&person.role) && person.is_active());
            prop_assert_eq!(access.can_edit, access.reasons.is_empty());
        }
    }
}

fn wanted(change: &Change) -> Option<&UserId> {
    match change {
        Change::Designate(designee) => Some(designee.user_id()),
        Change::Reset => None,
    }
}

fn stored(account: &Account) -> Option<&UserId> {
    account.designation.as_ref().map(Designee::user_id)
}

/// The account once the change is made.
fn after(request: &ChangeRequest) -> Account {
    let designation = match &request.change {
        Change::Designate(designee) => Some(designee.clone()),
        Change::Reset => None,
    };
    Account { owner: request.account.owner.clone(), designation }
}
