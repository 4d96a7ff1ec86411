//! Turns the notices and reminders of an outcome into mails.

use security_contact_policy::{Instant, Notice, Reminder, UserId};

use super::model::{About, Message, NewMail, Snapshot};

/// One mail a notice. `actor` is who made the change, if anybody did.
pub(super) fn of_notices(
    snapshot: &Snapshot,
    notices: &[Notice],
    actor: Option<&UserId>,
    now: Instant,
) -> Vec<NewMail> {
    let mails = notices.iter().map(|notice| {
        let counterpart_name = notice.counterpart.as_ref().map(|id| name_of(snapshot, id));
        // Who must not learn the successor must not learn it from the actor's name either.
        let actor_name = actor.filter(|_| notice.counterpart.is_some()).map(|id| name_of(snapshot, id));
        let about = About::Change { kind: notice.kind, cause: notice.cause, counterpart_name, actor_name };
        mail(snapshot, &notice.to, about, now)
    });
    mails.collect()
}

/// One mail a reminder, of the lapse of `contact`.
pub(super) fn of_reminders(
    snapshot: &Snapshot,
    reminders: &[Reminder],
    contact: &UserId,
    now: Instant,
) -> Vec<NewMail> {
    let mails = reminders.iter().map(|reminder| {
        let about = About::Expiring {
            valid_until: reminder.valid_until,
            days: reminder.days,
            to_contact: reminder.to == *contact,
            contact_name: name_of(snapshot, contact),
        };
        mail(snapshot, &reminder.to, about, now)
    });
    mails.collect()
}

/// A mail about something to a person of the account.
pub(super) fn mail(snapshot: &Snapshot, to: &UserId, about: About, now: Instant) -> NewMail {
    NewMail {
        to: to.clone(),
        address: snapshot.member(to).and_then(|member| member.email.clone()),
        message: Message {
            account_name: snapshot.name.as_str().to_owned(),
            recipient_name: name_of(snapshot, to),
            about,
            at: now,
        },
    }
}

/// The person's name, or the id of somebody who has left.
pub(super) fn name_of(snapshot: &Snapshot, user_id: &UserId) -> String {
    snapshot.member(user_id).map_or_else(|| user_id.to_string(), |member| member.name.as_str().to_owned())
}
