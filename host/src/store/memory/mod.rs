//! A store for tests and examples: it forgets everything when it ends, and nobody outside this process sees it.
//!
//! It is written to be obviously right, and not to be fast: every write works on a copy of everything.

mod account;
mod outbox;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use security_contact_policy::{Instant, UserId};

use self::account::Account;
use self::outbox::Outbox;
use crate::domain::fold;
use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, CandidateCursor, ChainHead, Claimed, Commit, Committed, DirectoryWrite,
    IdempotencyKey, Member, NewEvent, OutboxFilter, OutboxRow, Queued, Recorded, Remembered, Settlement,
};
use crate::domain::ports::{Readable, Store, StoreError};

/// A store in this process's memory, which is empty at first and gone at the end. No host is run with it.
///
/// ```
/// use security_contact_host::domain::ports::Store;
/// use security_contact_host::store::memory::MemoryStore;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = MemoryStore::default();
/// assert!(store.accounts(None, 10).await.unwrap().is_empty());
/// # });
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

/// All that is stored.
#[derive(Clone, Debug, Default)]
struct State {
    /// The fingerprint of the present policy.
    policy: Option<String>,
    accounts: BTreeMap<AccountId, Account>,
    outbox: Outbox,
}

impl MemoryStore {
    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a write on a copy, which counts only when all went well.
    fn write<T>(&self, write: impl FnOnce(&mut State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copy = state.clone();
        let result = write(&mut copy)?;
        *state = copy;
        Ok(result)
    }
}

/// What goes on after `after`, or begins.
fn beginning<T>(after: Option<T>) -> (Bound<T>, Bound<T>) {
    (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl State {
    fn commit(&mut self, commit: &Commit) -> Result<Committed, StoreError> {
        let Some(account) = self.accounts.get_mut(&commit.account) else { return Ok(Committed::Stale) };
        if account.is_stale(commit) {
            return Ok(Committed::Stale);
        }
        account.decide(commit)?;
        for mail in &commit.mails {
            self.outbox.add_mail(&commit.account, None, mail, commit.now);
        }
        Ok(Committed::Stored { version: account.version })
    }

    fn put(&mut self, write: &DirectoryWrite) -> Result<Committed, StoreError> {
        let DirectoryWrite { entry, revision, review } = write;
        let known = self.accounts.get(&entry.account);
        let before = match (known, &entry.profile) {
            (Some(account), _) => account.clone(),
            (None, Some((name, owner_id))) => Account::new(name.clone(), owner_id.clone()),
            (None, None) => return Ok(Committed::Stale),
        };
        if known.map(|account| account.revision) != *revision || before.is_stale(review) {
            return Ok(Committed::Stale);
        }
        let after = before.after(entry)?;
        if known == Some(&after) {
            return Ok(Committed::Stored { version: after.version });
        }
        self.accounts.insert(entry.account.clone(), after);
        self.commit(review)
    }

    /// The ids of the accounts to review, in the order in which they are handed out.
    fn due(&self, now: Instant, fingerprint: &str) -> Vec<AccountId> {
        let due_at = |account: &Account| account.next_review_at.filter(|due_at| *due_at <= now);
        let is_free = |account: &Account| account.claimed_until.is_none_or(|until| until <= now);
        let free: Vec<_> = self.accounts.iter().filter(|(_, account)| is_free(account)).collect();
        let (mut due, others): (Vec<_>, Vec<_>) = free.into_iter().partition(|(_, account)| due_at(account).is_some());
        due.sort_by_key(|(_, account)| account.next_review_at);
        let is_present = self.policy.as_deref() == Some(fingerprint);
        let is_of_another = |account: &Account| is_present && account.decided_by != self.policy;
        let others = others.into_iter().filter(|(_, account)| is_of_another(account));
        due.into_iter().chain(others).map(|(id, _)| id.clone()).collect()
    }

    fn snapshot(&self, id: &AccountId, also: &[UserId]) -> Option<Readable> {
        self.accounts.get(id).map(|account| Ok(account.snapshot(id, also)))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn snapshots(&self, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, StoreError> {
        Ok(self.read(|state| asked.iter().map(|(id, also)| state.snapshot(id, also)).collect()))
    }

    async fn snapshots_after(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, StoreError> {
        Ok(self.read(|state| {
            let accounts = state.accounts.range(beginning(after.cloned())).take(size(limit));
            accounts.map(|(id, account)| Ok(account.snapshot(id, &[]))).collect()
        }))
    }

    async fn claim_reviews(
        &self,
        now: Instant,
        claimed_until: Instant,
        fingerprint: &str,
        limit: u32,
    ) -> Result<Vec<Readable>, StoreError> {
        self.write(|state| {
            let mut due = state.due(now, fingerprint);
            due.truncate(size(limit));
            let claimed = due.iter().filter_map(|id| state.snapshot(id, &[])).collect();
            for id in &due {
                if let Some(account) = state.accounts.get_mut(id) {
                    account.claimed_until = Some(claimed_until);
                }
            }
            Ok(claimed)
        })
    }

    async fn put_off_review(&self, account: &AccountId, _error: &str, until: Instant) -> Result<(), StoreError> {
        self.write(|state| {
            if let Some(account) = state.accounts.get_mut(account) {
                account.next_review_at = Some(until);
                account.claimed_until = None;
                account.decided_by.clone_from(&state.policy);
            }
            Ok(())
        })
    }

    async fn commit_all(&self, commits: &[Commit]) -> Result<Vec<Committed>, StoreError> {
        self.write(|state| commits.iter().map(|commit| state.commit(commit)).collect())
    }

    async fn record(
        &self,
        account: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<Committed, StoreError> {
        self.write(|state| match state.accounts.get_mut(account) {
            Some(found) if !remember.is_some_and(|remember| found.is_used(remember)) => {
                found.record(account, entry, remember, now)?;
                Ok(Committed::Stored { version: found.version })
            }
            _ => Ok(Committed::Stale),
        })
    }

    async fn recall(
        &self,
        account: &AccountId,
        actor: &UserId,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StoreError> {
        Ok(self.read(|state| state.accounts.get(account).and_then(|account| account.recall(actor, key)).cloned()))
    }

    async fn forget(&self, before: Instant) -> Result<(), StoreError> {
        self.write(|state| {
            state.accounts.values_mut().for_each(|account| account.forget(before));
            Ok(())
        })
    }

    async fn put_directories(&self, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, StoreError> {
        self.write(|state| writes.iter().map(|write| state.put(write)).collect())
    }

    async fn use_policy(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.write(|state| {
            state.policy = Some(fingerprint.to_owned());
            Ok(())
        })
    }

    async fn policy(&self) -> Result<Option<String>, StoreError> {
        Ok(self.read(|state| state.policy.clone()))
    }

    async fn candidates(
        &self,
        account: &AccountId,
        folded_query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let words: Vec<&str> = folded_query.split_whitespace().collect();
        let after = after.map(|after| (after.folded_name.clone(), after.user_id.clone()));
        Ok(self.read(|state| {
            let people = state.accounts.get(account).into_iter().flat_map(|account| account.people.values());
            let by_name: BTreeMap<_, _> =
                people.map(|member| ((fold(member.name.as_str()), member.person.id.clone()), member)).collect();
            let rest = by_name.range(beginning(after));
            let found = rest.filter(|((name, _), member)| {
                let email = member.email.as_ref().map(|email| fold(email.as_str())).unwrap_or_default();
                words.iter().all(|word| name.contains(word) || email.contains(word))
            });
            found.take(size(limit)).map(|(_, member)| (*member).clone()).collect()
        }))
    }

    async fn history(&self, account: &AccountId, before: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        Ok(self.read(|state| {
            let rows = state.accounts.get(account).into_iter().flat_map(|account| account.history.iter().rev());
            rows.filter(|row| before.is_none_or(|before| row.seq < before)).take(size(limit)).cloned().collect()
        }))
    }

    async fn audit_after(&self, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        Ok(self.read(|state| {
            let rows = state.accounts.values().flat_map(|account| &account.history);
            let rest = rows.filter(|row| after.is_none_or(|after| (row.account.as_str(), row.seq) > after));
            rest.take(size(limit)).cloned().collect()
        }))
    }

    async fn chain_heads(&self, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, StoreError> {
        Ok(self.read(|state| {
            let rest = state.accounts.iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after));
            rest.take(size(limit)).map(|(id, account)| (id.to_string(), account.head())).collect()
        }))
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<(AccountId, String)>, StoreError> {
        Ok(self.read(|state| {
            let accounts = state.accounts.range(beginning(after.cloned())).take(size(limit));
            accounts.map(|(id, account)| (id.clone(), account.name.as_str().to_owned())).collect()
        }))
    }

    async fn queue_event(
        &self,
        account: &AccountId,
        event: &NewEvent,
        now: Instant,
    ) -> Result<Option<Queued>, StoreError> {
        self.write(|state| {
            let is_known = state.accounts.contains_key(account);
            Ok(is_known.then(|| state.outbox.add_event(account, event, now)))
        })
    }

    async fn claim_mail(&self, now: Instant, leased_until: Instant, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        self.write(|state| Ok(state.outbox.claim(now, leased_until, size(limit))))
    }

    async fn settle_mail(
        &self,
        id: i64,
        lease: i64,
        now: Instant,
        result: &Settlement,
    ) -> Result<Recorded, StoreError> {
        self.write(|state| state.settle(id, lease, now, result))
    }

    async fn outbox(&self, filter: &OutboxFilter, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        Ok(self.read(|state| state.outbox.list(filter, after, size(limit))))
    }

    async fn retry_mail(&self, id: i64, now: Instant) -> Result<bool, StoreError> {
        self.write(|state| Ok(state.outbox.retry(id, now)))
    }

    async fn drop_mail(&self, id: i64, _now: Instant) -> Result<bool, StoreError> {
        self.write(|state| Ok(state.outbox.discard(id)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn open_store() -> (Arc<dyn Store>, ()) {
        (Arc::new(MemoryStore::default()), ())
    }

    crate::store::conformance::conformance!(open_store());
}
