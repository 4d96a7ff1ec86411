//! What a platform's directory says.

use security_contact_policy::UserId;

use super::{AccountId, Commit, DisplayName, Member};

/// One account of a directory with some or all of its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Which account.
    pub account: AccountId,
    /// Its name and owner; `None` leaves both as they are.
    pub profile: Option<(DisplayName, UserId)>,
    /// People to add or bring up to date.
    pub people: Vec<Member>,
    /// People who have left.
    pub left: Vec<UserId>,
}

/// What a backend's own directory says of one account, read at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// How people call it.
    pub name: DisplayName,
    /// Who owns it.
    pub owner: UserId,
    /// The owner, and of the others those who were asked for.
    pub people: Vec<Member>,
}

/// An entry with the review that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryWrite {
    /// What the directory says.
    pub entry: DirectoryEntry,
    /// The revision that the account had when the review was made; `None` for an account that was not there.
    pub revision: Option<i64>,
    /// What the review of the account, as it is after the entry, writes. It is made on the same revision, and on 0 for an
    /// account that was not there.
    pub review: Commit,
}

/// Why a [`DirectoryEntry`] was not taken over; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryFault {
    /// The entry has no name and owner, and the account is not known yet.
    #[error("the account is new, so that it needs a name and an owner")]
    UnknownAccount,
    /// After the entry the account would have no owner.
    #[error("the owner `{owner}` is not among the people of the account")]
    OwnerIsNoMember {
        /// The owner's id.
        owner: UserId,
    },
    /// What the store has of the account cannot be read.
    #[error("{message}")]
    Unreadable {
        /// What cannot be read, without names or addresses.
        message: String,
    },
}
