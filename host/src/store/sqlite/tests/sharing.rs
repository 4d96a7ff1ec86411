//! Many users of one file: tasks, connections, and other processes.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use rusqlite::ErrorCode;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{again, assert_passed, open_file};
use crate::domain::model::{Claimed, Commit, Committed, OutboxFilter, OutboxState, Settlement};
use crate::domain::ports::Store;
use crate::domain::{ChainReport, verify};
use crate::store::conformance::{
    account, acme, at, audit_entry, choose, claim, commit_on, entry, mail_to, put, queue, snapshot, stored,
};
use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::{OpenMode, SqliteStore};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_win_on_the_same_revision() {
    let (store, path, _folder) = open_file();
    let other: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
    acme(&store).await;
    let mut tasks = JoinSet::new();
    for task in 0..16 {
        let store = Arc::clone(if task % 2 == 0 { &store } else { &other });
        tasks.spawn(async move {
            let mut stale = 0;
            loop {
                let now = snapshot(&store, "a-1").await;
                let commit = Commit { designation: choose("u-2"), ..commit_on(&now) };
                match store.commit(&commit).await.unwrap() {
                    Committed::Stored { version } => break assert_eq!(version, now.version + 1),
                    Committed::Stale => stale += 1,
                }
                assert!(stale < 16, "somebody wins whenever somebody loses");
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(snapshot(&store, "a-1").await.version, 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_send_the_same_mail() {
    let (store, path, _folder) = open_file();
    let other: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
    acme(&store).await;
    queue(&store, &["u-2"; 40], 10).await;
    let mut tasks = JoinSet::new();
    for task in 0..8 {
        let store = Arc::clone(if task % 2 == 0 { &store } else { &other });
        tasks.spawn(async move { store.claim_mail(at(10), at(100), 5).await.unwrap() });
    }
    let mut ids: Vec<i64> = tasks.join_all().await.concat().iter().map(Claimed::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}

/// Chooses, records, and takes and settles mail, again and again, beside whoever else does.
async fn work_along(path: &Path) {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path, OpenMode::Existing).unwrap());
    for _ in 0..TURNS {
        loop {
            let now = snapshot(&store, "a-1").await;
            let (audit, mails) = (Some(audit_entry(0)), vec![mail_to("u-2")]);
            let commit = Commit { designation: choose("u-2"), audit, mails, ..commit_on(&now) };
            if store.commit(&commit).await.unwrap() != Committed::Stale {
                break;
            }
        }
        store.record(&account("a-1"), Some(&audit_entry(0)), None, at(10)).await.unwrap();
        for mail in store.claim_mail(at(10), at(100), 2).await.unwrap() {
            let sent = Settlement::Sent { audit: Some(Box::new(audit_entry(0))) };
            store.settle_mail(mail.id(), mail.lease(), at(20), &sent).await.unwrap();
        }
    }
}

const TURNS: i64 = 20;

#[tokio::test]
async fn processes_share_a_file() {
    const FILE: &str = "SECURITY_CONTACT_SHARED_FILE";
    if let Some(path) = std::env::var_os(FILE) {
        return work_along(Path::new(&path)).await;
    }
    let (store, path, _folder) = open_file();
    acme(&store).await;
    let program = std::env::current_exe().unwrap();
    let start = |_| {
        let mut command = again(&program, module_path!(), "processes_share_a_file");
        command.env(FILE, &path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let others = [0, 1, 2].map(start);
    work_along(&path).await;
    for other in others {
        assert_passed(&other.wait_with_output().unwrap());
    }
    assert_eq!(snapshot(&store, "a-1").await.version, 4 * TURNS);
    let sent = OutboxFilter { account: None, state: Some(OutboxState::Sent) };
    let sent = i64::try_from(store.outbox(&sent, 0, 1_000).await.unwrap().len()).unwrap();
    let left = i64::try_from(claim(&store, 10).await.len()).unwrap();
    assert_eq!(sent + left, 4 * TURNS);
    let report = verify(&*store, |_| {}).await.unwrap();
    let rows = u64::try_from(8 * TURNS + sent).unwrap();
    assert_eq!(report, ChainReport { accounts: 1, rows, first_break: None });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_beside_a_server_loses_nothing() {
    let (store, path, _folder) = open_file();
    let other: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, OpenMode::Existing).unwrap());
    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let store = Arc::clone(if n % 2 == 0 { &store } else { &other });
        tasks.spawn(async move { put(&store, &entry(&format!("a-{n}"), &[]), 0).await });
    }
    tasks.join_all().await;
    assert_eq!(store.accounts(None, 100).await.unwrap().len(), 40);
}

#[tokio::test]
async fn work_that_panics_leaves_its_connection_usable() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("contacts.db"), OpenMode::Create).unwrap();
    let broken = store.write(|tx| -> Result<(), Fault> {
        tx.execute("INSERT INTO policy (id, fingerprint, generation) VALUES (1, 'half', 1)", [])?;
        panic!("a test breaks off");
    });
    assert_eq!(broken.await.unwrap_err().to_string(), "the store failed: the operation was broken off");
    let left = store.write(|tx| Ok(tx.query_row("SELECT count(*) FROM policy", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(left.await.unwrap(), 0);
    store.use_policy("one").await.unwrap();
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("contacts.db"), OpenMode::Create).unwrap();
    let write = store.readers.run(|connection| Ok(connection.execute("DELETE FROM policy", [])?));
    match write.await {
        Err(Fault::Sqlite(error)) => assert_eq!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly)),
        other => panic!("expected an error, got {other:?}"),
    }
}

/// What a machine finds after it lost its power is what the files hold while the store is open.
#[tokio::test]
async fn a_write_is_in_the_files_when_it_returns() {
    let (store, path, folder) = open_file();
    let new = acme(&store).await;
    stored(&store, &Commit { designation: choose("u-2"), ..commit_on(&new) }).await;
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    let copy: Arc<dyn Store> = Arc::new(SqliteStore::open(&copy, OpenMode::Existing).unwrap());
    assert_eq!(snapshot(&copy, "a-1").await, snapshot(&store, "a-1").await);
}
