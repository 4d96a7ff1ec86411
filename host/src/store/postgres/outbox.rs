//! Mails on their way, and events that are yet to be addressed: leased to one sender at a time.

use deadpool_postgres::{Client, GenericClient, Transaction};
use security_contact_policy::{Instant, UserId};
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::batch::{Batch, Mail, column};
use super::commit::Locked;
use super::fault::Fault;
use super::statements::{execute, query, rows};
use super::text;
use crate::domain::model::{
    AccountId, AuditEntry, Backlog, Claimed, EmailAddress, NewEvent, NewMail, OutboxFilter, OutboxRow, OutboxState,
    Queued, Recorded, Settlement,
};
use crate::store::rows::{
    Outcome, Settled, StoredEvent, claimed, due_columns, listed, listed_columns, new_message_id, settled,
    settled_columns,
};

/// Queues mails in their order, which their numbers follow.
pub(super) const INSERT: &str = "INSERT INTO outbox (account_id, audit_seq, event_id, to_user, address, message,
        message_id, queued_at, trying_since, due_at, state, settled_at)
    SELECT account_id, audit_seq, event_id, to_user, address, message, message_id, at, at, at,
        CASE WHEN address IS NULL THEN 'unreachable' ELSE 'pending' END, CASE WHEN address IS NULL THEN at END
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    WITH ORDINALITY AS write (account_id, audit_seq, event_id, to_user, address, message, message_id, at, place)
    ORDER BY place
    ON CONFLICT (event_id, to_user) WHERE event_id IS NOT NULL AND state <> 'withdrawn' DO NOTHING";

pub(super) async fn insert(tx: &Transaction<'_>, statement: &Statement, mails: &[Mail<'_>]) -> Result<(), Fault> {
    if mails.is_empty() {
        return Ok(());
    }
    let messages = mails.iter().map(|Mail { mail, .. }| serde_json::to_string(&mail.message));
    let messages = messages.collect::<Result<Vec<String>, _>>()?;
    let columns = [
        &column(mails, |Mail { account, .. }| account.as_str()) as &(dyn ToSql + Sync),
        &column(mails, |Mail { audit_seq, .. }| *audit_seq),
        &column(mails, |Mail { event, .. }| *event),
        &column(mails, |Mail { mail, .. }| mail.to.as_str()),
        &column(mails, |Mail { mail, .. }| mail.address.as_ref().map(EmailAddress::as_str)),
        &messages,
        &column(mails, |_| new_message_id()),
        &column(mails, |Mail { now, .. }| now.millis()),
    ];
    tx.execute(statement, &columns).await?;
    Ok(())
}

/// Queues the event unless the account has one under its key.
const QUEUE: &str = "INSERT INTO outbox (account_id, event_key, message, message_id, queued_at, trying_since, due_at,
        state)
    SELECT id, $2, $3, $4, $5, $5, $5, 'pending' FROM accounts WHERE id = $1
    ON CONFLICT (account_id, event_key) WHERE event_key IS NOT NULL DO NOTHING RETURNING id";

pub(super) async fn queue_event(
    client: &Client,
    account: &AccountId,
    new: &NewEvent,
    now: Instant,
) -> Result<Option<Queued>, Fault> {
    let message = serde_json::to_string(&StoredEvent::of(new))?;
    let (account, key) = (account.as_str(), new.key.as_str());
    let queued = query(client, QUEUE, &[&account, &key, &message, &new_message_id(), &now.millis()]).await?;
    if let Some(row) = queued.first() {
        return Ok(Some(Queued::New(row.try_get(0)?)));
    }
    // Nothing was written, so that this is no part of a transaction. Rows of the outbox stay.
    let sql = "SELECT id, message = $3 FROM outbox WHERE account_id = $1 AND event_key = $2";
    let found = query(client, sql, &[&account, &key, &message]).await?;
    let Some(row) = found.first() else { return Ok(None) };
    Ok(Some(if row.try_get(1)? { Queued::Repeated(row.try_get(0)?) } else { Queued::KeyReused }))
}

