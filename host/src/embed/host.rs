//! The host inside a backend.

use std::sync::Arc;

use security_contact_policy::{Access, UserId};

use super::HostBuilder;
use crate::domain::model::{AccountId, AuditEntry, Authentication, CandidateCursor, NewEvent};
use crate::domain::ports::{Clock, Mailer, Store, StoreError};
use crate::domain::{
    Answered, Candidate, ContactView, Contacts, Directories, Dispatched, DomainError, Events, FollowError, FreshStore,
    Request, ReviewReport, Reviews, Told, Wish,
};
use crate::engine::Engine;
use crate::worker::{Courier, Pauses, Stop, Worker};

/// How many accounts of the directory are listed at once.
const PAGE: u32 = 500;

/// Keeps the security contacts of a backend's accounts, and sends the mail that follows.
///
/// ```
/// use std::sync::Arc;
///
/// use security_contact_host::Host;
/// # use async_trait::async_trait;
/// # use security_contact_host::domain::model::{AccountFacts, AccountId, Member};
/// # use security_contact_host::domain::ports::{Clock, Directory, DirectoryError, Mailer, RenderedMail, SendError, Whom};
/// # use security_contact_host::policy::Instant;
/// use security_contact_host::store::memory::MemoryStore;
/// # struct Users;
/// # fn person(id: &str, name: &str) -> Member {
/// #     let text = format!(
/// #         r#"{{"id":"{id}","role":"admin","accountSettings":"none","status":"active",
/// #             "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}}"#
/// #     );
/// #     Member::new(serde_json::from_str(&text).unwrap(), name.parse().unwrap(), None)
/// # }
/// # #[async_trait]
/// # impl Directory for Users {
/// #     async fn account(&self, _: &AccountId, _: Whom<'_>) -> Result<Option<AccountFacts>, DirectoryError> {
/// #         let people = vec![person("u-1", "Ada"), person("u-2", "Ben")];
/// #         Ok(Some(AccountFacts { name: "Acme".parse()?, owner: "u-1".parse()?, people }))
/// #     }
/// #     async fn accounts(&self, _: Option<&AccountId>, _: u32) -> Result<Vec<AccountId>, DirectoryError> {
/// #         Ok(Vec::new())
/// #     }
/// # }
/// # struct Post;
/// # #[async_trait]
/// # impl Mailer for Post {
/// #     async fn send(&self, _: &RenderedMail) -> Result<(), SendError> {
/// #         Ok(())
/// #     }
/// # }
/// # struct Autumn;
/// # impl Clock for Autumn {
/// #     fn now(&self) -> Instant {
/// #         "2026-11-01T00:00:00Z".parse().unwrap()
/// #     }
/// # }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let host = Host::builder()
///     .store(Arc::new(MemoryStore::default())) // or SqliteStore, or PostgresStore
///     .directory(Arc::new(Users))              // the backend's user table
///     .mailer(Arc::new(Post))                  // how the backend sends mail
/// #   .clock(Arc::new(Autumn))
///     .build()?;
///
/// let (acme, ada, ben) = ("acme".parse()?, "u-1".parse()?, "u-2".parse()?);
/// host.designate(&acme, &ada, &ben).await?;
/// assert_eq!(host.contact(&acme).await?.contact.user_id, ben);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What a directory of the backend's own means for decisions
///
/// The users are in the backend's database and the contacts in the host's store, even where both are in one file: no
/// transaction spans the two. What holds is this:
///
/// - Before anything is decided, shown or addressed, the people whom it rests on are read from the
///   [`Directory`](crate::Directory), and the store's copy of them is brought up to date. So an answer rests on facts that
///   were true after it was asked for.
/// - What was read is stored only while the account is still as it was before the reading, so that of two hosts the
///   slower one never puts old facts over new ones. A decision is stored only while the copy is as it was decided on.
/// - Facts and the review that follows from them are stored in one transaction. The copy never has a contact whom its
///   own facts forbid.
/// - Between the reading and the end of the host's transaction, which are milliseconds, the backend may store something
///   else. [`people_changed`](Self::people_changed), called after the backend's own commit, finds that: a choice that has
///   become invalid is cleared there, and both are told.
/// - A backend that does not call it, or dies before, loses no safety: who is no longer eligible is neither shown nor
///   sent an event from then on. They are cleared, and told, when the account is looked at next: by anything above, by the
///   review that falls due, or by [`sync`](Self::sync).
/// - Names are searched in the copy. Somebody whom no call has brought yet is not found, and can be chosen all the same.
///
/// An account that the directory no longer has is unknown from then on; its history stays.
///
/// Errors are free of names and addresses, as far as those of the backend's own ports are.
pub struct Host {
    parts: Parts,
}

