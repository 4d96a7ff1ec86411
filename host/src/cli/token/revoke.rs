//! `token revoke`: a token that is to be worth nothing.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::file::TokenFile;
use crate::cli::{End, print};

/// Take a token out of a file
///
/// A server that has read the file before goes on accepting the token until it reads the file again: send it SIGHUP.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ security-contact token revoke old-sync --tokens tokens.json")]
pub(super) struct Revoke {
    /// The token's name
    name: String,
    /// The file of tokens
    #[arg(long, value_name = "FILE")]
    tokens: PathBuf,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Revoked<'a> {
    revoked: &'a str,
}

impl Revoke {
    pub(super) fn run(self) -> anyhow::Result<End> {
        let mut file = TokenFile::open(&self.tokens)?;
        if !file.tokens.revoke(&self.name) {
            bail!("`{}` has no token `{}`: see `security-contact token list`", self.tokens.display(), self.name);
        }
        file.save()?;
        if self.json {
            print::json(&Revoked { revoked: &self.name })?;
        } else {
            print::line(&format!("`{}` is revoked; send SIGHUP to the servers that have read the file", self.name))?;
        }
        Ok(End::Done)
    }
}
