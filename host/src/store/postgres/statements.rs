//! Running statements, each of which a connection prepares once.

use deadpool_postgres::GenericClient;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::fault::Fault;

/// What a statement is given in the place of `$1`, `$2` and so on.
pub(super) type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

/// The rows that a statement gives.
pub(super) async fn query(client: &impl GenericClient, sql: &str, with: Parameters<'_>) -> Result<Vec<Row>, Fault> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, with).await?)
}

/// How many rows a statement wrote.
pub(super) async fn execute(client: &impl GenericClient, sql: &str, with: Parameters<'_>) -> Result<u64, Fault> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.execute(&statement, with).await?)
}

/// Statements that can be sent together, without waiting for one another. The server runs them in the order in which
/// they are first polled; each of them has to be prepared before the first is sent.
pub(super) async fn prepared<const N: usize>(
    client: &impl GenericClient,
    sql: [&str; N],
) -> Result<[Statement; N], Fault> {
    let mut statements = Vec::with_capacity(N);
    for sql in sql {
        statements.push(client.prepare_cached(sql).await?);
    }
    statements.try_into().map_err(|_| unreachable!())
}

/// A limit as the driver takes it.
pub(super) fn rows(limit: u32) -> i64 {
    i64::from(limit)
}
