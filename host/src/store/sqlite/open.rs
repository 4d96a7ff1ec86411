//! Opening a database file, and the settings that every connection has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use super::migrate::{MIGRATIONS, MigrateError, migrate, schema_of};

/// How long a statement waits for another process, such as the command line, to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More distinct statements than a connection ever runs, so that each is prepared once.
const STATEMENTS: usize = 64;

/// How often the switch to the write-ahead log is tried. Each further try waits for the process that was in the way.
const WAL_TRIES: usize = 64;

/// Whether a missing database file is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Create the file when it is missing, for its owner's eyes alone. Its folder has to exist.
    Create,
    /// The file has to exist, so that a mistyped path is noticed.
    Existing,
}

/// Why a database file was not opened. Each says in one line what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file.
    #[error("there is no database at `{}`: check the path, or create the database first", path.display())]
    Missing {
        /// The file's path.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("`{}` is not a SQLite database: check the path", path.display())]
    NotADatabase {
        /// The file's path.
        path: PathBuf,
    },
    /// The file is a SQLite database that is not one of ours. It was not changed.
    #[error("`{}` is the database of another program: check the path", path.display())]
    Foreign {
        /// The file's path.
        path: PathBuf,
    },
    /// A newer version of this program wrote the file. It was not changed.
    #[error("the database has schema {found} and this program knows schema {known}: use a newer version of it")]
    NewerSchema {
        /// The file's schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The file can be read only.
    #[error("`{}` cannot be written: check the permissions of the file and its folder", path.display())]
    ReadOnly {
        /// The file's path.
        path: PathBuf,
    },
    /// The file's place allows no write-ahead log.
    #[error("`{}` cannot have a write-ahead log, its journal is `{mode}`: put it on a local disk", path.display())]
    NoWriteAheadLog {
        /// The file's path.
        path: PathBuf,
        /// The journal mode that it has instead.
        mode: String,
    },
    /// Anything else that the operating system or SQLite reports.
    #[error("the database `{}` cannot be opened", path.display())]
    Failed {
        /// The file's path.
        path: PathBuf,
        /// What was reported.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Opens the connection that writes, and brings the file to the present schema and journal.
pub(super) fn open_writer(path: &Path, mode: OpenMode) -> Result<Connection, OpenError> {
    let is_missing = matches!(path.try_exists(), Ok(false));
    if is_missing && mode == OpenMode::Existing {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let create = if is_missing { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let mut connection = connect(path, create).map_err(|error| explain(path, error))?;
    if is_missing {
        make_private(path).map_err(|error| OpenError::Failed { path: path.to_owned(), source: error.into() })?;
    }
    if connection.is_readonly(MAIN_DB).map_err(|error| explain(path, error))? {
        return Err(OpenError::ReadOnly { path: path.to_owned() });
    }
    configure(&connection).map_err(|error| explain(path, error))?;
    migrate(&mut connection, MIGRATIONS).map_err(|error| unfit(path, error))?;
    let mode = use_write_ahead_log(&connection).map_err(|error| explain(path, error))?;
    if mode == "wal" { Ok(connection) } else { Err(OpenError::NoWriteAheadLog { path: path.to_owned(), mode }) }
}

/// The schema of a file, which is not changed.
pub(super) fn read_schema(path: &Path) -> Result<usize, OpenError> {
    if matches!(path.try_exists(), Ok(false)) {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    schema_of(&mut open_reader(path)?, MIGRATIONS).map_err(|error| unfit(path, error))
}

fn unfit(path: &Path, error: MigrateError) -> OpenError {
    match error {
        MigrateError::Foreign => OpenError::Foreign { path: path.to_owned() },
        MigrateError::Newer { found, known } => OpenError::NewerSchema { found, known },
        MigrateError::Sqlite(error) => explain(path, error),
    }
}

/// Opens a connection that can only read, of a file that has its schema already.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let open = || {
        let connection = connect(path, OpenFlags::empty())?;
        configure(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    open().map_err(|error| explain(path, error))
}

fn connect(path: &Path, create: OpenFlags) -> rusqlite::Result<Connection> {
    // SQLite gives a meaning to names such as `:memory:` and `file:a?mode=ro`; an absolute path is only a path.
    let path = std::path::absolute(path).map_err(|_| rusqlite::Error::InvalidPath(path.to_owned()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    Connection::open_with_flags(path, flags)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement keeps its plan. It would be planned anew for each account that it is asked about, which takes ten times
    // as long as running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A commit is on the disk when it returns, even if the machine loses power then.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Switches to the write-ahead log, which lasts, and returns the journal mode from then on.
fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<String> {
    let switch = || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
    for _ in 1..WAL_TRIES {
        match switch() {
            // The switch, unlike a write, does not wait for its turn. A write that does nothing waits for it.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            result => return result,
        }
    }
    switch()
}

/// Keeps the names and addresses of a new file from other users of the machine; the files beside it follow.
#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// Elsewhere a file has its folder's permissions.
#[cfg(not(unix))]
fn make_private(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn explain(path: &Path, error: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
        Some(ErrorCode::ReadOnly) => OpenError::ReadOnly { path },
        _ => OpenError::Failed { path, source: error.into() },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_path_is_only_a_path() {
        for path in [":memory:", "file:contacts.db?mode=memory"] {
            let error = connect(Path::new(path), OpenFlags::empty()).unwrap_err();
            assert_eq!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen), "{path}: {error}");
        }
    }

    #[test]
    fn the_switch_to_the_write_ahead_log_waits_for_a_writer() {
        static WRITER: Mutex<Option<Connection>> = Mutex::new(None);
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("contacts.db");
        let writer = connect(&path, OpenFlags::SQLITE_OPEN_CREATE).unwrap();
        writer.execute_batch("CREATE TABLE one (n INTEGER); BEGIN IMMEDIATE; INSERT INTO one VALUES (1)").unwrap();
        *WRITER.lock().unwrap() = Some(writer);
        let mut connection = connect(&path, OpenFlags::empty()).unwrap();
        // Called when the connection has to wait: the writer then ends, which rolls back.
        connection.busy_handler(Some(|_| WRITER.lock().unwrap().take().is_some())).unwrap();
        assert_eq!(use_write_ahead_log(&connection).unwrap(), "wal");
    }

    #[test]
    fn a_database_without_a_write_ahead_log_is_noticed() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(use_write_ahead_log(&connection).unwrap(), "memory");
    }
}
