//! Who is in an account: taking over a directory, and finding people in it.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use security_contact_policy::{Instant, Name, UserId};

use super::fault::Fault;
use super::rows::{Columns, member, member_columns};
use crate::domain::fold;
use crate::domain::model::{
    AccountId, CandidateCursor, DirectoryEntry, DirectoryFault, DisplayName, EmailAddress, Member,
};

/// Takes over entries in one transaction, so that a large import does not wait for the disk at every account.
pub(super) fn put_all(
    mut tx: Transaction<'_>,
    entries: &[DirectoryEntry],
    now: Instant,
) -> Result<Vec<Result<(), DirectoryFault>>, Fault> {
    let mut results = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut savepoint = tx.savepoint()?;
        match put(&savepoint, entry, now) {
            Err(Fault::Directory(fault)) => {
                savepoint.rollback()?;
                results.push(Err(fault));
            }
            result => results.push(Ok(result?)),
        }
        savepoint.commit()?;
    }
    tx.commit()?;
    Ok(results)
}

/// Takes over one entry. When it says nothing new, nothing is written, so that running an import again is cheap.
fn put(tx: &Connection, entry: &DirectoryEntry, now: Instant) -> Result<(), Fault> {
    let mut changed = put_profile(tx, &entry.account, entry.profile.as_ref(), now)?;
    changed |= put_people(tx, &entry.account, &entry.people)?;
    changed |= remove_people(tx, &entry.account, &entry.left)?;
    if !changed {
        return Ok(());
    }
    require_owner(tx, &entry.account)?;
    tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1")?
        .execute([entry.account.as_str()])?;
    tx.prepare_cached(
        "UPDATE designations SET next_review_at = ?2
        WHERE account_id = ?1 AND (next_review_at IS NULL OR next_review_at > ?2)",
    )?
    .execute(params![entry.account.as_str(), now.millis()])?;
    Ok(())
}

/// Stores the name and owner, and a new account with them. Says whether anything changed.
fn put_profile(
    tx: &Connection,
    account: &AccountId,
    profile: Option<&(DisplayName, UserId)>,
    now: Instant,
) -> Result<bool, Fault> {
    let Some((name, owner)) = profile else {
        let mut known = tx.prepare_cached("SELECT 1 FROM accounts WHERE id = ?1")?;
        return if known.exists([account.as_str()])? { Ok(false) } else { Err(DirectoryFault::UnknownAccount.into()) };
    };
    let mut upsert = tx.prepare_cached(
        "INSERT INTO accounts (id, name, owner_id, revision) VALUES (?1, ?2, ?3, 0)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner_id = excluded.owner_id
        WHERE (name, owner_id) IS NOT (excluded.name, excluded.owner_id)",
    )?;
    let changed = upsert.execute(params![account.as_str(), name.as_str(), owner.as_str()])? > 0;
    if changed {
        tx.prepare_cached(
            "INSERT INTO designations (account_id, version, next_review_at) VALUES (?1, 0, ?2)
            ON CONFLICT (account_id) DO NOTHING",
        )?
        .execute(params![account.as_str(), now.millis()])?;
    }
    Ok(changed)
}

fn put_people(tx: &Connection, account: &AccountId, people: &[Member]) -> Result<bool, Fault> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, staff_role, name, email,
            folded_name, folded_email)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (account_id, id) DO UPDATE SET role = excluded.role,
            account_settings = excluded.account_settings, status = excluded.status,
            last_login_at = excluded.last_login_at, staff_role = excluded.staff_role, name = excluded.name,
            email = excluded.email, folded_name = excluded.folded_name, folded_email = excluded.folded_email
        WHERE (role, account_settings, status, last_login_at, staff_role, name, email, folded_name, folded_email)
            IS NOT (excluded.role, excluded.account_settings, excluded.status, excluded.last_login_at,
            excluded.staff_role, excluded.name, excluded.email, excluded.folded_name, excluded.folded_email)",
    )?;
    let mut changed = 0;
    for Member { person, name, email } in people {
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

/// A designation of somebody who leaves stays as it is: a review reverts it, and tells whom it concerns.
fn remove_people(tx: &Connection, account: &AccountId, left: &[UserId]) -> Result<bool, Fault> {
    let mut delete = tx.prepare_cached("DELETE FROM people WHERE account_id = ?1 AND id = ?2")?;
    let mut changed = 0;
    for user_id in left {
        changed += delete.execute([account.as_str(), user_id.as_str()])?;
    }
    Ok(changed > 0)
}

fn require_owner(tx: &Connection, account: &AccountId) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "SELECT id, owner_id FROM accounts
        WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM people WHERE account_id = accounts.id AND id = owner_id)",
    )?;
    let mut without_owner = statement.query([account.as_str()])?;
    let Some(row) = without_owner.next()? else { return Ok(()) };
    let mut columns = Columns::new(row);
    let _: AccountId = columns.text("accounts.id")?;
    Err(DirectoryFault::OwnerIsNoMember { owner: columns.text("accounts.owner_id")? }.into())
}

/// Makes every review due when the fingerprint is another one than before.
pub(super) fn use_policy(tx: Transaction<'_>, fingerprint: &str, now: Instant) -> Result<(), Fault> {
    let stored: Option<String> =
        tx.query_row("SELECT value FROM meta WHERE key = 'fingerprint'", [], |row| row.get(0)).optional()?;
    if stored.as_deref() == Some(fingerprint) {
        return Ok(());
    }
    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('fingerprint', ?1)", [fingerprint])?;
    tx.execute(
        "UPDATE designations SET next_review_at = ?1 WHERE next_review_at IS NULL OR next_review_at > ?1",
        [now.millis()],
    )?;
    // What is being decided under the policy before must not be stored any more.
    tx.execute("UPDATE accounts SET revision = revision + 1", [])?;
    Ok(tx.commit()?)
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
    if words.iter().all(|word| name.contains(word) || email.contains(word)) { member(&mut columns) } else { Ok(None) }
}
