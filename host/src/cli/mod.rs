//! The command line: one command a file, and here what they share.

mod audit;
mod change;
mod decide;
mod demo;
mod events;
mod folder;
mod history;
mod import;
mod lines;
mod logging;
mod migrate;
mod options;
mod outbox;
mod policy;
mod print;
mod progress;
mod review;
mod seed;
mod serve;
mod server;
mod show;
mod signals;
mod work;
mod worker;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

use logging::Format;
use options::Options;
use tokio::runtime::Runtime;

use crate::domain::DomainError;
use crate::domain::model::AccountId;
use crate::wiring::Parts;

/// Keeps, for every account of a platform, the one person who gets its security mail.
#[derive(Parser)]
#[command(name = "security-contact", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Environment:
  SECURITY_CONTACT_DATABASE_URL  the database's URL, in place of `--database-url-file`

Exit codes:
  0  done
  1  failed: standard error says why
  2  the command line is wrong
  3  the policy refused the change
  4  somebody else changed the account at the same time: look again, then try again;
     or the key came before with another request: choose another key";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(Box<serve::Serve>),
    Worker(Box<worker::WorkerCommand>),
    Import(import::Import),
    Show(show::Show),
    Set(change::Set),
    Reset(change::Reset),
    History(history::History),
    Events(events::Events),
    Review(review::Review),
    Outbox(outbox::Outbox),
    Audit(audit::Audit),
    Migrate(migrate::Migrate),
    Decide(decide::Decide),
    Policy(policy::Policy),
}

/// How a command ended that said everything there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is done.
    Done,
    /// Part of it failed, and that was told.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The policy refused it.
    Refused,
    /// Somebody else was faster, or used the key.
    Conflict,
}

impl End {
    /// How a command ended that met this error.
    fn of(error: &anyhow::Error) -> Self {
        if error.is::<UsageError>() {
            Self::Usage
        } else if matches!(error.downcast_ref(), Some(DomainError::Busy)) {
            Self::Conflict
        } else {
            Self::Failed
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Conflict => 4,
        }
    }
}

/// A command line that is wrong in a way that its parser does not see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let end = run(Cli::parse()).unwrap_or_else(|error| {
        print::error(&format!("error: {error:#}"));
        End::of(&error)
    });
    end.code().into()
}

fn run(cli: Cli) -> anyhow::Result<End> {
    let Cli { options, command } = cli;
    let (usual_log, format) = match &command {
        Command::Demo(_) => ("info", Format::Text),
        Command::Serve(serve) => ("info", serve.log_format()),
        Command::Worker(worker) => ("info", worker.log_format()),
        _ => ("warn", Format::Text),
    };
    logging::start(options.log_filter(usual_log)?, format);
    let runtime = Runtime::new().context("the threads of this program cannot be started")?;
    runtime.block_on(command.run(&options))
}

impl Command {
    async fn run(self, options: &Options) -> anyhow::Result<End> {
        match self {
            Self::Demo(command) => command.run(options).await,
            Self::Serve(command) => command.run(options).await,
            Self::Worker(command) => command.run(options).await,
            Self::Import(command) => command.run(options).await,
            Self::Show(command) => command.run(options).await,
            Self::Set(command) => command.run(options).await,
            Self::Reset(command) => command.run(options).await,
            Self::History(command) => command.run(options).await,
            Self::Events(command) => command.run(options).await,
            Self::Review(command) => command.run(options).await,
            Self::Outbox(command) => command.run(options).await,
            Self::Audit(command) => command.run(options).await,
            Self::Migrate(command) => command.run(options).await,
            Self::Decide(command) => command.run(options),
            Self::Policy(command) => command.run(options),
        }
    }
}

/// Makes sure that a command decides as the deployment does, before it writes: under other rules it would clear the choices
/// that are good under those of the server.
async fn same_policy(parts: &Parts) -> anyhow::Result<()> {
    match parts.store.policy().await? {
        Some(present) if present != parts.engine.identity().key() => bail!(OTHER_POLICY),
        _ => Ok(()),
    }
}

const OTHER_POLICY: &str = "the accounts are decided on by other rules, or another module, than this command has: give it the \
    rules of the server with `--rules`, or have these hold from now on with `security-contact review --new-rules`";

/// Makes sure that there is such an account, where an unknown one would look like one without anything.
async fn known_account(parts: &Parts, account: &AccountId) -> Result<(), DomainError> {
    let snapshot = parts.store.snapshot(account, &[]).await?;
    snapshot.map(drop).ok_or_else(|| DomainError::UnknownAccount { account: account.clone() })
}
