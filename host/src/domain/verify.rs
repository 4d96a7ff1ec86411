//! Walking the chain of every account's history.

use std::collections::VecDeque;

use super::DomainError;
use super::model::{AuditRow, ChainHead};
use super::ports::{Store, StoreError};

/// How many rows are read at once.
const PAGE: u32 = 1_000;

/// What a walk along the histories found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// How many accounts there are.
    pub accounts: u64,
    /// How many rows their histories have.
    pub rows: u64,
    /// The first break, in the order of the accounts' ids and of the rows' numbers; `None` when all is as it was written.
    pub first_break: Option<Break>,
}

/// Where a history is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Whose history.
    pub account: String,
    /// The number of the row.
    pub seq: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads every history from its first row to its last, up to the first break: a row that is missing, or was changed, or
/// was put there by somebody who did not know the row before. `progress` hears the number of rows so far. Others may
/// write meanwhile: what is added is no break.
///
/// Somebody who can write to the store can also write a whole history anew. Keep the head of a history somewhere else to
/// find that out: see [`has_head`].
///
/// # Errors
/// Failures of the store.
pub async fn verify(store: &dyn Store, progress: impl Fn(u64) + Send + Sync) -> Result<ChainReport, DomainError> {
    let mut walk = Walk { store, progress: &progress, rows: Rows::default(), known: None, report: Default::default() };
    match walk.all().await {
        Ok(()) => Ok(walk.report),
        Err(Halt::Break(first)) => Ok(ChainReport { first_break: Some(first), ..walk.report }),
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// Whether the account's history still has the row that it once ended with. It says nothing of the rows before, which
/// [`verify`] walks along.
///
/// # Errors
/// Failures of the store.
pub async fn has_head(store: &dyn Store, account: &str, head: &ChainHead) -> Result<bool, DomainError> {
    if *head == ChainHead::default() {
        return Ok(true); // the head of a history without any row
    }
    let found = store.audit_after(Some((account, head.seq.saturating_sub(1))), 1).await?;
    Ok(found
        .first()
        .is_some_and(|row| row.account == account && row.head() == *head && row.hash == row.expected_hash()))
}

/// Why a walk ends early.
enum Halt {
    Break(Break),
    Failed(DomainError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A walk along all histories, account by account.
struct Walk<'s, P> {
    store: &'s dyn Store,
    progress: &'s P,
    rows: Rows,
    /// The account whose history was walked along last.
    known: Option<String>,
    report: ChainReport,
}

/// Rows that were read and not looked at yet, and where they go on.
#[derive(Default)]
struct Rows {
    page: VecDeque<AuditRow>,
    last: Option<(String, i64)>,
    at_end: bool,
}

impl<P: Fn(u64) + Send + Sync> Walk<'_, P> {
    async fn all(&mut self) -> Result<(), Halt> {
        loop {
            let heads = self.store.chain_heads(self.known.as_deref(), PAGE).await?;
            for (account, head) in &heads {
                self.strays(Some(account)).await?;
                self.account(account, head.clone()).await?;
            }
            if heads.is_empty() {
                return self.strays(None).await;
            }
        }
    }

    /// Goes along rows before the account of that id, or along all that are left. They belong to accounts that are new
    /// since the heads were read, or else to none.
    async fn strays(&mut self, before: Option<&str>) -> Result<(), Halt> {
        while let Some(row) = self.peek().await? {
            if before.is_some_and(|before| row.account.as_str() >= before) {
                return Ok(());
            }
            let row = row.clone();
            match self.head_by_now(&row.account).await? {
                Some(head) => self.account(&row.account, head).await?,
                None => return Err(breach(&row, "it belongs to no account")),
            }
        }
        Ok(())
    }

    /// Goes along the history of one account, which ended with `head` when that was read.
    async fn account(&mut self, account: &str, mut head: ChainHead) -> Result<(), Halt> {
        let mut at = ChainHead::default();
        self.report.accounts += 1;
        loop {
            self.rows_of(account, &mut at).await?;
            if at != head {
                // Somebody may have written since. A head that is read after its rows is never behind them.
                head = self.head_by_now(account).await?.unwrap_or_default();
            }
            if at == head {
                self.known = Some(account.to_owned());
                return Ok(());
            }
            // Rows that are read after their head are all there.
            let missing = at.seq + 1;
            self.rows = Rows { last: Some((account.to_owned(), at.seq)), ..Rows::default() };
            let goes_on = self.peek().await?.is_some_and(|row| row.account == account);
            if !goes_on || head.seq <= at.seq {
                let what = "the account's last row is another";
                return Err(Halt::Break(Break { account: account.to_owned(), seq: missing, what }));
            }
        }
    }

    /// Goes along the rows of that account that follow `at`, and leaves `at` at the last one.
    async fn rows_of(&mut self, account: &str, at: &mut ChainHead) -> Result<(), Halt> {
        while let Some(row) = self.peek().await? {
            if row.account != account {
                break;
            }
            if let Some(what) = fault(row, at) {
                return Err(breach(row, what));
            }
            *at = row.head();
            self.rows.page.pop_front();
            self.report.rows += 1;
        }
        Ok(())
    }

    /// The next row of all histories.
    async fn peek(&mut self) -> Result<Option<&AuditRow>, Halt> {
        if self.rows.page.is_empty() && !self.rows.at_end {
            let after = self.rows.last.as_ref().map(|(account, seq)| (account.as_str(), *seq));
            let page = self.store.audit_after(after, PAGE).await?;
            if let Some(row) = page.last() {
                self.rows.last = Some((row.account.clone(), row.seq));
            }
            self.rows.at_end = page.is_empty();
            self.rows.page = page.into();
            (self.progress)(self.report.rows);
        }
        Ok(self.rows.page.front())
    }

    /// The head of an account after the known ones, read now.
    async fn head_by_now(&self, account: &str) -> Result<Option<ChainHead>, Halt> {
        let mut after = self.known.clone();
        loop {
            let page = self.store.chain_heads(after.as_deref(), PAGE).await?;
            if let Some((id, head)) = page.iter().find(|(id, _)| id.as_str() >= account) {
                return Ok((id == account).then(|| head.clone()));
            }
            let Some((last, _)) = page.into_iter().next_back() else { return Ok(None) };
            after = Some(last);
        }
    }
}

/// What is wrong with the row that follows `before`.
fn fault(row: &AuditRow, before: &ChainHead) -> Option<&'static str> {
    if row.seq != before.seq + 1 {
        Some("a row before it is missing")
    } else if row.previous_hash != before.hash {
        Some("it does not have the hash of the row before")
    } else if row.hash != row.expected_hash() {
        Some("its contents do not have its hash")
    } else {
        None
    }
}

fn breach(row: &AuditRow, what: &'static str) -> Halt {
    Halt::Break(Break { account: row.account.clone(), seq: row.seq, what })
}
