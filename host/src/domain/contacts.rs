//! Who the contact is, and changing it.

use std::sync::Arc;

use security_contact_policy::{
    Access, Change, ChangeOutcome, ChangeRequest, Contact, Instant, Notice, Reason, RefusalCode, UserId, Verdict,
};

use super::model::{
    AccountId, Action, AuditEntry, Authentication, CandidateCursor, Chosen, Commit, Committed, DesignationWrite,
    Detail, IdempotencyKey, Member, Snapshot,
};
use super::ports::{Clock, Store};
use super::repeated::{remembered, words_of};
use super::{DomainError, MAX_ATTEMPTS, facts, fold, letters};
use crate::engine::{CurrentEngine, Engine};

/// For how many days an answer is kept that was given to a request with a key.
const KEPT_DAYS: u32 = 2;

/// The security contacts of all accounts. Every decision is the engine's.
pub struct Contacts {
    engine: CurrentEngine,
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
    /// By which rules and which version of the module.
    pub fingerprint: String,
}

impl ContactView {
    fn new(engine: &Engine, snapshot: Snapshot, contact: Contact, now: Instant) -> Self {
        Self { snapshot, contact, now, fingerprint: engine.identity().fingerprint.clone() }
    }
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Make this person the contact.
    Designate(UserId),
    /// Make the owner the contact by default.
    Reset,
}

/// A wish with all that goes with it.
pub struct Request<'a> {
    /// Whose contact it is about.
    pub account: &'a AccountId,
    /// Who asks.
    pub actor: &'a UserId,
    /// How it is known that it is them.
    pub authenticated: Authentication,
    /// What they ask for.
    pub wish: &'a Wish,
    /// The version of the designation that they ask for it on; `None` for any.
    pub version: Option<i64>,
    /// With a key, the same request again gets the same answer again, and does nothing else.
    pub once: Option<Once<'a>>,
}

/// How to tell a request that comes again, and what it is answered.
#[derive(Clone, Copy)]
pub struct Once<'a> {
    /// What the caller chose for this request.
    pub key: &'a IdempotencyKey,
    /// Puts an answer into the words that are kept.
    pub write: &'a (dyn Fn(&Answered) -> String + Send + Sync),
}

