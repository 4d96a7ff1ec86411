//! `history`: what happened to the contact of an account.

use std::io;

use clap::Args;
use security_contact_policy::UserId;
use serde::{Deserialize, Serialize};
use ureq::http::Method;

use super::options::Options;
use super::remote::{Ask, At, Place, Server};
use super::{End, known_account, print};
use crate::auth::Scope;
use crate::domain::model::{AccountId, AuditEntry, Detail};
use crate::wiring::{IfMissing, Parts};

/// How many entries a server gives at once.
const PAGE: u32 = 200;

/// Show what happened to the security contact of an account, the newest first
///
/// Changes are told, what reviews did, attempts that were refused, security events with who received them, and mail
/// addresses that no longer take mail. `security-contact audit verify` proves that nobody changed it afterwards.
///
/// A server wants a token with the scope `read`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact history acme
  $ security-contact history acme --before 12 --limit 100 --json
  $ security-contact history acme --server https://contacts.example.com --token-file token")]
pub(super) struct History {
    /// The account's id
    account: AccountId,
    /// How many entries to show at most, from 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Go on before the entry of this number
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    before: Option<i64>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// The same shape that the HTTP API has.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    entries: Vec<Entry>,
    /// Where the history goes on; `None` at its end.
    next_before: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    number: i64,
    #[serde(flatten)]
    entry: AuditEntry,
}

impl History {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let page = match self.at.place(options, IfMissing::Fail).await? {
            Place::Here(parts) => self.here(&parts).await?,
            Place::There(server) => self.there(&server)?,
        };
        if self.json {
            print::json(&page)?
        } else {
            tell(&page)?
        }
        Ok(End::Done)
    }

    async fn here(&self, parts: &Parts) -> anyhow::Result<Page> {
        // One more than asked for tells whether the history goes on.
        let mut found = parts.contacts.history(&self.account, self.before, self.limit + 1).await?;
        if found.is_empty() {
            known_account(parts, &self.account).await?;
        }
        let goes_on = found.len() > self.limit as usize;
        found.truncate(self.limit as usize);
        let next_before = found.last().filter(|_| goes_on).map(|(number, _)| *number);
        let entries = found.into_iter().map(|(number, entry)| Entry { number, entry }).collect();
        Ok(Page { entries, next_before })
    }

    fn there(&self, server: &Server) -> anyhow::Result<Page> {
        let mut page = Page { entries: Vec::new(), next_before: self.before };
        let mut left = self.limit;
        loop {
            let ask = Ask::account(Method::GET, &self.account, "/security-contact/history", Scope::Read);
            let mut ask = ask.with("limit", &left.min(PAGE).to_string());
            if let Some(before) = page.next_before {
                ask = ask.with("before", &before.to_string());
            }
            let next: Page = server.get(ask)?;
            left = left.saturating_sub(left.min(PAGE));
            page = Page { entries: page.entries.into_iter().chain(next.entries).collect(), ..next };
            if left == 0 || page.next_before.is_none() {
                return Ok(page);
            }
        }
    }
}

fn tell(page: &Page) -> io::Result<()> {
    if page.entries.is_empty() {
        return print::line("there is nothing in the history");
    }
    let head = ["number", "at", "what", "by", "from", "to", "more"].map(str::to_owned).to_vec();
    print::table(&std::iter::once(head).chain(page.entries.iter().map(cells)).collect::<Vec<_>>())?;
    match page.next_before {
        Some(number) => print::line(&format!("there is more: go on with `--before {number}`")),
        None => Ok(()),
    }
}

fn cells(Entry { number, entry }: &Entry) -> Vec<String> {
    let AuditEntry { at, actor, authenticated, action, before, after, .. } = entry;
    let person = |id: &Option<UserId>| id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let by = match actor {
        Some(actor) => format!("{actor} ({authenticated})"),
        None => format!("({authenticated})"),
    };
    vec![number.to_string(), at.to_string(), action.to_string(), by, person(before), person(after), more(entry)]
}

/// What else there is to tell of an entry.
fn more(entry: &AuditEntry) -> String {
    let reasons = print::reasons(&entry.reasons);
    match &entry.detail {
        Some(Detail::Refused { code, asked: Some(asked) }) => told(&format!("asked for {asked}: {code}"), &reasons),
        Some(Detail::Refused { code, asked: None }) => told(code.as_str(), &reasons),
        Some(Detail::Event { event, to, message_id: _ }) => format!("{} {} to {to}", event.severity, event.kind),
        Some(Detail::Address { person }) => format!("the address of {person} is refused for good"),
        None => reasons,
    }
}

fn told(what: &str, reasons: &str) -> String {
    if reasons.is_empty() { what.to_owned() } else { format!("{what}: {reasons}") }
}
