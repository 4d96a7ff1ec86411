//! Writing what was decided: the designation, its history and its mails, together or not at all.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::{Client, Transaction};
use security_contact_policy::Instant;
use tokio::try_join;
use tokio_postgres::Row;

use super::answers;
use super::batch::{Answer, Batch, column};
use super::fault::Fault;
use super::statements::prepared;
use crate::domain::model::{AccountId, AuditEntry, ChainHead, Commit, Committed, Remembered};
use crate::store::rows::head;

/// Locks accounts in the order of their ids; whoever was in the way has then written.
pub(super) const LOCK: &str = "SELECT id, audit_seq, audit_hash, revision, version FROM accounts WHERE id = ANY($1)
    ORDER BY id FOR NO KEY UPDATE";

/// The accounts that a transaction has locked, as nobody else can change them before it ends.
pub(super) struct Locked {
    accounts: HashMap<String, Account>,
    /// The accounts of which the key that somebody brought is used.
    used: HashSet<String>,
}

pub(super) struct Account {
    pub(super) revision: i64,
    pub(super) version: i64,
    pub(super) head: ChainHead,
}

impl Locked {
    /// Locks those accounts, as far as they are known. What is read after the lock is as new as the lock.
    pub(super) async fn lock(tx: &Transaction<'_>, ids: &[&AccountId], keys: &[Answer<'_>]) -> Result<Self, Fault> {
        let [lock, used] = prepared(tx, [LOCK, answers::USED]).await?;
        let ids = column(ids, |id| id.as_str());
        let (locked, used) = try_join!(
            biased;
            async { Ok(tx.query(&lock, &[&ids]).await?) },
            answers::used(tx, &used, keys),
        )?;
        let accounts = locked.iter().map(account).collect::<Result<_, _>>()?;
        Ok(Self { accounts, used })
    }

    pub(super) fn get(&self, account: &AccountId) -> Option<&Account> {
        self.accounts.get(account.as_str())
    }

    /// Whether the key that came with a write to the account is used.
    pub(super) fn is_used(&self, account: &AccountId) -> bool {
        self.used.contains(account.as_str())
    }
}

fn account(row: &Row) -> Result<(String, Account), Fault> {
    let (id, head) = head(row)?;
    Ok((id, Account { revision: row.try_get("revision")?, version: row.try_get("version")?, head }))
}

/// The keys that commits bring.
pub(super) fn keys<'c>(commits: impl Iterator<Item = &'c Commit>) -> Vec<Answer<'c>> {
    let keys = commits.filter_map(|Commit { account, now, remember, .. }| {
        remember.as_ref().map(|remember| Answer { account, remember, now: *now })
    });
    keys.collect()
}

/// Stores each commit that is not stale, all in one transaction, so that a batch waits for the disk once.
pub(super) async fn all(client: &mut Client, commits: &[Commit]) -> Result<Vec<Committed>, Fault> {
    let tx = client.transaction().await?;
    let ids: Vec<&AccountId> = commits.iter().map(|commit| &commit.account).collect();
    let locked = Locked::lock(&tx, &ids, &keys(commits.iter())).await?;
    let mut batch = Batch::default();
    for commit in commits {
        match locked.get(&commit.account) {
            Some(Account { revision, head, .. })
                if *revision == commit.revision && !locked.is_used(&commit.account) =>
            {
                batch.decide(commit, head)?;
            }
            _ => {}
        }
    }
    let versions = batch.write(&tx).await?;
    tx.commit().await?;
    let committed = commits.iter().map(|commit| match versions.get(commit.account.as_str()) {
        Some(&version) => Committed::Stored { version },
        None => Committed::Stale,
    });
    Ok(committed.collect())
}

/// Adds to the history, or remembers an answer, without a decision.
pub(super) async fn record(
    client: &mut Client,
    account: &AccountId,
    entry: Option<&AuditEntry>,
    remember: Option<&Remembered>,
    now: Instant,
) -> Result<Committed, Fault> {
    let tx = client.transaction().await?;
    let keys: Vec<Answer<'_>> = remember.iter().map(|remember| Answer { account, remember, now }).collect();
    let locked = Locked::lock(&tx, &[account], &keys).await?;
    let Some(known) = locked.get(account).filter(|_| !locked.is_used(account)) else { return Ok(Committed::Stale) };
    let mut batch = Batch::default();
    batch.advance(account, 0, &known.head, entry)?;
    batch.remember(account, remember, now);
    batch.write(&tx).await?;
    tx.commit().await?;
    Ok(Committed::Stored { version: known.version })
}