/// Leases due rows. Each gets a number that no earlier holder has, and one that was never tried is tried from now on.
pub(super) const DUE: &str = concat!(
    "WITH found AS (
        SELECT id FROM outbox
        WHERE state = 'pending' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
        ORDER BY due_at, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE outbox SET lease = lease + 1, leased_until = $3,
            trying_since = CASE attempts WHEN 0 THEN $1 ELSE trying_since END
        FROM found WHERE outbox.id = found.id RETURNING ",
    due_columns!(),
    ", outbox.due_at)
    SELECT * FROM leased ORDER BY due_at, id"
);

/// Leases due rows. One that cannot be read is set aside as failed, so that it does not hold up all the others.
pub(super) async fn claim(
    client: &Client,
    now: Instant,
    leased_until: Instant,
    limit: u32,
) -> Result<Vec<Claimed>, Fault> {
    let mut leased = Vec::new();
    for row in query(client, DUE, &[&now.millis(), &rows(limit), &leased_until.millis()]).await? {
        match claimed(&row) {
            Ok(claimed) => leased.push(claimed),
            Err(error) => {
                let (id, lease): (i64, i64) = (row.try_get("id")?, row.try_get("lease")?);
                tracing::error!(outbox_id = id, %error, "a queued mail is set aside as failed");
                // In a transaction of its own: in that of the lease the server would look for the account again.
                set_aside(client, id, lease, now, &error.to_string()).await?;
            }
        }
    }
    Ok(leased)
}

/// Gives a leased row up without reading anything of it.
async fn set_aside(client: &Client, id: i64, lease: i64, now: Instant, error: &str) -> Result<(), Fault> {
    let sql = "UPDATE outbox SET state = 'failed', leased_until = NULL, last_error = $3, settled_at = $4
        WHERE id = $1 AND lease = $2";
    execute(client, sql, &[&id, &lease, &text::stored(error), &now.millis()]).await.map(drop)
}

pub(super) async fn settle(
    client: &mut Client,
    id: i64,
    lease: i64,
    now: Instant,
    result: &Settlement,
) -> Result<Recorded, Fault> {
    let tx = client.transaction().await?;
    if matches!(result, Settlement::Withdrawn) {
        lock_event(&tx, id).await?;
    }
    if let Some(settled) = update(&tx, id, lease, now, result).await?
        && follow(&tx, id, &settled, now, result).await? == Recorded::Stale
    {
        tx.rollback().await?;
        return Ok(Recorded::Stale);
    }
    tx.commit().await?;
    Ok(Recorded::Done)
}

/// Locks the event that a mail tells of, before the mail: whoever addresses it takes the same order, and has then written.
/// Without the lock an event that is being addressed would still look pending, and nobody would address it again.
async fn lock_event(tx: &Transaction<'_>, mail: i64) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM outbox WHERE id = (SELECT event_id FROM outbox WHERE id = $1) FOR NO KEY UPDATE";
    query(tx, sql, &[&mail]).await.map(drop)
}

/// Records a result, if the lease is the row's present one and was not settled before. A row that was dropped meanwhile
/// stays dropped, unless it went out all the same.
async fn update(
    tx: &Transaction<'_>,
    id: i64,
    lease: i64,
    now: Instant,
    result: &Settlement,
) -> Result<Option<Settled>, Fault> {
    let Some(Outcome { state, due_at, error }) = Outcome::of(result) else {
        return release(tx, id, lease).await.map(|()| None);
    };
    let sql = concat!(
        "UPDATE outbox SET state = $3, attempts = attempts + 1, due_at = coalesce($4, due_at), leased_until = NULL,
            last_error = coalesce($5, last_error), settled_at = CASE $3 WHEN 'pending' THEN NULL ELSE $6::bigint END
        WHERE id = $1 AND lease = $2 AND leased_until IS NOT NULL AND (state = 'pending' OR state = 'dropped' AND $7)
        RETURNING ",
        settled_columns!()
    );
    let (error, went_out) = (error.map(text::stored), matches!(result, Settlement::Sent { .. }));
    let found = query(tx, sql, &[&id, &lease, &state, &due_at, &error, &now.millis(), &went_out]).await?;
    Ok(found.first().map(settled).transpose()?)
}

