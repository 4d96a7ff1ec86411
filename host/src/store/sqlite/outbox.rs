//! Mails on their way, and events that are yet to be addressed: leased to one sender at a time.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, params};
use security_contact_policy::{Instant, UserId};

use super::audit;
use super::commit::json;
use super::fault::Fault;
use crate::domain::model::{
    AccountId, Backlog, Claimed, ClaimedEvent, ClaimedMail, EmailAddress, NewEvent, NewMail, OutboxFilter, OutboxRow,
    OutboxState, Queued, Settlement,
};
use crate::store::rows::{
    Outcome, Settled, StoredEvent, Unreadable, claimed, due_columns, listed, listed_columns, new_message_id, settled,
    settled_columns,
};

/// Queues one mail. One without an address is only recorded, as `unreachable`.
pub(super) fn insert_mail(
    tx: &Connection,
    account: &AccountId,
    audit_seq: Option<i64>,
    event: Option<i64>,
    now: Instant,
    mail: &NewMail,
) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO outbox (account_id, audit_seq, event_id, to_user, address, message, message_id, queued_at,
            trying_since, due_at, state, settled_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8, iif(?5 IS NULL, 'unreachable', 'pending'),
            iif(?5 IS NULL, ?8, NULL))
        ON CONFLICT (event_id, to_user) WHERE event_id IS NOT NULL AND state <> 'withdrawn' DO NOTHING",
    )?;
    statement.execute(params![
        account.as_str(),
        audit_seq,
        event,
        mail.to.as_str(),
        mail.address.as_ref().map(EmailAddress::as_str),
        json(&mail.message)?,
        new_message_id(),
        now.millis(),
    ])?;
    Ok(())
}

pub(super) fn queue_event(
    tx: Transaction<'_>,
    account: &AccountId,
    new: &NewEvent,
    now: Instant,
) -> Result<Option<Queued>, Fault> {
    if !tx.prepare_cached("SELECT 1 FROM accounts WHERE id = ?1")?.exists([account.as_str()])? {
        return Ok(None);
    }
    let message = json(&StoredEvent::of(new))?;
    let mut find = tx.prepare_cached("SELECT id, message FROM outbox WHERE account_id = ?1 AND event_key = ?2")?;
    let found: Option<(i64, String)> =
        find.query_row([account.as_str(), new.key.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    drop(find);
    if let Some((id, known)) = found {
        return Ok(Some(if known == message { Queued::Repeated(id) } else { Queued::KeyReused }));
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO outbox (account_id, event_key, message, message_id, queued_at, trying_since, due_at, state)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, 'pending')",
    )?;
    let id = insert.insert(params![account.as_str(), new.key.as_str(), message, new_message_id(), now.millis()])?;
    drop(insert);
    tx.commit()?;
    Ok(Some(Queued::New(id)))
}

/// The index is named, since SQLite would rather go through all that is pending, and sort it.
pub(super) const DUE: &str = concat!(
    "SELECT ",
    due_columns!(),
    " FROM outbox INDEXED BY outbox_due
    WHERE state = 'pending' AND due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)
    ORDER BY due_at, id LIMIT ?2"
);

/// Leases due rows. One that cannot be read is set aside as failed, so that it does not hold up all the others.
pub(super) fn claim(
    tx: Transaction<'_>,
    now: Instant,
    leased_until: Instant,
    limit: u32,
) -> Result<Vec<Claimed>, Fault> {
    let mut leased = Vec::new();
    for Due { id, row } in due(&tx, now, limit)? {
        let lease = lease(&tx, id, leased_until)?;
        match row {
            Ok(Claimed::Mail(mail)) => leased.push(Claimed::Mail(ClaimedMail { lease, ..mail })),
            Ok(Claimed::Event(event)) => leased.push(Claimed::Event(ClaimedEvent { lease, ..event })),
            Err(error) => {
                tracing::error!(outbox_id = id, %error, "a queued mail is set aside as failed");
                update(&tx, id, lease, now, &Settlement::Failed { error: error.to_string() })?;
            }
        }
    }
    tx.commit()?;
    Ok(leased)
}

