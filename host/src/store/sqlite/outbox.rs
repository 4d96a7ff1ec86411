//! Mails on their way: queued with the change they tell of, leased to one sender at a time.

use rusqlite::{Row, Transaction, params};
use security_contact_policy::Instant;
use uuid::Uuid;

use super::commit::json;
use super::fault::Fault;
use super::rows::Columns;
use crate::domain::model::{AccountId, ClaimedMail, EmailAddress, NewMail, Settlement};

/// Queues one mail. One without an address is only recorded, as `unreachable`.
pub(super) fn insert(
    tx: &Transaction<'_>,
    account: &AccountId,
    audit_id: Option<i64>,
    now: Instant,
    mail: &NewMail,
) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO outbox
            (account_id, audit_id, to_user, address, message, message_id, queued_at, due_at, state, settled_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, iif(?4 IS NULL, 'unreachable', 'pending'), iif(?4 IS NULL, ?7, NULL))",
    )?;
    statement.execute(params![
        account.as_str(),
        audit_id,
        mail.to.as_str(),
        mail.address.as_ref().map(EmailAddress::as_str),
        json(&mail.message)?,
        format!("<{}@security-contact>", Uuid::new_v4()),
        now.millis(),
    ])?;
    Ok(())
}

pub(super) const DUE: &str = "SELECT account_id, id, lease, attempts, message_id, queued_at, address, message
    FROM outbox WHERE state = 'pending' AND due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)
    ORDER BY due_at, id LIMIT ?2";

/// Leases due mails. One that cannot be read is set aside as failed, so that it does not hold up all the others.
pub(super) fn claim(
    tx: Transaction<'_>,
    now: Instant,
    leased_until: Instant,
    limit: u32,
) -> Result<Vec<ClaimedMail>, Fault> {
    let mut claimed = Vec::new();
    for Due { id, mail } in due(&tx, now, limit)? {
        let lease = lease(&tx, id, leased_until)?;
        match mail {
            Ok(mail) => claimed.push(ClaimedMail { lease, ..mail }),
            Err(fault @ Fault::Unreadable { .. }) => {
                tracing::error!(outbox_id = id, %fault, "a queued mail is set aside as failed");
                update(&tx, id, lease, now, &Settlement::Failed { error: fault.to_string() })?;
            }
            Err(fault) => return Err(fault),
        }
    }
    tx.commit()?;
    Ok(claimed)
}

/// A row of the outbox that was read, or on its own not.
struct Due {
    id: i64,
    mail: Result<ClaimedMail, Fault>,
}

fn due(tx: &Transaction<'_>, now: Instant, limit: u32) -> Result<Vec<Due>, Fault> {
    let mut statement = tx.prepare_cached(DUE)?;
    let rows =
        statement.query_and_then(params![now.millis(), limit], |row| Ok(Due { id: row.get(1)?, mail: mail(row) }))?;
    rows.collect()
}

fn mail(row: &Row<'_>) -> Result<ClaimedMail, Fault> {
    let mut columns = Columns::new(row);
    let _: AccountId = columns.text("outbox.account_id")?;
    Ok(ClaimedMail {
        id: columns.integer("outbox.id")?,
        lease: columns.integer("outbox.lease")?,
        attempts: columns.count("outbox.attempts")?,
        message_id: columns.text("outbox.message_id")?,
        queued_at: columns.instant("outbox.queued_at")?,
        address: columns.text("outbox.address")?,
        message: columns.json("outbox.message")?,
    })
}

/// Gives a mail a new lease, whose number no earlier holder has.
fn lease(tx: &Transaction<'_>, id: i64, leased_until: Instant) -> Result<i64, Fault> {
    let mut statement =
        tx.prepare_cached("UPDATE outbox SET lease = lease + 1, leased_until = ?2 WHERE id = ?1 RETURNING lease")?;
    Ok(statement.query_row([id, leased_until.millis()], |row| row.get(0))?)
}

pub(super) fn settle(tx: Transaction<'_>, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), Fault> {
    update(&tx, id, lease, now, result)?;
    Ok(tx.commit()?)
}

/// Ends the present lease, and changes nothing else.
fn release(tx: &Transaction<'_>, id: i64, lease: i64) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "UPDATE outbox SET leased_until = NULL
        WHERE id = ?1 AND lease = ?2 AND state = 'pending' AND leased_until IS NOT NULL",
    )?;
    statement.execute(params![id, lease])?;
    Ok(())
}

/// Records a result, if the lease is the mail's present one and was not settled before.
fn update(tx: &Transaction<'_>, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), Fault> {
    let (state, due_at, error) = match result {
        Settlement::Sent => ("sent", None, None),
        Settlement::Retry { at, error } => ("pending", Some(at.millis()), Some(error)),
        Settlement::Failed { error } => ("failed", None, Some(error)),
        Settlement::Released => return release(tx, id, lease),
    };
    let mut statement = tx.prepare_cached(
        "UPDATE outbox SET state = ?3, attempts = attempts + 1, due_at = coalesce(?4, due_at), leased_until = NULL,
            last_error = coalesce(?5, last_error), settled_at = iif(?3 = 'pending', NULL, ?6)
        WHERE id = ?1 AND lease = ?2 AND state = 'pending' AND leased_until IS NOT NULL",
    )?;
    statement.execute(params![id, lease, state, due_at, error, now.millis()])?;
    Ok(())
}
