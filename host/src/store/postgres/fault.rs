//! What goes wrong inside the adapter.

use std::fmt;
use std::io;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::domain::ports::StoreError;
use crate::store::rows::Unreadable;

/// Why an operation did not happen; its transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The server's own error.
    #[error("PostgreSQL reported an error")]
    Server(#[source] Report),
    /// There is no connection, or it broke off. A commit that was under way may have gone through.
    #[error("there is no connection to PostgreSQL")]
    Connection(#[source] Error),
    /// The server, or whoever has all connections, took too long.
    #[error("PostgreSQL did not answer in time")]
    Slow,
    /// The driver was given, or gave, what it cannot handle.
    #[error("the exchange with PostgreSQL failed")]
    Driver(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A column holds what the model cannot.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// What the server says of an error, without the details: those quote rows, and so names and addresses.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) code: SqlState,
    message: String,
}

impl Report {
    pub(super) fn of(error: &DbError) -> Self {
        Self { code: error.code().clone(), message: error.message().to_owned() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.code.code())
    }
}

impl std::error::Error for Report {}

impl Fault {
    /// Whether trying again may help: others were in the way, or the server is not there for now.
    fn is_busy(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Slow => true,
            Self::Server(report) => is_passing(&report.code),
            Self::Driver(_) | Self::Unreadable(_) => false,
        }
    }
}

/// Classes of SQLSTATE: connections (08), transactions that others were in the way of (40), resources that are used up
/// for now (53), which a full disk is not, and operators who stop a server or a statement (57). Besides, locks.
fn is_passing(code: &SqlState) -> bool {
    match code.code().get(..2) {
        Some("08" | "40" | "57") => true,
        Some("53") => *code != SqlState::DISK_FULL,
        _ => [SqlState::LOCK_NOT_AVAILABLE, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT].contains(code),
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        if let Some(error) = error.as_db_error() {
            return Self::Server(Report::of(error));
        }
        let source = std::error::Error::source(&error);
        let is_io = source.is_some_and(|source| source.is::<io::Error>());
        if is_io || error.is_closed() { Self::Connection(error) } else { Self::Driver(error.into()) }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(_) => Self::Slow,
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            other => Self::Driver(other.into()),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Driver(error.into())
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        let (message, is_busy) = (fault.to_string(), fault.is_busy());
        let source = match fault {
            Fault::Server(report) => Some(report.into()),
            Fault::Connection(error) => Some(error.into()),
            Fault::Driver(error) => Some(error),
            Fault::Slow | Fault::Unreadable(_) => None,
        };
        Self { message, source, is_busy }
    }
}
