//! Accounts as they stand.

use rusqlite::{Row, Transaction, params};
use security_contact_policy::{Instant, UserId};

use super::fault::Fault;
use super::rows::{Columns, member, member_columns, snapshot};
use crate::domain::model::{AccountId, DueCursor, Member, Snapshot};
use crate::domain::ports::UnreadableAccount;

/// Whole snapshots in one statement, in the order that `rows::snapshot` reads. The announced person comes along only
/// when neither the owner nor the designee is the same.
macro_rules! snapshots {
    ($which:literal) => {
        concat!(
            "SELECT accounts.id, accounts.name, accounts.revision, designations.version, designations.announced,
                designations.reminded_valid_until, designations.reminded_days, designations.next_review_at, ",
            member_columns!("owner"),
            ", designations.user_id, designations.chosen_at, designations.chosen_by, ",
            member_columns!("designee"),
            ", ",
            member_columns!("announced"),
            " FROM accounts
            JOIN designations ON designations.account_id = accounts.id
            LEFT JOIN people AS owner ON owner.account_id = accounts.id AND owner.id = accounts.owner_id
            LEFT JOIN people AS designee
                ON designee.account_id = accounts.id AND designee.id = designations.user_id
            LEFT JOIN people AS announced
                ON announced.account_id = accounts.id AND announced.id = designations.announced
                AND announced.id <> accounts.owner_id AND announced.id IS NOT designations.user_id
            ",
            $which
        )
    };
}

pub(super) const ONE: &str = snapshots!("WHERE accounts.id = ?1");
pub(super) const AFTER: &str = snapshots!("WHERE accounts.id > ?1 ORDER BY accounts.id LIMIT ?2");
pub(super) const DUE: &str = snapshots!(
    "WHERE designations.next_review_at <= ?1
        AND (designations.next_review_at, designations.account_id) > (?2, ?3)
    ORDER BY designations.next_review_at, designations.account_id LIMIT ?4"
);

const PERSON: &str =
    concat!("SELECT account_id, ", member_columns!("people"), " FROM people WHERE account_id = ?1 AND id = ?2");

pub(super) fn one(tx: &Transaction<'_>, account: &AccountId, also: &[UserId]) -> Result<Option<Snapshot>, Fault> {
    let mut statement = tx.prepare_cached(ONE)?;
    let found = statement.query_and_then([account.as_str()], snapshot)?.next().transpose()?;
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
    member(&mut columns)
}

/// One account of a page: what is wrong with it is its own.
type Readable = Result<Snapshot, UnreadableAccount>;

pub(super) fn after(tx: &Transaction<'_>, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, Fault> {
    // No id is empty, so that every account comes after the empty text.
    let after = after.map_or("", AccountId::as_str);
    tx.prepare_cached(AFTER)?.query_and_then(params![after, limit], readable)?.collect()
}

pub(super) fn due(
    tx: &Transaction<'_>,
    now: Instant,
    after: Option<&DueCursor>,
    limit: u32,
) -> Result<Vec<(DueCursor, Readable)>, Fault> {
    let (due_ms, account) =
        after.map_or((i64::MIN, ""), |after| (after.next_review_at.millis(), after.account.as_str()));
    let mut statement = tx.prepare_cached(DUE)?;
    let page = statement.query_and_then(params![now.millis(), due_ms, account, limit], |row| {
        let readable = readable(row)?;
        let account = readable.as_ref().map_or_else(|error| &error.account, |snapshot| &snapshot.account).clone();
        // What is due is not after `now`: an instant that is none is before them all.
        let next_review_at = Instant::from_millis(row.get("next_review_at")?).unwrap_or(Instant::MIN);
        Ok((DueCursor { next_review_at, account }, readable))
    })?;
    page.collect()
}

fn readable(row: &Row<'_>) -> Result<Readable, Fault> {
    match snapshot(row) {
        Ok(snapshot) => Ok(Ok(snapshot)),
        Err(Fault::Unreadable { account, field }) => match account.parse() {
            Ok(id) => {
                let message = Fault::Unreadable { account, field }.to_string();
                Ok(Err(UnreadableAccount { account: id, message }))
            }
            Err(_) => Err(Fault::Unreadable { account, field }),
        },
        Err(fault) => Err(fault),
    }
}

pub(super) fn names(tx: &Transaction<'_>, limit: u32) -> Result<Vec<(AccountId, String)>, Fault> {
    let mut statement = tx.prepare_cached("SELECT id, name FROM accounts ORDER BY id LIMIT ?1")?;
    let names = statement.query_and_then([limit], |row| {
        let mut columns = Columns::new(row);
        Ok((columns.text("accounts.id")?, columns.text("accounts.name")?))
    })?;
    names.collect()
}
