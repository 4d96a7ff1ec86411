//! Walking along the histories of many accounts, while others write and after somebody tampered with them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use security_contact_host::clock::SystemClock;
use security_contact_host::domain::model::{Action, AuditEntry, Authentication, ChainHead, Committed, DirectoryEntry};
use security_contact_host::domain::ports::{Clock, Store};
use security_contact_host::domain::{ChainReport, Directories, DirectoryReader, has_head, verify};
use security_contact_host::engine::Engine;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::Rules;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// More than are read at once, of heads and of rows.
const ACCOUNTS: u32 = 1_100;

struct World {
    folder: TempDir,
    engine: Arc<Engine>,
    store: Arc<dyn Store>,
    directories: Directories,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Arc::new(Engine::embedded(&Rules::default()).unwrap());
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("test.db"), OpenMode::Create).unwrap());
        let directories = Directories::new(engine.clone(), store.clone(), Arc::new(SystemClock));
        Self { folder, engine, store, directories }
    }

    /// Gives every account that owner. That it had another one before becomes a row of its history.
    async fn owned_by(&self, owner: &str, accounts: impl Iterator<Item = String>) {
        let entries: Vec<DirectoryEntry> = accounts.map(|account| entry(&account, owner)).collect();
        assert!(self.directories.put(&entries).await.unwrap().iter().all(Result::is_ok));
    }

    /// That many accounts, whose histories have two rows each.
    async fn grown(accounts: u32) -> Self {
        let world = Self::new();
        for owner in ["u-1", "u-2", "u-3"] {
            world.owned_by(owner, (0..accounts).map(account)).await;
        }
        world
    }

    /// Adds a row to a history.
    async fn add(&self, account: &str) {
        let entry = AuditEntry {
            at: SystemClock.now(),
            actor: None,
            authenticated: Authentication::Host,
            action: Action::ResetRefused,
            before: None,
            after: None,
            reasons: Vec::new(),
            detail: None,
            decided_by: self.engine.identity().clone(),
        };
        let recorded = self.store.record(&account.parse().unwrap(), Some(&entry), None, SystemClock.now()).await;
        assert!(matches!(recorded.unwrap(), Committed::Stored { .. }));
    }

    async fn verify(&self) -> ChainReport {
        verify(self.store.as_ref(), |_| {}).await.unwrap()
    }

    /// Where the first break is, after that was done to the store's file.
    async fn broken_by(&self, sql: &str) -> (String, i64, &'static str) {
        let path: PathBuf = self.folder.path().join("test.db");
        let database = rusqlite::Connection::open(path).unwrap();
        database.pragma_update(None, "foreign_keys", false).unwrap();
        let unguard = "DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete;";
        database.execute_batch(&format!("{unguard} {sql}")).unwrap();
        let first = self.verify().await.first_break.unwrap();
        (first.account, first.seq, first.what)
    }
}

fn account(number: u32) -> String {
    format!("a{number:04}")
}

