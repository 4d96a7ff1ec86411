//! `set` and `reset`: changing the contact of an account.

use std::io;

use anyhow::Context;
use clap::Args;
use security_contact_policy::{PolicyError, Reason, RefusalCode, UserId};
use serde::{Deserialize, Serialize};

use super::contact::ContactJson;
use super::options::Options;
use super::remote::{At, Place};
use super::{End, changing, print, same_policy};
use crate::domain::Wish;
use crate::domain::model::{AccountId, IdempotencyKey, InvalidText};
use crate::wiring::IfMissing;

/// Choose who is the security contact of an account
///
/// The policy decides: the actor has to be a manager of the account, and the person has to meet the criteria. The old
/// and the new contact are told by mail, which a running server sends. Choosing the owner by name is a choice like any
/// other: it stays with that person when the account gets another owner.
///
/// A server wants a token with the scope `people:act`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact set acme u-jonas --actor u-maya
  $ security-contact set acme u-jonas --actor u-maya --if-version 0 --json
  $ security-contact set acme u-jonas --actor u-maya --idempotency-key ticket-4711 \\
      --server https://contacts.example.com --token-file token")]
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
///
/// A server wants a token with the scope `people:act`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact reset acme --actor u-maya
  $ security-contact reset acme --actor u-maya \\
      --server https://contacts.example.com --token-file token")]
pub(super) struct Reset {
    /// The account's id
    account: AccountId,
    #[command(flatten)]
    how: How,
}

#[derive(Args, Debug)]
pub(super) struct How {
    /// The id of the person in whose name this is done; has to be a manager of the account
    #[arg(long, value_name = "PERSON", value_parser = user_id)]
    pub(super) actor: UserId,
    /// Do it only while the designation has this version, which `show` tells
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(i64).range(0..))]
    pub(super) if_version: Option<i64>,
    /// Tells this request from others: the same one under the same key is done once, and answered alike for two days
    #[arg(long, value_name = "KEY", value_parser = idempotency_key)]
    pub(super) idempotency_key: Option<IdempotencyKey>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// What became of a change, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    Changed(ContactJson),
    Unchanged(ContactJson),
    Conflict(ContactJson),
    Refused { code: RefusalCode, reasons: Vec<Reason> },
    KeyReused {},
}

/// What became of a request.
pub(super) struct Became {
    pub(super) outcome: Outcome,
    /// Whether it came before under the same key, and became that then.
    pub(super) before: bool,
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
    let Became { outcome, before } = match how.at.place(options, IfMissing::Fail).await? {
        Place::Here(parts) => {
            same_policy(&parts).await?;
            changing::here(&parts, account, wish, how).await?
        }
        Place::There(server) => changing::there(&server, account, wish, how)?,
    };
    if how.json {
        print::json(&outcome)?;
    } else if before {
        let word = outcome.word();
        print::line(&format!("nothing was done: this request came before under the same key, and was {word}"))?;
    } else {
        outcome.tell()?;
    }
    Ok(outcome.end())
}

impl Outcome {
    fn end(&self) -> End {
        match self {
            Self::Changed(_) | Self::Unchanged(_) => End::Done,
            Self::Refused { .. } => End::Refused,
            Self::Conflict(_) | Self::KeyReused {} => End::Conflict,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Unchanged(_) => "unchanged",
            Self::Refused { .. } => "refused",
            Self::Conflict(_) => "conflict",
            Self::KeyReused {} => "key_reused",
        }
    }

    fn tell(&self) -> io::Result<()> {
        let failure = match self {
            Self::Changed(contact) => return contact.tell(),
            Self::Unchanged(contact) => {
                print::line("unchanged: it was so already")?;
                return contact.tell();
            }
            Self::Conflict(contact) => {
                format!("error: somebody else was faster: the version is {} now", contact.version)
            }
            Self::Refused { code: RefusalCode::NotAMember, .. } => {
                "refused: the person is not a member of the account [not_a_member]".to_owned()
            }
            Self::Refused { code, reasons } => format!("refused: {code}: {}", print::reasons(reasons)),
            Self::KeyReused {} => "error: another request came under this key: choose another key".to_owned(),
        };
        print::error(&failure);
        Ok(())
    }
}

/// What was kept of an earlier request.
pub(super) fn kept(text: &str) -> anyhow::Result<Outcome> {
    serde_json::from_str(text).context("the answer that was kept cannot be read")
}

fn idempotency_key(text: &str) -> Result<IdempotencyKey, InvalidText> {
    text.parse()
}

fn user_id(text: &str) -> Result<UserId, PolicyError> {
    UserId::new(text)
}
