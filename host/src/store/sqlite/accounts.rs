//! Accounts as they stand.

use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use security_contact_policy::{Instant, UserId};

use super::fault::Fault;
use crate::domain::model::{AccountId, Member, Snapshot, UnreadableAccount};
use crate::domain::ports::Readable;
use crate::store::rows::{Columns, member, member_columns, snapshot, snapshots};

pub(super) const ONE: &str = snapshots!("WHERE accounts.id = ?1");
pub(super) const AFTER: &str = snapshots!("WHERE accounts.id > ?1 ORDER BY accounts.id LIMIT ?2");
/// The accounts whose review is due and that nobody has in hand, the longest due first.
pub(super) const DUE: &str = "SELECT id FROM accounts WHERE next_review_at <= ?1
    AND NOT EXISTS (SELECT 1 FROM claims WHERE account_id = accounts.id AND until > ?1)
    ORDER BY next_review_at, id LIMIT ?2";
/// The accounts that were last decided on under another policy than the present one, if this is the present one, and
/// that nobody has in hand.
pub(super) const OF_ANOTHER_POLICY: &str = "SELECT id FROM accounts
    WHERE generation < (SELECT generation FROM policy WHERE fingerprint = ?1)
    AND NOT EXISTS (SELECT 1 FROM claims WHERE account_id = accounts.id AND until > ?3)
    ORDER BY generation, id LIMIT ?2";

pub(super) const NAMES: &str = "SELECT id, name FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2";

const PERSON: &str =
    concat!("SELECT account_id, ", member_columns!("people"), " FROM people WHERE account_id = ?1 AND id = ?2");

pub(super) fn these(tx: &Transaction<'_>, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, Fault> {
    asked.iter().map(|(account, also)| alone(one(tx, account, also)).map(Result::transpose)).collect()
}

fn one(tx: &Transaction<'_>, account: &AccountId, also: &[UserId]) -> Result<Option<Snapshot>, Fault> {
    let mut statement = tx.prepare_cached(ONE)?;
    let found = statement.query_and_then([account.as_str()], whole)?.next().transpose()?;
    let Some(mut found) = found else { return Ok(None) };
    for user_id in also {
        if found.member(user_id).is_none() {
            found.others.extend(person(tx, account, user_id)?);
        }
    }
    Ok(Some(found))
}

fn person(tx: &Transaction<'_>, account: &AccountId, user_id: &UserId) -> Result<Option<Member>, Fault> {
    let mut statement = tx.prepare_cached(PERSON)?;
    let mut rows = statement.query([account.as_str(), user_id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut columns = Columns::new(row);
    let _: AccountId = columns.text("people.account_id")?;
    Ok(member(&mut columns)?)
}

fn whole(row: &Row<'_>) -> Result<Snapshot, Fault> {
    Ok(snapshot(&mut Columns::new(row))?)
}

pub(super) fn after(tx: &Transaction<'_>, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, Fault> {
    // No id is empty, so that every account comes after the empty text.
    let after = after.map_or("", AccountId::as_str);
    tx.prepare_cached(AFTER)?.query_and_then(params![after, limit], readable)?.collect()
}

/// Hands out accounts for review. Until the claim ends nobody else finds them, and then somebody does, unless there was
/// a decision meanwhile.
pub(super) fn claim_reviews(
    tx: Transaction<'_>,
    now: Instant,
    claimed_until: Instant,
    fingerprint: &str,
    limit: u32,
) -> Result<Vec<Readable>, Fault> {
    let mut ids = account_ids(&tx, DUE, params![now.millis(), limit])?;
    let mut page = claim(&tx, &ids, claimed_until)?;
    let left = limit.saturating_sub(u32::try_from(ids.len()).unwrap_or(u32::MAX));
    ids = account_ids(&tx, OF_ANOTHER_POLICY, params![fingerprint, left, now.millis()])?;
    page.extend(claim(&tx, &ids, claimed_until)?);
    tx.commit()?;
    Ok(page)
}

fn account_ids(tx: &Transaction<'_>, sql: &str, parameters: impl Params) -> Result<Vec<String>, Fault> {
    Ok(tx.prepare_cached(sql)?.query_map(parameters, |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn claim(tx: &Transaction<'_>, ids: &[String], claimed_until: Instant) -> Result<Vec<Readable>, Fault> {
    let mut find = tx.prepare_cached(ONE)?;
    let mut set = tx.prepare_cached(
        "INSERT INTO claims (account_id, until) VALUES (?1, ?2)
        ON CONFLICT (account_id) DO UPDATE SET until = excluded.until",
    )?;
    let mut page = Vec::with_capacity(ids.len());
    for id in ids {
        page.extend(find.query_and_then([id], readable)?.next().transpose()?);
        set.execute(params![id, claimed_until.millis()])?;
    }
    Ok(page)
}

/// Ends whoever's claim of the account.
pub(super) fn end_claim(tx: &Connection, account: &AccountId) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM claims WHERE account_id = ?1")?.execute([account.as_str()])?;
    Ok(())
}

pub(super) fn put_off_review(
    tx: Transaction<'_>,
    account: &AccountId,
    error: &str,
    until: Instant,
) -> Result<(), Fault> {
    // It counts as decided on under the present policy, so that another one than that of its last decision does not
    // bring it back before.
    let mut put_off = tx.prepare_cached(
        "UPDATE accounts SET next_review_at = ?2, review_error = ?3,
            generation = coalesce((SELECT generation FROM policy), 0)
        WHERE id = ?1",
    )?;
    put_off.execute(params![account.as_str(), until.millis(), error])?;
    drop(put_off);
    end_claim(&tx, account)?;
    Ok(tx.commit()?)
}

fn readable(row: &Row<'_>) -> Result<Readable, Fault> {
    alone(whole(row))
}

/// Tells an account that cannot be read from a store that fails.
fn alone<T>(read: Result<T, Fault>) -> Result<Result<T, UnreadableAccount>, Fault> {
    match read {
        Ok(found) => Ok(Ok(found)),
        Err(Fault::Unreadable(unreadable)) => Ok(Err(unreadable.alone()?)),
        Err(fault) => Err(fault),
    }
}

pub(super) fn names(
    tx: &Transaction<'_>,
    after: Option<&AccountId>,
    limit: u32,
) -> Result<Vec<(AccountId, String)>, Fault> {
    let mut statement = tx.prepare_cached(NAMES)?;
    let names = statement.query_and_then(params![after.map_or("", AccountId::as_str), limit], |row| {
        let mut columns = Columns::new(row);
        Ok((columns.text("accounts.id")?, columns.text("accounts.name")?))
    })?;
    names.collect()
}

/// Makes this policy the present one. Nothing else is written, however many accounts there are.
pub(super) fn use_policy(tx: Transaction<'_>, fingerprint: &str) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO policy (id, fingerprint, generation) VALUES (1, ?1, 1)
        ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, generation = generation + 1
        WHERE fingerprint <> excluded.fingerprint",
        [fingerprint],
    )?;
    Ok(tx.commit()?)
}

/// The present policy, if there is one.
pub(super) fn policy(tx: &Transaction<'_>) -> Result<Option<String>, Fault> {
    Ok(tx.query_row("SELECT fingerprint FROM policy WHERE id = 1", [], |row| row.get(0)).optional()?)
}
