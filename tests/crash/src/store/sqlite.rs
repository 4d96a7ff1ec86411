//! A store in one SQLite file.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::{Query, Row};

/// A data folder of its own.
#[derive(Debug)]
pub struct Sqlite(TempDir);

impl Sqlite {
    /// A folder that holds nothing yet.
    pub(super) fn create() -> Result<Self> {
        Ok(Self(TempDir::with_prefix("security-contact-crash-")?))
    }

    /// The database file.
    pub(super) fn file(&self) -> PathBuf {
        self.0.path().join("data/security-contact.sqlite")
    }

    fn connect(&self) -> Result<Connection> {
        let connection = Connection::open_with_flags(self.file(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        Ok(connection)
    }

    pub(super) fn options(&self) -> Vec<OsString> {
        vec!["--data".into(), self.0.path().join("data").into()]
    }

    pub(super) fn look<T>(&self, look: impl Fn(&mut dyn Query) -> Result<T>) -> Result<T> {
        let mut connection = self.connect()?;
        look(&mut &*connection.transaction()?)
    }

    pub(super) fn faults(&self) -> Result<Vec<String>> {
        let connection = self.connect()?;
        let mut faults = (&connection).rows("PRAGMA integrity_check")?;
        faults.retain(|row| row.first() != Some(&Some("ok".to_owned())));
        faults.extend((&connection).rows("PRAGMA foreign_key_check")?);
        Ok(faults.into_iter().map(|row| format!("{row:?}")).collect())
    }
}

impl Query for &Connection {
    fn rows(&mut self, sql: &str) -> Result<Vec<Row>> {
        let mut statement = self.prepare(sql)?;
        let columns = statement.column_count();
        let rows =
            statement.query_map([], |row| (0..columns).map(|column| Ok(text(row.get_ref(column)?))).collect())?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}
