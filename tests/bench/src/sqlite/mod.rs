//! What the store in SQLite costs.

mod audit;
pub(crate) mod bare;
mod candidates;
mod data;
mod designate;
mod import;
mod outbox;
mod tick;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use security_contact_host::domain::ports::Store;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};

pub(crate) use audit::{against_sql, against_stream, growth as audit_growth, memory, run as audit_alone};
pub(crate) use candidates::growth as candidates;
pub(crate) use data::kept;
pub(crate) use designate::against_bare as designate;
pub(crate) use import::against_bulk as import;
pub(crate) use outbox::throughput as outbox;
pub(crate) use tick::{flat as tick, growth as tick_growth};

/// The host's store over that database.
fn store(path: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(path, OpenMode::Existing)?))
}

/// A connection of our own, as durable as the host's, whose statements keep their plans too.
///
/// # Errors
/// When there is no such database.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA synchronous = full; PRAGMA foreign_keys = on")?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}
