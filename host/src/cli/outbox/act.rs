//! `outbox retry` and `outbox drop`: what is to become of rows that somebody names.

use clap::Args;
use serde::Serialize;

use crate::cli::options::Options;
use crate::cli::{End, print};
use crate::domain::DomainError;
use crate::domain::model::{OutboxFilter, OutboxState};
use crate::domain::ports::Store;
use crate::wiring::{IfMissing, Parts};

/// How many failed rows are read at once.
const PAGE: u32 = 500;

/// Have mails sent again that were given up or dropped
///
/// Their tries begin anew, for 5 days, with the next look of a running server or worker. A mail goes to the address that
/// it was queued for. It ends with 1 if one of them was in no state for that; the others are done all the same.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact outbox retry 17 19
  $ security-contact outbox retry --all-failed")]
pub(super) struct Retry {
    /// The numbers that `outbox list` tells
    #[arg(value_name = "NUMBER", required_unless_present = "all_failed", conflicts_with = "all_failed")]
    numbers: Vec<i64>,
    /// Everything that is `failed` now
    #[arg(long)]
    all_failed: bool,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

/// Have mails never sent, such as one that nobody needs any more
///
/// Only what is pending or failed can be dropped. A try that is under way at this moment may still succeed. What was
/// dropped stays in the list, and `outbox retry` has it sent after all. It ends with 1 if one of them was in no state
/// for that; the others are done all the same.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  $ security-contact outbox drop 18")]
pub(super) struct Drop {
    /// The numbers that `outbox list` tells
    #[arg(value_name = "NUMBER", required = true)]
    numbers: Vec<i64>,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

/// What is to be done to a row.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Retry,
    Drop,
}

#[derive(Serialize)]
struct Report {
    act: Act,
    done: Vec<i64>,
    refused: Vec<Refused>,
}

/// A row that is in no state for it.
#[derive(Serialize)]
struct Refused {
    id: i64,
    /// `None` when there is no such row.
    state: Option<OutboxState>,
}

impl Retry {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        if !self.all_failed {
            return act(&parts, Act::Retry, &self.numbers, self.json).await;
        }
        let done = retry_all_failed(&parts).await?;
        if self.json {
            print::json(&Report { act: Act::Retry, done, refused: Vec::new() })?;
        } else {
            print::line(&format!("{} that failed will be tried again", done.len()))?;
        }
        Ok(End::Done)
    }
}

impl Drop {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        act(&options.open(IfMissing::Fail).await?, Act::Drop, &self.numbers, self.json).await
    }
}

async fn act(parts: &Parts, act: Act, numbers: &[i64], json: bool) -> anyhow::Result<End> {
    let (store, now) = (parts.store.as_ref(), parts.clock.now());
    let mut report = Report { act, done: Vec::new(), refused: Vec::new() };
    for &id in numbers {
        let is_done = match act {
            Act::Retry => store.retry_mail(id, now).await?,
            Act::Drop => store.drop_mail(id, now).await?,
        };
        if is_done {
            report.done.push(id);
        } else {
            report.refused.push(Refused { id, state: state_of(store, id).await? });
        }
    }
    if json {
        print::json(&report)?
    } else {
        tell(&report)?
    }
    Ok(if report.refused.is_empty() { End::Done } else { End::Failed })
}

/// Has everything tried again that has failed.
async fn retry_all_failed(parts: &Parts) -> Result<Vec<i64>, DomainError> {
    let (store, now) = (parts.store.as_ref(), parts.clock.now());
    let filter = OutboxFilter { account: None, state: Some(OutboxState::Failed) };
    let (mut done, mut after) = (Vec::new(), 0);
    loop {
        let page = store.outbox(&filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for row in &page {
            if store.retry_mail(row.id, now).await? {
                done.push(row.id);
            }
        }
    }
}

async fn state_of(store: &dyn Store, id: i64) -> Result<Option<OutboxState>, DomainError> {
    let next = store.outbox(&OutboxFilter::default(), id.saturating_sub(1), 1).await?;
    Ok(next.first().filter(|row| row.id == id).map(|row| row.state))
}

fn tell(report: &Report) -> std::io::Result<()> {
    let (done, can_be) = match report.act {
        Act::Retry => ("will be tried again", "only what failed or was dropped is tried again"),
        Act::Drop => ("is dropped", "only what is pending or failed can be dropped"),
    };
    for id in &report.done {
        print::line(&format!("{id} {done}"))?;
    }
    for Refused { id, state } in &report.refused {
        match state {
            Some(state) => print::error(&format!("error: {id} is {state}: {can_be}")),
            None => print::error(&format!("error: the outbox has no number {id}: see `security-contact outbox list`")),
        }
    }
    Ok(())
}
