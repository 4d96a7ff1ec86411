//! Disks that are full, places that cannot be written, and other programs: an operation happens or it does not, and the
//! store goes on by itself when the fault is gone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tempfile::TempDir;

#[cfg(unix)]
use super::{again, assert_passed, open_file};
use crate::domain::model::{AuditEntry, Commit, Committed, DirectoryEntry, DirectoryWrite, Snapshot};
use crate::domain::ports::{Store, StoreError};
use crate::store::conformance::{
    POLICY, SENT, account, acme, at, audit_entry, change, choose, claim, commit_on, entry, mail_to, member, snapshot,
    stored, write_of,
};
use crate::store::sqlite::{OpenError, OpenMode, SqliteStore};

fn code(error: &StoreError) -> Option<ErrorCode> {
    error.source.as_ref()?.downcast_ref::<rusqlite::Error>()?.sqlite_error_code()
}

/// A store whose writer waits for nobody, as adapter and as port.
async fn impatient(path: &Path) -> (Arc<SqliteStore>, Arc<dyn Store>) {
    let store = Arc::new(SqliteStore::open(path, OpenMode::Create).unwrap());
    store.writer.run(|connection| Ok(connection.busy_timeout(Duration::ZERO)?)).await.unwrap();
    let port: Arc<dyn Store> = Arc::clone(&store) as _;
    (store, port)
}

/// How many pages the file may have at most.
async fn limit_pages(store: &SqliteStore, pages: i64) {
    let limit = move |connection: &mut Connection| {
        Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?)
    };
    store.writer.run(limit).await.unwrap();
}

fn full_commit(now: &Snapshot) -> Commit {
    let (audit, mails) = (Some(audit_entry(0)), vec![mail_to("u-1"), mail_to("u-2")]);
    Commit { designation: choose("u-2"), audit, mails, next_review_at: Some(at(0)), ..commit_on(now) }
}

/// Everything that is stored of `a-1`, its neighbours and the outbox.
async fn all(store: &Arc<dyn Store>) -> String {
    let accounts = store.snapshots_after(None, 100).await.unwrap();
    let people = store.candidates(&account("a-1"), "", None, 1_000).await.unwrap();
    let history = store.audit_after(None, 1_000).await.unwrap();
    let outbox = store.outbox(&Default::default(), 0, 1_000).await.unwrap();
    format!("{accounts:?} {people:?} {history:?} {outbox:?}")
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_overcome() {
    let folder = TempDir::new().unwrap();
    let (sqlite, store) = impatient(&folder.path().join("contacts.db")).await;
    let now = acme(&store).await;
    let before = all(&store).await;
    limit_pages(&sqlite, 1).await; // which SQLite takes for the pages that there are

    let people: Vec<_> = (5..500).map(|n| member(&format!("u-{n}"), "Some Body")).collect();
    let write = write_of(&store, &DirectoryEntry { people, ..change("a-1") }, 10).await;
    let neighbour = write_of(&store, &entry("a-2", &[]), 10).await;
    let writes = [neighbour, write];
    for _ in 0..2 {
        let error = store.put_directories(&writes).await.unwrap_err();
        assert_eq!((code(&error), error.is_busy), (Some(ErrorCode::DiskFull), false));
        assert_eq!(all(&store).await, before);
    }
    let long = AuditEntry { reasons: vec![security_contact_policy::Reason::NotActive; 5_000], ..audit_entry(0) };
    let commit = Commit { audit: Some(long), ..full_commit(&now) };
    assert_eq!(code(&store.commit(&commit).await.unwrap_err()), Some(ErrorCode::DiskFull));
    assert_eq!(all(&store).await, before);

    limit_pages(&sqlite, 100_000).await;
    let fine = Committed::Stored { version: 0 };
    assert_eq!(store.put_directories(&writes).await.unwrap(), [fine, fine]);
    stored(&store, &full_commit(&snapshot(&store, "a-1").await)).await;
}

/// The system refuses to write in the middle of the log: what was acknowledged stays, and nothing else comes.
#[tokio::test]
#[cfg(unix)]
async fn a_log_that_cannot_grow_loses_nothing() {
    const FILE: &str = "SECURITY_CONTACT_LIMITED_FILE";
    if let Some(path) = std::env::var_os(FILE) {
        return fill(Path::new(&path)).await;
    }
    let (store, path, _folder) = open_file();
    let before = acme(&store).await;
    drop(store);
    // Half a megabyte, or a whole one, as the shell counts. A process that ignores the signal gets an error instead.
    let limited = "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\"";
    let test = again(&std::env::current_exe().unwrap(), module_path!(), "a_log_that_cannot_grow_loses_nothing");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", limited]).arg(test.get_program()).args(test.get_args()).env(FILE, &path);
    assert_passed(&shell.output().unwrap());

    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
    let now = snapshot(&store, "a-1").await;
    let acknowledged = std::fs::read_to_string(path.with_extension("told")).unwrap();
    assert_eq!((now.version - before.version).to_string(), acknowledged);
    let rows = store.history(&account("a-1"), None, 1_000).await.unwrap().len();
    assert_eq!(rows.to_string(), acknowledged);
    stored(&store, &full_commit(&now)).await;
}

/// Commits until that fails, and tells how many commits were acknowledged.
#[cfg(unix)]
async fn fill(path: &Path) {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path, OpenMode::Existing).unwrap());
    let mut acknowledged = 0;
    let (error, before) = loop {
        let before = all(&store).await;
        match store.commit(&full_commit(&snapshot(&store, "a-1").await)).await {
            Ok(committed) => assert_ne!(committed, Committed::Stale),
            Err(error) => break (error, before),
        }
        acknowledged += 1;
        std::fs::write(path.with_extension("told"), acknowledged.to_string()).unwrap();
    };
    assert_eq!((code(&error), error.is_busy), (Some(ErrorCode::SystemIoFailure), false), "{error:?}");
    assert!(acknowledged > 1);
    assert_eq!(all(&store).await, before);
}

