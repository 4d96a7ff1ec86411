//! Walking the chain of every account's history.

use std::cmp::Ordering;

use super::DomainError;
use super::model::{AuditRow, ChainHead};
use super::ports::Store;

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
/// was put there by somebody who did not know the row before. `progress` hears the number of rows so far.
///
/// Somebody who can write to the store can also write a whole history anew. Keep the head of a history somewhere else to
/// find that out.
///
/// # Errors
/// Failures of the store.
pub async fn verify(store: &dyn Store, progress: impl Fn(u64) + Send + Sync) -> Result<ChainReport, DomainError> {
    let mut report = ChainReport::default();
    let mut rows = Rows { store, page: Vec::new().into_iter().peekable(), last: None, at_end: false };
    let mut after: Option<String> = None;
    loop {
        let heads = store.chain_heads(after.as_deref(), PAGE).await?;
        let Some((last, _)) = heads.last() else { break };
        after = Some(last.clone());
        for (account, head) in heads {
            report.accounts += 1;
            report.first_break = rows.walk(&account, &head, &mut report.rows).await?;
            if report.first_break.is_some() {
                return Ok(report);
            }
        }
        progress(report.rows);
    }
    report.first_break = rows.peek().await?.map(|row| breach(row, "it belongs to no account"));
    Ok(report)
}

/// All rows of all histories, in their order.
struct Rows<'s> {
    store: &'s dyn Store,
    page: std::iter::Peekable<std::vec::IntoIter<AuditRow>>,
    last: Option<(String, i64)>,
    at_end: bool,
}

impl Rows<'_> {
    async fn peek(&mut self) -> Result<Option<&AuditRow>, DomainError> {
        if self.page.peek().is_none() && !self.at_end {
            let after = self.last.as_ref().map(|(account, seq)| (account.as_str(), *seq));
            let page = self.store.audit_after(after, PAGE).await?;
            self.at_end = page.is_empty();
            self.last = page.last().map(|row| (row.account.clone(), row.seq));
            self.page = page.into_iter().peekable();
        }
        Ok(self.page.peek())
    }

    /// Goes along the history of one account, which ends with `head`. Says where it breaks first.
    async fn walk(&mut self, account: &str, head: &ChainHead, count: &mut u64) -> Result<Option<Break>, DomainError> {
        let mut at = ChainHead::default();
        while let Some(row) = self.peek().await? {
            match row.account.as_str().cmp(account) {
                Ordering::Less => return Ok(Some(breach(row, "it belongs to no account"))),
                Ordering::Greater => break,
                Ordering::Equal => {}
            }
            if let Some(what) = fault(row, &at) {
                return Ok(Some(breach(row, what)));
            }
            at = row.head();
            *count += 1;
            self.page.next();
        }
        let ends_well = at == *head;
        let missing =
            || Break { account: account.to_owned(), seq: at.seq + 1, what: "the account's last row is another" };
        Ok((!ends_well).then(missing))
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

fn breach(row: &AuditRow, what: &'static str) -> Break {
    Break { account: row.account.clone(), seq: row.seq, what }
}
