//! Brings a database file to the schema of this program: forwards only, and each step all or nothing.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Marks a file as ours: the bytes of `SCS1`.
pub(super) const APPLICATION_ID: i32 = 0x5343_5331;

/// Every step there ever was, oldest first. A step that was released is never edited.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// Why a file cannot be brought to the schema.
#[derive(Debug, thiserror::Error)]
pub(super) enum MigrateError {
    #[error("the file is another program's database")]
    Foreign,
    #[error("the file has schema {found}, newer than {known}")]
    Newer { found: i64, known: i64 },
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Applies the steps that the file lacks. A file that lacks none is only read.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), MigrateError> {
    if lacking(&connection.transaction()?, steps)?.is_empty() {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster: with the write lock in hand, the second look is the one that counts.
    for step in lacking(&tx, steps)? {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", schema_after(steps))?;
    Ok(tx.commit()?)
}

/// Whether the file has seen all of the steps, and no others.
pub(super) fn fits(tx: &Transaction<'_>, steps: &[&str]) -> Result<bool, rusqlite::Error> {
    match lacking(tx, steps) {
        Ok(lacking) => Ok(lacking.is_empty()),
        Err(MigrateError::Sqlite(error)) => Err(error),
        Err(MigrateError::Foreign | MigrateError::Newer { .. }) => Ok(false),
    }
}

/// How many of the steps the file has seen. It is only read.
pub(super) fn schema_of(connection: &mut Connection, steps: &[&str]) -> Result<usize, MigrateError> {
    Ok(steps.len() - lacking(&connection.transaction()?, steps)?.len())
}

/// The steps that the file lacks; it is ours or empty.
fn lacking<'s>(tx: &Transaction<'_>, steps: &'s [&'s str]) -> Result<&'s [&'s str], MigrateError> {
    let application_id: i32 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_bare: bool = tx.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    let is_empty = application_id == 0 && found == 0 && is_bare;
    if application_id != APPLICATION_ID && !is_empty {
        return Err(MigrateError::Foreign);
    }
    let lacking = usize::try_from(found).ok().and_then(|found| steps.get(found..));
    lacking.ok_or_else(|| MigrateError::Newer { found, known: schema_after(steps) })
}

/// The schema is the number of steps that the file has seen.
fn schema_after(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_file_gets_only_the_steps_it_lacks() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &["CREATE TABLE one (n INTEGER) STRICT"]).unwrap();
        let steps = ["this would fail if it ran again", "CREATE TABLE two (n INTEGER) STRICT"];
        migrate(&mut connection, &steps).unwrap();
        assert_eq!(version(&connection), 2);
        connection.execute_batch("INSERT INTO one SELECT n FROM two").unwrap();
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE one (n INTEGER) STRICT", "CREATE TABLE one (n INTEGER) STRICT"];
        assert!(matches!(migrate(&mut connection, &steps), Err(MigrateError::Sqlite(_))));
        assert_eq!(version(&connection), 0);
        migrate(&mut connection, &steps[..1]).unwrap();
    }

    #[test]
    fn a_newer_file_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &["SELECT 1", "SELECT 2"]).unwrap();
        let error = migrate(&mut connection, &["SELECT 1"]).unwrap_err();
        assert!(matches!(error, MigrateError::Newer { found: 2, known: 1 }), "{error}");
    }

    #[test]
    fn a_file_with_a_mark_or_tables_of_its_own_is_refused() {
        for sql in ["PRAGMA application_id = 7", "PRAGMA user_version = 1", "CREATE TABLE theirs (n INTEGER)"] {
            let mut connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(sql).unwrap();
            let error = migrate(&mut connection, MIGRATIONS).unwrap_err();
            assert!(matches!(error, MigrateError::Foreign), "{sql}: {error}");
        }
    }
}
