//! Walking the chain of every account's history.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::DomainError;
use super::model::{AuditRow, ChainHead};
use super::ports::Store;

/// How many rows, or accounts, are read at once.
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
/// was put there by somebody who did not know the row before. Others may write meanwhile. `progress` hears the number of
/// rows so far.
///
/// Somebody who can write to the store can also write a whole history anew. Keep the head of a history somewhere else to
/// find that out.
///
/// # Errors
/// Failures of the store.
pub async fn verify(store: &dyn Store, progress: impl Fn(u64) + Send + Sync) -> Result<ChainReport, DomainError> {
    let mut walk = Walk::along(store);
    loop {
        let heads = store.chain_heads(walk.done.as_deref(), PAGE).await?;
        let at_end = heads.is_empty();
        let first_break = if at_end { walk.unlisted(None).await? } else { walk.accounts(heads).await? };
        progress(walk.report.rows);
        if at_end || first_break.is_some() {
            return Ok(ChainReport { first_break, ..walk.report });
        }
    }
}

/// All rows of all histories, in their order. They are read in pages, so that they may be older than what else is read.
struct Walk<'s> {
    store: &'s dyn Store,
    page: Peekable<IntoIter<AuditRow>>,
    /// The last row that was read.
    last: Option<(String, i64)>,
    at_end: bool,
    /// The last account whose history is done.
    done: Option<String>,
    report: ChainReport,
}

impl<'s> Walk<'s> {
    fn along(store: &'s dyn Store) -> Self {
        let page = Vec::new().into_iter().peekable();
        Self { store, page, last: None, at_end: false, done: None, report: ChainReport::default() }
    }

    async fn accounts(&mut self, heads: Vec<(String, ChainHead)>) -> Result<Option<Break>, DomainError> {
        for (account, head) in heads {
            let mut first_break = self.unlisted(Some(&account)).await?;
            if first_break.is_none() {
                first_break = self.account(&account, &head).await?;
            }
            if first_break.is_some() {
                return Ok(first_break);
            }
        }
        Ok(None)
    }

    /// Goes along the rows before those of that account. They belong to accounts that came after the list of accounts
    /// was read, or to none.
    async fn unlisted(&mut self, before: Option<&str>) -> Result<Option<Break>, DomainError> {
        while let Some(row) = self.peek().await?
            && before.is_none_or(|before| row.account.as_str() < before)
        {
            let row = row.clone();
            if self.head(&row.account).await?.is_none() {
                return Ok(Some(Break { account: row.account, seq: row.seq, what: "it belongs to no account" }));
            }
            let first_break = self.account(&row.account, &ChainHead::default()).await?;
            if first_break.is_some() {
                return Ok(first_break);
            }
        }
        Ok(None)
    }

    /// Goes along the history of one account, which ended with `head` when that was read.
    async fn account(&mut self, account: &str, head: &ChainHead) -> Result<Option<Break>, DomainError> {
        let mut at = ChainHead::default();
        let mut first_break = self.follow(account, &mut at).await?;
        if first_break.is_none() && at != *head {
            first_break = self.look_again(account, at, head.seq).await?;
        }
        self.done = Some(account.to_owned());
        self.report.accounts += u64::from(first_break.is_none());
        Ok(first_break)
    }

    /// Whether the rows after `at` lead to the account's head. Somebody may add to both all the time, but a row that
    /// `promised` was there before the rows are read is among them, and a head that is read after them is no older.
    async fn look_again(
        &mut self,
        account: &str,
        mut at: ChainHead,
        mut promised: i64,
    ) -> Result<Option<Break>, DomainError> {
        loop {
            self.read_again_after(account, at.seq);
            let first_break = self.follow(account, &mut at).await?;
            if first_break.is_some() {
                return Ok(first_break);
            }
            match self.head(account).await? {
                Some(head) if head == at => return Ok(None),
                Some(head) if head.seq > at.seq && at.seq >= promised => promised = head.seq,
                _ => {
                    let what = "the account's last row is another";
                    return Ok(Some(Break { account: account.to_owned(), seq: at.seq + 1, what }));
                }
            }
        }
    }

    /// Goes along the rows of one account, from the one after `at` on. Says where they break first.
    async fn follow(&mut self, account: &str, at: &mut ChainHead) -> Result<Option<Break>, DomainError> {
        while let Some(row) = self.peek().await?
            && row.account == account
        {
            if let Some(what) = fault(row, at) {
                return Ok(Some(Break { account: account.to_owned(), seq: row.seq, what }));
            }
            *at = row.head();
            self.report.rows += 1;
            self.page.next();
        }
        Ok(None)
    }

    async fn peek(&mut self) -> Result<Option<&AuditRow>, DomainError> {
        if self.page.peek().is_none() && !self.at_end {
            let after = self.last.as_ref().map(|(account, seq)| (account.as_str(), *seq));
            let page = self.store.audit_after(after, PAGE).await?;
            self.at_end = page.is_empty();
            self.last = page.last().map(|row| (row.account.clone(), row.seq)).or(self.last.take());
            self.page = page.into_iter().peekable();
        }
        Ok(self.page.peek())
    }

    fn read_again_after(&mut self, account: &str, seq: i64) {
        self.page = Vec::new().into_iter().peekable();
        self.last = Some((account.to_owned(), seq));
        self.at_end = false;
    }

    /// The head of an account that comes after those that are done; `None` when there is no such account.
    async fn head(&self, account: &str) -> Result<Option<ChainHead>, DomainError> {
        let mut after = self.done.clone();
        loop {
            let heads = self.store.chain_heads(after.as_deref(), PAGE).await?;
            if let Some((_, head)) = heads.iter().find(|(id, _)| id == account) {
                return Ok(Some(head.clone()));
            }
            match heads.into_iter().next_back() {
                Some((last, _)) if last.as_str() < account => after = Some(last),
                _ => return Ok(None),
            }
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
