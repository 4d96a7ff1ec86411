//! Opening files, good ones and others.

use std::path::Path;
use std::sync::{Arc, Barrier};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{look, on_each_reader, open_file, tamper};
use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::{OpenError, OpenMode, SqliteStore};

fn open_error(path: &Path, mode: OpenMode) -> OpenError {
    SqliteStore::open(path, mode).unwrap_err()
}

#[test]
fn a_missing_file_is_created_only_when_asked_to() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let error = open_error(&path, OpenMode::Existing);
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert!(!path.exists());
    drop(SqliteStore::open(&path, OpenMode::Create).unwrap());
    drop(SqliteStore::open(&path, OpenMode::Create).unwrap());
    drop(SqliteStore::open(&path, OpenMode::Existing).unwrap());
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    for text in ["hello", &"a long letter\n".repeat(1_000)] {
        let path = folder.path().join("letter.txt");
        std::fs::write(&path, text).unwrap();
        for mode in [OpenMode::Create, OpenMode::Existing] {
            let error = open_error(&path, mode);
            assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("theirs.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (n INTEGER)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = open_error(&path, OpenMode::Create);
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_schema_is_refused() {
    let (store, path, _folder) = open_file();
    drop(store);
    tamper(&path, "PRAGMA user_version = 99");
    let error = open_error(&path, OpenMode::Existing);
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known: 1 }), "{error:?}");
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn a_folder_or_a_missing_folder_is_no_database() {
    let folder = TempDir::new().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing").join("contacts.db")] {
        let error = open_error(&path, OpenMode::Create);
        assert!(matches!(error, OpenError::Failed { .. }), "{error:?}");
    }
    assert!(matches!(open_error(Path::new(""), OpenMode::Create), OpenError::Failed { .. }));
}

/// Not even root makes files in `/proc`, or writes to a program that runs.
#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_is_refused() {
    let error = open_error(Path::new("/proc/contacts.db"), OpenMode::Create);
    assert!(matches!(error, OpenError::Failed { .. }), "{error:?}");
    let error = open_error(&std::env::current_exe().unwrap(), OpenMode::Existing);
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error:?}");
}

#[test]
#[cfg(unix)]
fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_store, path, folder) = open_file();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.contains(&path) && files.len() > 1, "{files:?}");
    for file in files {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn many_can_open_a_new_file_at_once() {
    let folder = TempDir::new().unwrap();
    for round in 0..8 {
        let path = folder.path().join(format!("{round}.db"));
        let barrier = Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    barrier.wait();
                    SqliteStore::open(&path, OpenMode::Create).unwrap();
                });
            }
        });
        assert_eq!(look(&path, "SELECT group_concat(user_version) FROM pragma_user_version"), "1");
    }
}

#[tokio::test]
async fn every_connection_has_its_settings() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("contacts.db"), OpenMode::Create).unwrap());
    fn settings(connection: &Connection) -> Result<String, Fault> {
        let sql = "SELECT format('%s %d %d %d %d', journal_mode, synchronous, foreign_keys, timeout, query_only)
            FROM pragma_journal_mode, pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout,
            pragma_query_only";
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    }
    assert_eq!(store.writer.run(|connection| settings(connection)).await.unwrap(), "wal 2 1 5000 0");
    for reader in on_each_reader(&store, |connection| settings(connection).unwrap()).await {
        assert_eq!(reader, "wal 2 1 5000 1");
    }
}
