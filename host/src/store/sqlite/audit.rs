//! What happened to an account's contact, row linked to row.

use rusqlite::{Connection, Row, Transaction, params};

use super::fault::Fault;
use crate::domain::model::{AccountId, AuditEntry, AuditRow, ChainHead};
use crate::store::rows::{audit_columns, audit_row, head};

macro_rules! rows {
    ($which:literal) => {
        concat!("SELECT ", audit_columns!(), " FROM audit ", $which)
    };
}

pub(super) const PAGE: &str = rows!("WHERE account_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
pub(super) const AFTER: &str = rows!("WHERE (account_id, seq) > (?1, ?2) ORDER BY account_id, seq LIMIT ?3");
pub(super) const HEADS: &str = "SELECT id, audit_seq, audit_hash FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2";

/// Adds an entry to the end of the account's history, and returns its number.
pub(super) fn append(tx: &Connection, account: &AccountId, entry: &AuditEntry) -> Result<i64, Fault> {
    let mut find = tx.prepare_cached("SELECT audit_seq, audit_hash FROM accounts WHERE id = ?1")?;
    let head = find.query_row([account.as_str()], |row| Ok(ChainHead { seq: row.get(0)?, hash: row.get(1)? }))?;
    let ChainHead { seq, hash } = insert(tx, account, &head, entry)?;
    let mut advance = tx.prepare_cached("UPDATE accounts SET audit_seq = ?2, audit_hash = ?3 WHERE id = ?1")?;
    advance.execute(params![account.as_str(), seq, hash])?;
    Ok(seq)
}

/// Adds an entry to the history that ends so, and returns its new end, which the account is yet to be given.
pub(super) fn insert(
    tx: &Connection,
    account: &AccountId,
    head: &ChainHead,
    entry: &AuditEntry,
) -> Result<ChainHead, Fault> {
    let row =
        AuditRow::after(head, account, entry).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO audit (account_id, seq, at, actor, authenticated, action, before, after, reasons, detail,
            policy_version, module_sha256, fingerprint, previous_hash, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    insert.execute(params![
        row.account,
        row.seq,
        row.at,
        row.actor,
        row.authenticated,
        row.action,
        row.before,
        row.after,
        row.reasons,
        row.detail,
        row.policy_version,
        row.module_sha256,
        row.fingerprint,
        row.previous_hash,
        row.hash,
    ])?;
    Ok(row.head())
}

pub(super) fn page(
    tx: &Transaction<'_>,
    account: &AccountId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditRow>, Fault> {
    // Numbers go up from 1, one an entry; none reaches the largest.
    let before = before.unwrap_or(i64::MAX);
    tx.prepare_cached(PAGE)?.query_and_then(params![account.as_str(), before, limit], read)?.collect()
}

pub(super) fn after(tx: &Transaction<'_>, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, Fault> {
    // Whatever somebody put there comes after this.
    let (account, seq) = after.unwrap_or(("", i64::MIN));
    tx.prepare_cached(AFTER)?.query_and_then(params![account, seq, limit], read)?.collect()
}

pub(super) fn heads(tx: &Transaction<'_>, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, Fault> {
    let mut statement = tx.prepare_cached(HEADS)?;
    let heads = statement.query_and_then(params![after.unwrap_or(""), limit], |row| Ok(head(row)?))?;
    heads.collect()
}

fn read(row: &Row<'_>) -> Result<AuditRow, Fault> {
    Ok(audit_row(row)?)
}
