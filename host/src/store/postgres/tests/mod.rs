//! What is PostgreSQL's own, beside what holds for every store.

use std::sync::Arc;

use security_contact_tests_postgres::Database;

use super::PostgresStore;
use crate::domain::ports::Store;

crate::store::conformance::conformance!(open_store().await);

async fn open_store() -> (Arc<dyn Store>, Database) {
    let database = Database::create();
    let store = connect(&database).await;
    (store, database)
}

/// A store as a host of its own has it.
async fn connect(database: &Database) -> Arc<dyn Store> {
    Arc::new(PostgresStore::connect(database.url(), PostgresStore::CONNECTIONS).await.unwrap())
}
