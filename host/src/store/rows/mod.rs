//! From rows to the model, where the databases agree: the columns' order and what each may hold, in one place.

mod account;
mod audit;
mod outbox;

use std::borrow::Cow;
use std::str::FromStr;

use security_contact_policy::Instant;
use serde::de::DeserializeOwned;

pub(super) use account::{member, member_columns, snapshot, snapshots};
pub(super) use audit::{audit_columns, audit_row, head};
pub(super) use outbox::{
    Outcome, Settled, StoredEvent, claimed, due_columns, listed, listed_columns, new_message_id, settled,
    settled_columns,
};

use crate::domain::model::UnreadableAccount;

/// A row of a result, whatever database it comes from. A column that holds something of another kind is `None`; NULL is
/// `Some(None)`.
pub(super) trait Cells {
    fn text(&self, column: usize) -> Option<Option<&str>>;

    fn integer(&self, column: usize) -> Option<Option<i64>>;

    /// Text in which any character may stand; a database that cannot hold some of them keeps it in another form.
    fn any_text(&self, column: usize) -> Option<Option<Cow<'_, str>>> {
        self.text(column).map(|text| text.map(Cow::Borrowed))
    }
}

/// A column holds what the model cannot. The value is not told: it may be a name or an address.
#[derive(Debug, thiserror::Error)]
#[error("`{field}` cannot be read for the account `{account}`")]
pub(super) struct Unreadable {
    /// Whose row it is.
    account: String,
    /// The table and column.
    field: &'static str,
}

impl Unreadable {
    /// The account that fails alone, if its id can be read.
    pub(super) fn alone(self) -> Result<UnreadableAccount, Self> {
        match self.account.parse() {
            Ok(account) => Ok(UnreadableAccount { account, message: self.to_string() }),
            Err(_) => Err(self),
        }
    }
}

/// Reads the columns of a row from left to right. The first one is always the account's id, which errors name.
pub(super) struct Columns<'r, R> {
    row: &'r R,
    next: usize,
}

impl<'r, R: Cells> Columns<'r, R> {
    pub(super) fn new(row: &'r R) -> Self {
        Self { row, next: 0 }
    }

    /// Text of a type that checks it.
    pub(super) fn text<T: FromStr>(&mut self, field: &'static str) -> Result<T, Unreadable> {
        self.read(field, |row, column| row.text(column)??.parse().ok())
    }

    /// Text of a type that checks it, or NULL.
    pub(super) fn optional_text<T: FromStr>(&mut self, field: &'static str) -> Result<Option<T>, Unreadable> {
        self.read(field, |row, column| optional(row.text(column)?, |text| text.parse().ok()))
    }

    /// Text of a type that takes any character.
    pub(super) fn any_text<T: FromStr>(&mut self, field: &'static str) -> Result<T, Unreadable> {
        self.read(field, |row, column| row.any_text(column)??.parse().ok())
    }

    /// Text of a type that takes any character, or NULL.
    pub(super) fn optional_any_text<T: FromStr>(&mut self, field: &'static str) -> Result<Option<T>, Unreadable> {
        self.read(field, |row, column| optional(row.any_text(column)?, |text| text.parse().ok()))
    }

    /// Text as it is, without a copy.
    pub(super) fn plain(&mut self, field: &'static str) -> Result<&'r str, Unreadable> {
        self.read(field, |row, column| row.text(column)?)
    }

    pub(super) fn integer(&mut self, field: &'static str) -> Result<i64, Unreadable> {
        self.read(field, |row, column| row.integer(column)?)
    }

    /// A number, or NULL.
    pub(super) fn optional_integer(&mut self, field: &'static str) -> Result<Option<i64>, Unreadable> {
        self.read(field, |row, column| row.integer(column))
    }

    /// A number that is never negative.
    pub(super) fn count(&mut self, field: &'static str) -> Result<u32, Unreadable> {
        self.read(field, |row, column| u32::try_from(row.integer(column)??).ok())
    }

    pub(super) fn instant(&mut self, field: &'static str) -> Result<Instant, Unreadable> {
        self.read(field, |row, column| Instant::from_millis(row.integer(column)??))
    }

    /// An instant, or NULL.
    pub(super) fn optional_instant(&mut self, field: &'static str) -> Result<Option<Instant>, Unreadable> {
        self.read(field, |row, column| optional(row.integer(column)?, Instant::from_millis))
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self, field: &'static str) -> Result<T, Unreadable> {
        self.read(field, |row, column| serde_json::from_str(row.text(column)??).ok())
    }

    /// JSON, or NULL.
    pub(super) fn optional_json<T: DeserializeOwned>(&mut self, field: &'static str) -> Result<Option<T>, Unreadable> {
        self.read(field, |row, column| optional(row.text(column)?, |text| serde_json::from_str(text).ok()))
    }

    pub(super) fn skip(&mut self, columns: usize) {
        self.next += columns;
    }

    fn read<T>(&mut self, field: &'static str, read: impl FnOnce(&'r R, usize) -> Option<T>) -> Result<T, Unreadable> {
        let column = self.next;
        self.next += 1;
        // The account's id as far as it is text.
        let account = || self.row.text(0).flatten().unwrap_or_default().to_owned();
        read(self.row, column).ok_or_else(|| Unreadable { account: account(), field })
    }
}

/// NULL, or what a value is read as.
fn optional<V, T>(value: Option<V>, read: impl FnOnce(V) -> Option<T>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => read(value).map(Some),
    }
}
