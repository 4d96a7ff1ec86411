//! What becomes of the log: it is moved into the file beside the writes, by one at a time, and does not grow for ever.

use std::path::Path;
use std::sync::{Arc, mpsc};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::look;
use crate::domain::model::{DirectoryEntry, Member};
use crate::domain::ports::Store;
use crate::store::conformance::{account, change, entry, member, put, snapshot};
use crate::store::sqlite::checkpoint::{Lengths, Mover, watch};
use crate::store::sqlite::open::open_reader;
use crate::store::sqlite::threads::Threads;
use crate::store::sqlite::{OpenMode, SqliteStore};

const PAGE_BYTES: u64 = 4096;

/// What moves the log by itself.
const BESIDE: Lengths = Lengths { step: 10, limit: 1_000_000 };

struct World {
    store: Arc<dyn Store>,
    mover: Mover,
    folder: TempDir,
}

impl World {
    /// A store with the account `a-1`, whose log has those lengths from now on.
    async fn new(lengths: Lengths) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("contacts.db");
        let sqlite = Arc::new(SqliteStore::open(&path, OpenMode::Create).unwrap());
        let mover = Arc::new(Threads::start("mover", [open_reader(&path).unwrap()]).unwrap());
        let own = Arc::clone(&mover);
        sqlite.writer.run(move |writer| Ok(watch(writer, own, lengths)?)).await.unwrap();
        let store: Arc<dyn Store> = sqlite;
        put(&store, &entry("a-1", &[]), 0).await;
        Self { store, mover, folder }
    }

    /// Adds as many people as take dozens of pages, whose ids begin so.
    async fn fill(&self, ids: &str) {
        let people: Vec<Member> = (0..300).map(|n| member(&format!("{ids}-{n}"), &"Some Body ".repeat(10))).collect();
        put(&self.store, &DirectoryEntry { people, ..change("a-1") }, 0).await;
    }

    /// How many people are in the file itself, without its log.
    fn moved(&self) -> String {
        let copy = self.folder.path().join("copy.db");
        std::fs::copy(self.folder.path().join("contacts.db"), &copy).unwrap();
        look(&copy, "SELECT count(*) || '' FROM people")
    }

    /// Waits until the mover has nothing to do any more.
    async fn is_quiet(&self) {
        self.mover.run(|_| Ok(())).await.unwrap();
    }

    /// Keeps the mover from its work until that is dropped.
    async fn hold(&self) -> mpsc::Sender<()> {
        let (held, (here, arrived)) = (mpsc::channel(), oneshot::channel());
        let mover = Arc::clone(&self.mover);
        tokio::spawn(async move {
            let wait = move |_: &mut Connection| {
                here.send(()).unwrap();
                let _ = held.1.recv(); // nothing is sent
                Ok(())
            };
            mover.run(wait).await.unwrap();
        });
        arrived.await.unwrap();
        held.0
    }

    fn log_pages(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("contacts.db-wal")).unwrap().len() / PAGE_BYTES
    }
}

#[tokio::test]
async fn a_log_that_has_grown_is_moved_into_the_file() {
    let world = World::new(BESIDE).await;
    world.fill("p").await;
    // Whoever moves it has it until that is done.
    world.is_quiet().await;
    assert_eq!(world.moved(), "301");
}

#[tokio::test]
async fn a_log_that_has_not_grown_much_stays() {
    let world = World::new(Lengths::default()).await;
    world.fill("p").await;
    world.is_quiet().await;
    assert_ne!(world.moved(), "301");
}

#[tokio::test]
async fn the_log_is_moved_by_one_at_a_time() {
    let world = World::new(BESIDE).await;
    world.is_quiet().await;
    let other = world.hold().await;
    let before = world.moved();
    world.fill("p").await;
    world.fill("q").await;
    assert_eq!(world.moved(), before);
    drop(other);
    world.fill("r").await;
    world.is_quiet().await;
    assert_eq!(world.moved(), "901");
}

/// Whatever moves it beside the writes never gets to it.
#[tokio::test]
async fn a_log_that_nobody_moves_does_not_grow_for_ever() {
    let world = World::new(Lengths { step: 10, limit: 200 }).await;
    let _other = world.hold().await;
    for round in 0..30 {
        world.fill(&format!("u-{round}")).await;
    }
    let pages = world.log_pages();
    assert!(pages < 600, "{pages}");
    assert_ne!(world.moved(), "0");
}

#[tokio::test]
async fn a_log_that_somebody_reads_is_moved_when_they_are_done() {
    let world = World::new(Lengths { step: 10, limit: 100 }).await;
    let reader = Connection::open(world.folder.path().join("contacts.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM people").unwrap();
    for round in 0..10 {
        world.fill(&format!("u-{round}")).await;
    }
    assert!(world.log_pages() > 200, "nothing was written");
    world.is_quiet().await;
    assert_ne!(world.moved(), "3001");
    drop(reader);
    world.fill("q").await;
    assert_eq!(world.moved(), "3301");
}

/// Pages cannot be moved by a connection that is in the midst of a transaction.
#[tokio::test]
async fn a_log_that_cannot_be_moved_fails_no_write() {
    let world = World::new(BESIDE).await;
    let execute = |sql| world.mover.run(move |connection| Ok(connection.execute_batch(sql)?));
    execute("BEGIN; SELECT * FROM people").await.unwrap();
    world.fill("p").await;
    let checkpoint =
        |connection: &mut Connection| Ok(connection.wal_checkpoint_v2(Some(rusqlite::MAIN_DB), Default::default())?);
    assert!(world.mover.run(checkpoint).await.is_err());
    assert_ne!(world.moved(), "301");
    assert_eq!(snapshot(&world.store, "a-1").await.account, account("a-1"));
    execute("COMMIT").await.unwrap();
    world.fill("q").await;
    world.is_quiet().await;
    assert_eq!(world.moved(), "601");
}

/// Even while its log is being moved.
#[test]
fn a_store_that_closes_leaves_no_log() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = runtime.block_on(async {
        let world = World::new(BESIDE).await;
        world.fill("p").await;
        world.folder
    });
    drop(runtime);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, [Path::new("contacts.db").as_os_str()]);
}
