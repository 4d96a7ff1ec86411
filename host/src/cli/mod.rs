//! The command line: one command a file, and here what they share.

mod audit;
mod callers;
mod candidates;
mod change;
mod changing;
mod check;
mod checking;
mod completions;
mod config;
mod contact;
mod decide;
mod demo;
mod doctor;
mod events;
mod export;
mod folder;
mod history;
mod import;
mod limits;
mod lines;
mod logging;
mod man;
mod migrate;
mod openapi;
mod operate;
mod options;
mod outbox;
mod policy;
mod print;
mod private;
mod progress;
mod reload;
mod remote;
mod review;
mod secret;
mod seed;
mod serve;
mod served;
mod server;
mod show;
mod signals;
mod token;
mod traces;
mod work;
mod worker;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use logging::Format;
use options::Options;
use remote::RemoteError;
use tokio::runtime::Runtime;
use traces::Traces;

use crate::domain::DomainError;
use crate::domain::model::AccountId;
use crate::domain::ports::StoreError;
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

/// How long what blocks a thread may hold up the end of the program.
const BLOCKED: Duration = Duration::from_secs(5);

const AFTER_HELP: &str = "\
Environment:
  SECURITY_CONTACT_DATABASE_URL  the database's URL, in place of `--database-url-file`

Exit codes:
  0  done
  1  failed: standard error says why
  2  the command line or the configuration is wrong
  3  the policy says no: it refused the change, or somebody who was checked cannot be the contact
  4  somebody else changed the account at the same time: look again, then try again;
     or the key came before with another request: choose another key
  5  the server does not accept the token, or the token lacks a scope: standard error says which";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(Box<serve::Serve>),
    Worker(Box<worker::WorkerCommand>),
    Doctor(Box<doctor::Doctor>),
    Import(import::Import),
    Export(export::Export),
    Check(check::Check),
    Show(show::Show),
    Set(change::Set),
    Reset(change::Reset),
    Candidates(candidates::Candidates),
    History(history::History),
    Events(events::Events),
    Review(review::Review),
    Outbox(outbox::Outbox),
    Audit(audit::Audit),
    Migrate(migrate::Migrate),
    Decide(decide::Decide),
    Policy(policy::Policy),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    Config(config::Config),
    Token(token::Token),
    Completions(completions::Completions),
    Man(man::ManPages),
}

/// How a command ended that said everything there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is done.
    Done,
    /// Part of it failed, and that was told.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// The policy refused it.
    Refused,
    /// Somebody else was faster, or used the key.
    Conflict,
    /// The token does not suffice.
    Forbidden,
}

impl End {
    /// How a command ended that met this error.
    fn of(error: &anyhow::Error) -> Self {
        if error.is::<UsageError>() || error.is::<config::Mistake>() {
            Self::Usage
        } else if error.downcast_ref().is_some_and(DomainError::is_busy)
            || error.downcast_ref().is_some_and(|error: &StoreError| error.is_busy)
        {
            Self::Conflict
        } else {
            match error.downcast_ref() {
                Some(RemoteError::Token { .. } | RemoteError::Scope { .. }) => Self::Forbidden,
                Some(RemoteError::Refused(_)) => Self::Refused,
                _ => Self::Failed,
            }
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Conflict => 4,
            Self::Forbidden => 5,
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
    let end = parse().and_then(run).unwrap_or_else(|error| {
        print::error(&format!("error: {error:#}"));
        End::of(&error)
    });
    end.code().into()
}

/// The command line, with what environment and configuration file add to it.
fn parse() -> anyhow::Result<Cli> {
    let filled = config::fill(&known(), std::env::args_os().collect())?;
    match Cli::command().color(print::colour_choice()).try_get_matches_from(filled.args()) {
        Ok(matches) => Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())),
        Err(error) => Err(filled.explain(&error).unwrap_or_else(|| error.exit()).into()),
    }
}

/// Every command with all of its options, to look at.
fn known() -> clap::Command {
    let mut known = Cli::command();
    known.build();
    known
}

fn run(cli: Cli) -> anyhow::Result<End> {
    let Cli { options, command } = cli;
    let (usual_log, format, traces) = match &command {
        Command::Demo(_) => ("info", Format::Text, &Traces::NONE),
        Command::Serve(serve) => ("info", serve.log_format(), serve.traces()),
        Command::Worker(worker) => ("info", worker.log_format(), worker.traces()),
        _ => ("warn", Format::Text, &Traces::NONE),
    };
    logging::start(options.log_filter(usual_log)?, format, traces)?;
    let runtime = Runtime::new().context("the threads of this program cannot be started")?;
    let end = runtime.block_on(command.run(&options));
    // A lookup of a name that nobody answers holds up nobody.
    runtime.shutdown_timeout(BLOCKED);
    logging::finish();
    end
}

impl Command {
    async fn run(self, options: &Options) -> anyhow::Result<End> {
        match self {
            Self::Demo(command) => command.run(options).await,
            Self::Serve(command) => command.run(options).await,
            Self::Worker(command) => command.run(options).await,
            Self::Doctor(command) => command.run(options).await,
            Self::Import(command) => command.run(options).await,
            Self::Export(command) => command.run(options).await,
            Self::Check(command) => command.run(options),
            Self::Show(command) => command.run(options).await,
            Self::Set(command) => command.run(options).await,
            Self::Reset(command) => command.run(options).await,
            Self::Candidates(command) => command.run(options).await,
            Self::History(command) => command.run(options).await,
            Self::Events(command) => command.run(options).await,
            Self::Review(command) => command.run(options).await,
            Self::Outbox(command) => command.run(options).await,
            Self::Audit(command) => command.run(options).await,
            Self::Migrate(command) => command.run(options).await,
            Self::Decide(command) => command.run(options),
            Self::Policy(command) => command.run(options),
            Self::OpenApi(command) => command.run(),
            Self::Config(command) => command.run(&known(), options),
            Self::Token(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
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
