//! `token list`: which tokens a file has.

use std::path::PathBuf;

use clap::Args;
use security_contact_policy::Instant;
use serde::Serialize;

use super::file::read;
use crate::auth::{Scope, ServiceToken};
use crate::cli::{End, print};
use crate::clock;

/// List the tokens of a file, without anything that a token could be made of
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact token list --tokens tokens.json
  $ security-contact token list --tokens tokens.json --json")]
pub(super) struct List {
    /// The file of tokens
    #[arg(long, value_name = "FILE")]
    tokens: PathBuf,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    tokens: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    name: &'a str,
    scopes: &'a [Scope],
    created_at: Instant,
    expires_at: Option<Instant>,
    is_expired: bool,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<End> {
        let tokens = read(&self.tokens)?;
        let now = clock::system().now();
        let rows: Vec<Row<'_>> = tokens.all().iter().map(|token| Row::of(token, now)).collect();
        if self.json {
            print::json(&Listed { tokens: rows })?;
        } else if rows.is_empty() {
            print::line("there are no tokens")?;
        } else {
            let head = ["name", "scopes", "made", "ends"].map(str::to_owned).to_vec();
            print::table(&std::iter::once(head).chain(rows.iter().map(Row::cells)).collect::<Vec<_>>())?;
        }
        Ok(End::Done)
    }
}

impl<'a> Row<'a> {
    fn of(token: &'a ServiceToken, now: Instant) -> Self {
        let ServiceToken { name, scopes, created_at, expires_at, .. } = token;
        let is_expired = expires_at.is_some_and(|end| end <= now);
        Self { name, scopes, created_at: *created_at, expires_at: *expires_at, is_expired }
    }

    fn cells(&self) -> Vec<String> {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let ends = match self.expires_at {
            None => "when it is revoked".to_owned(),
            Some(at) if self.is_expired => format!("{at}: it is worth nothing any more"),
            Some(at) => at.to_string(),
        };
        vec![self.name.to_owned(), scopes.join(" "), self.created_at.to_string(), ends]
    }
}
