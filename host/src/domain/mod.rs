//! What happens around the security contact. It holds no rule: the engine decides. It names no database, no mail
//! server and no HTTP: those are adapters of the ports.

mod both;
mod contacts;
mod directories;
mod directory;
mod email;
mod events;
mod facts;
mod fold;
mod found;
mod fresh;
mod import;
mod letters;
pub mod model;
pub mod ports;
mod repeated;
mod reviews;
mod verify;

pub use contacts::{Answered, Candidate, ContactView, Contacts, Once, Request, Wish};
pub use directories::Directories;
pub use directory::{DirectoryReader, Faults, Group, LineFault, read_member};
pub use events::{Dispatched, Events};
pub use fold::fold;
pub use fresh::FollowError;
pub(crate) use fresh::FreshStore;
pub use import::{DirectoryImport, ImportReport, Tell};
pub use reviews::{Reverted, ReviewReport, Reviews, Told};
pub use verify::{Break, ChainReport, has_head, verify};

use crate::engine::EngineError;
use model::{AccountId, UnreadableRow};
use ports::StoreError;

/// How often a decision is made again because the account moved meanwhile.
const MAX_ATTEMPTS: u32 = 8;

/// Why something could not be done. A refusal by the policy is no error.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// No such account.
    #[error("there is no account `{account}`")]
    UnknownAccount {
        /// The id that was asked for.
        account: AccountId,
    },
    /// The account's owner is not among its people.
    #[error("the account `{account}` has no owner; every account needs one")]
    NoOwner {
        /// Which account.
        account: AccountId,
    },
    /// A row of the history holds what no entry can.
    #[error(
        "entry {seq} of the history of the account `{account}`: {error}; `security-contact audit verify` tells more"
    )]
    UnreadableHistory {
        /// Whose history.
        account: AccountId,
        /// The row's number.
        seq: i64,
        /// What cannot be read.
        error: UnreadableRow,
    },
    /// Other writers were faster, again and again.
    #[error("the account is being changed by others; try again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl DomainError {
    /// Whether others were in the way, so that trying again may help.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Store(error) => error.is_busy,
            _ => false,
        }
    }
}
