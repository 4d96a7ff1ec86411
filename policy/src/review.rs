//! Checking a designation against the rules at an instant (SPEC 8).

use serde::{Deserialize, Serialize};

use crate::contact::{Account, Contact, Designee, Source, contact_under};
use crate::instant::Instant;
use crate::names::UserId;
use crate::notice::{Cause, Notice, notices};
use crate::reason::Reason;
use crate::rules::Rules;

/// An account with what was announced and reminded of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRequest {
    /// The account as it is stored.
    pub account: Account,
    /// The contact who was last told, or `None` when nobody was.
    pub announced: Option<UserId>,
    /// The reminders that were sent, or `None`.
    pub reminded_for: Option<RemindedFor>,
    /// When.
    pub now: Instant,
}

/// The reminders that were sent for one `validUntil`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct RemindedFor {
    /// The end of validity that they spoke of.
    pub valid_until: Instant,
    /// Which of the reminder days were used.
    pub days: Vec<u32>,
}

/// One reminder that is to be sent: the contact lapses at `validUntil` unless the person logs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Reminder {
    /// Who is reminded.
    pub to: UserId,
    /// The last instant at which the contact is valid.
    pub valid_until: Instant,
    /// Which of the reminder days this is.
    pub days: u32,
}

/// What a review found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub enum ReviewOutcome {
    /// The designation stays as it is.
    Kept {
        /// The effective contact.
        contact: Contact,
        /// Who is to be told of a contact that changed by itself.
        notices: Vec<Notice>,
        /// Who is to be reminded.
        reminders: Vec<Reminder>,
        /// When to look again; null when time alone changes nothing.
        next_review_at: Option<Instant>,
    },
    /// The designation is invalid: clear it.
    Reverted {
        /// Why it is invalid.
        reasons: Vec<Reason>,
        /// The effective contact from now on.
        contact: Contact,
        /// Who is to be told.
        notices: Vec<Notice>,
        /// Always empty.
        reminders: Vec<Reminder>,
        /// Always null.
        next_review_at: Option<Instant>,
    },
}

/// Checks an account's designation at `now`.
#[must_use]
pub fn review(request: &ReviewRequest, rules: &Rules) -> ReviewOutcome {
    let ReviewRequest { account, announced, now, .. } = request;
    let designated = account.designation.as_ref();
    let before = announced.as_ref().or(designated.map(Designee::user_id));
    let contact = contact_under(&account.owner, designated, *now, rules);
    if contact.source == Source::Fallback {
        let reasons = contact.reasons;
        let contact = contact_under(&account.owner, None, *now, rules);
        let notices = notices(account, before, &contact.user_id, Cause::Reverted);
        return ReviewOutcome::Reverted { reasons, contact, notices, reminders: Vec::new(), next_review_at: None };
    }
    let notices = notices(account, before, &contact.user_id, Cause::OwnerChanged);
    let reminders = reminders(request, &contact, rules);
    let next_review_at = contact.valid_until.map(|valid_until| next_review(valid_until, *now, rules));
    ReviewOutcome::Kept { contact, notices, reminders, next_review_at }
}

/// Whether the reminder of that many days before `valid_until` is due.
fn is_due(days: u32, valid_until: Instant, now: Instant) -> bool {
    now >= valid_until.minus_days(days)
}

fn reminders(request: &ReviewRequest, contact: &Contact, rules: &Rules) -> Vec<Reminder> {
    let Some(valid_until) = contact.valid_until else { return Vec::new() };
    let sent = request.reminded_for.as_ref().filter(|sent| sent.valid_until == valid_until);
    let sent = sent.and_then(|sent| sent.days.iter().min()).copied();
    let Some(days) = due_reminder(valid_until, sent, request.now, rules) else { return Vec::new() };
    let owner = &request.account.owner.id;
    let copy = (*owner != contact.user_id).then_some(owner);
    let recipients = [Some(&contact.user_id), copy].into_iter().flatten();
    recipients.map(|to| Reminder { to: to.clone(), valid_until, days }).collect()
}

/// The reminder that is to be sent, if any, when `sent` is the one of the fewest days so far: the larger days count as
/// sent with it.
fn due_reminder(valid_until: Instant, sent: Option<u32>, now: Instant, rules: &Rules) -> Option<u32> {
    let due = rules.expiry_reminder_days.iter().copied().filter(|days| is_due(*days, valid_until, now)).min();
    due.filter(|days| sent.is_none_or(|sent| sent > *days))
}

/// When to look again at a designee who stays valid until `valid_until` and was announced. `None` when a reminder is due:
/// then a review has something to do.
#[cfg(feature = "codec")]
pub(crate) fn quiet_until(valid_until: Instant, sent: Option<u32>, now: Instant, rules: &Rules) -> Option<Instant> {
    let reminder = due_reminder(valid_until, sent, now, rules);
    reminder.is_none().then(|| next_review(valid_until, now, rules))
}

/// The next instant at which a review can find something new.
fn next_review(valid_until: Instant, now: Instant, rules: &Rules) -> Instant {
    let ahead = rules.expiry_reminder_days.iter().copied().filter(|days| !is_due(*days, valid_until, now)).max();
    ahead.map_or(valid_until.plus_millis(1), |days| valid_until.minus_days(days))
}
