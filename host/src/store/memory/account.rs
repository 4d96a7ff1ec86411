//! One account with its people, its designation, its history, and the answers to remember.

use std::collections::BTreeMap;

use security_contact_policy::{Instant, RemindedFor, UserId};

use crate::domain::model::{
    AccountId, AuditEntry, AuditRow, ChainHead, Chosen, Commit, DesignationWrite, DirectoryEntry, DisplayName,
    EmailAddress, IdempotencyKey, Member, Remembered, Snapshot,
};
use crate::domain::ports::StoreError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: DisplayName,
    owner_id: UserId,
    pub(super) people: BTreeMap<UserId, Member>,
    pub(super) revision: i64,
    pub(super) version: i64,
    designation: Option<Designation>,
    announced: Option<UserId>,
    reminded_for: Option<RemindedFor>,
    pub(super) next_review_at: Option<Instant>,
    /// Until when somebody has it in hand for review.
    pub(super) claimed_until: Option<Instant>,
    /// The fingerprint of the policy that decided last.
    pub(super) decided_by: Option<String>,
    pub(super) history: Vec<AuditRow>,
    /// Each with the instant since when it is remembered.
    answers: Vec<(Remembered, Instant)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Designation {
    user_id: UserId,
    since: Instant,
    by: UserId,
}

impl Account {
    pub(super) fn new(name: DisplayName, owner_id: UserId) -> Self {
        Self {
            name,
            owner_id,
            people: BTreeMap::new(),
            revision: 0,
            version: 0,
            designation: None,
            announced: None,
            reminded_for: None,
            next_review_at: None,
            claimed_until: None,
            decided_by: None,
            history: Vec::new(),
            answers: Vec::new(),
        }
    }

    pub(super) fn snapshot(&self, id: &AccountId, also: &[UserId]) -> Snapshot {
        let chosen = self.designation.clone().map(|Designation { user_id, since, by }| {
            let member = self.people.get(&user_id).cloned();
            Chosen { user_id, member, since, by }
        });
        let mut snapshot = Snapshot {
            account: id.clone(),
            name: self.name.clone(),
            revision: self.revision,
            version: self.version,
            owner_id: self.owner_id.clone(),
            owner: self.people.get(&self.owner_id).cloned(),
            chosen,
            announced: self.announced.clone(),
            reminded_for: self.reminded_for.clone(),
            next_review_at: self.next_review_at,
            others: Vec::new(),
        };
        for user_id in self.announced.iter().chain(also) {
            if snapshot.member(user_id).is_none() {
                snapshot.others.extend(self.people.get(user_id).cloned());
            }
        }
        snapshot
    }

    /// Whether the account moved since the decision was made, or somebody else used its key.
    pub(super) fn is_stale(&self, commit: &Commit) -> bool {
        commit.revision != self.revision || commit.remember.as_ref().is_some_and(|remember| self.is_used(remember))
    }

    /// Takes over a decision that is not stale.
    pub(super) fn decide(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.revision += 1;
        self.designation = match &commit.designation {
            DesignationWrite::Keep => self.designation.take(),
            DesignationWrite::Choose { user_id, by } => {
                Some(Designation { user_id: user_id.clone(), since: commit.now, by: by.clone() })
            }
            DesignationWrite::Clear => None,
        };
        self.version += i64::from(commit.designation != DesignationWrite::Keep);
        self.announced = Some(commit.announced.clone());
        self.reminded_for.clone_from(&commit.reminded_for);
        self.next_review_at = commit.next_review_at;
        self.claimed_until = None;
        self.decided_by = Some(commit.fingerprint.clone());
        self.record(&commit.account, commit.audit.as_ref(), commit.remember.as_ref(), commit.now)
    }

    pub(super) fn record(
        &mut self,
        id: &AccountId,
        entry: Option<&AuditEntry>,
        remember: Option<&Remembered>,
        now: Instant,
    ) -> Result<(), StoreError> {
        if let Some(entry) = entry {
            let row = AuditRow::after(&self.head(), id, entry).map_err(|error| StoreError {
                message: "an entry of the history cannot be written".to_owned(),
                source: Some(error.into()),
                is_busy: false,
            })?;
            self.history.push(row);
        }
        self.answers.extend(remember.map(|remember| (remember.clone(), now)));
        Ok(())
    }

    /// The end of the history.
    pub(super) fn head(&self) -> ChainHead {
        self.history.last().map(AuditRow::head).unwrap_or_default()
    }

    /// The account as the entry leaves it, before its review.
    pub(super) fn after(&self, entry: &DirectoryEntry) -> Result<Self, StoreError> {
        let mut after = self.clone();
        if let Some((name, owner_id)) = &entry.profile {
            (after.name, after.owner_id) = (name.clone(), owner_id.clone());
        }
        for member in &entry.people {
            let before = after.people.get(&member.person.id).filter(|before| before.email == member.email);
            let unreachable_since = before.and_then(|before| before.unreachable_since);
            after.people.insert(member.person.id.clone(), Member { unreachable_since, ..member.clone() });
        }
        for user_id in &entry.left {
            after.people.remove(user_id);
        }
        if after.people.contains_key(&after.owner_id) {
            Ok(after)
        } else {
            let message = format!("the owner of the account `{}` would not be among its people", entry.account);
            Err(StoreError { message, source: None, is_busy: false })
        }
    }

    /// Marks that address of theirs as unreachable. Says whether it was theirs, and not so marked before.
    pub(super) fn mark_unreachable(&mut self, user_id: &UserId, address: &EmailAddress, now: Instant) -> bool {
        let found = self.people.get_mut(user_id).filter(|member| member.email.as_ref() == Some(address));
        let Some(member) = found.filter(|member| member.unreachable_since.is_none()) else { return false };
        member.unreachable_since = Some(now);
        self.revision += 1;
        true
    }

    /// Takes the mark from that address, while it is theirs.
    pub(super) fn mark_reachable(&mut self, user_id: &UserId, address: &EmailAddress) {
        let found = self.people.get_mut(user_id).filter(|member| member.email.as_ref() == Some(address));
        if let Some(member) = found.filter(|member| member.unreachable_since.is_some()) {
            member.unreachable_since = None;
            self.revision += 1;
        }
    }

    pub(super) fn recall(&self, actor: &UserId, key: &IdempotencyKey) -> Option<&Remembered> {
        let mut answers = self.answers.iter().map(|(remembered, _)| remembered);
        answers.find(|remembered| remembered.actor == *actor && remembered.key == *key)
    }

    pub(super) fn is_used(&self, remember: &Remembered) -> bool {
        self.recall(&remember.actor, &remember.key).is_some()
    }

    pub(super) fn forget(&mut self, before: Instant) {
        self.answers.retain(|(_, since)| *since >= before);
    }
}
