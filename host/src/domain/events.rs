//! Security events: queued when they happen, addressed when they are sent, so that nobody receives one who is not the
//! contact at that moment.

use std::sync::Arc;

use security_contact_policy::{Event, Instant, Route, UserId};

use super::model::{
    About, AccountId, Action, AuditEntry, Authentication, ClaimedEvent, ClaimedMail, Detail, NewEvent, NewMail, Queued,
    Settlement, Snapshot,
};
use super::ports::{Clock, Store};
use super::{DomainError, facts, letters};
use crate::engine::{CurrentEngine, PolicyIdentity};

/// Takes in the security events of all accounts, and says who receives them.
pub struct Events {
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What became of an event that was dispatched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatched {
    /// It is queued, and will be sent.
    Queued {
        /// Its number in the outbox.
        id: i64,
    },
    /// The same event came under the same key before.
    Repeated {
        /// Its number in the outbox.
        id: i64,
    },
    /// The key came before, with another event.
    KeyReused,
}

impl Events {
    /// The service over these parts.
    #[must_use]
    pub fn new(engine: impl Into<CurrentEngine>, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { engine: engine.into(), store, clock }
    }

    /// Queues an event for whoever is the contact of the account when it is sent. It is durable when this returns, and
    /// is queued once however often it is dispatched under its key.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`] and failures of the store.
    pub async fn dispatch(&self, account: &AccountId, event: &NewEvent) -> Result<Dispatched, DomainError> {
        match self.store.queue_event(account, event, self.clock.now()).await? {
            None => Err(DomainError::UnknownAccount { account: account.clone() }),
            Some(Queued::New(id)) => Ok(Dispatched::Queued { id }),
            Some(Queued::Repeated(id)) => Ok(Dispatched::Repeated { id }),
            Some(Queued::KeyReused) => Ok(Dispatched::KeyReused),
        }
    }

    /// The mails of an event, to whoever is to receive it now.
    pub(crate) async fn address(&self, claimed: &ClaimedEvent) -> Result<Vec<NewMail>, DomainError> {
        let now = self.clock.now();
        let (snapshot, route, _) = self.route(&claimed.account, claimed.event, now).await?;
        let about = About::Event { event: claimed.event, text: claimed.text.clone() };
        let mails = route.recipients.iter().map(|to| letters::mail(&snapshot, to, about.clone(), claimed.queued_at));
        Ok(mails.collect())
    }

    /// The policy by which that person is still to receive the event, at that address; `None` when they are not.
    pub(crate) async fn is_for(&self, mail: &ClaimedMail, event: Event) -> Result<Option<PolicyIdentity>, DomainError> {
        let (snapshot, route, decided_by) = self.route(&mail.account, event, self.clock.now()).await?;
        let address = snapshot.member(&mail.to).and_then(|member| member.email.as_ref());
        let is_for = route.recipients.contains(&mail.to) && address == Some(&mail.address);
        Ok(is_for.then_some(decided_by))
    }

    /// What the history says of an event that somebody received.
    pub(crate) fn received(&self, mail: &ClaimedMail, event: Event, decided_by: PolicyIdentity) -> AuditEntry {
        let detail = Detail::Event { event, to: mail.to.clone(), message_id: mail.message_id.clone() };
        self.entry(Action::EventSent, detail, decided_by)
    }

    /// What follows from an address that is refused for good: the owner is told, unless it is the owner's.
    pub(crate) async fn bounced(&self, mail: &ClaimedMail, error: String) -> Result<Settlement, DomainError> {
        let person: &UserId = &mail.to;
        let detail = Detail::Address { person: person.clone() };
        let decided_by = self.engine.get().identity().clone();
        let audit = Box::new(self.entry(Action::AddressUnreachable, detail, decided_by));
        let snapshot = self.store.snapshot(&mail.account, std::slice::from_ref(person)).await?;
        let told = snapshot.filter(|snapshot| snapshot.owner_id != *person);
        let mails: Vec<NewMail> = told.iter().map(|snapshot| self.owner_notice(snapshot, person)).collect();
        Ok(Settlement::Bounced { error, audit, mails })
    }

    fn owner_notice(&self, snapshot: &Snapshot, unreachable: &UserId) -> NewMail {
        let about = About::Unreachable { person_name: letters::name_of(snapshot, unreachable) };
        letters::mail(snapshot, &snapshot.owner_id, about, self.clock.now())
    }

    fn entry(&self, action: Action, detail: Detail, decided_by: PolicyIdentity) -> AuditEntry {
        AuditEntry {
            at: self.clock.now(),
            actor: None,
            authenticated: Authentication::Host,
            action,
            before: None,
            after: None,
            reasons: Vec::new(),
            detail: Some(detail),
            decided_by,
        }
    }

    async fn route(
        &self,
        account: &AccountId,
        event: Event,
        now: Instant,
    ) -> Result<(Snapshot, Route, PolicyIdentity), DomainError> {
        let snapshot = self.store.snapshot(account, &[]).await?;
        let snapshot = snapshot.ok_or_else(|| DomainError::UnknownAccount { account: account.clone() })?;
        let engine = self.engine.get();
        let route = engine.route(facts::account(&snapshot)?, event, now)?;
        Ok((snapshot, route, engine.identity().clone()))
    }
}
