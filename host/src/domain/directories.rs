//! Taking over a platform's directory: who is in an account moves together with what follows for its contact.

use std::collections::HashSet;
use std::sync::Arc;

use security_contact_policy::{Instant, UserId};

use super::found::Found;
use super::model::{
    AccountId, Authentication, Committed, DirectoryEntry, DirectoryFault, DirectoryWrite, Member, Snapshot,
};
use super::ports::{Clock, Readable, Store};
use super::{DomainError, MAX_ATTEMPTS, facts};
use crate::engine::CurrentEngine;

/// How many accounts go through the module, and into the store, at once.
const PAGE: usize = 500;

/// Keeps the accounts and their people as a platform's directory has them.
pub struct Directories {
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What became of an entry.
type Taken = Result<(), DirectoryFault>;

impl Directories {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: impl Into<CurrentEngine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine: engine.into(), store, clock }
    }

    /// Takes over entries, each as a whole or not at all, in their order. The review that follows from an entry is part
    /// of the same transaction: a contact who was deactivated is replaced at once, and a default follows its owner.
    /// What became of each is in their order.
    ///
    /// # Errors
    /// [`DomainError::Busy`] when other writers were faster again and again, and failures of store and engine. The
    /// entries that were taken over before one stay so; taking all of them over again does no harm.
    pub async fn put(&self, entries: &[DirectoryEntry]) -> Result<Vec<Taken>, DomainError> {
        let mut results: Vec<Option<Taken>> = vec![None; entries.len()];
        let mut lost = 0;
        loop {
            let round = next_round(entries, &results);
            if round.is_empty() {
                return Ok(results.into_iter().flatten().collect());
            }
            if lost > MAX_ATTEMPTS {
                return Err(DomainError::Busy);
            }
            let stale = self.put_round(entries, &round, &mut results).await?;
            lost += u32::from(stale);
        }
    }

    /// Takes over one entry as [`put`](Self::put) does.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub async fn put_one(&self, entry: &DirectoryEntry) -> Result<Taken, DomainError> {
        Ok(self.put(std::slice::from_ref(entry)).await?.into_iter().collect())
    }

    /// Takes over one entry if the account is still as it was seen; `None` when it is not known yet. So what was read
    /// before cannot overwrite what somebody read later.
    pub(super) async fn put_seen(
        &self,
        entry: DirectoryEntry,
        seen: Option<Snapshot>,
    ) -> Result<Result<Committed, DirectoryFault>, DomainError> {
        let change = match Change::of(&entry, seen.map(Ok)) {
            Ok(change) => change,
            Err(fault) => return Ok(Err(fault)),
        };
        let writes = self.decide(&[entry], &[0], &[change])?;
        let committed = self.store.put_directories(&writes).await?;
        Ok(Ok(committed.first().copied().unwrap_or(Committed::Stale)))
    }

    /// Tries the entries of those numbers, of which no two are of one account. Says whether one of them lost a race.
    async fn put_round(
        &self,
        entries: &[DirectoryEntry],
        round: &[usize],
        results: &mut [Option<Taken>],
    ) -> Result<bool, DomainError> {
        let asked: Vec<_> = round.iter().map(|&index| asked(&entries[index])).collect();
        let found = self.store.snapshots(&asked).await?;
        let (mut numbers, mut changes) = (Vec::new(), Vec::new());
        for (&index, found) in round.iter().zip(found) {
            match Change::of(&entries[index], found) {
                Ok(change) => {
                    numbers.push(index);
                    changes.push(change);
                }
                Err(fault) => results[index] = Some(Err(fault)),
            }
        }
        let writes = self.decide(entries, &numbers, &changes)?;
        let mut any_stale = false;
        for (index, committed) in numbers.into_iter().zip(self.store.put_directories(&writes).await?) {
            match committed {
                Committed::Stored { .. } => results[index] = Some(Ok(())),
                Committed::Stale => any_stale = true,
            }
        }
        Ok(any_stale)
    }

    /// What follows from each change for the account's contact.
    fn decide(
        &self,
        entries: &[DirectoryEntry],
        numbers: &[usize],
        changes: &[Change],
    ) -> Result<Vec<DirectoryWrite>, DomainError> {
        let (now, engine) = (self.clock.now(), self.engine.get());
        let requests = changes.iter().map(|change| facts::review(&change.after, now)).collect::<Result<_, _>>()?;
        let outcomes = engine.review_many(requests)?;
        let writes = numbers.iter().zip(changes).zip(outcomes).map(|((&index, change), outcome)| {
            let found = Found::of(&change.after, outcome);
            let review = found.commit(&change.after, engine.identity(), Authentication::Directory, now);
            DirectoryWrite { entry: entries[index].clone(), revision: change.revision, review }
        });
        Ok(writes.collect())
    }
}

