//! What the mails say, kept as files in `snapshots/`: one for every kind, cause and recipient.

use security_contact_policy::{Cause, Event, EventKind, NoticeKind, Severity};

use super::render;
use crate::domain::model::{About, ClaimedMail, EmailAddress, Message};

const KINDS: [EventKind; 5] = [
    EventKind::BreachAlert,
    EventKind::SuspiciousActivity,
    EventKind::AbnormalLogin,
    EventKind::ActionRequired,
    EventKind::ComplianceRequest,
];
const SEVERITIES: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
const CAUSES: [Cause; 4] = [Cause::Designated, Cause::Reset, Cause::Reverted, Cause::OwnerChanged];
const HOSTILE: &str = "</p><a href=https://evil.example>\"Eve\" & co</a>\r\nBcc: b@example.com";

fn claimed(about: About) -> ClaimedMail {
    ClaimedMail {
        id: 7,
        lease: 1,
        attempts: 0,
        trying_since: "2026-10-01T09:30:01.250Z".parse().unwrap(),
        queued_at: "2026-10-01T09:30:01.250Z".parse().unwrap(),
        account: "a-1".parse().unwrap(),
        to: "u-1".parse().unwrap(),
        message_id: "7.1f0c@security-contact".to_owned(),
        address: "ada@example.com".parse().unwrap(),
        message: Message {
            account_name: "Acme GmbH".to_owned(),
            recipient_name: "Ada Lovelace".to_owned(),
            about,
            at: "2026-10-01T09:30:00Z".parse().unwrap(),
        },
        event: None,
    }
}

