//! Writing what was decided: the designation, its history and its mails, together or not at all.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use security_contact_policy::Instant;
use serde::Serialize;

use super::fault::Fault;
use super::{answers, audit, outbox};
use crate::domain::model::{AccountId, AuditEntry, Commit, Committed, DesignationWrite, Remembered};

/// Stores each commit that is not stale, all in one transaction, so that a batch waits for the disk once.
pub(super) fn all(tx: Transaction<'_>, commits: &[Commit]) -> Result<Vec<Committed>, Fault> {
    let results = commits.iter().map(|commit| one(&tx, commit)).collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok(results)
}

/// Stores one commit; a stale one writes nothing.
pub(super) fn one(tx: &Connection, commit: &Commit) -> Result<Committed, Fault> {
    let account = &commit.account;
    if is_repeated(tx, commit)? {
        return Ok(Committed::Stale);
    }
    let mut bump = tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1 AND revision = ?2")?;
    if bump.execute(params![account.as_str(), commit.revision])? == 0 {
        return Ok(Committed::Stale);
    }
    write_designation(tx, commit)?;
    let version = write_review(tx, commit)?;
    let audit_seq = commit.audit.as_ref().map(|entry| audit::append(tx, account, entry)).transpose()?;
    for mail in &commit.mails {
        outbox::insert_mail(tx, account, audit_seq, None, commit.now, mail)?;
    }
    if let Some(remember) = &commit.remember {
        answers::insert(tx, account, remember, commit.now)?;
    }
    Ok(Committed::Stored { version })
}

/// Whether somebody used the commit's key already.
pub(super) fn is_repeated(tx: &Connection, commit: &Commit) -> Result<bool, Fault> {
    commit.remember.as_ref().map_or(Ok(false), |remember| answers::is_used(tx, &commit.account, remember))
}

fn write_designation(tx: &Connection, commit: &Commit) -> Result<(), Fault> {
    let (user_id, chosen_at, chosen_by) = match &commit.designation {
        DesignationWrite::Keep => return Ok(()),
        DesignationWrite::Choose { user_id, by } => {
            (Some(user_id.as_str()), Some(commit.now.millis()), Some(by.as_str()))
        }
        DesignationWrite::Clear => (None, None, None),
    };
    let mut statement = tx.prepare_cached(
        "UPDATE designations SET user_id = ?2, chosen_at = ?3, chosen_by = ?4, version = version + 1
        WHERE account_id = ?1",
    )?;
    statement.execute(params![commit.account.as_str(), user_id, chosen_at, chosen_by])?;
    Ok(())
}

/// Writes what every decision settles anew, and returns the designation's version.
fn write_review(tx: &Connection, commit: &Commit) -> Result<i64, Fault> {
    let reminded_for = commit.reminded_for.as_ref();
    let mut statement = tx.prepare_cached(
        "UPDATE designations SET announced = ?2, reminded_valid_until = ?3, reminded_days = ?4, next_review_at = ?5,
            generation = coalesce((SELECT generation FROM policy WHERE fingerprint = ?6), 0), review_error = NULL
        WHERE account_id = ?1 RETURNING version",
    )?;
    let row = params![
        commit.account.as_str(),
        commit.announced.as_str(),
        reminded_for.map(|reminded| reminded.valid_until.millis()),
        reminded_for.map(|reminded| json(&reminded.days)).transpose()?,
        commit.next_review_at.map(Instant::millis),
        commit.fingerprint,
    ];
    Ok(statement.query_row(row, |row| row.get(0))?)
}

/// Adds to the history, or remembers an answer, without a decision.
pub(super) fn record(
    tx: Transaction<'_>,
    account: &AccountId,
    entry: Option<&AuditEntry>,
    remember: Option<&Remembered>,
    now: Instant,
) -> Result<Committed, Fault> {
    let version: Option<i64> = tx
        .prepare_cached("SELECT version FROM designations WHERE account_id = ?1")?
        .query_row([account.as_str()], |row| row.get(0))
        .optional()?;
    let Some(version) = version else { return Ok(Committed::Stale) };
    if let Some(remember) = remember {
        if answers::is_used(&tx, account, remember)? {
            return Ok(Committed::Stale);
        }
        answers::insert(&tx, account, remember, now)?;
    }
    if let Some(entry) = entry {
        audit::append(&tx, account, entry)?;
    }
    tx.commit()?;
    Ok(Committed::Stored { version })
}

/// A value of the model as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, Fault> {
    // The model's values have text as keys and nothing that JSON lacks; an error here is SQLite's kind of error.
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()).into())
}
