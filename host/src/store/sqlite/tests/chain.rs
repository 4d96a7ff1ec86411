//! Histories that somebody else wrote to, past the triggers: a walk along them names the first break.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{open_file, tamper};
use crate::domain::model::{AuditRow, Commit};
use crate::domain::ports::Store;
use crate::domain::{Break, ChainReport, verify};
use crate::store::conformance::{account, acme, at, audit_entry, commit_on, entry, put, snapshot, stored};

const CHANGED: &str = "its contents do not have its hash";
const UNLINKED: &str = "it does not have the hash of the row before";
const MISSING: &str = "a row before it is missing";
const STRAY: &str = "it belongs to no account";
const ANOTHER_END: &str = "the account's last row is another";

/// `a-1` with three rows, `a-2` with two and `a-3` with none, without the triggers that refuse changes.
async fn histories() -> (Arc<dyn Store>, PathBuf, TempDir) {
    let (store, path, folder) = open_file();
    acme(&store).await;
    put(&store, &entry("a-2", &[]), 0).await;
    put(&store, &entry("a-3", &[]), 0).await;
    for (n, id) in ["a-1", "a-2", "a-1", "a-2", "a-1"].into_iter().enumerate() {
        let audit = Some(audit_entry(i64::try_from(n).unwrap()));
        stored(&store, &Commit { audit, ..commit_on(&snapshot(&store, id).await) }).await;
    }
    let triggers = ["update", "delete", "replace"].map(|what| format!("DROP TRIGGER audit_refuses_{what};"));
    tamper(&path, &triggers.concat());
    (store, path, folder)
}

async fn first_break(store: &Arc<dyn Store>) -> Option<Break> {
    verify(&**store, |_| {}).await.unwrap().first_break
}

fn breach(account: &str, seq: i64, what: &'static str) -> Option<Break> {
    Some(Break { account: account.into(), seq, what })
}

async fn assert_breaks(sql: &str, account: &str, seq: i64, what: &'static str) {
    let (store, path, _folder) = histories().await;
    tamper(&path, sql);
    assert_eq!(first_break(&store).await, breach(account, seq, what), "{sql}");
}

#[tokio::test]
async fn what_nobody_touched_is_whole() {
    let (store, _path, _folder) = histories().await;
    let whole = ChainReport { accounts: 3, rows: 5, first_break: None };
    assert_eq!(verify(&*store, |_| {}).await.unwrap(), whole);
}

#[tokio::test]
async fn a_changed_field_is_found() {
    let (store, path, _folder) = histories().await;
    let columns = [
        ("at", "at + 1"),
        ("actor", "'u-2'"),
        ("authenticated", "'directory'"),
        ("action", "'reset'"),
        ("before", "NULL"),
        ("after", "before"),
        ("reasons", "'[]'"),
        ("detail", "'{\"address\":{\"person\":\"u-2\"}}'"),
        ("policy_version", "'1.0.1'"),
        ("module_sha256", "fingerprint"),
        ("fingerprint", "module_sha256"),
        ("hash", "previous_hash"),
        ("action", "'no such word'"),
    ];
    for (column, value) in columns {
        tamper(&path, "CREATE TABLE kept AS SELECT * FROM audit");
        tamper(&path, &format!("UPDATE audit SET {column} = {value} WHERE account_id = 'a-1' AND seq = 2"));
        assert_eq!(first_break(&store).await, breach("a-1", 2, CHANGED), "{column}");
        tamper(&path, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept");
    }
    assert_eq!(first_break(&store).await, None);
}

#[tokio::test]
async fn a_removed_row_is_found() {
    assert_breaks("DELETE FROM audit WHERE account_id = 'a-1' AND seq = 1", "a-1", 2, MISSING).await;
    assert_breaks("DELETE FROM audit WHERE account_id = 'a-1' AND seq = 2", "a-1", 3, MISSING).await;
    assert_breaks("DELETE FROM audit WHERE account_id = 'a-1' AND seq = 3", "a-1", 3, ANOTHER_END).await;
    assert_breaks("DELETE FROM audit WHERE account_id = 'a-2'", "a-2", 1, ANOTHER_END).await;
    assert_breaks("DELETE FROM audit", "a-1", 1, ANOTHER_END).await;
}

#[tokio::test]
async fn rows_that_changed_places_are_found() {
    let swap = "UPDATE audit SET seq = 9 WHERE account_id = 'a-1' AND seq = 1;
        UPDATE audit SET seq = 1 WHERE account_id = 'a-1' AND seq = 2;
        UPDATE audit SET seq = 2 WHERE account_id = 'a-1' AND seq = 9";
    assert_breaks(swap, "a-1", 1, UNLINKED).await;
    let to_another = "DELETE FROM audit WHERE account_id = 'a-2' AND seq = 1;
        UPDATE audit SET account_id = 'a-2' WHERE account_id = 'a-1' AND seq = 1";
    assert_breaks(to_another, "a-1", 2, MISSING).await;
    let as_another = "DELETE FROM audit WHERE account_id = 'a-2';
        INSERT INTO audit SELECT 'a-2', seq, at, actor, authenticated, action, before, after, reasons, detail,
            policy_version, module_sha256, fingerprint, previous_hash, hash FROM audit WHERE seq < 3";
    assert_breaks(as_another, "a-2", 1, CHANGED).await;
}

#[tokio::test]
async fn a_row_that_was_put_there_is_found() {
    let copy = |account: &str, seq: i64| {
        format!(
            "INSERT INTO audit SELECT '{account}', {seq}, at, actor, authenticated, action, before, after, reasons,
            detail, policy_version, module_sha256, fingerprint, previous_hash, hash FROM audit
            WHERE account_id = 'a-1' AND seq = 1"
        )
    };
    assert_breaks(&copy("a-0", 1), "a-0", 1, STRAY).await;
    assert_breaks(&copy("a-1+", 1), "a-1+", 1, STRAY).await;
    assert_breaks(&copy("a-9", 7), "a-9", 7, STRAY).await;
    assert_breaks(&copy("a-3", 1), "a-3", 1, CHANGED).await;
    assert_breaks(&copy("a-1", 4), "a-1", 4, UNLINKED).await;
    assert_breaks(&copy("a-1", 0), "a-1", 0, MISSING).await;
    assert_breaks("DELETE FROM accounts WHERE id = 'a-1'", "a-1", 1, STRAY).await;
}

/// Somebody who knows how hashes are made still has to change all that follows, and the account's own end.
#[tokio::test]
async fn a_row_with_a_hash_of_its_own_is_found() {
    for (seq, broken_at, what) in [(1, 2, UNLINKED), (3, 4, ANOTHER_END)] {
        let (store, path, _folder) = histories().await;
        let mut row: AuditRow = store.history(&account("a-1"), Some(seq + 1), 1).await.unwrap().remove(0);
        row.at = at(999).millis();
        row.hash = row.expected_hash();
        let forged = "UPDATE audit SET at = ?1, hash = ?2 WHERE account_id = 'a-1' AND seq = ?3";
        Connection::open(&path).unwrap().execute(forged, (row.at, &row.hash, seq)).unwrap();
        assert_eq!(first_break(&store).await, breach("a-1", broken_at, what));
    }
}
