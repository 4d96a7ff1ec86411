//! Who the contact is, and changing it.

use std::sync::Arc;

use security_contact_policy::{
    Access, Cause, Change, ChangeOutcome, ChangeRequest, Contact, Instant, Reason, RefusalCode, UserId, Verdict,
};

use super::model::{
    AccountId, AuditEntry, CandidateCursor, Commit, Committed, DesignationWrite, Member, NewMail, Snapshot,
};
use super::ports::{Clock, Store};
use super::{DomainError, MAX_ATTEMPTS, facts, fold, letters};
use crate::engine::Engine;

/// The security contacts of all accounts. Every decision is the engine's.
pub struct Contacts {
    engine: Arc<Engine>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Who the contact of an account is, and what stands behind it.
#[derive(Clone, Debug)]
pub struct ContactView {
    /// The account as it is stored.
    pub snapshot: Snapshot,
    /// Who is the contact, and why.
    pub contact: Contact,
    /// When that was so.
    pub now: Instant,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Make this person the contact.
    Designate(UserId),
    /// Make the owner the contact by default.
    Reset,
}

/// What became of a wish.
#[derive(Clone, Debug)]
pub enum Answered {
    /// It is stored, and the mails are queued.
    Changed(ContactView),
    /// It was so already.
    Unchanged(ContactView),
    /// The policy refused it.
    Refused {
        /// Which check failed.
        code: RefusalCode,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// The designation is no longer of the version that the wish was made on.
    Conflict(ContactView),
}

/// One person with what the rules say of them.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub member: Member,
    /// Whether they can be the contact, and why not.
    pub verdict: Verdict,
}

impl Contacts {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: Arc<Engine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine, store, clock }
    }

    /// Who the contact of `account` is now.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], [`DomainError::NoOwner`], and failures of store and engine.
    pub async fn show(&self, account: &AccountId) -> Result<ContactView, DomainError> {
        self.view(self.snapshot(account, &[]).await?)
    }

    /// What `viewer` may do with the field of `account`. A stranger to the account may do nothing.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`] and failures of store and engine.
    pub async fn access(&self, account: &AccountId, viewer: &UserId) -> Result<Access, DomainError> {
        let snapshot = self.snapshot(account, std::slice::from_ref(viewer)).await?;
        match facts::person(&snapshot, viewer) {
            Some(person) => Ok(self.engine.access(&person)?),
            None => Ok(Access { can_view: false, can_edit: false, reasons: vec![Reason::NotAMember] }),
        }
    }

    /// Fulfils or refuses a wish of `actor`. With `version`, only while the designation is of that version.
    ///
    /// The designation, its history and the mails are stored in one transaction, and only if the facts that were
    /// decided on still hold.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], [`DomainError::NoOwner`], [`DomainError::Busy`] when other writers were
    /// faster again and again, and failures of store and engine.
    pub async fn change(
        &self,
        account: &AccountId,
        actor: &UserId,
        wish: &Wish,
        version: Option<i64>,
    ) -> Result<Answered, DomainError> {
        let mut people = vec![actor.clone()];
        if let Wish::Designate(user_id) = wish {
            people.push(user_id.clone());
        }
        for _ in 0..MAX_ATTEMPTS {
            let snapshot = self.snapshot(account, &people).await?;
            if let Some(answered) = self.try_change(snapshot, actor, wish, version).await? {
                return Ok(answered);
            }
        }
        Err(DomainError::Busy)
    }

    /// People of the account whose name or address contains every word of `query`, each with a verdict.
    ///
    /// # Errors
    /// Failures of store and engine.
    pub async fn candidates(
        &self,
        account: &AccountId,
        query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Candidate>, DomainError> {
        let members = self.store.candidates(account, &fold(query), after, limit).await?;
        let people = members.iter().map(|member| member.person.clone()).collect();
        let verdicts = self.engine.eligibility_many(people, self.clock.now())?;
        Ok(members.into_iter().zip(verdicts).map(|(member, verdict)| Candidate { member, verdict }).collect())
    }

    /// The account's history, newest first: at most `limit` entries before the entry of that number.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn history(
        &self,
        account: &AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry)>, DomainError> {
        Ok(self.store.history(account, before, limit).await?)
    }

    /// One try at a change; `None` when the account moved meanwhile.
    async fn try_change(
        &self,
        snapshot: Snapshot,
        actor: &UserId,
        wish: &Wish,
        version: Option<i64>,
    ) -> Result<Option<Answered>, DomainError> {
        let now = self.clock.now();
        let request = change_request(&snapshot, actor, wish, now)?;
        let (contact, notices) = match self.engine.change(request)? {
            ChangeOutcome::Refused { code, reasons } => return Ok(Some(Answered::Refused { code, reasons })),
            _ if version.is_some_and(|version| version != snapshot.version) => {
                return Ok(Some(Answered::Conflict(self.view(snapshot)?)));
            }
            ChangeOutcome::Unchanged { contact } => {
                return Ok(Some(Answered::Unchanged(ContactView { snapshot, contact, now })));
            }
            ChangeOutcome::Changed { contact, notices, .. } => (contact, notices),
        };
        let mails = letters::of_notices(&snapshot, &notices, Some(actor), now);
        let commit = self.commit(&snapshot, actor, wish, contact.user_id, mails, now)?;
        match self.store.commit(&commit).await? {
            Committed::Stale => Ok(None),
            Committed::Stored { .. } => Ok(Some(Answered::Changed(self.show(&snapshot.account).await?))),
        }
    }

    /// What a granted wish writes, that makes `after` the contact.
    fn commit(
        &self,
        snapshot: &Snapshot,
        actor: &UserId,
        wish: &Wish,
        after: UserId,
        mails: Vec<NewMail>,
        now: Instant,
    ) -> Result<Commit, DomainError> {
        // Whom the notices go out to as the one before (SPEC 7), so that the history tells what the mails tell.
        let before = match &snapshot.announced {
            Some(announced) => announced.clone(),
            None => self.view(snapshot.clone())?.contact.user_id,
        };
        Ok(Commit {
            account: snapshot.account.clone(),
            revision: snapshot.revision,
            now,
            designation: designation(actor, wish),
            announced: after.clone(),
            reminded_for: None,
            // The next review works out when to look again, and whether to remind.
            next_review_at: Some(now),
            audit: Some(AuditEntry {
                at: now,
                actor: Some(actor.clone()),
                action: cause(wish),
                before: Some(before),
                after,
                reasons: Vec::new(),
                decided_by: self.engine.identity().clone(),
            }),
            mails,
        })
    }

    async fn snapshot(&self, account: &AccountId, also: &[UserId]) -> Result<Snapshot, DomainError> {
        let snapshot = self.store.snapshot(account, also).await?;
        snapshot.ok_or_else(|| DomainError::UnknownAccount { account: account.clone() })
    }

    fn view(&self, snapshot: Snapshot) -> Result<ContactView, DomainError> {
        let now = self.clock.now();
        let contact = self.engine.resolve(facts::account(&snapshot)?, now)?;
        Ok(ContactView { snapshot, contact, now })
    }
}

fn change_request(
    snapshot: &Snapshot,
    actor: &UserId,
    wish: &Wish,
    now: Instant,
) -> Result<ChangeRequest, DomainError> {
    let change = match wish {
        Wish::Designate(user_id) => Change::Designate(facts::designee(snapshot, user_id)),
        Wish::Reset => Change::Reset,
    };
    Ok(ChangeRequest {
        account: facts::account(snapshot)?,
        announced: snapshot.announced.clone(),
        actor: facts::person(snapshot, actor),
        change,
        now,
    })
}

fn designation(actor: &UserId, wish: &Wish) -> DesignationWrite {
    match wish {
        Wish::Designate(user_id) => DesignationWrite::Choose { user_id: user_id.clone(), by: actor.clone() },
        Wish::Reset => DesignationWrite::Clear,
    }
}

fn cause(wish: &Wish) -> Cause {
    match wish {
        Wish::Designate(_) => Cause::Designated,
        Wish::Reset => Cause::Reset,
    }
}
