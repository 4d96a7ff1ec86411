//! From an outbox row to what the mail says.
//!
//! The sentences are templates in `templates/`: a subject, a text and an HTML part for every kind of mail, with the
//! sentences that text and HTML share in `templates/parts/`.

use askama::Template;
use security_contact_policy::{Cause, Event, EventKind, Instant, NoticeKind, Severity};

use super::plain::{block, line};
use crate::domain::model::{About, ClaimedMail, Message};
use crate::domain::ports::{RenderedMail, SendError};

/// What the mail of that outbox row says. The same row always gives the same mail.
///
/// It holds no links and no tokens. Names and event texts of others are escaped, kept to their place and cut to 200
/// and 4,000 characters.
///
/// # Errors
/// [`SendError::Permanent`] when a template fails, which a template that only writes into a string never does.
pub fn render(mail: &ClaimedMail) -> Result<RenderedMail, SendError> {
    let parts =
        parts(&mail.message).map_err(|error| SendError::Permanent(format!("the mail's template failed: {error}")))?;
    Ok(RenderedMail {
        message_id: mail.message_id.clone(),
        date: mail.queued_at,
        to_name: line(&mail.message.recipient_name),
        to: mail.address.clone(),
        subject: parts.subject.trim_end().to_owned(),
        text: parts.text.trim_end().to_owned() + "\n",
        html: parts.html.trim_end().to_owned() + "\n",
        may_be_known: mail.lease > 1,
    })
}

/// What the templates make of a message.
struct Parts {
    subject: String,
    text: String,
    html: String,
}

/// What the templates of `assigned` and `unassigned` show.
struct ChangeView {
    recipient: String,
    account: String,
    when: String,
    cause: Cause,
    counterpart: Option<String>,
    actor: Option<String>,
}

/// What the templates of `expiring` show.
struct ExpiringView {
    recipient: String,
    account: String,
    until: String,
    until_day: String,
    days: u32,
    to_contact: bool,
    contact: String,
}

/// What the templates of the security events show.
struct EventView {
    recipient: String,
    account: String,
    when: String,
    severity: &'static str,
    graded: String,
    lines: Vec<String>,
}

/// What the templates of `unreachable` show.
struct UnreachableView {
    recipient: String,
    account: String,
    when: String,
    person: String,
}

/// Fills the three templates of one kind of mail.
macro_rules! fill {
    ($view:expr, $type:ty, $subject:literal, $text:literal, $html:literal) => {{
        #[derive(Template)]
        #[template(path = $subject)]
        struct Subject<'a> {
            m: &'a $type,
        }

        #[derive(Template)]
        #[template(path = $text)]
        struct Text<'a> {
            m: &'a $type,
        }

        #[derive(Template)]
        #[template(path = $html)]
        struct Html<'a> {
            m: &'a $type,
        }

        let m = $view;
        Ok(Parts { subject: Subject { m }.render()?, text: Text { m }.render()?, html: Html { m }.render()? })
    }};
}

fn parts(message: &Message) -> askama::Result<Parts> {
    let recipient = line(&message.recipient_name);
    let account = line(&message.account_name);
    let when = readable(message.at);
    match &message.about {
        About::Change { kind, cause, counterpart_name, actor_name } => {
            let counterpart = counterpart_name.as_deref().map(line);
            let actor = actor_name.as_deref().map(line);
            change(*kind, &ChangeView { recipient, account, when, cause: *cause, counterpart, actor })
        }
        About::Expiring { valid_until, days, to_contact, contact_name } => {
            let (until, until_day) = (readable(*valid_until), readable_day(*valid_until));
            let (days, to_contact, contact) = (*days, *to_contact, line(contact_name));
            let view = ExpiringView { recipient, account, until, until_day, days, to_contact, contact };
            fill!(&view, ExpiringView, "expiring.subject.txt", "expiring.txt", "expiring.html")
        }
        About::Event { event: Event { kind, severity }, text } => {
            let (severity, urgency) = grade(*severity);
            let graded = format!("{severity} ({urgency})");
            let lines = block(text.as_str()).lines().map(str::to_owned).collect();
            event(*kind, &EventView { recipient, account, when, severity, graded, lines })
        }
        About::Unreachable { person_name } => {
            let view = UnreachableView { recipient, account, when, person: line(person_name) };
            fill!(&view, UnreachableView, "unreachable.subject.txt", "unreachable.txt", "unreachable.html")
        }
    }
}

fn change(kind: NoticeKind, view: &ChangeView) -> askama::Result<Parts> {
    match kind {
        NoticeKind::Assigned => fill!(view, ChangeView, "assigned.subject.txt", "assigned.txt", "assigned.html"),
        NoticeKind::Unassigned => {
            fill!(view, ChangeView, "unassigned.subject.txt", "unassigned.txt", "unassigned.html")
        }
    }
}

fn event(kind: EventKind, view: &EventView) -> askama::Result<Parts> {
    match kind {
        EventKind::BreachAlert => {
            fill!(view, EventView, "breach_alert.subject.txt", "breach_alert.txt", "breach_alert.html")
        }
        EventKind::SuspiciousActivity => fill!(
            view,
            EventView,
            "suspicious_activity.subject.txt",
            "suspicious_activity.txt",
            "suspicious_activity.html"
        ),
        EventKind::AbnormalLogin => {
            fill!(view, EventView, "abnormal_login.subject.txt", "abnormal_login.txt", "abnormal_login.html")
        }
        EventKind::ActionRequired => {
            fill!(view, EventView, "action_required.subject.txt", "action_required.txt", "action_required.html")
        }
        EventKind::ComplianceRequest => fill!(
            view,
            EventView,
            "compliance_request.subject.txt",
            "compliance_request.txt",
            "compliance_request.html"
        ),
    }
}

/// A severity as a word, and how soon somebody should look.
fn grade(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Low => ("Low", "good to know"),
        Severity::Medium => ("Medium", "look at it soon"),
        Severity::High => ("High", "look at it today"),
        Severity::Critical => ("Critical", "look at it now"),
    }
}

/// Such as `1 October 2026 at 09:30 UTC`; seconds are cut off.
fn readable(instant: Instant) -> String {
    let text = instant.to_string();
    let minute = text.split_once('T').map_or("", |(_, time)| time.get(..5).unwrap_or(time));
    format!("{} at {minute} UTC", readable_day(instant))
}

/// Such as `1 October 2026`: the day in UTC.
fn readable_day(instant: Instant) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    // RFC 3339: year, month and day, each with its leading zeros.
    let text = instant.to_string();
    let mut numbers = text.split(['-', 'T']).map_while(|digits| digits.parse::<usize>().ok());
    let (year, month, day) = (numbers.next(), numbers.next(), numbers.next());
    match (year, month.and_then(|month| MONTHS.get(month.wrapping_sub(1))), day) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => text,
    }
}