#[tokio::test]
async fn a_store_that_somebody_locks_is_busy_and_unchanged() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let (_sqlite, store) = impatient(&path).await;
    let now = acme(&store).await;
    stored(&store, &full_commit(&now)).await;
    let mail = claim(&store, 10).await.remove(0);
    let now = snapshot(&store, "a-1").await;
    let before = all(&store).await;
    let write: DirectoryWrite = write_of(&store, &entry("a-2", &[]), 10).await;

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE people SET name = 'not yet'").unwrap();
    let failures = [
        store.commit(&full_commit(&now)).await.err(),
        store.put_directories(&[write]).await.err(),
        store.record(&account("a-1"), Some(&audit_entry(0)), None, at(10)).await.err(),
        store.forget(at(1_000)).await.err(),
        store.use_policy(POLICY).await.err(),
        store.claim_reviews(at(10), at(110), POLICY, 10).await.err(),
        store.put_off_review(&account("a-1"), "no owner", at(10)).await.err(),
        store.claim_mail(at(500), at(600), 10).await.err(),
        store.settle_mail(mail.id, mail.lease, at(20), &SENT).await.err(),
        store.retry_mail(mail.id, at(20)).await.err(),
        store.drop_mail(mail.id, at(20)).await.err(),
    ];
    for (number, failure) in failures.into_iter().enumerate() {
        assert!(failure.is_some_and(|error| error.is_busy), "{number}");
    }
    // Whoever only reads does not wait, and sees nothing of what is not done.
    assert_eq!(all(&store).await, before);

    other.execute_batch("ROLLBACK; ALTER TABLE policy RENAME TO gone").unwrap();
    let error = store.use_policy(POLICY).await.unwrap_err();
    assert!(!error.is_busy, "{error:?}");
    other.execute_batch("ALTER TABLE gone RENAME TO policy").unwrap();
    assert_eq!(all(&store).await, before);
    stored(&store, &full_commit(&now)).await;
}

/// Whether permissions mean nothing to this process.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(TempDir::new().unwrap().path()).unwrap().uid() == 0
}

/// Runs that test once more as a user without rights, in a folder where everybody may write.
#[cfg(unix)]
fn as_nobody(test: &str) {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    // Where the program lies others may not look.
    let program = folder.path().join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut command = again(&program, module_path!(), test);
    command.uid(NOBODY).gid(NOBODY).current_dir(folder.path()).env("TMPDIR", folder.path());
    assert_passed(&command.output().unwrap());
}

#[tokio::test]
#[cfg(unix)]
async fn a_place_without_permission_is_refused_until_it_has_it() {
    use std::os::unix::fs::PermissionsExt;
    if is_root() {
        return as_nobody("a_place_without_permission_is_refused_until_it_has_it");
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Create).unwrap());
    let now = acme(&store).await;
    // A store that is open keeps what it has.
    mode(&path, 0o444);
    mode(folder.path(), 0o555);
    stored(&store, &full_commit(&now)).await;
    let before = all(&store).await;
    mode(folder.path(), 0o755);
    drop(store); // which takes its log away

    for (file, place) in [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)] {
        mode(&path, file);
        mode(folder.path(), place);
        let error = SqliteStore::open(&path, OpenMode::Existing).unwrap_err();
        assert!(matches!(error, OpenError::ReadOnly { .. }), "{file:o} {place:o} {error:?}");
    }
    let missing = SqliteStore::open(&folder.path().join("other.db"), OpenMode::Create).unwrap_err();
    assert!(matches!(missing, OpenError::Failed { .. }), "{missing:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    mode(folder.path(), 0o755);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
    assert_eq!(all(&store).await, before);
}
