//! Contacts and tables as text for people, and contacts as JSON for programs.

use std::io::{self, Write};

use security_contact_policy::{Contact, Instant, Reason, Source, UserId};
use serde::Serialize;

use crate::domain::ContactView;
use crate::domain::model::{AccountId, Chosen, Snapshot};

/// A contact as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactJson<'a> {
    account: &'a AccountId,
    name: &'a str,
    version: i64,
    contact: &'a Contact,
    designation: Option<DesignationJson<'a>>,
    now: Instant,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DesignationJson<'a> {
    user_id: &'a UserId,
    since: Instant,
    by: &'a UserId,
}

impl<'a> ContactJson<'a> {
    pub(super) fn of(view: &'a ContactView) -> Self {
        let ContactView { snapshot, contact, now } = view;
        let designation = snapshot.chosen.as_ref().map(|Chosen { user_id, since, by, .. }| DesignationJson {
            user_id,
            since: *since,
            by,
        });
        Self {
            account: &snapshot.account,
            name: snapshot.name.as_str(),
            version: snapshot.version,
            contact,
            designation,
            now: *now,
        }
    }
}

/// One compact JSON value on a line of standard output.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string(value)?)?)
}

/// A contact for people, on standard output.
pub(super) fn contact(view: &ContactView) -> io::Result<()> {
    let ContactView { snapshot, contact, .. } = view;
    let mut rows = vec![
        vec!["account".into(), format!("{}  {}", snapshot.account, snapshot.name.as_str())],
        vec!["contact".into(), person(snapshot, &contact.user_id)],
        vec!["because".into(), because(snapshot, contact)],
    ];
    if let Some(valid_until) = contact.valid_until {
        rows.push(vec!["until".into(), format!("{valid_until}, or longer after another login")]);
    }
    if !contact.owner_unmet.is_empty() {
        rows.push(vec![
            "warning".into(),
            format!("the owner meets not all criteria: {}", reasons(&contact.owner_unmet)),
        ]);
    }
    rows.push(vec!["version".into(), snapshot.version.to_string()]);
    table(&rows)
}

/// Rows of cells on standard output, in columns as wide as they have to be.
pub(super) fn table(rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut output = io::stdout().lock();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(output, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    output.flush()
}

/// `u-1  Ada Lovelace <ada@acme.example>`, as far as it is known.
fn person(snapshot: &Snapshot, user_id: &UserId) -> String {
    let Some(member) = snapshot.member(user_id) else { return format!("{user_id}  (has left the account)") };
    let name = member.name.as_str();
    match &member.email {
        Some(email) => format!("{user_id}  {name} <{}>", email.as_str()),
        None => format!("{user_id}  {name} (no mail address)"),
    }
}

fn because(snapshot: &Snapshot, contact: &Contact) -> String {
    match (contact.source, &snapshot.chosen) {
        (Source::Default, _) | (_, None) => "nobody was chosen: the owner is the contact".into(),
        (Source::Designated, Some(chosen)) => format!("chosen by {} at {}", chosen.by, chosen.since),
        (Source::Fallback, Some(chosen)) => {
            let (user_id, reasons) = (&chosen.user_id, reasons(&contact.reasons));
            format!("{user_id} was chosen and cannot be the contact ({reasons}): the owner is")
        }
    }
}

/// Each reason as a sentence and its code.
pub(super) fn reasons(reasons: &[Reason]) -> String {
    let sentences = reasons.iter().map(|reason| format!("{} [{reason}]", sentence(*reason)));
    sentences.collect::<Vec<_>>().join(", ")
}

const fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::RoleNotAllowed => "neither role nor account settings permission allow it",
        Reason::ManagerRoleRequired => "a manager's role is needed",
        Reason::NotActive => "the user is not active",
        Reason::NeverLoggedIn => "there was no login ever",
        Reason::LoginTooOld => "the last login is too long ago",
        Reason::LoginInFuture => "the last login lies in the future",
        Reason::BlockedStaffRole => "the staff role is blocked",
        Reason::NotAMember => "the person is not a member of the account",
    }
}
