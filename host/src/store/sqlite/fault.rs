//! What goes wrong inside the adapter.

use rusqlite::ErrorCode;

use crate::domain::ports::StoreError;

/// Why an operation did not happen; its transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite's own error. It names tables and columns, and no values.
    #[error("SQLite reported an error")]
    Sqlite(#[from] rusqlite::Error),
    /// A column holds what the model cannot. The value is not told: it may be a name or an address.
    #[error("`{field}` cannot be read for the account `{account}`")]
    Unreadable {
        /// Whose row it is.
        account: String,
        /// The table and column.
        field: &'static str,
    },
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
