//! What happened to an account's contact, newest first.

use rusqlite::{Row, Transaction, params};

use super::fault::Fault;
use super::rows::Columns;
use crate::domain::model::{AccountId, AuditEntry};
use crate::engine::PolicyIdentity;

pub(super) const PAGE: &str = "SELECT account_id, id, at, actor, action, before, after, reasons, policy_version,
    module_sha256, fingerprint FROM audit WHERE account_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";

pub(super) fn page(
    tx: &Transaction<'_>,
    account: &AccountId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, AuditEntry)>, Fault> {
    // Numbers go up from 1, one an entry; none reaches the largest.
    let before = before.unwrap_or(i64::MAX);
    tx.prepare_cached(PAGE)?.query_and_then(params![account.as_str(), before, limit], entry)?.collect()
}

fn entry(row: &Row<'_>) -> Result<(i64, AuditEntry), Fault> {
    let mut columns = Columns::new(row);
    let _: AccountId = columns.text("audit.account_id")?;
    let id = columns.integer("audit.id")?;
    let entry = AuditEntry {
        at: columns.instant("audit.at")?,
        actor: columns.optional_text("audit.actor")?,
        action: columns.text("audit.action")?,
        before: columns.optional_text("audit.before")?,
        after: columns.text("audit.after")?,
        reasons: columns.json("audit.reasons")?,
        decided_by: PolicyIdentity {
            policy_version: columns.text("audit.policy_version")?,
            module_sha256: columns.text("audit.module_sha256")?,
            fingerprint: columns.text("audit.fingerprint")?,
        },
    };
    Ok((id, entry))
}