/// What became of a wish.
#[derive(Clone, Debug)]
pub enum Answered {
    /// The request came before: this is what was kept then.
    Again(String),
    /// The key came before, with another request.
    KeyReused,
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
    pub fn new(engine: impl Into<CurrentEngine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine: engine.into(), store, clock }
    }

    /// Who the contact of `account` is now.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], [`DomainError::NoOwner`], and failures of store and engine.
    pub async fn show(&self, account: &AccountId) -> Result<ContactView, DomainError> {
        self.view(&self.engine.get(), self.snapshot(account, &[]).await?)
    }

    /// What `viewer` may do with the field of `account`. A stranger to the account may do nothing.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`] and failures of store and engine.
    pub async fn access(&self, account: &AccountId, viewer: &UserId) -> Result<Access, DomainError> {
        let snapshot = self.snapshot(account, std::slice::from_ref(viewer)).await?;
        access_to(&self.engine.get(), &snapshot, viewer)
    }

    /// What `viewer` may do with the field of `account`, and who the contact is if they may see it: both of one moment,
    /// and for one read.
    ///
    /// # Errors
    /// As [`access`](Self::access) and [`show`](Self::show).
    pub async fn show_to(
        &self,
        account: &AccountId,
        viewer: &UserId,
    ) -> Result<(Access, Option<ContactView>), DomainError> {
        let snapshot = self.snapshot(account, std::slice::from_ref(viewer)).await?;
        let engine = self.engine.get();
        let access = access_to(&engine, &snapshot, viewer)?;
        let view = if access.can_view { Some(self.view(&engine, snapshot)?) } else { None };
        Ok((access, view))
    }

    /// Fulfils or refuses a wish. An attempt that is refused stands in the history, too.
    ///
    /// The designation, its history, the mails and the answer are stored in one transaction, and only if the facts that
    /// were decided on still hold.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], [`DomainError::NoOwner`], [`DomainError::Busy`] when other writers were
    /// faster again and again, and failures of store and engine.
    pub async fn change(&self, request: &Request<'_>) -> Result<Answered, DomainError> {
        let mut people = vec![request.actor.clone()];
        if let Wish::Designate(user_id) = request.wish {
            people.push(user_id.clone());
        }
        for _ in 0..MAX_ATTEMPTS {
            if let Some(answered) = self.recall(request).await? {
                return Ok(answered);
            }
            let snapshot = self.snapshot(request.account, &people).await?;
            if let Some(answered) = self.try_change(snapshot, request).await? {
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
        let people: Vec<_> = members.iter().map(|member| member.person.clone()).collect();
        let verdicts = self.engine.get().eligibility_many(&people, self.clock.now())?;
        Ok(members.into_iter().zip(verdicts).map(|(member, verdict)| Candidate { member, verdict }).collect())
    }

    /// The account's history, newest first: at most `limit` entries before the entry of that number.
    ///
    /// # Errors
    /// [`DomainError::UnreadableHistory`] and failures of the store.
    pub async fn history(
        &self,
        account: &AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry)>, DomainError> {
        let rows = self.store.history(account, before, limit).await?;
        let read = rows.iter().map(|row| match row.entry() {
            Ok(entry) => Ok((row.seq, entry)),
            Err(error) => Err(DomainError::UnreadableHistory { account: account.clone(), seq: row.seq, error }),
        });
        read.collect()
    }

    /// Forgets the answers to requests with a key that were given more than 48 hours ago: those requests are new again.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn forget_answers(&self) -> Result<(), DomainError> {
        Ok(self.store.forget(self.clock.now().minus_days(KEPT_DAYS)).await?)
    }

    /// What was answered to the same request before.
    async fn recall(&self, request: &Request<'_>) -> Result<Option<Answered>, DomainError> {
        let Some(once) = &request.once else { return Ok(None) };
        let known = self.store.recall(request.account, request.actor, once.key).await?;
        Ok(known.map(|known| {
            if known.request == words_of(request) { Answered::Again(known.answer) } else { Answered::KeyReused }
        }))
    }

    /// One try at a change; `None` when the account moved meanwhile.
    async fn try_change(&self, snapshot: Snapshot, request: &Request<'_>) -> Result<Option<Answered>, DomainError> {
        let (now, engine) = (self.clock.now(), self.engine.get());
        let outcome = engine.change(change_request(&snapshot, request, now)?)?;
        let (answered, commit) = match outcome {
            ChangeOutcome::Refused { code, reasons } => {
                return self.refuse(&snapshot, request, code, reasons, (&engine, now)).await;
            }
            _ if request.version.is_some_and(|version| version != snapshot.version) => {
                (Answered::Conflict(self.view(&engine, snapshot)?), None)
            }
            ChangeOutcome::Unchanged { contact } => {
                (Answered::Unchanged(ContactView::new(&engine, snapshot, contact, now)), None)
            }
            ChangeOutcome::Changed { contact, notices, .. } => {
                let commit = self.commit(&snapshot, request, contact.user_id.clone(), &notices, (&engine, now))?;
                let snapshot = after(snapshot, &commit);
                (Answered::Changed(ContactView::new(&engine, snapshot, contact, now)), Some(commit))
            }
        };
        let remember = remembered(request, &answered);
        let committed = match commit {
            Some(commit) => self.store.commit(&Commit { remember, ..commit }).await?,
            None if remember.is_none() => return Ok(Some(answered)),
            None => self.store.record(request.account, None, remember.as_ref(), now).await?,
        };
        Ok((committed != Committed::Stale).then_some(answered))
    }

    /// Records an attempt that is refused.
    async fn refuse(
        &self,
        snapshot: &Snapshot,
        request: &Request<'_>,
        code: RefusalCode,
        reasons: Vec<Reason>,
        (engine, now): (&Engine, Instant),
    ) -> Result<Option<Answered>, DomainError> {
        let (action, asked) = match request.wish {
            Wish::Designate(user_id) => (Action::DesignationRefused, Some(user_id.clone())),
            Wish::Reset => (Action::ResetRefused, None),
        };
        let entry = AuditEntry {
            action,
            reasons: reasons.clone(),
            detail: Some(Detail::Refused { code, asked }),
            ..entry(request, snapshot.announced.clone(), engine, now)
        };
        let answered = Answered::Refused { code, reasons };
        let remember = remembered(request, &answered);
        let recorded = self.store.record(request.account, Some(&entry), remember.as_ref(), now).await?;
        Ok((recorded != Committed::Stale).then_some(answered))
    }

    /// What a granted wish writes, that makes `after` the contact.
    fn commit(
        &self,
        snapshot: &Snapshot,
        request: &Request<'_>,
        after: UserId,
        notices: &[Notice],
        (engine, now): (&Engine, Instant),
    ) -> Result<Commit, DomainError> {
        // Whom the notices go out to as the one before (SPEC 7), so that the history tells what the mails tell.
        let before = match &snapshot.announced {
            Some(announced) => announced.clone(),
            None => self.view(engine, snapshot.clone())?.contact.user_id,
        };
        let (action, designation) = match request.wish {
            Wish::Designate(user_id) => {
                let by = request.actor.clone();
                (Action::Designated, DesignationWrite::Choose { user_id: user_id.clone(), by })
            }
            Wish::Reset => (Action::Reset, DesignationWrite::Clear),
        };
        let entry = AuditEntry { action, after: Some(after.clone()), ..entry(request, Some(before), engine, now) };
        Ok(Commit {
            account: snapshot.account.clone(),
            revision: snapshot.revision,
            now,
            designation,
            announced: after,
            reminded_for: None,
            // The next review works out when to look again, and whether to remind.
            next_review_at: Some(now),
            audit: Some(entry),
            mails: letters::of_notices(snapshot, notices, Some(request.actor), now),
            remember: None,
            fingerprint: engine.identity().key(),
        })
    }

    async fn snapshot(&self, account: &AccountId, also: &[UserId]) -> Result<Snapshot, DomainError> {
        let snapshot = self.store.snapshot(account, also).await?;
        snapshot.ok_or_else(|| DomainError::UnknownAccount { account: account.clone() })
    }

    fn view(&self, engine: &Engine, snapshot: Snapshot) -> Result<ContactView, DomainError> {
        let now = self.clock.now();
        let contact = engine.resolve(facts::account(&snapshot)?, now)?;
        Ok(ContactView::new(engine, snapshot, contact, now))
    }
}

