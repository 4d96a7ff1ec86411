//! The command line: one command a file, and here what they share.

mod change;
mod decide;
mod demo;
mod folder;
mod import;
mod lines;
mod logging;
mod options;
mod policy;
mod print;
mod progress;
mod review;
mod seed;
mod serve;
mod server;
mod show;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use logging::Format;
use options::Options;
use tokio::runtime::Runtime;

use crate::domain::DomainError;

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
Exit codes:
  0  done
  1  failed: standard error says why
  2  the command line is wrong
  3  the policy refused the change
  4  somebody else changed the account at the same time: look again, then try again";

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(Box<serve::Serve>),
    Import(import::Import),
    Show(show::Show),
    Set(change::Set),
    Reset(change::Reset),
    Review(review::Review),
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
    /// Somebody else was faster.
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
            Self::Import(command) => command.run(options).await,
            Self::Show(command) => command.run(options).await,
            Self::Set(command) => command.run(options).await,
            Self::Reset(command) => command.run(options).await,
            Self::Review(command) => command.run(options).await,
            Self::Decide(command) => command.run(options),
            Self::Policy(command) => command.run(options),
        }
    }
}
