//! A store inside a backend: its accounts are as the backend's directory has them at that moment.
//!
//! The store keeps a copy of the facts, because a decision has to be stored together with what it rests on. Whoever
//! reads an account here has the copy compared with the directory first. What differs is taken over, with the review that
//! follows from it, and only while the account is still as it was before the directory was asked.

mod news;
mod port;

use std::sync::Arc;

use security_contact_policy::UserId;

use self::news::{News, everything, news};
use super::model::{AccountId, CandidateCursor, Committed, DirectoryFault, Snapshot, UnreadableAccount};
use super::ports::{Directory, DirectoryError, Readable, Store, StoreError, Whom};
use super::{Directories, DomainError, MAX_ATTEMPTS, fold};

/// How many people of the copy are read at once.
const PAGE: u32 = 1_000;

/// Why an account was not taken over from the backend's directory.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The host was built without a directory.
    #[error("the host was built without a directory")]
    NoDirectory,
    /// The directory has no such account.
    #[error("the directory has no account `{account}`")]
    UnknownAccount {
        /// The id that was asked for.
        account: AccountId,
    },
    /// What the directory says cannot be.
    #[error("the account `{account}` cannot be taken over: {fault}")]
    Fault {
        /// Which account.
        account: AccountId,
        /// What is wrong with it.
        fault: DirectoryFault,
    },
    /// The directory failed.
    #[error("the directory cannot be read")]
    Directory(#[source] DirectoryError),
    /// The store or the engine failed, or others who write were faster again and again.
    #[error(transparent)]
    Domain(#[from] DomainError),
}

impl From<StoreError> for FollowError {
    fn from(error: StoreError) -> Self {
        Self::Domain(error.into())
    }
}

/// A store whose accounts are compared with a directory before they are read.
pub(crate) struct FreshStore {
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    /// Works on the store itself.
    directories: Arc<Directories>,
}

impl FreshStore {
    /// The store that follows the directory. The service has to work on the store itself.
    pub(crate) fn new(store: Arc<dyn Store>, directory: Arc<dyn Directory>, directories: Arc<Directories>) -> Self {
        Self { store, directory, directories }
    }

    /// The directory that it follows.
    pub(crate) fn directory(&self) -> &dyn Directory {
        &*self.directory
    }

    /// Takes over all that the directory says of an account, and who has left.
    pub(crate) async fn take_over(&self, account: &AccountId) -> Result<(), FollowError> {
        for _ in 0..MAX_ATTEMPTS {
            let seen = self.store.snapshot(account, &[]).await?;
            let known = self.known_people(account).await?;
            let facts = self.directory.account(account, Whom::Everybody).await.map_err(FollowError::Directory)?;
            let facts = facts.ok_or_else(|| FollowError::UnknownAccount { account: account.clone() })?;
            let put = self.directories.put_seen(everything(account, &known, facts), seen).await?;
            match put.map_err(|fault| FollowError::Fault { account: account.clone(), fault })? {
                Committed::Stored { .. } => return Ok(()),
                Committed::Stale => {}
            }
        }
        Err(DomainError::Busy.into())
    }

    /// Takes over what the directory says of one person of an account, and of those on whom its contact rests.
    pub(crate) async fn take_over_one(&self, account: &AccountId, person: &UserId) -> Result<(), FollowError> {
        let asked = (account.clone(), vec![person.clone()]);
        let known = self.store.snapshots(std::slice::from_ref(&asked)).await?.into_iter().next().flatten();
        let fault = |message| DirectoryFault::Unreadable { message };
        match self.fresh(account, &asked.1, known).await? {
            Some(Ok(_)) => Ok(()),
            Some(Err(UnreadableAccount { account, message })) => {
                Err(FollowError::Fault { account, fault: fault(message) })
            }
            None => Err(FollowError::UnknownAccount { account: account.clone() }),
        }
    }

    /// The account with the owner, the designee, the announced person and those people as the directory has them now.
    /// It fails alone when what the directory says of it cannot be.
    async fn fresh(
        &self,
        account: &AccountId,
        also: &[UserId],
        known: Option<Readable>,
    ) -> Result<Option<Readable>, FollowError> {
        let mut known = known;
        for _ in 0..MAX_ATTEMPTS {
            let seen: Option<Snapshot> = match known.transpose() {
                Ok(seen) => seen,
                Err(unreadable) => return Ok(Some(Err(unreadable))),
            };
            match self.news(account, also, seen.as_ref()).await? {
                News::None => return Ok(seen.map(Ok)),
                News::Gone => return Ok(None),
                News::Entry(entry) => {
                    if let Err(fault) = self.directories.put_seen(entry, seen).await? {
                        let message = format!("what the directory says of it cannot be: {fault}");
                        return Ok(Some(Err(UnreadableAccount { account: account.clone(), message })));
                    }
                }
            }
            let asked = (account.clone(), also.to_vec());
            known = self.store.snapshots(&[asked]).await?.into_iter().next().flatten();
        }
        Err(DomainError::Busy.into())
    }

    /// The same, for an account that the store handed out. One that the directory no longer has fails alone.
    async fn fresh_of_page(&self, readable: Readable) -> Result<Readable, FollowError> {
        let Ok(snapshot) = readable else { return Ok(readable) };
        let account = snapshot.account.clone();
        let fresh = self.fresh(&account, &[], Some(Ok(snapshot))).await?;
        let message = || "the directory no longer has the account".to_owned();
        Ok(fresh.unwrap_or_else(|| Err(UnreadableAccount { account, message: message() })))
    }

    async fn news(&self, account: &AccountId, also: &[UserId], seen: Option<&Snapshot>) -> Result<News, FollowError> {
        let Some(seen) = seen else {
            let facts = self.directory.account(account, Whom::Everybody).await.map_err(FollowError::Directory)?;
            return Ok(facts.map_or(News::None, |facts| News::Entry(everything(account, &[], facts))));
        };
        let people = seen.people_who_matter(also);
        let facts = self.directory.account(account, Whom::These(&people)).await.map_err(FollowError::Directory)?;
        Ok(facts.map_or(News::Gone, |facts| news(seen, &people, facts)))
    }

    /// The ids of all people of the account whom the copy has.
    async fn known_people(&self, account: &AccountId) -> Result<Vec<UserId>, StoreError> {
        let mut known = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.candidates(account, "", after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(known) };
            after = Some(CandidateCursor { folded_name: fold(last.name.as_str()), user_id: last.person.id.clone() });
            known.extend(page.into_iter().map(|member| member.person.id));
        }
    }
}

/// What the store is told to have met. Not being able to ask the directory is a failure like its own.
fn store_error(error: FollowError) -> StoreError {
    let is_busy = match error {
        FollowError::Domain(DomainError::Store(error)) => return error,
        FollowError::Domain(DomainError::Busy) => true,
        _ => false,
    };
    StoreError {
        message: "the account cannot be compared with the directory".into(),
        source: Some(error.into()),
        is_busy,
    }
}
