//! `candidates`: the people of an account, and whether they can be its contact.

use std::io;

use anyhow::Context;
use clap::Args;
use security_contact_policy::{Instant, Person, UserId, Verdict};
use serde::{Deserialize, Serialize};
use ureq::http::Method;

use super::options::Options;
use super::print::Tone;
use super::remote::{Ask, At, Place, Server, parsed, parsed_if_any};
use super::{End, UsageError, known_account, print};
use crate::auth::Scope;
use crate::domain::model::{AccountId, CandidateCursor, DisplayName, EmailAddress, Member};
use crate::domain::{Candidate, fold};
use crate::wiring::{IfMissing, Parts};

/// How many people a server gives at once.
const PAGE: u32 = 200;

/// Show the people of an account, and who of them can be its security contact
///
/// Everybody is shown with the verdict of the rules at this moment: until when they can be it, or every reason why not.
/// A search finds those whose name or mail address contains each of its words, whatever the case and the accents.
/// An address that its mail server refuses for good is shown as such.
///
/// A server wants a token with the scope `read`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact candidates acme
  $ security-contact candidates acme --search 'zoe berg'
  $ security-contact candidates acme --limit 10 --json
  $ security-contact candidates acme --server https://contacts.example.com --token-file token")]
pub(super) struct Candidates {
    /// The account's id
    account: AccountId,
    /// Only people whose name or address contains every word of this
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true, value_parser = query)]
    search: String,
    /// How many people to show at most, from 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Go on after the last person of an earlier page, whose `nextCursor` this is
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
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
    candidates: Vec<Row>,
    /// Where the list goes on; `None` at its end.
    next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    person: Person,
    #[serde(deserialize_with = "parsed")]
    name: DisplayName,
    #[serde(deserialize_with = "parsed_if_any")]
    email: Option<EmailAddress>,
    #[serde(rename = "unreachableSince", default, skip_serializing_if = "Option::is_none")]
    unreachable_since: Option<Instant>,
    verdict: Verdict,
}

impl Candidates {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let after = self.cursor.as_deref().map(read_cursor).transpose()?;
        let page = match self.at.place(options, IfMissing::Fail).await? {
            Place::Here(parts) => self.here(&parts, after.as_ref()).await?,
            Place::There(server) => self.there(&server)?,
        };
        if self.json {
            print::json(&page)?
        } else {
            tell(&page)?
        }
        Ok(End::Done)
    }

    async fn here(&self, parts: &Parts, after: Option<&CandidateCursor>) -> anyhow::Result<Page> {
        // One more than asked for tells whether the list goes on.
        let mut found = parts.contacts.candidates(&self.account, &self.search, after, self.limit + 1).await?;
        if found.is_empty() {
            known_account(parts, &self.account).await?;
        }
        let goes_on = found.len() > self.limit as usize;
        found.truncate(self.limit as usize);
        let next_cursor = found.last().filter(|_| goes_on).map(write_cursor).transpose()?;
        Ok(Page { candidates: found.into_iter().map(Row::of).collect(), next_cursor })
    }

    fn there(&self, server: &Server) -> anyhow::Result<Page> {
        let mut page = Page { candidates: Vec::new(), next_cursor: self.cursor.clone() };
        let mut left = self.limit;
        loop {
            let ask = Ask::account(Method::GET, &self.account, "/security-contact/candidates", Scope::Read);
            let mut ask = ask.with("q", &self.search).with("limit", &left.min(PAGE).to_string());
            if let Some(cursor) = &page.next_cursor {
                ask = ask.with("cursor", cursor);
            }
            let next: Page = server.get(ask)?;
            left -= left.min(PAGE);
            page = Page { candidates: page.candidates.into_iter().chain(next.candidates).collect(), ..next };
            if left == 0 || page.next_cursor.is_none() {
                return Ok(page);
            }
        }
    }
}

impl Row {
    fn of(Candidate { member, verdict }: Candidate) -> Self {
        let Member { person, name, email, unreachable_since } = member;
        Self { person, name, email, unreachable_since, verdict }
    }

    fn cells(&self) -> Vec<String> {
        let Self { person, name, email, unreachable_since, verdict } = self;
        let email = email.as_ref().map_or("-", |email| email.as_str());
        let address = match unreachable_since {
            Some(since) => format!("{email} (refused since {since})"),
            None => email.to_owned(),
        };
        vec![person.id.to_string(), name.as_str().to_owned(), address, words(verdict)]
    }
}

/// A verdict for people.
pub(super) fn words(verdict: &Verdict) -> String {
    match verdict.valid_until {
        Some(valid_until) if verdict.eligible => print::toned(&format!("yes, until {valid_until}"), Tone::Good),
        _ if verdict.eligible => print::toned("yes", Tone::Good),
        _ => print::toned(&format!("no: {}", print::reasons(&verdict.unmet)), Tone::Bad),
    }
}

fn tell(page: &Page) -> io::Result<()> {
    if page.candidates.is_empty() {
        return print::line("nobody was found");
    }
    let head = ["person", "name", "address", "can be the contact"].map(str::to_owned).to_vec();
    print::table(&std::iter::once(head).chain(page.candidates.iter().map(Row::cells)).collect::<Vec<_>>())?;
    match &page.next_cursor {
        Some(cursor) => {
            // As a shell reads it.
            let quoted = cursor.replace('\'', r"'\''");
            print::line(&format!("there are more: go on with `--cursor '{quoted}'`"))
        }
        None => Ok(()),
    }
}

/// Where the list goes on after that person, in the words of the HTTP API.
fn write_cursor(last: &Candidate) -> serde_json::Result<String> {
    serde_json::to_string(&(fold(last.member.name.as_str()), &last.member.person.id))
}

fn read_cursor(text: &str) -> anyhow::Result<CandidateCursor> {
    let read = serde_json::from_str(text).context("expected JSON");
    let (folded_name, user_id): (String, UserId) =
        read.map_err(|_| UsageError("`--cursor`: expected the `nextCursor` of an earlier page".into()))?;
    Ok(CandidateCursor { folded_name, user_id })
}

/// No name and no address is longer.
fn query(text: &str) -> Result<String, String> {
    let fits = text.chars().count() <= 254;
    fits.then(|| text.to_owned()).ok_or_else(|| "expected at most 254 characters".to_owned())
}
