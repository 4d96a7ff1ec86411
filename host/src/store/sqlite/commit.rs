//! Writing what was decided: the designation, its history and its mails, together or not at all.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use security_contact_policy::Instant;
use serde::Serialize;

use super::fault::Fault;
use super::{accounts, answers, audit, outbox};
use crate::domain::model::{AccountId, AuditEntry, ChainHead, Commit, Committed, DesignationWrite, Remembered};

/// Stores each commit that is not stale, all in one transaction, so that a batch waits for the disk once.
pub(super) fn all(tx: Transaction<'_>, commits: &[Commit]) -> Result<Vec<Committed>, Fault> {
    let results = commits.iter().map(|commit| one(&tx, commit)).collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok(results)
}

/// Stores one commit; a stale one writes nothing.
pub(super) fn one(tx: &Connection, commit: &Commit) -> Result<Committed, Fault> {
    let account = &commit.account;
    let Some(known) = known(tx, commit)? else { return Ok(Committed::Stale) };
    if known.revision != commit.revision || is_repeated(tx, commit)? {
        return Ok(Committed::Stale);
    }
    let added = commit.audit.as_ref().map(|entry| audit::insert(tx, account, &known.head, entry)).transpose()?;
    let audit_seq = added.as_ref().map(|head| head.seq);
    decide(tx, commit, &added.unwrap_or(known.head))?;
    if known.generation != known.present {
        let mut set = tx.prepare_cached("UPDATE accounts SET generation = ?2 WHERE id = ?1")?;
        set.execute(params![account.as_str(), known.present])?;
    }
    accounts::end_claim(tx, account)?;
    for mail in &commit.mails {
        outbox::insert_mail(tx, account, audit_seq, None, commit.now, mail)?;
    }
    if let Some(remember) = &commit.remember {
        answers::insert(tx, account, remember, commit.now)?;
    }
    Ok(Committed::Stored { version: known.version + moves(commit) })
}

/// What a decision has to know of its account.
struct Known {
    revision: i64,
    version: i64,
    head: ChainHead,
    /// Under which policy the last decision was made.
    generation: i64,
    /// Under which policy this one is.
    present: i64,
}

fn known(tx: &Connection, commit: &Commit) -> Result<Option<Known>, Fault> {
    let mut find = tx.prepare_cached(
        "SELECT revision, version, audit_seq, audit_hash, generation,
            coalesce((SELECT generation FROM policy WHERE fingerprint = ?2), 0)
        FROM accounts WHERE id = ?1",
    )?;
    let found = find.query_row([commit.account.as_str(), commit.fingerprint.as_str()], |row| {
        Ok(Known {
            revision: row.get(0)?,
            version: row.get(1)?,
            head: ChainHead { seq: row.get(2)?, hash: row.get(3)? },
            generation: row.get(4)?,
            present: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

/// By how much the designation's version grows.
fn moves(commit: &Commit) -> i64 {
    i64::from(commit.designation != DesignationWrite::Keep)
}

/// Whether somebody used the commit's key already.
pub(super) fn is_repeated(tx: &Connection, commit: &Commit) -> Result<bool, Fault> {
    commit.remember.as_ref().map_or(Ok(false), |remember| answers::is_used(tx, &commit.account, remember))
}

/// Writes the account's row, all but the generation: that seldom changes, and its index would be written each time.
fn decide(tx: &Connection, commit: &Commit, head: &ChainHead) -> Result<(), Fault> {
    let choice = match &commit.designation {
        DesignationWrite::Choose { user_id, by } => Some((user_id.as_str(), by.as_str())),
        DesignationWrite::Keep | DesignationWrite::Clear => None,
    };
    let reminded_for = commit.reminded_for.as_ref();
    let mut statement = tx.prepare_cached(
        "UPDATE accounts SET revision = revision + 1, audit_seq = ?2, audit_hash = ?3, version = version + ?4,
            user_id = iif(?4, ?5, user_id), chosen_at = iif(?4, ?6, chosen_at), chosen_by = iif(?4, ?7, chosen_by),
            announced = ?8, reminded_valid_until = ?9, reminded_days = ?10, next_review_at = ?11, review_error = NULL
        WHERE id = ?1",
    )?;
    statement.execute(params![
        commit.account.as_str(),
        head.seq,
        head.hash,
        moves(commit),
        choice.map(|(user_id, _)| user_id),
        choice.map(|_| commit.now.millis()),
        choice.map(|(_, by)| by),
        commit.announced.as_str(),
        reminded_for.map(|reminded| reminded.valid_until.millis()),
        reminded_for.map(|reminded| json(&reminded.days)).transpose()?,
        commit.next_review_at.map(Instant::millis),
    ])?;
    Ok(())
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
        .prepare_cached("SELECT version FROM accounts WHERE id = ?1")?
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
