//! `completions`: what shells complete.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, End, print};

/// Print a script by which a shell completes commands and options
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact completions bash > security-contact.bash
  $ security-contact completions zsh > _security-contact
  $ security-contact completions fish > security-contact.fish

Where it goes:
  bash  ~/.local/share/bash-completion/completions/security-contact
  zsh   a folder of $fpath, as _security-contact
  fish  ~/.config/fish/completions/security-contact.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<End> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "security-contact", &mut script);
        print::line(String::from_utf8(script)?.trim_end())?;
        Ok(End::Done)
    }
}
