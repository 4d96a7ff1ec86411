//! Mails on their way, and events that are yet to be addressed: leased to one sender at a time.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, params};
use security_contact_policy::{Instant, UserId};

use super::audit;
use super::commit::json;
use super::fault::Fault;
use crate::domain::model::{
    AccountId, Backlog, Claimed, EmailAddress, NewEvent, NewMail, OutboxFilter, OutboxRow, OutboxState, Queued,
    Recorded, Settlement,
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
pub(super) const DUE: &str = "SELECT id FROM outbox INDEXED BY outbox_due
    WHERE state = 'pending' AND due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1)
    ORDER BY due_at, id LIMIT ?2";

/// Gives a row a new lease, whose number no earlier holder has. One that was never tried is tried from now on.
const LEASE: &str = concat!(
    "UPDATE outbox SET lease = lease + 1, leased_until = ?2, trying_since = iif(attempts = 0, ?3, trying_since)
    WHERE id = ?1 RETURNING ",
    due_columns!()
);

/// Leases due rows. One that cannot be read is set aside as failed, so that it does not hold up all the others.
pub(super) fn claim(
    tx: Transaction<'_>,
    now: Instant,
    leased_until: Instant,
    limit: u32,
) -> Result<Vec<Claimed>, Fault> {
    let mut leased = Vec::new();
    for id in due(&tx, now, limit)? {
        match lease(&tx, id, now, leased_until)? {
            Ok(claimed) => leased.push(claimed),
            Err(error) => {
                tracing::error!(outbox_id = id, %error, "a queued mail is set aside as failed");
                set_aside(&tx, id, now, &error.to_string())?;
            }
        }
    }
    tx.commit()?;
    Ok(leased)
}

fn due(tx: &Transaction<'_>, now: Instant, limit: u32) -> Result<Vec<i64>, Fault> {
    let mut statement = tx.prepare_cached(DUE)?;
    let ids = statement.query_map(params![now.millis(), limit], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Leases a row. The inner error is of a row that cannot be read.
fn lease(
    tx: &Transaction<'_>,
    id: i64,
    now: Instant,
    leased_until: Instant,
) -> Result<Result<Claimed, Unreadable>, Fault> {
    let mut statement = tx.prepare_cached(LEASE)?;
    Ok(statement.query_row([id, leased_until.millis(), now.millis()], |row| Ok(claimed(row)))?)
}

/// Gives a leased row up without reading anything of it.
fn set_aside(tx: &Transaction<'_>, id: i64, now: Instant, error: &str) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "UPDATE outbox SET state = 'failed', leased_until = NULL, last_error = ?2, settled_at = ?3 WHERE id = ?1",
    )?;
    statement.execute(params![id, error, now.millis()])?;
    Ok(())
}

pub(super) fn settle(
    tx: Transaction<'_>,
    id: i64,
    lease: i64,
    now: Instant,
    result: &Settlement,
) -> Result<Recorded, Fault> {
    if let Some(settled) = update(&tx, id, lease, now, result)?
        && follow(&tx, id, &settled, now, result)? == Recorded::Stale
    {
        return Ok(Recorded::Stale);
    }
    tx.commit()?;
    Ok(Recorded::Done)
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

/// What else a result means. Of one that is stale nothing may be committed.
fn follow(
    tx: &Transaction<'_>,
    id: i64,
    settled: &Settled,
    now: Instant,
    result: &Settlement,
) -> Result<Recorded, Fault> {
    match result {
        Settlement::Sent { audit } => {
            mark_reachable(tx, settled)?;
            if let Some(entry) = audit {
                audit::append(tx, &settled.account, entry)?;
            }
        }
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
        Settlement::Bounced { revision, audit: entry, mails, .. } => {
            let Some(moved_to) = mark_unreachable(tx, settled, now)? else { return Ok(Recorded::Done) };
            if moved_to != revision + 1 {
                return Ok(Recorded::Stale);
            }
            let audit_seq = audit::append(tx, &settled.account, entry)?;
            for mail in mails {
                insert_mail(tx, &settled.account, Some(audit_seq), None, now, mail)?;
            }
        }
        _ => {}
    }
    Ok(Recorded::Done)
}

/// Marks the recipient's address, while it is the one that was tried. Gives the account's new revision, if it was not so
/// marked before.
fn mark_unreachable(tx: &Transaction<'_>, settled: &Settled, now: Instant) -> Result<Option<i64>, Fault> {
    let mut mark = tx.prepare_cached(
        "UPDATE people SET unreachable_since = ?4
        WHERE account_id = ?1 AND id = ?2 AND email = ?3 AND unreachable_since IS NULL",
    )?;
    let to = settled.to.as_ref().map(UserId::as_str);
    let is_new = mark.execute(params![settled.account.as_str(), to, settled.address, now.millis()])? > 0;
    is_new.then(|| move_revision(tx, &settled.account)).transpose()
}

/// Takes the mark from an address that took a mail after all, while it is still theirs.
fn mark_reachable(tx: &Transaction<'_>, settled: &Settled) -> Result<(), Fault> {
    let mut mark = tx.prepare_cached(
        "UPDATE people SET unreachable_since = NULL
        WHERE account_id = ?1 AND id = ?2 AND email = ?3 AND unreachable_since IS NOT NULL",
    )?;
    let to = settled.to.as_ref().map(UserId::as_str);
    if mark.execute(params![settled.account.as_str(), to, settled.address])? > 0 {
        move_revision(tx, &settled.account)?;
    }
    Ok(())
}

/// Gives an account another revision, and returns it.
fn move_revision(tx: &Transaction<'_>, account: &AccountId) -> Result<i64, Fault> {
    let mut bump = tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1 RETURNING revision")?;
    Ok(bump.query_row([account.as_str()], |row| row.get(0))?)
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
