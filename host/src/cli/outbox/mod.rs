//! `outbox`: the mails on their way, and those that were given up.

mod act;
mod list;

use clap::{Args, Subcommand};

use super::End;
use super::options::Options;

/// Look after the mails: list them, have one tried again, drop one
///
/// Every mail and every security event waits in the outbox until a running server or worker has sent it. What cannot be
/// sent for now is tried again by itself, for 5 days. What was refused for good, or tried for too long, stays there as
/// `failed` with its reason, and is sent again only if you say so.
#[derive(Args, Debug)]
#[command(
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  $ security-contact outbox list --state failed
  $ security-contact outbox retry 17
  $ security-contact outbox drop 18"
)]
pub(super) struct Outbox {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    List(list::List),
    Retry(act::Retry),
    Drop(act::Drop),
}

impl Outbox {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        match self.command {
            Command::List(command) => command.run(options).await,
            Command::Retry(command) => command.run(options).await,
            Command::Drop(command) => command.run(options).await,
        }
    }
}
