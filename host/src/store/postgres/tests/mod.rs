//! What is PostgreSQL's own, beside what holds for every store. Tests that stop or change a server start their own.

mod contents;
mod damage;
mod indexes;
mod languages;
mod opening;
mod outage;
mod sharing;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use security_contact_tests_postgres::Database;

use super::{Limits, PostgresStore};
use crate::domain::ports::Store;

crate::store::conformance::conformance!(open_store().await);

/// What a busy machine needs at most. No test waits for it unless something is wrong.
const PLENTY: Duration = Duration::from_secs(60);

async fn open_store() -> (Arc<dyn Store>, Database) {
    let database = Database::create();
    (connect(&database).await, database)
}

/// A store as a host of its own has it.
async fn connect(database: &Database) -> Arc<PostgresStore> {
    connect_within(database.url(), patient()).await
}

async fn connect_within(url: &str, limits: Limits) -> Arc<PostgresStore> {
    Arc::new(PostgresStore::connect_within(url, PostgresStore::CONNECTIONS, limits).await.unwrap())
}

fn patient() -> Limits {
    Limits {
        connect: PLENTY,
        create: PLENTY,
        wait: PLENTY,
        check: PLENTY,
        lock: PLENTY,
        statement: PLENTY,
        operation: PLENTY,
    }
}

/// Does to a database what this program never would.
fn tamper(database: &Database, statements: &[&str]) {
    database.execute(&[&["SET session_replication_role = replica"], statements].concat());
}