/// What a host is made of.
pub(super) struct Parts {
    pub(super) engine: Arc<Engine>,
    pub(super) store: Arc<dyn Store>,
    pub(super) fresh: Option<Arc<FreshStore>>,
    pub(super) mailer: Option<Arc<dyn Mailer>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) contacts: Arc<Contacts>,
    pub(super) directories: Arc<Directories>,
    pub(super) reviews: Arc<Reviews>,
    pub(super) events: Arc<Events>,
    pub(super) pauses: Pauses,
}

/// Why a host does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The host was built without a mailer.
    #[error("a host needs a mailer to run")]
    NoMailer,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of going over all accounts of the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// How many accounts are as the directory has them.
    pub accounts: u64,
    /// How many could not be taken over.
    pub failed: u64,
}

impl Host {
    /// Begins a host: `Host::builder().store(…).directory(…).mailer(…).build()`.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(super) fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Who the contact of an account is now, and why.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], and failures of the store, which has asked the directory.
    pub async fn contact(&self, account: &AccountId) -> Result<ContactView, DomainError> {
        self.parts.contacts.show(account).await
    }

    /// What somebody may do with the field of an account. A stranger to the account may do nothing.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`] and failures of the store.
    pub async fn access(&self, account: &AccountId, viewer: &UserId) -> Result<Access, DomainError> {
        self.parts.contacts.access(account, viewer).await
    }