/// Ends the present lease, and changes nothing else.
async fn release(client: &impl GenericClient, id: i64, lease: i64) -> Result<(), Fault> {
    let sql = "UPDATE outbox SET leased_until = NULL
        WHERE id = $1 AND lease = $2 AND state = 'pending' AND leased_until IS NOT NULL";
    execute(client, sql, &[&id, &lease]).await?;
    Ok(())
}

/// What else a result means. Of one that is stale nothing may be committed.
async fn follow(
    tx: &Transaction<'_>,
    id: i64,
    settled: &Settled,
    now: Instant,
    result: &Settlement,
) -> Result<Recorded, Fault> {
    match result {
        Settlement::Sent { audit } => {
            if audit.is_none() && !is_marked(tx, settled).await? {
                return Ok(Recorded::Done);
            }
            let locked = Locked::lock(tx, &[&settled.account], &[]).await?;
            let moves = i64::from(mark_reachable(tx, settled).await?);
            append(tx, &settled.account, &locked, moves, audit.as_deref(), &[], now).await?;
        }
        Settlement::Addressed { mails } => {
            let mut batch = Batch::default();
            for mail in mails {
                batch.queue(Mail { account: &settled.account, audit_seq: None, event: Some(id), now, mail });
            }
            batch.write(tx).await?;
        }
        Settlement::Withdrawn => {
            // It is tried anew, with all its days before it.
            let sql = "UPDATE outbox SET state = 'pending', due_at = $2, trying_since = $2, settled_at = NULL
                WHERE id = $1 AND state = 'sent'";
            execute(tx, sql, &[&settled.event, &now.millis()]).await?;
        }
        Settlement::Bounced { revision, audit: entry, mails, .. } => {
            // The lock comes before the mark: the account's row before its people's.
            let locked = Locked::lock(tx, &[&settled.account], &[]).await?;
            if !mark_unreachable(tx, settled, now).await? {
                return Ok(Recorded::Done);
            }
            if locked.get(&settled.account).is_some_and(|account| account.revision != *revision) {
                return Ok(Recorded::Stale);
            }
            append(tx, &settled.account, &locked, 1, Some(entry), mails, now).await?;
        }
        _ => {}
    }
    Ok(Recorded::Done)
}

/// Lets the revision of a locked account grow by so much, adds to its history, and queues the mails that tell of it.
async fn append(
    tx: &Transaction<'_>,
    account: &AccountId,
    locked: &Locked,
    moves: i64,
    entry: Option<&AuditEntry>,
    mails: &[NewMail],
    now: Instant,
) -> Result<(), Fault> {
    let Some(known) = locked.get(account) else { return Ok(()) };
    let mut batch = Batch::default();
    let audit_seq = batch.advance(account, moves, &known.head, entry)?;
    for mail in mails {
        batch.queue(Mail { account, audit_seq, event: None, now, mail });
    }
    batch.write(tx).await.map(drop)
}

/// Marks the recipient's address, while it is the one that was tried. Says whether it was not so marked before.
async fn mark_unreachable(tx: &Transaction<'_>, settled: &Settled, now: Instant) -> Result<bool, Fault> {
    let sql = "UPDATE people SET unreachable_since = $4
        WHERE account_id = $1 AND id = $2 AND email = $3 AND unreachable_since IS NULL";
    let to = settled.to.as_ref().map(UserId::as_str);
    Ok(execute(tx, sql, &[&settled.account.as_str(), &to, &settled.address, &now.millis()]).await? > 0)
}

/// Whether the address that took a mail has a mark, which seldom is so: only then the account has to be locked.
async fn is_marked(tx: &Transaction<'_>, settled: &Settled) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM people
        WHERE account_id = $1 AND id = $2 AND email = $3 AND unreachable_since IS NOT NULL";
    let to = settled.to.as_ref().map(UserId::as_str);
    Ok(!query(tx, sql, &[&settled.account.as_str(), &to, &settled.address]).await?.is_empty())
}

