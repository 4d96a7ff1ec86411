//! `token new`: a token for a machine.

use std::path::PathBuf;

use clap::Args;
use security_contact_policy::Instant;
use serde::Serialize;

use super::file::TokenFile;
use crate::auth::{NewToken, Scope, ServiceToken};
use crate::cli::private::create_private;
use crate::cli::{End, print};
use crate::clock;
use crate::domain::model::InvalidText;

/// Make a token, and print it once
///
/// 256 random bits. The file gets its hash alone, so that what is printed cannot be printed again: hand it to the machine
/// that it is for, and make a new one when it is lost. Its name stands in logs.
#[derive(Args, Debug)]
#[command(after_help = "\
Scopes:
  read             contacts, candidates and histories of every account
  directory:write  bring accounts and people
  events:write     bring security events
  people:act       change contacts in the name of any person, for a backend with its own login

Examples:
  $ security-contact token new directory-sync --scope directory:write --tokens tokens.json
  $ security-contact token new backend --scope read --scope people:act --days 90 \\
      --tokens tokens.json --secret-file backend-token
  $ security-contact token new siem --scope events:write --tokens tokens.json --json")]
pub(super) struct New {
    /// What people call it: 1 to 64 of the characters a-z, 0-9, `-` and `_`
    name: String,
    /// What it lets its bearer do; may be given several times
    #[arg(long, value_name = "SCOPE", required = true, value_parser = scope)]
    scope: Vec<Scope>,
    /// The file of tokens; it is made if it is missing
    #[arg(long, value_name = "FILE")]
    tokens: PathBuf,
    /// After how many days it is worth nothing, from 1 to 3650; without this it is worth something until it is revoked
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: Option<u32>,
    /// Write the token to this new file, for its owner's eyes alone, instead of printing it
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
    name: &'a str,
    scopes: &'a [Scope],
    created_at: Instant,
    expires_at: Option<Instant>,
    /// Not there when it is in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<End> {
        let now = clock::system().now();
        let expires_at = self.days.map(|days| now.plus_millis(i64::from(days) * 86_400_000));
        let mut file = TokenFile::open_or_new(&self.tokens)?;
        let NewToken { secret, entry } = file.tokens.create(&self.name, &self.scope, now, expires_at)?;
        // Ahead of the file of tokens, so that no token is accepted that nobody has.
        if let Some(path) = &self.secret_file {
            create_private(path, format!("{secret}\n").as_bytes())?;
        }
        file.save()?;
        let shown = self.secret_file.is_none().then_some(secret.as_str());
        if self.json {
            let ServiceToken { name, scopes, created_at, expires_at, .. } = &entry;
            print::json(&Made { name, scopes, created_at: *created_at, expires_at: *expires_at, secret: shown })?;
        } else if let Some(secret) = shown {
            print::line(secret)?;
        }
        Ok(End::Done)
    }
}

fn scope(text: &str) -> Result<Scope, InvalidText> {
    text.parse()
}
