//! Mails on their way: whatever the outbox has as sent arrived, and whatever arrived is of the outbox.

use std::collections::{BTreeMap, BTreeSet};

use crate::contents::{Contents, Mail};
use crate::peer::Arrived;
use crate::violation::Found;

/// The domain whose addresses the peer always refuses.
const REFUSED: &str = "@refused.example";

/// Each mail that arrived is one of the outbox, to its recipient, and the same however often it came.
pub(super) fn check_arrived(mails: &[Arrived], contents: &Contents, found: &mut Found) {
    let rows = rows(contents);
    let mut first: BTreeMap<&str, &Arrived> = BTreeMap::new();
    for mail in mails {
        let id = mail.message_id.as_str();
        match rows.get(id) {
            None => found.add("mail_of_no_row", format!("Message-ID {id}")),
            Some(row) => {
                let is_to_them = row.address.as_ref() == Some(&mail.to);
                found.expect(is_to_them, "mail_to_another", || format!("outbox {}, Message-ID {id}", row.id));
            }
        }
        let is_same = first.entry(id).or_insert(mail).digest == mail.digest;
        found.expect(is_same, "duplicate_differs", || format!("Message-ID {id}"));
    }
    for mail in &contents.outbox {
        check_state(mail, found);
    }
}

/// A row is in a state that a row of its kind can be in.
fn check_state(mail: &Mail, found: &mut Found) {
    let fits = match (&mail.to, &mail.address) {
        (None, _) => matches!(mail.state.as_str(), "pending" | "sent"),
        (Some(_), None) => mail.state == "unreachable",
        (Some(_), Some(address)) if address.ends_with(REFUSED) => {
            matches!(mail.state.as_str(), "pending" | "failed" | "withdrawn")
        }
        (Some(_), Some(_)) => match mail.state.as_str() {
            "pending" | "sent" => true,
            state => state == "withdrawn" && mail.event_id.is_some(),
        },
    };
    found.expect(fits, "mail_in_a_wrong_state", || format!("outbox {}: {}", mail.id, mail.state));
}

/// Nothing waits any more, and all that was sent arrived.
pub(super) fn check_settled(mails: &[Arrived], contents: &Contents, found: &mut Found) {
    let arrived: BTreeSet<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    for row in &contents.outbox {
        found.expect(row.state != "pending", "mail_unsettled", || format!("outbox {}", row.id));
        let is_mail = row.to.is_some() && row.state == "sent";
        let has_arrived = !is_mail || arrived.contains(row.message_id.as_str());
        found.expect(has_arrived, "lost_mail", || format!("outbox {}, Message-ID {}", row.id, row.message_id));
    }
    check_events(contents, found);
}

/// Each event reached somebody or nobody could be reached, and the history tells of everybody who received it.
fn check_events(contents: &Contents, found: &mut Found) {
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for row in contents.audit.values().flatten().filter(|row| row.action == "event_sent") {
        *told.entry(row.detail["event"]["messageId"].as_str().unwrap_or_default()).or_default() += 1;
    }
    let rows = rows(contents);
    for (id, times) in &told {
        let is_sent = rows.get(id).is_some_and(|row| row.event_id.is_some() && row.state == "sent");
        found.expect(is_sent && *times == 1, "event_told_wrongly", || format!("Message-ID {id}: {times} times"));
    }
    let mut addressed: BTreeMap<i64, u64> = BTreeMap::new();
    for row in contents.outbox.iter().filter(|row| row.state != "withdrawn") {
        let Some(event) = row.event_id else { continue };
        *addressed.entry(event).or_default() += 1;
        let is_told = row.state != "sent" || told.contains_key(row.message_id.as_str());
        found.expect(is_told, "event_not_told", || format!("outbox {}", row.id));
    }
    for row in contents.outbox.iter().filter(|row| row.event_key.is_some()) {
        found.expect(addressed.get(&row.id) == Some(&1), "event_addressed_wrongly", || {
            format!("outbox {}: {:?} mails", row.id, addressed.get(&row.id))
        });
    }
}

/// The outbox by Message-ID.
fn rows(contents: &Contents) -> BTreeMap<&str, &Mail> {
    contents.outbox.iter().map(|row| (row.message_id.as_str(), row)).collect()
}
