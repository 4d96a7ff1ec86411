//! `events send`: an account must hear of something.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use security_contact_policy::{Event, EventKind, PolicyError, Severity};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::http::Method;

use super::options::Options;
use super::remote::{Answer, Ask, At, Place, Server, other};
use super::{End, print};
use crate::auth::Scope;
use crate::domain::Dispatched;
use crate::domain::model::{AccountId, EventText, IdempotencyKey, InvalidText, NewEvent};
use crate::wiring::IfMissing;

/// More than any text may have.
const MAX_TEXT_BYTES: u64 = 64 * 1024;

/// Tell accounts of security events
#[derive(Args, Debug)]
#[command(
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "\
Example:
  $ security-contact events send acme --kind abnormal_login --severity high \\
      --key login-4711 --text 'Somebody logged in from a new country.'"
)]
pub(super) struct Events {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Send(Send),
}

/// Tell an account of a security event
///
/// The event is stored, and a running server or worker sends it: to whoever is the security contact at that moment, and
/// to the owner too if the rules say so. The mail has the kind and the severity in its subject, and your text as it is.
///
/// The same event under the same key is sent once, however often you run this. When it was there already, that is told,
/// and the command ends with 0; when the key belongs to another event of the account, it ends with 4.
///
/// A server wants a token with the scope `events:write`.
#[derive(Args, Debug)]
#[command(after_help = "\
Kinds:
  breach_alert         data may have been exposed
  suspicious_activity  something in the account looks wrong
  abnormal_login       a login does not fit the usual ones
  action_required      somebody has to do something, such as rotating an exposed API key
  compliance_request   an authority or an auditor asks for something

Severities: low, medium, high, critical

Examples:
  $ security-contact events send acme --kind abnormal_login --severity high \\
      --key login-4711 --text 'Somebody logged in from a new country.'
  $ my-platform explain breach-12 | security-contact events send acme \\
      --kind breach_alert --severity critical --key breach-12 --text-file -
  $ security-contact events send acme --kind abnormal_login --severity high --key login-4711 \\
      --text 'Hello' --server https://contacts.example.com --token-file token")]
struct Send {
    /// The account's id
    account: AccountId,
    /// What happened; see below
    #[arg(long, value_parser = kind)]
    kind: EventKind,
    /// How bad it is; see below
    #[arg(long, value_parser = severity)]
    severity: Severity,
    /// Tells this event from the account's others: 1 to 255 visible ASCII characters
    #[arg(long, value_parser = key)]
    key: IdempotencyKey,
    #[command(flatten)]
    words: Words,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// One of them has to be there.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Words {
    /// What to say of it: up to 2,000 characters of plain text
    #[arg(long, value_parser = text)]
    text: Option<EventText>,
    /// A file with that text, for what others on this machine must not read; `-` is standard input
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
}

/// What became of an event, as JSON.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Outcome {
    Queued { id: i64 },
    Repeated { id: i64 },
    KeyReused {},
}

impl Events {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        match self.command {
            Command::Send(command) => command.run(options).await,
        }
    }
}

impl Send {
    async fn run(self, options: &Options) -> anyhow::Result<End> {
        let Words { text, text_file } = self.words;
        let text = match text {
            Some(text) => text,
            None => read_text(&text_file.unwrap_or_default())?,
        };
        let event = NewEvent { key: self.key, event: Event { kind: self.kind, severity: self.severity }, text };
        let outcome = match self.at.place(options, IfMissing::Fail).await? {
            Place::Here(parts) => Outcome::of(parts.events.dispatch(&self.account, &event).await?),
            Place::There(server) => there(&server, &self.account, &event)?,
        };
        if self.json {
            print::json(&outcome)?
        } else {
            tell(outcome)?
        }
        Ok(match outcome {
            Outcome::Queued { .. } | Outcome::Repeated { .. } => End::Done,
            Outcome::KeyReused {} => End::Conflict,
        })
    }
}

/// Queues it on a server.
fn there(server: &Server, account: &AccountId, new: &NewEvent) -> anyhow::Result<Outcome> {
    let NewEvent { key, event: Event { kind, severity }, text } = new;
    let body = json!({ "kind": kind, "severity": severity, "text": text }).to_string();
    let ask = Ask::account(Method::POST, account, "/security-events", Scope::EventsWrite);
    match server.send(ask.header("idempotency-key", key.as_str()), Some(&body))? {
        Answer::Done(response) => server.json(response),
        Answer::Problem(problem) if problem.code == "idempotency_key_reused" => Ok(Outcome::KeyReused {}),
        Answer::Problem(problem) => Err(other(problem)),
    }
}

impl Outcome {
    fn of(dispatched: Dispatched) -> Self {
        match dispatched {
            Dispatched::Queued { id } => Self::Queued { id },
            Dispatched::Repeated { id } => Self::Repeated { id },
            Dispatched::KeyReused => Self::KeyReused {},
        }
    }
}

fn tell(outcome: Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Queued { id } => {
            print::line(&format!("queued as number {id} of the outbox: a running server or worker sends it"))
        }
        Outcome::Repeated { id } => print::line(&format!(
            "nothing was done: this event came before under the same key, as number {id} of the outbox"
        )),
        Outcome::KeyReused {} => {
            print::error("error: another event of the account came under this key: choose another key");
            Ok(())
        }
    }
}

/// The text of a file, whose last line need not be told from one without an end.
fn read_text(file: &Path) -> anyhow::Result<EventText> {
    let read = |mut from: Box<dyn Read>| {
        let mut text = String::new();
        from.by_ref().take(MAX_TEXT_BYTES).read_to_string(&mut text).map(|_| text)
    };
    let text = if file.as_os_str() == "-" {
        read(Box::new(io::stdin()))
    } else {
        File::open(file).and_then(|file| read(Box::new(file)))
    };
    let text = text.with_context(|| format!("`{}` cannot be read", file.display()))?;
    let text = text.replace("\r\n", "\n");
    text.trim_end_matches('\n').parse().with_context(|| format!("the text in `{}` cannot be used", file.display()))
}

fn kind(text: &str) -> Result<EventKind, PolicyError> {
    text.parse()
}

fn severity(text: &str) -> Result<Severity, PolicyError> {
    text.parse()
}

fn key(text: &str) -> Result<IdempotencyKey, InvalidText> {
    text.parse()
}

fn text(text: &str) -> Result<EventText, InvalidText> {
    text.parse()
}
