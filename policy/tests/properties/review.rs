//! SPEC 8: what a review finds, that it finds it once, and when the next one is due.

use proptest::prelude::*;
use security_contact_policy::{
    Account, Cause, Instant, RemindedFor, ReviewOutcome, ReviewRequest, Source, UserId, resolve, review,
};

use crate::world::{DAY, config};

proptest! {
    #![proptest_config(config())]

    /// The contact of a review is the one whom reading gives, and an invalid choice is cleared for its reasons.
    #[test]
    fn a_review_clears_exactly_what_is_invalid((world, request) in crate::world::review()) {
        let read = resolve(&request.account, request.now, &world.rules);
        match review(&request, &world.rules) {
            ReviewOutcome::Kept { contact, .. } => {
                prop_assert!(read.source != Source::Fallback);
                prop_assert_eq!(contact, read);
            }
            ReviewOutcome::Reverted { reasons, contact, reminders, next_review_at, .. } => {
                prop_assert_eq!(read.source, Source::Fallback);
                prop_assert_eq!(reasons, read.reasons);
                let cleared = Account { designation: None, ..request.account };
                prop_assert_eq!(contact, resolve(&cleared, request.now, &world.rules));
                prop_assert_eq!((reminders, next_review_at), (Vec::new(), None));
            }
        }
    }

    /// Told are the two between whom the contact moved; an account seen for the first time tells nobody.
    #[test]
    fn notices_name_the_two_who_changed((world, request) in crate::world::review()) {
        let stored = request.account.designation.as_ref().map(|designee| designee.user_id().clone());
        let before = request.announced.clone().or(stored);
        let (after, notices, cause) = match review(&request, &world.rules) {
            ReviewOutcome::Kept { contact, notices, .. } => (contact.user_id, notices, Cause::OwnerChanged),
            ReviewOutcome::Reverted { contact, notices, .. } => (contact.user_id, notices, Cause::Reverted),
        };
        let told: Vec<UserId> = notices.iter().map(|notice| notice.to.clone()).collect();
        prop_assert!(notices.iter().all(|notice| notice.cause == cause));
        match before.filter(|before| *before != after) {
            None => prop_assert_eq!(told, []),
            Some(before) => prop_assert_eq!(told, [after, before]),
        }
    }

    /// Once its outcome is stored, a review at the same instant finds nothing more to do.
    #[test]
    fn a_review_made_twice_says_nothing_new((world, request) in crate::world::review()) {
        let outcome = review(&request, &world.rules);
        let stored = store(&request, &outcome);
        let ReviewOutcome::Kept { notices, reminders, next_review_at, contact } = review(&stored, &world.rules) else {
            return Err(TestCaseError::fail("reverted twice"));
        };
        prop_assert_eq!((notices, reminders), (Vec::new(), Vec::new()));
        match outcome {
            ReviewOutcome::Kept { next_review_at: before, contact: found, .. } => {
                prop_assert_eq!((next_review_at, contact), (before, found));
            }
            ReviewOutcome::Reverted { contact: found, .. } => prop_assert_eq!((next_review_at, contact), (None, found)),
        }
    }

    /// A review gives the same answer up to the millisecond before `nextReviewAt`, and another one at it.
    #[test]
    fn the_next_review_is_due_when_the_answer_changes((world, request) in crate::world::review(), part in 0.0..1.0_f64) {
        let request = store(&request, &review(&request, &world.rules));
        let ReviewOutcome::Kept { contact, next_review_at, .. } = review(&request, &world.rules) else {
            return Err(TestCaseError::fail("a stored review is kept"));
        };
        prop_assert_eq!(next_review_at.is_some(), contact.source == Source::Designated);
        let Some(next) = next_review_at else { return Ok(()) };
        prop_assert!(next >= request.now);
        let at = |now| review(&ReviewRequest { now, ..request.clone() }, &world.rules);
        let same = at(request.now);
        let ahead = next.millis() - request.now.millis();
        let between = request.now.plus_millis((ahead as f64 * part) as i64);
        for earlier in [between, next.plus_millis(-1).max(request.now)] {
            prop_assert_eq!(&at(earlier), &same);
        }
        if next < Instant::MAX {
            prop_assert!(next > request.now);
            prop_assert_ne!(at(next), same);
        }
    }

    /// At `nextReviewAt` the contact lapses, or a reminder is due to the contact and the owner.
    #[test]
    fn the_next_review_reminds_or_reverts((world, request) in crate::world::review()) {
        let first = store(&request, &review(&request, &world.rules));
        let ReviewOutcome::Kept { next_review_at: Some(next), contact, .. } = review(&first, &world.rules) else {
            return Ok(());
        };
        let until = contact.valid_until.unwrap();
        prop_assume!(until < Instant::MAX);
        let reminded_for = None;
        match review(&ReviewRequest { now: next, reminded_for, ..first.clone() }, &world.rules) {
            ReviewOutcome::Reverted { .. } => prop_assert_eq!(next, until.plus_millis(1)),
            ReviewOutcome::Kept { reminders, .. } => {
                let days = reminders[0].days;
                prop_assert_eq!(next.millis(), until.millis() - i64::from(days) * DAY);
                prop_assert!(world.rules.expiry_reminder_days.contains(&days));
                let mut to = vec![contact.user_id.clone(), first.account.owner.id.clone()];
                to.dedup();
                prop_assert_eq!(reminders.iter().map(|reminder| reminder.to.clone()).collect::<Vec<_>>(), to);
                prop_assert!(reminders.iter().all(|reminder| (reminder.valid_until, reminder.days) == (until, days)));
            }
        }
    }
}

/// The account as a host stores it after a review.
fn store(request: &ReviewRequest, outcome: &ReviewOutcome) -> ReviewRequest {
    let mut stored = request.clone();
    match outcome {
        ReviewOutcome::Reverted { contact, .. } => {
            stored.account.designation = None;
            stored.announced = Some(contact.user_id.clone());
        }
        ReviewOutcome::Kept { contact, reminders, .. } => {
            stored.announced = Some(contact.user_id.clone());
            if let Some(sent) = reminders.first() {
                stored.reminded_for = Some(RemindedFor { valid_until: sent.valid_until, days: vec![sent.days] });
            }
        }
    }
    stored
}