/// Takes the mark from an address that took a mail after all, while it is still theirs. Says whether it had one.
async fn mark_reachable(tx: &Transaction<'_>, settled: &Settled) -> Result<bool, Fault> {
    let sql = "UPDATE people SET unreachable_since = NULL
        WHERE account_id = $1 AND id = $2 AND email = $3 AND unreachable_since IS NOT NULL";
    let to = settled.to.as_ref().map(UserId::as_str);
    Ok(execute(tx, sql, &[&settled.account.as_str(), &to, &settled.address]).await? > 0)
}

/// Rows of the outbox after a number, oldest first.
macro_rules! rows_of {
    ($which:literal) => {
        concat!("SELECT ", listed_columns!(), " FROM outbox WHERE id > $1", $which, " ORDER BY id LIMIT $2")
    };
}

pub(super) const LIST: &str = rows_of!("");
pub(super) const OF_ACCOUNT: &str = rows_of!(" AND account_id = $3");
pub(super) const OF_BOTH: &str = rows_of!(" AND account_id = $3 AND state = $4");

/// The state stands in the statement, since what is the best way to rows depends on how many are in it.
pub(super) fn of_state(state: OutboxState) -> String {
    LIST.replace("WHERE", &format!("WHERE state = '{state}' AND"))
}

pub(super) async fn list(
    client: &Client,
    filter: &OutboxFilter,
    after: i64,
    limit: u32,
) -> Result<Vec<OutboxRow>, Fault> {
    let limit = rows(limit);
    let account = filter.account.as_ref().map(AccountId::as_str);
    let found = match (account, filter.state) {
        (None, None) => query(client, LIST, &[&after, &limit]).await?,
        (None, Some(state)) => query(client, &of_state(state), &[&after, &limit]).await?,
        (Some(account), None) => query(client, OF_ACCOUNT, &[&after, &limit, &account]).await?,
        (Some(account), Some(state)) => query(client, OF_BOTH, &[&after, &limit, &account, &state.as_str()]).await?,
    };
    found.iter().map(|row| Ok(listed(row)?)).collect()
}

/// How many rows wait and since when, and how many were given up.
pub(super) const BACKLOG: &str = "SELECT waiting.rows, waiting.oldest, failed.rows
    FROM (SELECT count(*) AS rows, min(queued_at) AS oldest FROM outbox WHERE state = 'pending') AS waiting,
        (SELECT count(*) AS rows FROM outbox WHERE state = 'failed') AS failed";

pub(super) async fn backlog(client: &Client) -> Result<Backlog, Fault> {
    let found = query(client, BACKLOG, &[]).await?;
    let Some(row) = found.first() else { return Ok(Backlog::default()) };
    let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
    let oldest: Option<i64> = row.try_get(1)?;
    Ok(Backlog {
        pending: count(row.try_get(0)?),
        oldest_pending: oldest.and_then(Instant::from_millis),
        failed: count(row.try_get(2)?),
    })
}

/// Has a failed or dropped row tried again. The lease grows, so that a try from before settles nothing.
pub(super) async fn retry(client: &Client, id: i64, now: Instant) -> Result<bool, Fault> {
    let sql = "UPDATE outbox SET state = 'pending', due_at = $2, trying_since = $2, attempts = 0, settled_at = NULL,
            leased_until = NULL, lease = lease + 1
        WHERE id = $1 AND state IN ('failed', 'dropped')";
    Ok(execute(client, sql, &[&id, &now.millis()]).await? > 0)
}

/// Drops a pending or failed row. Its lease stays, for a try that is under way.
pub(super) async fn discard(client: &Client, id: i64, now: Instant) -> Result<bool, Fault> {
    let sql = "UPDATE outbox SET state = 'dropped', settled_at = $2
        WHERE id = $1 AND state IN ('pending', 'failed')";
    Ok(execute(client, sql, &[&id, &now.millis()]).await? > 0)
}
