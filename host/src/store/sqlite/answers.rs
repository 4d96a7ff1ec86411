//! Answers that are given again to the same request.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use security_contact_policy::{Instant, UserId};

use super::fault::Fault;
use crate::domain::model::{AccountId, IdempotencyKey, Remembered};

pub(super) fn is_used(tx: &Connection, account: &AccountId, remember: &Remembered) -> Result<bool, Fault> {
    let mut statement = tx.prepare_cached("SELECT 1 FROM answers WHERE account_id = ?1 AND actor = ?2 AND key = ?3")?;
    Ok(statement.exists([account.as_str(), remember.actor.as_str(), remember.key.as_str()])?)
}

pub(super) fn insert(tx: &Connection, account: &AccountId, remember: &Remembered, now: Instant) -> Result<(), Fault> {
    let Remembered { actor, key, request, answer } = remember;
    let mut statement = tx.prepare_cached(
        "INSERT INTO answers (account_id, actor, key, request, answer, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute(params![account.as_str(), actor.as_str(), key.as_str(), request, answer, now.millis()])?;
    Ok(())
}

pub(super) fn recall(
    tx: &Transaction<'_>,
    account: &AccountId,
    actor: &UserId,
    key: &IdempotencyKey,
) -> Result<Option<Remembered>, Fault> {
    let mut statement =
        tx.prepare_cached("SELECT request, answer FROM answers WHERE account_id = ?1 AND actor = ?2 AND key = ?3")?;
    let found = statement.query_row([account.as_str(), actor.as_str(), key.as_str()], |row| {
        Ok(Remembered { actor: actor.clone(), key: key.clone(), request: row.get(0)?, answer: row.get(1)? })
    });
    Ok(found.optional()?)
}

/// So many answers are forgotten by one transaction.
const FORGOTTEN_AT_ONCE: u32 = 5_000;

pub(super) const OLDEST: &str = "SELECT at FROM answers WHERE at < ?1 ORDER BY at LIMIT 1 OFFSET ?2";

pub(super) const FORGET: &str = "DELETE FROM answers WHERE at < ?1";

/// Forgets so many of the oldest, so that others who write do not wait for long. Says whether there may be more.
pub(super) fn forget(tx: Transaction<'_>, before: Instant) -> Result<bool, Fault> {
    let last = tx.prepare_cached(OLDEST)?.query_row(params![before.millis(), FORGOTTEN_AT_ONCE - 1], |row| row.get(0));
    let last: Option<i64> = last.optional()?;
    tx.prepare_cached(FORGET)?.execute([last.map_or(before.millis(), |last| last + 1)])?;
    tx.commit()?;
    Ok(last.is_some())
}