/// The first entry of each account that has no result yet, as far as they go together.
fn next_round(entries: &[DirectoryEntry], results: &[Option<Taken>]) -> Vec<usize> {
    let mut accounts = HashSet::new();
    let open = entries.iter().zip(results).enumerate().filter(|(_, (_, result))| result.is_none());
    open.filter(|(_, (entry, _))| accounts.insert(&entry.account)).map(|(index, _)| index).take(PAGE).collect()
}

/// The account of an entry, with whom the store may know of those who matter after it.
fn asked(entry: &DirectoryEntry) -> (AccountId, Vec<UserId>) {
    let owner = entry.profile.iter().map(|(_, owner)| owner.clone());
    (entry.account.clone(), owner.collect())
}

/// An account before and after an entry.
struct Change {
    revision: Option<i64>,
    after: Snapshot,
}

impl Change {
    fn of(entry: &DirectoryEntry, found: Option<Readable>) -> Result<Self, DirectoryFault> {
        let before = found.transpose().map_err(|error| DirectoryFault::Unreadable { message: error.message })?;
        let revision = before.as_ref().map(|before| before.revision);
        let mut after = match (before, &entry.profile) {
            (Some(before), None) => before,
            (Some(before), Some((name, owner))) => Snapshot { name: name.clone(), owner_id: owner.clone(), ..before },
            (None, Some((name, owner))) => new_account(&entry.account, name.clone(), owner.clone()),
            (None, None) => return Err(DirectoryFault::UnknownAccount),
        };
        let owner = member_after(entry, &after, &after.owner_id);
        let owner = owner.ok_or_else(|| DirectoryFault::OwnerIsNoMember { owner: after.owner_id.clone() })?;
        let others = after.others.iter().filter_map(|other| member_after(entry, &after, &other.person.id)).collect();
        let designee = after.chosen.as_ref().and_then(|chosen| member_after(entry, &after, &chosen.user_id));
        if let Some(chosen) = &mut after.chosen {
            chosen.member = designee;
        }
        let announced = after.announced.clone().and_then(|announced| member_after(entry, &after, &announced));
        after = Snapshot { owner: Some(owner), others, ..after };
        // Who was announced may have been the owner until now.
        after.others.extend(announced.filter(|announced| after.member(&announced.person.id).is_none()));
        Ok(Self { revision, after })
    }
}

fn new_account(account: &AccountId, name: super::model::DisplayName, owner_id: UserId) -> Snapshot {
    Snapshot {
        account: account.clone(),
        name,
        owner_id,
        revision: 0,
        version: 0,
        owner: None,
        chosen: None,
        announced: None,
        reminded_for: None,
        next_review_at: None::<Instant>,
        others: Vec::new(),
    }
}

/// The person of that id as the entry leaves them.
fn member_after(entry: &DirectoryEntry, before: &Snapshot, user_id: &UserId) -> Option<Member> {
    if entry.left.contains(user_id) {
        return None;
    }
    // The last word counts, as it does in the store.
    let told = entry.people.iter().rev().find(|member| member.person.id == *user_id);
    told.or_else(|| before.member(user_id)).cloned()
}
