//! `man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::{Cli, End, print};

/// Print the manual page, or write one for every command
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact man > security-contact.1
  $ security-contact man --dir ./man1")]
pub(super) struct ManPages {
    /// Write a page for each command into this folder, which is made if it is missing
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl ManPages {
    pub(super) fn run(self) -> anyhow::Result<End> {
        let command = Cli::command();
        match &self.dir {
            Some(dir) => {
                let write = || fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
                write().with_context(|| format!("the pages cannot be written to `{}`", dir.display()))?;
            }
            None => {
                let mut page = Vec::new();
                Man::new(command).render(&mut page)?;
                print::line(String::from_utf8(page)?.trim_end())?;
            }
        }
        Ok(End::Done)
    }
}
