//! `outbox list`: what is on its way, and what was given up.

use clap::Args;
use serde::Serialize;

use crate::cli::options::Options;
use crate::cli::{End, known_account, print};
use crate::domain::model::{AccountId, OutboxFilter, OutboxRow, OutboxState};
use crate::wiring::IfMissing;

/// List the mails and security events, the oldest first
///
/// What a mail says and the address that it goes to are not shown. A security event has a row of its own until its
/// recipients are known, and then a mail for each of them.
#[derive(Args, Debug)]
#[command(after_help = "\
States:
  pending      it waits for its next try
  sent         the mail server has it; of an event, that its mails are in the outbox
  failed       it was given up; the reason stands beside it
  unreachable  the recipient had no mail address
  withdrawn    the recipient was no longer to have the event when it was about to go
  dropped      somebody dropped it

Examples:
  $ security-contact outbox list --state failed
  $ security-contact outbox list --account acme --limit 200
  $ security-contact outbox list --after 50 --json")]
pub(super) struct List {
    /// Only what is about this account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<AccountId>,
    /// Only what is in this state
    #[arg(long)]
    state: Option<OutboxState>,
    /// How many to list at most, from 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Go on after the one of this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    after: i64,
    /// Print one JSON object, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    rows: Vec<OutboxRow>,
    /// Where the list goes on; `None` at its end.
    next_after: Option<i64>,
}

impl List {
    pub(super) async fn run(self, options: &Options) -> anyhow::Result<End> {
        let parts = options.open(IfMissing::Fail).await?;
        if let Some(account) = &self.account {
            known_account(&parts, account).await?;
        }
        let filter = OutboxFilter { account: self.account, state: self.state };
        // One more than asked for tells whether the list goes on.
        let mut rows = parts.store.outbox(&filter, self.after, self.limit + 1).await?;
        let goes_on = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        let next_after = rows.last().filter(|_| goes_on).map(|row| row.id);
        let page = Page { rows, next_after };
        if self.json {
            print::json(&page)?
        } else {
            tell(&page)?
        }
        Ok(End::Done)
    }
}

fn tell(page: &Page) -> std::io::Result<()> {
    if page.rows.is_empty() {
        return print::line("there is nothing of that kind in the outbox");
    }
    let head = ["number", "account", "to", "state", "tries", "queued", "next try", "last reason"];
    let head = head.map(str::to_owned).to_vec();
    print::table(&std::iter::once(head).chain(page.rows.iter().map(cells)).collect::<Vec<_>>())?;
    match page.next_after {
        Some(number) => print::line(&format!("there are more: go on with `--after {number}`")),
        None => Ok(()),
    }
}

fn cells(row: &OutboxRow) -> Vec<String> {
    let OutboxRow { id, account, to, state, attempts, queued_at, due_at, last_error } = row;
    let next_try = (*state == OutboxState::Pending).then(|| due_at.to_string());
    vec![
        id.to_string(),
        account.to_string(),
        to.as_ref().map_or_else(|| "(event)".to_owned(), ToString::to_string),
        state.to_string(),
        attempts.to_string(),
        queued_at.to_string(),
        next_try.unwrap_or_else(|| "-".to_owned()),
        last_error.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}
