//! `audit`: whether the histories are what was written.

mod head;
mod heads;
mod verify;

use clap::{Args, Subcommand};

use super::End;
use super::options::Options;

/// Prove that nobody changed the history of an account afterwards
///
/// Every row of a history has the hash of the row before, so that a row which was changed, taken out or put in between
/// breaks the chain. `security-contact history` shows what the rows say.
#[derive(Args, Debug)]
#[command(
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  $ security-contact audit verify
  $ security-contact audit head > heads-of-today
  $ security-contact audit verify --heads heads-of-today"
)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Verify(verify::Verify),
    Head(head::Head),
}

impl Audit {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        match self.command {
            Command::Verify(command) => command.run(options).await,
            Command::Head(command) => command.run(options).await,
        }
    }
}
