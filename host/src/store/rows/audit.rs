//! The history.

use super::{Cells, Columns, Unreadable};
use crate::domain::model::{AuditRow, ChainHead};

/// The columns of `audit` in the order that [`audit_row`] reads.
macro_rules! audit_columns {
    () => {
        "account_id, seq, at, actor, authenticated, action, before, after, reasons, detail, policy_version,
            module_sha256, fingerprint, previous_hash, hash"
    };
}
pub(in crate::store) use audit_columns;

pub(in crate::store) fn audit_row<R: Cells>(row: &R) -> Result<AuditRow, Unreadable> {
    let mut columns = Columns::new(row);
    let text = |columns: &mut Columns<'_, R>, field| columns.plain(field).map(str::to_owned);
    Ok(AuditRow {
        account: text(&mut columns, "audit.account_id")?,
        seq: columns.integer("audit.seq")?,
        at: columns.integer("audit.at")?,
        actor: columns.optional_text("audit.actor")?,
        authenticated: text(&mut columns, "audit.authenticated")?,
        action: text(&mut columns, "audit.action")?,
        before: columns.optional_text("audit.before")?,
        after: columns.optional_text("audit.after")?,
        reasons: text(&mut columns, "audit.reasons")?,
        detail: columns.optional_text("audit.detail")?,
        policy_version: text(&mut columns, "audit.policy_version")?,
        module_sha256: text(&mut columns, "audit.module_sha256")?,
        fingerprint: text(&mut columns, "audit.fingerprint")?,
        previous_hash: text(&mut columns, "audit.previous_hash")?,
        hash: text(&mut columns, "audit.hash")?,
    })
}

/// An account's id with the end of its history.
pub(in crate::store) fn head<R: Cells>(row: &R) -> Result<(String, ChainHead), Unreadable> {
    let mut columns = Columns::new(row);
    let account = columns.plain("accounts.id")?.to_owned();
    let seq = columns.integer("accounts.audit_seq")?;
    Ok((account, ChainHead { seq, hash: columns.plain("accounts.audit_hash")?.to_owned() }))
}