/// Compares the text with the file of that name, which `INSTA_UPDATE=always` writes.
fn keep(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What people see of the mail.
fn shown(mail: &ClaimedMail) -> String {
    let mail = render(mail).unwrap();
    format!("Subject: {}\n\n{}\n=== HTML ===\n{}", mail.subject, mail.text, mail.html)
}

fn change(kind: NoticeKind, cause: Cause, counterpart: Option<&str>, actor: Option<&str>) -> ClaimedMail {
    let (counterpart_name, actor_name) = (counterpart.map(str::to_owned), actor.map(str::to_owned));
    claimed(About::Change { kind, cause, counterpart_name, actor_name })
}

fn expiring(to_contact: bool, days: u32) -> ClaimedMail {
    let valid_until = "2026-10-15T00:05:59.999Z".parse().unwrap();
    claimed(About::Expiring { valid_until, days, to_contact, contact_name: "Grace Hopper".to_owned() })
}

/// An event with as much of the text as an event may have.
fn event(kind: EventKind, severity: Severity, text: &str) -> ClaimedMail {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    claimed(About::Event { event: Event { kind, severity }, text: text.parse().unwrap() })
}

fn unreachable(name: &str) -> ClaimedMail {
    claimed(About::Unreachable { person_name: name.to_owned() })
}

/// Every kind of mail, with `name` for all names and texts of others.
fn all(name: &str) -> Vec<ClaimedMail> {
    let mut mails = vec![expiring(true, 14), expiring(false, 1), unreachable(name)];
    for cause in CAUSES {
        mails.push(change(NoticeKind::Assigned, cause, Some(name), Some(name)));
        mails.push(change(NoticeKind::Unassigned, cause, Some(name), Some(name)));
        mails.push(change(NoticeKind::Unassigned, cause, None, Some(name)));
    }
    mails.extend(KINDS.map(|kind| event(kind, Severity::High, name)));
    for mail in &mut mails {
        mail.message.account_name = name.to_owned();
        mail.message.recipient_name = name.to_owned();
        if let About::Expiring { contact_name, .. } = &mut mail.message.about {
            *contact_name = name.to_owned();
        }
    }
    mails
}

#[test]
fn changes() {
    for cause in CAUSES {
        let by_people = matches!(cause, Cause::Designated | Cause::Reset);
        let actor = by_people.then_some("Alan Turing");
        let assigned = change(NoticeKind::Assigned, cause, Some("Grace Hopper"), actor);
        keep(&format!("assigned_{cause}"), &shown(&assigned));
        let told = change(NoticeKind::Unassigned, cause, Some("Grace Hopper"), actor);
        keep(&format!("unassigned_{cause}"), &shown(&told));
        let locked_out = change(NoticeKind::Unassigned, cause, None, actor);
        keep(&format!("unassigned_{cause}_locked_out"), &shown(&locked_out));
    }
    let unknown = change(NoticeKind::Assigned, Cause::Designated, None, None);
    keep("assigned_designated_names_unknown", &shown(&unknown));
}

#[test]
fn expiry_reminders() {
    keep("expiring_to_contact", &shown(&expiring(true, 14)));
    keep("expiring_to_contact_last_day", &shown(&expiring(true, 1)));
    keep("expiring_to_owner", &shown(&expiring(false, 14)));
}

#[test]
fn unreachable_people() {
    keep("unreachable", &shown(&unreachable("Grace Hopper")));
}

#[test]
fn events() {
    let text = "An API key was found in a public repository.\n\nKey: ending in 4f2a\nSeen: 1 October 2026";
    for (kind, severity) in KINDS.into_iter().zip(SEVERITIES.into_iter().cycle()) {
        keep(&format!("event_{kind}"), &shown(&event(kind, severity, text)));
    }
    let silent = event(EventKind::BreachAlert, Severity::Critical, "\u{202e}\n");
    keep("event_without_text", &shown(&silent));
}

#[test]
fn every_severity_of_every_kind_is_in_the_subject_and_the_text() {
    let mut listed = String::new();
    for kind in KINDS {
        for severity in SEVERITIES {
            let mail = render(&event(kind, severity, "What is known.")).unwrap();
            let line = mail.text.lines().find(|line| line.contains("Severity:")).unwrap();
            listed += &format!("{}\n    {}\n", mail.subject, line.trim());
        }
    }
    keep("event_severities", &listed);
}

#[test]
fn hostile_names_and_texts() {
    let change = &mut change(NoticeKind::Assigned, Cause::Designated, Some(HOSTILE), Some(HOSTILE));
    change.message.account_name = HOSTILE.to_owned();
    change.message.recipient_name = HOSTILE.to_owned();
    keep("hostile_change", &shown(change));
    let text = format!("{HOSTILE}\u{202e}\u{2028}  indented");
    let mut unreachable = unreachable(HOSTILE);
    unreachable.message.account_name = HOSTILE.to_owned();
    keep("hostile_unreachable", &shown(&unreachable));
    keep("hostile_event", &shown(&event(EventKind::ActionRequired, Severity::Low, &text)));
}

#[test]
fn no_mail_has_a_link_or_loads_anything() {
    for mail in all(HOSTILE).iter().chain(&all("Acme GmbH")) {
        let html = render(mail).unwrap().html.to_lowercase();
        for active in ["://", "<a ", "<a\n", "<img", "<link", "<script", "<style", "url(", " src="] {
            assert!(!html.contains(active), "`{active}` in\n{html}");
        }
        let mail = render(mail).unwrap();
        assert!(!mail.text.contains("://") && !mail.subject.contains("://"), "{}\n{}", mail.subject, mail.text);
    }
}

#[test]
fn subjects_and_names_are_one_line_and_text_has_no_control_characters() {
    for mail in all("a\r\nb\u{0}\u{85}c\u{2028}d") {
        let mail = render(&mail).unwrap();
        for text in [&mail.subject, &mail.to_name] {
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
        for text in [&mail.text, &mail.html] {
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}

#[test]
fn texts_are_tidy() {
    for mail in all("Acme GmbH") {
        let text = render(&mail).unwrap().text;
        assert!(!text.contains("\n\n\n") && text.ends_with(".\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 80 && line.trim_end() == line), "{text}");
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn whoever_is_locked_out_learns_no_name() {
    for cause in CAUSES {
        let mail = shown(&change(NoticeKind::Unassigned, cause, None, Some("Alan Turing")));
        assert!(!mail.contains("Alan Turing") && !mail.contains("Changed by"), "{mail}");
    }
}

#[test]
fn instants_are_readable_to_the_ends_of_time() {
    let when = |at: &str| {
        let mut mail = change(NoticeKind::Assigned, Cause::Reset, None, None);
        mail.message.at = at.parse().unwrap();
        let text = render(&mail).unwrap().text;
        text.lines().find_map(|line| line.trim().strip_prefix("When:").map(|when| when.trim().to_owned())).unwrap()
    };
    assert_eq!(when("0001-01-01T00:00:00Z"), "1 January 1 at 00:00 UTC");
    assert_eq!(when("2028-02-29T23:59:59.999Z"), "29 February 2028 at 23:59 UTC");
    assert_eq!(when("9999-12-31T23:59:59.999Z"), "31 December 9999 at 23:59 UTC");
}

/// Nobody is imported with an address that fails only when a mail is due.
#[test]
fn every_address_that_the_model_takes_can_be_sent_to() {
    const SIGNS: [&str; 20] =
        ["", "a", "7", "é", "漢", "ß", "²", "\u{301}", ".", "-", "_", "@", ",", "<", "\"", "[", "!", "+", " ", "\u{0}"];
    let mut taken = 0;
    for (first, second, third) in
        SIGNS.iter().flat_map(|a| SIGNS.iter().flat_map(move |b| SIGNS.iter().map(move |c| (a, b, c))))
    {
        for text in [format!("{first}{second}{third}@b"), format!("a@{first}{second}{third}")] {
            if text.parse::<EmailAddress>().is_ok() {
                assert!(text.parse::<lettre::Address>().is_ok(), "{text:?}");
                taken += 1;
            }
        }
    }
    assert!(taken > 1_000, "{taken}");
}
