//! `audit head`: where the histories end.

use std::io::{self, BufWriter, Write};

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::heads::line;
use crate::cli::options::Options;
use crate::cli::{End, known_account, print};
use crate::domain::model::{AccountId, AuditRow, ChainHead};
use crate::wiring::{IfMissing, Parts};

/// How many heads are read at once.
const PAGE: u32 = 1_000;

/// Print where the history of each account ends, to be kept somewhere else
///
/// Whoever can write to the store can also write a whole history anew, with all its hashes. They cannot change what you
/// keep where they do not get: put these lines there from time to time, and compare with `audit verify --heads`. A
/// history only grows, so that lines of any age do.
///
/// A line is the account's id, the number of its last row and that row's hash, with tabs between. The number is 0 while
/// an account has no history.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact audit head > heads-of-today
  $ security-contact audit head acme
  $ security-contact audit head --json")]
pub(in crate::cli) struct Head {
    /// The account's id; without it every account has a line
    account: Option<AccountId>,
    /// Print JSON objects, for programs; `audit verify` does not read them
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct HeadJson<'a> {
    account: &'a str,
    row: i64,
    hash: &'a str,
}

impl Head {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        match self.account {
            Some(ref account) => print::line(&self.words(account.as_str(), &one(&parts, account).await?)?)?,
            None => self.all(&parts).await?,
        }
        Ok(End::Done)
    }

    async fn all(&self, parts: &Parts) -> anyhow::Result<()> {
        let mut output = BufWriter::new(io::stdout());
        let mut page = parts.store.chain_heads(None, PAGE).await?;
        while let Some((last, _)) = page.last() {
            for (account, head) in &page {
                writeln!(output, "{}", self.words(account, head)?).context(CUT_OFF)?;
            }
            page = parts.store.chain_heads(Some(last), PAGE).await?;
        }
        // Lines that are kept have to be all there: whoever closed the output is told so.
        output.flush().context(CUT_OFF)
    }

    fn words(&self, account: &str, head: &ChainHead) -> serde_json::Result<String> {
        if self.json {
            let ChainHead { seq, hash } = head;
            return serde_json::to_string(&HeadJson { account, row: *seq, hash });
        }
        Ok(line(account, head))
    }
}

async fn one(parts: &Parts, account: &AccountId) -> anyhow::Result<ChainHead> {
    known_account(parts, account).await?;
    let newest = parts.store.history(account, None, 1).await?;
    Ok(newest.first().map(AuditRow::head).unwrap_or_default())
}

const CUT_OFF: &str = "the lines are not complete";
