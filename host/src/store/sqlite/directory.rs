//! Who is in an account: taking over a directory, and finding people in it.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use security_contact_policy::{Instant, Name, UserId};

use super::commit;
use super::fault::Fault;
use crate::domain::fold;
use crate::domain::model::{
    AccountId, CandidateCursor, ChainHead, Committed, DirectoryWrite, DisplayName, EmailAddress, Member,
};
use crate::store::rows::{Columns, member, member_columns};

/// The revision of an account that comes into being, before its review.
const NEW_REVISION: i64 = 0;

/// Takes over entries in one transaction, so that a large import does not wait for the disk at every account.
pub(super) fn put_all(tx: Transaction<'_>, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, Fault> {
    let results = writes.iter().map(|write| put(&tx, write)).collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok(results)
}

/// Takes over one entry. When it says nothing new, nothing is written, so that running an import again is cheap.
fn put(tx: &Connection, write: &DirectoryWrite) -> Result<Committed, Fault> {
    let DirectoryWrite { entry, revision, review } = write;
    let known = tx
        .prepare_cached("SELECT revision, version FROM accounts WHERE id = ?1")?
        .query_row([entry.account.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let found = known.map(|(revision, _): (i64, i64)| revision);
    // Whatever makes the review stale is found before anything is written.
    if found != *revision || found.unwrap_or(NEW_REVISION) != review.revision || commit::is_repeated(tx, review)? {
        return Ok(Committed::Stale);
    }
    let mut changed = put_profile(tx, &entry.account, entry.profile.as_ref())?;
    changed |= put_people(tx, &entry.account, &entry.people)?;
    changed |= remove_people(tx, &entry.account, &entry.left)?;
    match known {
        Some((_, version)) if !changed => Ok(Committed::Stored { version }),
        _ => commit::one(tx, review),
    }
}

/// Stores the name and owner, and a new account with them. Says whether anything changed.
fn put_profile(tx: &Connection, account: &AccountId, profile: Option<&(DisplayName, UserId)>) -> Result<bool, Fault> {
    let Some((name, owner)) = profile else { return Ok(false) };
    let ChainHead { seq, hash } = ChainHead::default();
    let mut upsert = tx.prepare_cached(
        "INSERT INTO accounts (id, name, owner_id, revision, audit_seq, audit_hash, version, generation)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner_id = excluded.owner_id
        WHERE (name, owner_id) IS NOT (excluded.name, excluded.owner_id)",
    )?;
    Ok(upsert.execute(params![account.as_str(), name.as_str(), owner.as_str(), NEW_REVISION, seq, hash])? > 0)
}

fn put_people(tx: &Connection, account: &AccountId, people: &[Member]) -> Result<bool, Fault> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, staff_role, name, email,
            folded_name, folded_email)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (account_id, id) DO UPDATE SET role = excluded.role,
            account_settings = excluded.account_settings, status = excluded.status,
            last_login_at = excluded.last_login_at, staff_role = excluded.staff_role, name = excluded.name,
            unreachable_since = iif(email IS excluded.email, unreachable_since, NULL), email = excluded.email,
            folded_name = excluded.folded_name, folded_email = excluded.folded_email
        WHERE (role, account_settings, status, last_login_at, staff_role, name, email, folded_name, folded_email)
            IS NOT (excluded.role, excluded.account_settings, excluded.status, excluded.last_login_at,
            excluded.staff_role, excluded.name, excluded.email, excluded.folded_name, excluded.folded_email)",
    )?;
    let mut changed = 0;
    for Member { person, name, email, .. } in people {
        let email = email.as_ref().map(EmailAddress::as_str);
        changed += upsert.execute(params![
            account.as_str(),
            person.id.as_str(),
            person.role.as_str(),
            person.account_settings.as_str(),
            person.status.as_str(),
            person.last_login_at.map(Instant::millis),
            person.staff_role.as_ref().map(Name::as_str),
            name.as_str(),
            email,
            fold(name.as_str()),
            email.map(fold).unwrap_or_default(),
        ])?;
    }
    Ok(changed > 0)
}

fn remove_people(tx: &Connection, account: &AccountId, left: &[UserId]) -> Result<bool, Fault> {
    let mut delete = tx.prepare_cached("DELETE FROM people WHERE account_id = ?1 AND id = ?2")?;
    let mut changed = 0;
    for user_id in left {
        changed += delete.execute([account.as_str(), user_id.as_str()])?;
    }
    Ok(changed > 0)
}

pub(super) const BY_NAME: &str = concat!(
    "SELECT account_id, folded_name, folded_email, ",
    member_columns!("people"),
    " FROM people WHERE account_id = ?1 AND (folded_name, id) > (?2, ?3) ORDER BY folded_name, id"
);

pub(super) fn candidates(
    tx: &Transaction<'_>,
    account: &AccountId,
    folded_query: &str,
    after: Option<&CandidateCursor>,
    limit: u32,
) -> Result<Vec<Member>, Fault> {
    let words: Vec<&str> = folded_query.split_whitespace().collect();
    // No id is empty, so that everybody comes after the empty text.
    let (name, id) = after.map_or(("", ""), |after| (after.folded_name.as_str(), after.user_id.as_str()));
    let mut statement = tx.prepare_cached(BY_NAME)?;
    let found = statement
        .query_and_then([account.as_str(), name, id], |row| candidate(row, &words))?
        .filter_map(Result::transpose)
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    found.collect()
}

/// The person of the row, if every word is part of the name or the address.
fn candidate(row: &Row<'_>, words: &[&str]) -> Result<Option<Member>, Fault> {
    let mut columns = Columns::new(row);
    let _: AccountId = columns.text("people.account_id")?;
    let name = columns.plain("people.folded_name")?;
    let email = columns.plain("people.folded_email")?;
    let is_found = words.iter().all(|word| name.contains(word) || email.contains(word));
    if is_found { Ok(member(&mut columns)?) } else { Ok(None) }
}
