//! The stores that the host is checked on.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use security_contact_host::domain::ports::Store;
use security_contact_host::store::memory::MemoryStore;
use security_contact_host::store::postgres::PostgresStore;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_tests_postgres::Database;
use tempfile::TempDir;

/// What a kind of store keeps its data in, so that it can be opened again after the host has died.
pub trait Backend: Sized {
    /// An empty one.
    fn create() -> Self;

    /// The store over it. What had it open before is gone.
    fn open(&self) -> impl Future<Output = Arc<dyn Store>>;
}

/// A file of SQLite.
pub struct Sqlite(TempDir);

impl Backend for Sqlite {
    fn create() -> Self {
        // A file in memory, where the machine has that: no machine is stopped here, and a disk would take ten times as
        // long.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        Self(folder.expect("a folder"))
    }

    async fn open(&self) -> Arc<dyn Store> {
        let store = SqliteStore::open(&self.0.path().join("model.db"), OpenMode::Create);
        Arc::new(store.expect("SQLite opens its file"))
    }
}

/// A database of PostgreSQL.
pub struct Postgres(Database);

impl Backend for Postgres {
    fn create() -> Self {
        Self(Database::create())
    }

    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::connect(self.0.url(), 2).await.expect("PostgreSQL opens its database"))
    }
}

/// The memory of this process. It outlives the host here, as if it were written down.
pub struct Memory(Arc<MemoryStore>);

impl Backend for Memory {
    fn create() -> Self {
        Self(Arc::default())
    }

    async fn open(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
}
