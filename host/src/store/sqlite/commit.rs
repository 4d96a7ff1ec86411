//! Writing what was decided: the designation, its history and its mails, together or not at all.

use rusqlite::{Transaction, params};
use security_contact_policy::UserId;
use serde::Serialize;

use super::fault::Fault;
use super::outbox;
use crate::domain::model::{AccountId, AuditEntry, Commit, Committed, DesignationWrite};

pub(super) fn commit(tx: Transaction<'_>, commit: &Commit) -> Result<Committed, Fault> {
    let mut bump = tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1 AND revision = ?2")?;
    let is_current = bump.execute(params![commit.account.as_str(), commit.revision])? == 1;
    drop(bump);
    if !is_current {
        return Ok(Committed::Stale);
    }
    write_designation(&tx, commit)?;
    let version = write_review(&tx, commit)?;
    let audit_id = commit.audit.as_ref().map(|entry| insert_audit(&tx, &commit.account, entry)).transpose()?;
    for mail in &commit.mails {
        outbox::insert(&tx, &commit.account, audit_id, commit.now, mail)?;
    }
    tx.commit()?;
    Ok(Committed::Stored { version })
}

fn write_designation(tx: &Transaction<'_>, commit: &Commit) -> Result<(), Fault> {
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
fn write_review(tx: &Transaction<'_>, commit: &Commit) -> Result<i64, Fault> {
    let reminded_for = commit.reminded_for.as_ref();
    let mut statement = tx.prepare_cached(
        "UPDATE designations SET announced = ?2, reminded_valid_until = ?3, reminded_days = ?4, next_review_at = ?5
        WHERE account_id = ?1 RETURNING version",
    )?;
    let row = params![
        commit.account.as_str(),
        commit.announced.as_str(),
        reminded_for.map(|reminded| reminded.valid_until.millis()),
        reminded_for.map(|reminded| json(&reminded.days)).transpose()?,
        commit.next_review_at.map(|at| at.millis()),
    ];
    Ok(statement.query_row(row, |row| row.get(0))?)
}

fn insert_audit(tx: &Transaction<'_>, account: &AccountId, entry: &AuditEntry) -> Result<i64, Fault> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO audit
            (account_id, at, actor, action, before, after, reasons, policy_version, module_sha256, fingerprint)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    Ok(statement.insert(params![
        account.as_str(),
        entry.at.millis(),
        entry.actor.as_ref().map(UserId::as_str),
        entry.action.as_str(),
        entry.before.as_ref().map(UserId::as_str),
        entry.after.as_str(),
        json(&entry.reasons)?,
        entry.decided_by.policy_version,
        entry.decided_by.module_sha256,
        entry.decided_by.fingerprint,
    ])?)
}

/// A value of the model as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<String, Fault> {
    // The model's values have text as keys and nothing that JSON lacks; an error here is SQLite's kind of error.
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()).into())
}
