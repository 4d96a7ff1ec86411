//! Brings a database to the schema of this program: forwards only, and all steps or none.

use tokio_postgres::{Client, GenericClient, Transaction};

use super::fault::Fault;

/// Every step there ever was, oldest first. A step that was released is never edited.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// The lock that whoever migrates holds, so that many hosts may start at once: the bytes of `SCS1`.
const LOCK: i64 = 0x5343_5331;

/// The schema is the number of steps that the database has seen.
const VERSION: &str = "SELECT version FROM security_contact_schema";

/// Why a database cannot be brought to the schema.
#[derive(Debug, thiserror::Error)]
pub(super) enum MigrateError {
    #[error("the database has tables of another program")]
    Foreign,
    #[error("the database has schema {found}, newer than {known}")]
    Newer { found: i64, known: i64 },
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<tokio_postgres::Error> for MigrateError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Applies the steps that the database lacks. One that lacks none is only read.
pub(super) async fn migrate(client: &mut Client, steps: &[&str]) -> Result<(), MigrateError> {
    if lacking(client, steps).await?.is_some_and(<[_]>::is_empty) {
        return Ok(());
    }
    let tx = client.transaction().await?;
    // However long another host needs for its steps.
    tx.batch_execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    // Another host may have been faster: with the lock in hand, the second look is the one that counts.
    let lacking = match lacking(&tx, steps).await? {
        Some(lacking) => lacking,
        None => mark(&tx, steps).await?,
    };
    for step in lacking {
        tx.batch_execute(step).await?;
    }
    tx.execute("UPDATE security_contact_schema SET version = $1", &[&schema_after(steps)]).await?;
    Ok(tx.commit().await?)
}

/// Whether the database has seen all of the steps, and no others.
pub(super) async fn fits(client: &impl GenericClient, steps: &[&str]) -> Result<bool, Fault> {
    match lacking(client, steps).await {
        Ok(lacking) => Ok(lacking.is_some_and(<[_]>::is_empty)),
        Err(MigrateError::Fault(fault)) => Err(fault),
        Err(MigrateError::Foreign | MigrateError::Newer { .. }) => Ok(false),
    }
}

/// How many of the steps the database has seen. It is only read.
pub(super) async fn schema_of(client: &Client, steps: &[&str]) -> Result<usize, MigrateError> {
    let lacking = lacking(client, steps).await?;
    Ok(lacking.map_or(0, |lacking| steps.len() - lacking.len()))
}

/// Marks an empty database as ours, which then lacks every step.
async fn mark<'s>(tx: &Transaction<'_>, steps: &'s [&'s str]) -> Result<&'s [&'s str], MigrateError> {
    tx.batch_execute(
        "CREATE TABLE security_contact_schema (version BIGINT NOT NULL);
        INSERT INTO security_contact_schema VALUES (0)",
    )
    .await?;
    Ok(steps)
}

/// The steps that the database lacks; `None` for an empty one that has no mark yet.
async fn lacking<'s>(client: &impl GenericClient, steps: &'s [&'s str]) -> Result<Option<&'s [&'s str]>, MigrateError> {
    // What a plain name means, which the URL's `options` may say.
    let tables = client
        .query_one(
            "SELECT to_regclass('security_contact_schema') IS NOT NULL, EXISTS (
                SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE nspname = current_schema() AND relkind IN ('r', 'p'))",
            &[],
        )
        .await?;
    match (tables.try_get(0)?, tables.try_get(1)?) {
        (false, false) => return Ok(None),
        (false, true) => return Err(MigrateError::Foreign),
        (true, _) => {}
    }
    let found: i64 = client.query_one(VERSION, &[]).await?.try_get(0)?;
    let lacking = usize::try_from(found).ok().and_then(|found| steps.get(found..));
    Ok(Some(lacking.ok_or_else(|| MigrateError::Newer { found, known: schema_after(steps) })?))
}

fn schema_after(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}