/// A row of the outbox that was read, or on its own not.
struct Due {
    id: i64,
    row: Result<Claimed, Unreadable>,
}

fn due(tx: &Transaction<'_>, now: Instant, limit: u32) -> Result<Vec<Due>, Fault> {
    let mut statement = tx.prepare_cached(DUE)?;
    let rows =
        statement.query_and_then(params![now.millis(), limit], |row| Ok(Due { id: row.get(1)?, row: claimed(row) }))?;
    rows.collect()
}

/// Gives a row a new lease, whose number no earlier holder has.
fn lease(tx: &Transaction<'_>, id: i64, leased_until: Instant) -> Result<i64, Fault> {
    let mut statement =
        tx.prepare_cached("UPDATE outbox SET lease = lease + 1, leased_until = ?2 WHERE id = ?1 RETURNING lease")?;
    Ok(statement.query_row([id, leased_until.millis()], |row| row.get(0))?)
}

pub(super) fn settle(tx: Transaction<'_>, id: i64, lease: i64, now: Instant, result: &Settlement) -> Result<(), Fault> {
    if let Some(settled) = update(&tx, id, lease, now, result)? {
        follow(&tx, id, &settled, now, result)?;
    }
    Ok(tx.commit()?)
}

/// Records a result, if the lease is the row's present one and was not settled before. A row that was dropped meanwhile
/// stays dropped, unless it went out all the same.
fn update(
    tx: &Transaction<'_>,
    id: i64,
    lease: i64,
    now: Instant,
    result: &Settlement,
) -> Result<Option<Settled>, Fault> {
    let Some(Outcome { state, due_at, error }) = Outcome::of(result) else {
        return release(tx, id, lease).map(|()| None);
    };
    let mut statement = tx.prepare_cached(concat!(
        "UPDATE outbox SET state = ?3, attempts = attempts + 1, due_at = coalesce(?4, due_at), leased_until = NULL,
            last_error = coalesce(?5, last_error), settled_at = iif(?3 = 'pending', NULL, ?6)
        WHERE id = ?1 AND lease = ?2 AND leased_until IS NOT NULL AND (state = 'pending' OR state = 'dropped' AND ?7)
        RETURNING ",
        settled_columns!()
    ))?;
    let went_out = matches!(result, Settlement::Sent { .. });
    let mut rows = statement.query(params![id, lease, state, due_at, error, now.millis(), went_out])?;
    Ok(rows.next()?.map(settled).transpose()?)
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

/// What else a result means.
fn follow(tx: &Transaction<'_>, id: i64, settled: &Settled, now: Instant, result: &Settlement) -> Result<(), Fault> {
    match result {
        Settlement::Sent { audit: Some(entry) } => drop(audit::append(tx, &settled.account, entry)?),
        Settlement::Addressed { mails } => {
            for mail in mails {
                insert_mail(tx, &settled.account, None, Some(id), now, mail)?;
            }
        }
        Settlement::Withdrawn => {
            let mut again = tx.prepare_cached(
                "UPDATE outbox SET state = 'pending', due_at = ?2, trying_since = ?2, settled_at = NULL
                WHERE id = ?1 AND state = 'sent'",
            )?;
            again.execute(params![settled.event, now.millis()])?;
        }
        Settlement::Bounced { audit: entry, mails, .. } if mark_unreachable(tx, settled, now)? => {
            let audit_seq = audit::append(tx, &settled.account, entry)?;
            for mail in mails {
                insert_mail(tx, &settled.account, Some(audit_seq), None, now, mail)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Marks the recipient's address, while it is the one that was tried. Says whether it was not so marked before; the
/// account then has another revision.
fn mark_unreachable(tx: &Transaction<'_>, settled: &Settled, now: Instant) -> Result<bool, Fault> {
    let mut mark = tx.prepare_cached(
        "UPDATE people SET unreachable_since = ?4
        WHERE account_id = ?1 AND id = ?2 AND email = ?3 AND unreachable_since IS NULL",
    )?;
    let to = settled.to.as_ref().map(UserId::as_str);
    let is_new = mark.execute(params![settled.account.as_str(), to, settled.address, now.millis()])? > 0;
    if is_new {
        let mut bump = tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1")?;
        bump.execute([settled.account.as_str()])?;
    }
    Ok(is_new)
}

/// Rows of the outbox after a number, oldest first.
macro_rules! rows {
    ($from:literal, $which:literal) => {
        concat!("SELECT ", listed_columns!(), " FROM ", $from, " WHERE id > ?1 ", $which, " ORDER BY id LIMIT ?2")
    };
}

pub(super) const LIST: &str = rows!("outbox", "");
pub(super) const OF_STATE: &str = rows!("outbox INDEXED BY outbox_by_state", "AND state = ?3");
pub(super) const OF_ACCOUNT: &str = rows!("outbox INDEXED BY outbox_by_account", "AND account_id = ?3");
pub(super) const OF_BOTH: &str = rows!("outbox INDEXED BY outbox_by_account", "AND account_id = ?3 AND state = ?4");

pub(super) fn list(
    tx: &Transaction<'_>,
    filter: &OutboxFilter,
    after: i64,
    limit: u32,
) -> Result<Vec<OutboxRow>, Fault> {
    let account = filter.account.as_ref().map(AccountId::as_str);
    let state = filter.state.map(OutboxState::as_str);
    let sql = match (account, state) {
        (None, None) => LIST,
        (None, Some(_)) => OF_STATE,
        (Some(_), None) => OF_ACCOUNT,
        (Some(_), Some(_)) => OF_BOTH,
    };
    let mut parameters: Vec<&dyn ToSql> = vec![&after, &limit];
    parameters.extend(account.iter().chain(&state).map(|filter| filter as &dyn ToSql));
    tx.prepare_cached(sql)?.query_and_then(parameters.as_slice(), read)?.collect()
}

/// How many rows wait and since when, and how many were given up.
pub(super) const BACKLOG: &str = "SELECT
    (SELECT count(*) FROM outbox INDEXED BY outbox_by_state WHERE state = 'pending'),
    (SELECT queued_at FROM outbox INDEXED BY outbox_by_state WHERE state = 'pending' ORDER BY id LIMIT 1),
    (SELECT count(*) FROM outbox INDEXED BY outbox_by_state WHERE state = 'failed')";

pub(super) fn backlog(tx: &Transaction<'_>) -> Result<Backlog, Fault> {
    let mut statement = tx.prepare_cached(BACKLOG)?;
    let row: (i64, Option<i64>, i64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
    Ok(Backlog { pending: count(row.0), oldest_pending: row.1.and_then(Instant::from_millis), failed: count(row.2) })
}

fn read(row: &Row<'_>) -> Result<OutboxRow, Fault> {
    Ok(listed(row)?)
}

/// Has a failed or dropped row tried again. The lease grows, so that a try from before settles nothing.
pub(super) fn retry(tx: Transaction<'_>, id: i64, now: Instant) -> Result<bool, Fault> {
    let found = tx
        .prepare_cached(
            "UPDATE outbox SET state = 'pending', due_at = ?2, trying_since = ?2, attempts = 0, settled_at = NULL,
                leased_until = NULL, lease = lease + 1
            WHERE id = ?1 AND state IN ('failed', 'dropped')",
        )?
        .execute(params![id, now.millis()])?;
    tx.commit()?;
    Ok(found > 0)
}

/// Drops a pending or failed row. Its lease stays, for a try that is under way.
pub(super) fn discard(tx: Transaction<'_>, id: i64, now: Instant) -> Result<bool, Fault> {
    let found = tx
        .prepare_cached(
            "UPDATE outbox SET state = 'dropped', settled_at = ?2
            WHERE id = ?1 AND state IN ('pending', 'failed')",
        )?
        .execute(params![id, now.millis()])?;
    tx.commit()?;
    Ok(found > 0)
}
