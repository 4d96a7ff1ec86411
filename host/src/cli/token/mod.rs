//! `token`: the service tokens that a server accepts.

mod file;
mod list;
mod new;
mod revoke;

use clap::{Args, Subcommand};

use super::End;

/// Make, list and revoke the tokens by which machines prove who they are
///
/// A file has the tokens that a server accepts: `security-contact serve --tokens FILE`. Of each it has a name, what the
/// token is for, and a hash, from which nobody can make the token. A server reads the file when it starts,
/// and at SIGHUP.
#[derive(Args, Debug)]
#[command(
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  $ security-contact token new directory-sync --scope directory:write --tokens tokens.json
  $ security-contact token list --tokens tokens.json
  $ security-contact token revoke old-sync --tokens tokens.json"
)]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    New(new::New),
    List(list::List),
    Revoke(revoke::Revoke),
}

impl Token {
    pub(super) fn run(self) -> anyhow::Result<End> {
        match self.command {
            Command::New(command) => command.run(),
            Command::List(command) => command.run(),
            Command::Revoke(command) => command.run(),
        }
    }
}
