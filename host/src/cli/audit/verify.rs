//! `audit verify`: walks every chain.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::heads::KeptHeads;
use crate::cli::options::Options;
use crate::cli::{End, print, progress};
use crate::domain::ports::Store;
use crate::domain::{self, Break, ChainReport};
use crate::wiring::IfMissing;

/// Walk along every history, and say where the first one is broken
///
/// Every row is read and its hash computed again. The command ends with 1 at the first row that is missing, was changed,
/// or was put there by somebody who did not know the row before; it says which. It can run while a server does.
///
/// A history that was written anew as a whole has no break. Only heads that were kept elsewhere show that: see
/// `security-contact audit head`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact audit verify
  $ security-contact audit verify --heads heads-of-last-month --json")]
pub(in crate::cli) struct Verify {
    /// A file with lines of `audit head`: each of those rows still has to be there, with that hash
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    accounts: u64,
    rows: u64,
    first_break: Option<BreakJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heads: Option<HeadReport>,
}

#[derive(Serialize)]
struct BreakJson {
    account: String,
    row: i64,
    what: &'static str,
}

/// What became of the heads that were kept.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadReport {
    kept: u64,
    gone: u64,
    first_gone: Option<Gone>,
}

/// A row that is missing, or has another hash than the one that was kept.
#[derive(Serialize)]
struct Gone {
    account: String,
    row: i64,
}

impl Verify {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let kept = self.heads.as_deref().map(KeptHeads::open).transpose()?;
        let parts = options.open(IfMissing::Fail).await?;
        let store = parts.store.as_ref();
        let bar = progress::count("rows")?;
        let verified = domain::verify(store, |rows| bar.set_position(rows)).await;
        bar.finish_and_clear();
        let ChainReport { accounts, rows, first_break } = verified?;
        let first_break = first_break.map(|Break { account, seq, what }| BreakJson { account, row: seq, what });
        let heads = match kept {
            Some(kept) => Some(compare(store, kept).await?),
            None => None,
        };
        let report = Report { accounts, rows, first_break, heads };
        if self.json {
            print::json(&report)?
        } else {
            tell(&report)?
        }
        Ok(if report.is_whole() { End::Done } else { End::Failed })
    }
}

impl Report {
    fn is_whole(&self) -> bool {
        self.first_break.is_none() && self.heads.as_ref().is_none_or(|heads| heads.gone == 0)
    }
}

async fn compare(store: &dyn Store, mut kept: KeptHeads<'_>) -> anyhow::Result<HeadReport> {
    let mut report = HeadReport::default();
    while let Some((account, head)) = kept.next()? {
        report.kept += 1;
        if !domain::has_head(store, &account, &head).await? {
            report.gone += 1;
            report.first_gone.get_or_insert(Gone { account, row: head.seq });
        }
    }
    Ok(report)
}

fn tell(report: &Report) -> std::io::Result<()> {
    let Report { accounts, rows, first_break, heads } = report;
    match first_break {
        None => print::line(&format!("{accounts} histories with {rows} rows are as they were written"))?,
        Some(BreakJson { account, row, what }) => {
            print::error(&format!("error: the history of the account `{account}` is broken at row {row}: {what}"));
        }
    }
    let Some(HeadReport { kept, gone, first_gone }) = heads else { return Ok(()) };
    match first_gone {
        None => print::line(&format!("all of {kept} heads that were kept are in them"))?,
        Some(Gone { account, row }) => print::error(&format!(
            "error: {gone} of {kept} heads that were kept are not in the histories; the first is that of the account \
             `{account}`: row {row} is missing or has another hash"
        )),
    }
    Ok(())
}
