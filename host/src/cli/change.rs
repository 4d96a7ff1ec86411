//! `set` and `reset`: changing the contact of an account.

use std::io::{self, Write};

use clap::Args;
use security_contact_policy::{PolicyError, Reason, RefusalCode, UserId};
use serde::Serialize;

use super::End;
use super::options::Options;
use super::print::{self, ContactJson};
use crate::domain::model::AccountId;
use crate::domain::{Answered, ContactView, Wish};
use crate::engine::Engine;
use crate::wiring::{self, IfMissing};

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
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

/// What became of a change, as JSON.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum Outcome<'a> {
    Changed(ContactJson<'a>),
    Unchanged(ContactJson<'a>),
    Conflict(ContactJson<'a>),
    Refused { code: RefusalCode, reasons: &'a [Reason] },
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
    let parts = wiring::open(options.data(), &options.rules_of_data()?, IfMissing::Fail)?;
    let answered = parts.contacts.change(account, &how.actor, wish, how.if_version).await?;
    if how.json {
        print::json(&outcome(&answered, &parts.engine))?;
    } else {
        tell(&answered)?;
    }
    Ok(match answered {
        Answered::Changed(_) | Answered::Unchanged(_) => End::Done,
        Answered::Refused { .. } => End::Refused,
        Answered::Conflict(_) => End::Conflict,
    })
}

fn outcome<'a>(answered: &'a Answered, engine: &'a Engine) -> Outcome<'a> {
    match answered {
        Answered::Changed(view) => Outcome::Changed(ContactJson::of(view, engine)),
        Answered::Unchanged(view) => Outcome::Unchanged(ContactJson::of(view, engine)),
        Answered::Conflict(view) => Outcome::Conflict(ContactJson::of(view, engine)),
        Answered::Refused { code, reasons } => Outcome::Refused { code: *code, reasons },
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
    };
    // When standard error is gone, the exit code still tells.
    let _ = writeln!(io::stderr(), "{failure}");
    Ok(())
}

fn user_id(text: &str) -> Result<UserId, PolicyError> {
    UserId::new(text)
}
