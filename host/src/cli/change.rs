//! `set` and `reset`: changing the contact of an account.

use std::io;

use anyhow::Context;
use clap::Args;
use security_contact_policy::{PolicyError, Reason, RefusalCode, UserId};
use serde::Serialize;
use serde_json::Value;

use super::options::Options;
use super::print::{self, ContactJson};
use super::{End, same_policy};
use crate::domain::model::{AccountId, Authentication, IdempotencyKey, InvalidText};
use crate::domain::{Answered, ContactView, Once, Request, Wish};
use crate::engine::Engine;
use crate::wiring::IfMissing;

/// Choose who is the security contact of an account
///
/// The policy decides: the actor has to be a manager of the account, and the person has to meet the criteria. The old
/// and the new contact are told by mail, which a running server sends. Choosing the owner by name is a choice like any
/// other: it stays with that person when the account gets another owner.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact set acme u-jonas --actor u-maya
  $ security-contact set acme u-jonas --actor u-maya --if-version 3 --json")]
pub(super) struct Set {
    /// The account's id
    account: AccountId,
    /// The id of the person who becomes the contact
    #[arg(value_parser = user_id)]
    person: UserId,
    #[command(flatten)]
    how: How,
}

/// Make the owner the security contact of an account again
///
/// The account's choice is cleared, so that the contact is whoever owns the account, now and later.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ security-contact reset acme --actor u-maya")]
pub(super) struct Reset {
    /// The account's id
    account: AccountId,
    #[command(flatten)]
    how: How,
}

#[derive(Args, Debug)]
struct How {
    /// The id of the person in whose name this is done; has to be a manager of the account
    #[arg(long, value_name = "PERSON", value_parser = user_id)]
    actor: UserId,
    /// Do it only while the designation has this version, which `show` tells
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
    /// Tells this request from others: the same one under the same key is done once, and answered alike for a day
    #[arg(long, value_name = "KEY", value_parser = idempotency_key)]
    idempotency_key: Option<IdempotencyKey>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

/// What became of a change, as JSON.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Outcome<'a> {
    Changed(ContactJson<'a>),
    Unchanged(ContactJson<'a>),
    Conflict(ContactJson<'a>),
    Refused { code: RefusalCode, reasons: &'a [Reason] },
    KeyReused {},
}

impl Set {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        change(options, &self.account, &Wish::Designate(self.person), &self.how).await
    }
}

impl Reset {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        change(options, &self.account, &Wish::Reset, &self.how).await
    }
}

async fn change(options: &Options, account: &AccountId, wish: &Wish, how: &How) -> anyhow::Result<End> {
    let parts = options.open(IfMissing::Fail).await?;
    same_policy(&parts).await?;
    // An empty text, which nothing gives, would be told again as an answer that cannot be read.
    let write = |answered: &Answered| serde_json::to_string(&outcome(answered, &parts.engine)).unwrap_or_default();
    let request = Request {
        account,
        actor: &how.actor,
        authenticated: Authentication::CommandLine,
        wish,
        version: how.if_version,
        once: how.idempotency_key.as_ref().map(|key| Once { key, write: &write }),
    };
    let answered = parts.contacts.change(&request).await?;
    if let Answered::Again(text) = &answered {
        return tell_again(text, how.json);
    }
    if how.json {
        print::json(&outcome(&answered, &parts.engine))?;
    } else {
        tell(&answered)?;
    }
    Ok(match answered {
        Answered::Changed(_) | Answered::Unchanged(_) | Answered::Again(_) => End::Done,
        Answered::Refused { .. } => End::Refused,
        Answered::Conflict(_) | Answered::KeyReused => End::Conflict,
    })
}

/// Tells what was answered before, and ends as the request did then.
fn tell_again(text: &str, json: bool) -> anyhow::Result<End> {
    let kept: Value = serde_json::from_str(text).context("the answer that was kept cannot be read")?;
    let outcome = kept["outcome"].as_str().unwrap_or_default();
    if json {
        print::line(text)?;
    } else {
        print::line(&format!("nothing was done: this request came before under the same key, and was {outcome}"))?;
    }
    Ok(match outcome {
        "refused" => End::Refused,
        "conflict" => End::Conflict,
        _ => End::Done,
    })
}

fn outcome<'a>(answered: &'a Answered, engine: &'a Engine) -> Outcome<'a> {
    match answered {
        Answered::Changed(view) => Outcome::Changed(ContactJson::of(view, engine)),
        Answered::Unchanged(view) => Outcome::Unchanged(ContactJson::of(view, engine)),
        Answered::Conflict(view) => Outcome::Conflict(ContactJson::of(view, engine)),
        Answered::Refused { code, reasons } => Outcome::Refused { code: *code, reasons },
        Answered::KeyReused | Answered::Again(_) => Outcome::KeyReused {},
    }
}

fn tell(answered: &Answered) -> io::Result<()> {
    let failure = match answered {
        Answered::Changed(view) => return print::contact(view),
        Answered::Unchanged(view) => {
            print::line("unchanged: it was so already")?;
            return print::contact(view);
        }
        Answered::Conflict(ContactView { snapshot, .. }) => {
            format!("error: somebody else was faster: the version is {} now", snapshot.version)
        }
        Answered::Refused { code: RefusalCode::NotAMember, .. } => {
            "refused: the person is not a member of the account [not_a_member]".to_owned()
        }
        Answered::Refused { code, reasons } => format!("refused: {code}: {}", print::reasons(reasons)),
        Answered::KeyReused | Answered::Again(_) => {
            "error: another request came under this key: choose another key".to_owned()
        }
    };
    print::error(&failure);
    Ok(())
}

fn idempotency_key(text: &str) -> Result<IdempotencyKey, InvalidText> {
    text.parse()
}

fn user_id(text: &str) -> Result<UserId, PolicyError> {
    UserId::new(text)
}
