//! What goes wrong inside the adapter.

use rusqlite::ErrorCode;

use crate::domain::ports::StoreError;
use crate::store::rows::Unreadable;

/// Why an operation did not happen; its transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite's own error. It names tables and columns, and no values.
    #[error("SQLite reported an error")]
    Sqlite(#[from] rusqlite::Error),
    /// A column holds what the model cannot.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The thread of the operation ended without an answer.
    #[error("the operation was broken off")]
    BrokenOff,
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        let message = fault.to_string();
        let is_busy =
            matches!(&fault, Fault::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        let source = match fault {
            Fault::Sqlite(error) => Some(error.into()),
            _ => None,
        };
        Self { message, source, is_busy }
    }
}