fn access_to(engine: &Engine, snapshot: &Snapshot, viewer: &UserId) -> Result<Access, DomainError> {
    match facts::person(snapshot, viewer) {
        Some(person) => Ok(engine.access(&person)?),
        None => Ok(Access { can_view: false, can_edit: false, reasons: vec![Reason::NotAMember] }),
    }
}

/// An entry of the history on that request, of which the action is yet to be told.
fn entry(request: &Request<'_>, before: Option<UserId>, engine: &Engine, now: Instant) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: Some(request.actor.clone()),
        authenticated: request.authenticated,
        action: Action::Designated,
        before,
        after: None,
        reasons: Vec::new(),
        detail: None,
        decided_by: engine.identity().clone(),
    }
}

fn change_request(snapshot: &Snapshot, request: &Request<'_>, now: Instant) -> Result<ChangeRequest, DomainError> {
    let change = match request.wish {
        Wish::Designate(user_id) => Change::Designate(facts::designee(snapshot, user_id)),
        Wish::Reset => Change::Reset,
    };
    Ok(ChangeRequest {
        account: facts::account(snapshot)?,
        announced: snapshot.announced.clone(),
        actor: facts::person(snapshot, request.actor),
        change,
        now,
    })
}

/// The account as the commit leaves it.
fn after(before: Snapshot, commit: &Commit) -> Snapshot {
    let chosen = match &commit.designation {
        DesignationWrite::Keep => before.chosen.clone(),
        DesignationWrite::Clear => None,
        DesignationWrite::Choose { user_id, by } => Some(Chosen {
            user_id: user_id.clone(),
            member: before.member(user_id).cloned(),
            since: commit.now,
            by: by.clone(),
        }),
    };
    Snapshot {
        chosen,
        revision: before.revision + 1,
        version: before.version + 1,
        announced: Some(commit.announced.clone()),
        reminded_for: commit.reminded_for.clone(),
        next_review_at: commit.next_review_at,
        ..before
    }
}
