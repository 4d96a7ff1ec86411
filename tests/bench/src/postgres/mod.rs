//! What the store in PostgreSQL costs. The server is started for the benchmarks, with PostgreSQL's own settings: each
//! commit is on the disk when it returns.

mod audit;
mod bare;
mod data;
mod designate;
mod tick;

use std::sync::Arc;

use anyhow::Result;
use security_contact_host::domain::ports::Store;
use security_contact_host::store::postgres::PostgresStore;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

pub(crate) use audit::{against_sql, against_stream, growth as audit_growth};
pub(crate) use data::Databases;
pub(crate) use designate::against_bare as designate;
pub(crate) use tick::{flat as tick, growth as tick_growth, replicas};

/// The host's store over that database.
fn store(runtime: &Runtime, url: &str) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(runtime.block_on(PostgresStore::connect(url, PostgresStore::CONNECTIONS))?))
}

/// A connection of our own.
fn connect(runtime: &Runtime, url: &str) -> Result<Client> {
    let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
    // What ends it shows in the next statement.
    runtime.spawn(async { drop(connection.await) });
    Ok(client)
}
