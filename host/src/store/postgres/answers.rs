//! Answers that are given again to the same request.

use std::collections::HashSet;

use deadpool_postgres::{Client, Transaction};
use security_contact_policy::{Instant, UserId};
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::batch::{Answer, column};
use super::fault::Fault;
use super::statements::{execute, query};
use super::text;
use crate::domain::model::{AccountId, IdempotencyKey, Remembered};

/// Which of the accounts of `$1` have an answer under the actor of `$2` and the key of `$3`.
pub(super) const USED: &str = "SELECT account_id FROM answers
    JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (account_id, actor, key) USING (account_id, actor, key)";

pub(super) const INSERT: &str = "INSERT INTO answers (account_id, actor, key, request, answer, at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])";

/// Whether keys are used already: the accounts whose key is.
pub(super) async fn used(
    tx: &Transaction<'_>,
    statement: &Statement,
    keys: &[Answer<'_>],
) -> Result<HashSet<String>, Fault> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let accounts = column(keys, |key| key.account.as_str());
    let actors = column(keys, |key| key.remember.actor.as_str());
    let keys = column(keys, |key| key.remember.key.as_str());
    let found = tx.query(statement, &[&accounts, &actors, &keys]).await?;
    found.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(super) async fn insert(tx: &Transaction<'_>, statement: &Statement, answers: &[Answer<'_>]) -> Result<(), Fault> {
    if answers.is_empty() {
        return Ok(());
    }
    let row = [
        &column(answers, |answer| answer.account.as_str()) as &(dyn ToSql + Sync),
        &column(answers, |answer| answer.remember.actor.as_str()),
        &column(answers, |answer| answer.remember.key.as_str()),
        &column(answers, |answer| text::stored(&answer.remember.request)),
        &column(answers, |answer| text::stored(&answer.remember.answer)),
        &column(answers, |answer| answer.now.millis()),
    ];
    tx.execute(statement, &row).await?;
    Ok(())
}

pub(super) async fn recall(
    client: &Client,
    account: &AccountId,
    actor: &UserId,
    key: &IdempotencyKey,
) -> Result<Option<Remembered>, Fault> {
    let sql = "SELECT request, answer FROM answers WHERE account_id = $1 AND actor = $2 AND key = $3";
    let found = query(client, sql, &[&account.as_str(), &actor.as_str(), &key.as_str()]).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let text = |column: usize| row.try_get(column).map(|stored| text::original(stored).into_owned());
    Ok(Some(Remembered { actor: actor.clone(), key: key.clone(), request: text(0)?, answer: text(1)? }))
}

/// So many answers are forgotten by one statement.
const FORGOTTEN_AT_ONCE: u64 = 5_000;

pub(super) const FORGET: &str = "DELETE FROM answers USING (
        SELECT account_id, actor, key FROM answers WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE answers.account_id = old.account_id AND answers.actor = old.actor AND answers.key = old.key";

/// Forgets in several transactions, none of which takes long, however many answers there are: half of it is no harm.
/// What another host forgets at the same moment is left to it.
pub(super) async fn forget(client: &Client, before: Instant) -> Result<(), Fault> {
    let limit = i64::try_from(FORGOTTEN_AT_ONCE).unwrap_or(i64::MAX);
    while execute(client, FORGET, &[&before.millis(), &limit]).await? == FORGOTTEN_AT_ONCE {}
    Ok(())
}
