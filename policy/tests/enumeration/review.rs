//! SPEC 7 and 8: whom a review finds, tells and reminds, and when the next one is due.

use security_contact_policy::{self as policy, RemindedFor, ReviewOutcome, ReviewRequest};

use crate::both;
use crate::change::{ANNOUNCED, FINE, accounts, choices};
use crate::eligibility::{DAY, NOW, RULES};
use crate::spec::{self, Choice, Person, Review, Rules};

const REMINDERS: [&[i64]; 4] = [&[], &[14], &[30, 14, 7, 1], &[364]];

/// The choices of a change, and people whose validity ends on and beside each reminder's instant.
fn designations(owner: &Person) -> Vec<Choice> {
    let ends = [0, 1, 7, 14, 30, 364].into_iter().flat_map(|days| [-1, 0, 1].map(|beside| days * DAY + beside));
    let logins = ends.map(|left| NOW + left - 365 * DAY);
    let people = logins.map(|login| Person { login: Some(login), ..FINE });
    let pins = [Person { login: Some(NOW - 358 * DAY), ..*owner }];
    let chosen = people.chain(pins).map(|person| Some((person.id, Some(person))));
    choices(owner).into_iter().chain(chosen).collect()
}

/// Nothing, and other and the same `validUntil` with larger, equal and smaller days.
fn reminded(choice: Choice) -> Vec<Option<(i64, &'static [i64])>> {
    let login = choice.and_then(|(_, person)| person).and_then(|person| person.login).unwrap_or(NOW);
    let until = login + 365 * DAY;
    let days: [&[i64]; 5] = [&[], &[30], &[14], &[30, 7], &[1]];
    [None].into_iter().chain(days.map(|days| Some((until, days)))).chain([Some((until - 1, days[4]))]).collect()
}

#[test]
fn every_review() {
    let mut count = 0;
    for reminder_days in REMINDERS {
        let rules = Rules { reminder_days, ..RULES };
        let policy_rules = both::rules(&rules);
        for (owner, stored) in accounts(designations) {
            for reminded in reminded(stored) {
                for announced in ANNOUNCED {
                    let expected = spec::review((&owner, stored), announced, reminded, NOW, &rules);
                    let request = ReviewRequest {
                        account: both::account(&owner, stored),
                        announced: announced.map(both::id),
                        reminded_for: reminded.map(remembered),
                        now: both::instant(NOW),
                    };
                    assert_eq!(plain(policy::review(&request, &policy_rules)), expected, "{request:?} {rules:?}");
                    count += 1;
                }
            }
        }
    }
    println!("{count} reviews");
    assert_eq!(count, 4 * (4 * (9 + 18 + 1)) * 7 * 6);
}

fn remembered((until, days): (i64, &[i64])) -> RemindedFor {
    let days = days.iter().map(|days| u32::try_from(*days).unwrap()).collect();
    RemindedFor { valid_until: both::instant(until), days }
}

fn plain(answer: ReviewOutcome) -> Review {
    let (reverted, contact, notices, reminders, next) = match answer {
        ReviewOutcome::Kept { contact, notices, reminders, next_review_at } => {
            (None, contact, notices, reminders, next_review_at)
        }
        ReviewOutcome::Reverted { reasons, contact, notices, reminders, next_review_at } => {
            (Some(both::words(&reasons)), contact, notices, reminders, next_review_at)
        }
    };
    assert!(reminders.iter().all(|reminder| Some(reminder.valid_until) == contact.valid_until));
    Review {
        reverted,
        contact: both::contact(&contact),
        notices: both::notices(&notices),
        reminders: reminders.iter().map(|sent| (both::word(sent.to.as_str()), i64::from(sent.days))).collect(),
        next: next.map(policy::Instant::millis),
    }
}