    /// People of an account whose name or address has every word of `query`, each with a verdict: at most `limit` after
    /// the cursor.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn candidates(
        &self,
        account: &AccountId,
        query: &str,
        after: Option<&CandidateCursor>,
        limit: u32,
    ) -> Result<Vec<Candidate>, DomainError> {
        self.parts.contacts.candidates(account, query, after, limit).await
    }

    /// Makes a person the contact, for `actor`, whom the backend vouches for. A refusal by the policy is no error, and
    /// stands in the history.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`], [`DomainError::Busy`] and failures of the store.
    pub async fn designate(
        &self,
        account: &AccountId,
        actor: &UserId,
        person: &UserId,
    ) -> Result<Answered, DomainError> {
        self.wish(account, actor, &Wish::Designate(person.clone())).await
    }

    /// Makes the owner the contact by default.
    ///
    /// # Errors
    /// As [`designate`](Self::designate).
    pub async fn reset(&self, account: &AccountId, actor: &UserId) -> Result<Answered, DomainError> {
        self.wish(account, actor, &Wish::Reset).await
    }

    /// The same with all that a request can bring: the version that somebody saw, and a key for tries that come twice.
    ///
    /// # Errors
    /// As [`designate`](Self::designate).
    pub async fn change(&self, request: &Request<'_>) -> Result<Answered, DomainError> {
        self.parts.contacts.change(request).await
    }

    async fn wish(&self, account: &AccountId, actor: &UserId, wish: &Wish) -> Result<Answered, DomainError> {
        let authenticated = Authentication::Library;
        self.change(&Request { account, actor, authenticated, wish, version: None, once: None }).await
    }

    /// What happened to the contact of an account, newest first: at most `limit` entries before the one of that number.
    ///
    /// # Errors
    /// [`DomainError::UnreadableHistory`] and failures of the store.
    pub async fn history(
        &self,
        account: &AccountId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, AuditEntry)>, DomainError> {
        self.parts.contacts.history(account, before, limit).await
    }

    /// Queues a security event for whoever is the contact when it is sent, once however often it comes under its key.
    ///
    /// # Errors
    /// [`DomainError::UnknownAccount`] and failures of the store.
    pub async fn dispatch(&self, account: &AccountId, event: &NewEvent) -> Result<Dispatched, DomainError> {
        self.parts.events.dispatch(account, event).await
    }

    /// Takes over all that the directory says of an account, and what follows for its contact, in one transaction. To be
    /// called after the backend has stored a change of it. It reads everybody of the account.
    ///
    /// # Errors
    /// Every [`FollowError`]; the account stays as it was.
    pub async fn people_changed(&self, account: &AccountId) -> Result<(), FollowError> {
        self.fresh()?.take_over(account).await
    }

    /// The same for a change of one person, such as a login, of whom alone it reads.
    ///
    /// # Errors
    /// As [`people_changed`](Self::people_changed).
    pub async fn person_changed(&self, account: &AccountId, person: &UserId) -> Result<(), FollowError> {
        self.fresh()?.take_over_one(account, person).await
    }

    /// Takes over every account that the directory lists: before the first run, and once in a while where changes may
    /// have gone unreported. `tell` hears of accounts that could not be taken over.
    ///
    /// # Errors
    /// [`FollowError::NoDirectory`], and [`FollowError::Directory`] when the accounts cannot be listed.
    pub async fn sync(&self, mut tell: impl FnMut(&AccountId, FollowError) + Send) -> Result<Synced, FollowError> {
        let fresh = self.fresh()?;
        let mut synced = Synced::default();
        let mut after = None;
        loop {
            let page = fresh.directory().accounts(after.as_ref(), PAGE).await.map_err(FollowError::Directory)?;
            for account in &page {
                match fresh.take_over(account).await {
                    Ok(()) => synced.accounts += 1,
                    Err(error) => {
                        synced.failed += 1;
                        tell(account, error);
                    }
                }
            }
            after = page.into_iter().next_back();
            if after.is_none() {
                return Ok(synced);
            }
        }
    }

    /// Sends mail, reviews what is due and forgets old answers, until it is asked to stop; the mails in hand are finished
    /// before. Any number of hosts can do this on one store: each mail and each review is done by one of them.
    ///
    /// # Errors
    /// [`RunError::NoMailer`], and failures of the store at the start. Later ones are logged, and it goes on.
    pub async fn run(&self, stop: &Stop) -> Result<(), RunError> {
        let Parts { engine, store, events, mailer, clock, reviews, contacts, pauses, .. } = &self.parts;
        let mailer = mailer.clone().ok_or(RunError::NoMailer)?;
        store.use_policy(&engine.identity().key()).await?;
        let courier = Courier::new(store.clone(), events.clone(), mailer, clock.clone());
        Worker::new(courier, reviews.clone(), contacts.clone(), *pauses).run(stop).await;
        Ok(())
    }

    /// Reviews what is due, once; [`run`](Self::run) does so again and again.
    ///
    /// # Errors
    /// As [`Reviews::review_due`].
    pub async fn review_due(&self, tell: impl FnMut(Told) + Send) -> Result<ReviewReport, DomainError> {
        self.parts.reviews.review_due(tell).await
    }

    /// For backends that bring accounts and people by themselves, in place of a [`Directory`](crate::Directory): what
    /// they say, and what follows from it, is stored in one transaction.
    #[must_use]
    pub fn directories(&self) -> &Arc<Directories> {
        &self.parts.directories
    }

    /// The engine that decides: its identity, its rules and its module.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.parts.engine
    }

    /// The store, as the host reads it.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.parts.store
    }

    fn fresh(&self) -> Result<&FreshStore, FollowError> {
        self.parts.fresh.as_deref().ok_or(FollowError::NoDirectory)
    }
}
