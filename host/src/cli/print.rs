//! Contacts and tables as text for people, and contacts as JSON for programs.

use std::io::{self, Write};

use security_contact_policy::{Contact, Instant, Reason, Source, UserId};
use serde::Serialize;

use crate::domain::ContactView;
use crate::domain::model::{AccountId, Chosen, DisplayName, EmailAddress, Snapshot};
use crate::engine::Engine;

/// A contact as JSON, in the shape that the HTTP API has too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactJson<'a> {
    account: AccountJson<'a>,
    version: i64,
    contact: PersonJson<'a>,
    designation: Option<DesignationJson<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct AccountJson<'a> {
    id: &'a AccountId,
    name: &'a DisplayName,
}

#[derive(Serialize)]
struct PersonJson<'a> {
    #[serde(flatten)]
    contact: &'a Contact,
    name: Option<&'a DisplayName>,
    email: Option<&'a EmailAddress>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DesignationJson<'a> {
    user_id: &'a UserId,
    /// `None` for somebody who has left.
    name: Option<&'a DisplayName>,
    since: Instant,
    by: &'a UserId,
}

impl<'a> ContactJson<'a> {
    pub(super) fn of(view: &'a ContactView, engine: &'a Engine) -> Self {
        let ContactView { snapshot, contact, .. } = view;
        let member = snapshot.member(&contact.user_id);
        Self {
            account: AccountJson { id: &snapshot.account, name: &snapshot.name },
            version: snapshot.version,
            contact: PersonJson {
                contact,
                name: member.map(|member| &member.name),
                email: member.and_then(|member| member.email.as_ref()),
            },
            designation: snapshot.chosen.as_ref().map(DesignationJson::of),
            fingerprint: &engine.identity().fingerprint,
        }
    }
}

impl<'a> DesignationJson<'a> {
    fn of(chosen: &'a Chosen) -> Self {
        let Chosen { user_id, member, since, by } = chosen;
        Self { user_id, name: member.as_ref().map(|member| &member.name), since: *since, by }
    }
}

/// A line, or several, on standard output. Whoever closed it has seen enough, as `head` does: what the command did, and
/// how it ends, stays the same.
pub(super) fn line(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// A line on standard error. When that is gone, the exit code still tells.
pub(super) fn error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// One compact JSON value on a line of standard output.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string(value)?;
    Ok(line(&text)?)
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
            format!("the owner does not meet all criteria: {}", reasons(&contact.owner_unmet)),
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
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    let lines: Vec<String> = lines.collect();
    line(&lines.join("\n"))
}

/// `u-1  Ada Lovelace <ada@acme.example>`, as far as it is known.
fn person(snapshot: &Snapshot, user_id: &UserId) -> String {
    let Some(member) = snapshot.member(user_id) else { return format!("{user_id}  (has left the account)") };
    let name = member.name.as_str();
    match &member.email {
        Some(email) if member.unreachable_since.is_some() => {
            format!("{user_id}  {name} <{}> (mail to this address is refused)", email.as_str())
        }
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
