//! What happened to an account's contact, row linked to row.

use deadpool_postgres::{Client, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::batch::column;
use super::fault::Fault;
use super::statements::{query, rows};
use crate::domain::model::{AccountId, AuditRow, ChainHead};
use crate::store::rows::{audit_columns, audit_row, head};

macro_rules! rows_of {
    ($which:literal) => {
        concat!("SELECT ", audit_columns!(), " FROM audit ", $which)
    };
}

pub(super) const PAGE: &str = rows_of!("WHERE account_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
pub(super) const AFTER: &str = rows_of!("WHERE (account_id, seq) > ($1, $2) ORDER BY account_id, seq LIMIT $3");
pub(super) const HEADS: &str = "SELECT id, audit_seq, audit_hash FROM accounts WHERE id > $1 ORDER BY id LIMIT $2";

pub(super) const INSERT: &str = concat!(
    "INSERT INTO audit (",
    audit_columns!(),
    ") SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])"
);

pub(super) async fn insert(tx: &Transaction<'_>, statement: &Statement, rows: &[AuditRow]) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        &column(rows, |row| row.account.as_str()) as &(dyn ToSql + Sync),
        &column(rows, |row| row.seq),
        &column(rows, |row| row.at),
        &column(rows, |row| row.actor.as_deref()),
        &column(rows, |row| row.authenticated.as_str()),
        &column(rows, |row| row.action.as_str()),
        &column(rows, |row| row.before.as_deref()),
        &column(rows, |row| row.after.as_deref()),
        &column(rows, |row| row.reasons.as_str()),
        &column(rows, |row| row.detail.as_deref()),
        &column(rows, |row| row.policy_version.as_str()),
        &column(rows, |row| row.module_sha256.as_str()),
        &column(rows, |row| row.fingerprint.as_str()),
        &column(rows, |row| row.previous_hash.as_str()),
        &column(rows, |row| row.hash.as_str()),
    ];
    tx.execute(statement, &columns).await?;
    Ok(())
}

pub(super) async fn page(
    client: &Client,
    account: &AccountId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditRow>, Fault> {
    // Numbers go up from 1, one an entry; none reaches the largest.
    let before = before.unwrap_or(i64::MAX);
    read(&query(client, PAGE, &[&account.as_str(), &before, &rows(limit)]).await?)
}

pub(super) async fn after(client: &Client, after: Option<(&str, i64)>, limit: u32) -> Result<Vec<AuditRow>, Fault> {
    // Whatever somebody put there comes after this.
    let (account, seq) = after.unwrap_or(("", i64::MIN));
    read(&query(client, AFTER, &[&account, &seq, &rows(limit)]).await?)
}

fn read(found: &[Row]) -> Result<Vec<AuditRow>, Fault> {
    found.iter().map(|row| Ok(audit_row(row)?)).collect()
}

pub(super) async fn heads(client: &Client, after: Option<&str>, limit: u32) -> Result<Vec<(String, ChainHead)>, Fault> {
    let found = query(client, HEADS, &[&after.unwrap_or(""), &rows(limit)]).await?;
    found.iter().map(|row| Ok(head(row)?)).collect()
}