fn entry(account: &str, owner: &str) -> DirectoryEntry {
    let mut reader = DirectoryReader::default();
    let lines = [
        format!(r#"{{"type":"account","id":"{account}","name":"One","owner":"{owner}"}}"#),
        format!(
            r#"{{"type":"person","account":"{account}","id":"{owner}","name":"Ada","email":null,"role":"owner","accountSettings":"edit","status":"active","lastLoginAt":null,"staffRole":null}}"#
        ),
    ];
    assert!(lines.iter().all(|line| reader.push(line.as_bytes()).is_none()));
    reader.finish().unwrap().entry.ok().unwrap()
}

#[tokio::test]
async fn histories_that_grow_meanwhile_are_no_break() {
    let world = World::grown(ACCOUNTS).await;
    let rounds = AtomicU32::new(0);
    // Whenever rows were read, there are more of them a moment later: before and after those, and of new accounts.
    let grow = async || {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        for number in [0, 499, 500, 800, 999, 1_000, 1_099] {
            world.add(&account(number)).await;
        }
        for new in ["a0400-", "a0800-", "a0999-", "a1050-", "z"] {
            let new = format!("{new}{round}");
            world.owned_by("u-1", [new.clone()].into_iter()).await;
            world.add(&new).await;
        }
    };
    let report = verify(world.store.as_ref(), |_| {
        std::thread::scope(|scope| scope.spawn(|| Runtime::new().unwrap().block_on(grow())).join().unwrap());
    })
    .await
    .unwrap();
    assert_eq!(report.first_break, None);
    assert!(rounds.into_inner() >= 3);
    assert!(report.accounts > ACCOUNTS.into() && report.rows > (2 * ACCOUNTS).into(), "{report:?}");
    assert_eq!(world.verify().await.first_break, None);
}

#[tokio::test]
async fn the_first_break_is_named() {
    let world = World::grown(ACCOUNTS).await;
    let whole = ChainReport { accounts: ACCOUNTS.into(), rows: (2 * ACCOUNTS).into(), first_break: None };
    assert_eq!(world.verify().await, whole);
    let last_row = "the account's last row is another";
    let cases = [
        (
            "UPDATE audit SET actor = 'u-9' WHERE account_id = 'a0001' AND seq = 2",
            2,
            "its contents do not have its hash",
        ),
        ("DELETE FROM audit WHERE account_id = 'a0001' AND seq = 1", 2, "a row before it is missing"),
        ("DELETE FROM audit WHERE account_id = 'a0001' AND seq = 2", 2, last_row),
        ("DELETE FROM audit WHERE account_id = 'a0001'", 1, last_row),
        (
            "UPDATE accounts SET audit_seq = 1, audit_hash = (SELECT hash FROM audit WHERE account_id = id AND seq = 1)
            WHERE id = 'a0001'",
            3,
            last_row,
        ),
        ("UPDATE accounts SET audit_hash = printf('%064d', 0) WHERE id = 'a0001'", 3, last_row),
        (
            "UPDATE audit SET previous_hash = hash WHERE account_id = 'a0001' AND seq = 2",
            2,
            "it does not have the hash of the row before",
        ),
        ("UPDATE audit SET account_id = 'a0001x' WHERE account_id = 'a0001'", 1, last_row),
        ("DELETE FROM accounts WHERE id = 'a0001'", 1, "it belongs to no account"),
    ];
    for (sql, seq, what) in cases {
        let world = World::grown(3).await;
        assert_eq!(world.broken_by(sql).await, ("a0001".to_owned(), seq, what), "{sql}");
    }
}

#[tokio::test]
async fn rows_after_the_last_account_belong_to_none() {
    let world = World::new();
    world.owned_by("u-1", ["a".to_owned()].into_iter()).await;
    world.add("a").await;
    let sql = "INSERT INTO audit SELECT 'z', seq, at, actor, authenticated, action, before, after, reasons, detail,
        policy_version, module_sha256, fingerprint, previous_hash, hash FROM audit";
    assert_eq!(world.broken_by(sql).await, ("z".to_owned(), 1, "it belongs to no account"));
}

#[tokio::test]
async fn a_head_that_was_kept_is_found_until_its_history_is_another() {
    let world = World::new();
    world.owned_by("u-1", ["a".to_owned(), "b".to_owned()].into_iter()).await;
    let mut kept: Vec<(String, ChainHead)> = Vec::new();
    for _ in 0..3 {
        kept.extend(world.store.chain_heads(None, 10).await.unwrap());
        world.add("a").await;
        world.add("b").await;
    }
    let has =
        async |(account, head): &(String, ChainHead)| has_head(world.store.as_ref(), account, head).await.unwrap();
    for kept in &kept {
        assert!(has(kept).await, "{kept:?}");
    }
    let heads: BTreeSet<&str> = kept.iter().map(|(_, head)| head.hash.as_str()).collect();
    assert_eq!(heads.len(), 5, "two of six are those of histories without a row");
    let (_, of_a) = &kept[2];
    for other in [
        ("b".to_owned(), of_a.clone()),
        ("c".to_owned(), of_a.clone()),
        ("a".to_owned(), ChainHead { seq: of_a.seq + 1, ..of_a.clone() }),
        ("a".to_owned(), ChainHead { seq: 99, ..of_a.clone() }),
        ("a".to_owned(), ChainHead { seq: 0, ..of_a.clone() }),
    ] {
        assert!(!has(&other).await, "{other:?}");
    }
}
