//! The command line: one command a file, and here what they share.

mod decide;
mod lines;
mod logging;
mod options;
mod policy;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use options::Options;

/// Keeps, for every account of a platform, the one person who gets its security mail.
#[derive(Debug, Parser)]
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
  1  failed: one line on standard error says why
  2  the command line is wrong
  3  the policy refused the change
  4  somebody else changed the account at the same time: look again, then try again";

#[derive(Debug, Subcommand)]
enum Command {
    Decide(decide::Decide),
    Policy(policy::Policy),
}

/// How a command ended that said everything there is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
}

impl End {
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
        }
    }
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(end) => end.code().into(),
        // Whoever read the output has seen enough, as `head` does.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // When standard error is gone too, nobody is left to tell.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<End> {
    let Cli { options, command } = cli;
    logging::start(options.log_filter("warn")?, logging::Format::Text);
    match command {
        Command::Decide(command) => command.run(&options),
        Command::Policy(command) => command.run(&options),
    }
}

/// Whether the error is that nobody reads standard output any more.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
