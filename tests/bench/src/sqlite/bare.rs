//! What a user would write instead: the statements alone, by the same driver.

use anyhow::Result;
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use security_contact_policy::Instant;

/// Every row that a full audit reads, in its order.
const ROWS: &str = "SELECT accounts.id, accounts.name, accounts.owner_id, accounts.revision, designations.version,
        designations.announced, designations.reminded_valid_until, designations.reminded_days,
        designations.next_review_at, owner.id, owner.role, owner.account_settings, owner.status, owner.last_login_at,
        owner.staff_role, owner.name, owner.email, owner.unreachable_since, designations.user_id,
        designations.chosen_at, designations.chosen_by, designee.id, designee.role, designee.account_settings,
        designee.status, designee.last_login_at, designee.staff_role, designee.name, designee.email,
        designee.unreachable_since, announced.id, announced.role, announced.account_settings, announced.status,
        announced.last_login_at, announced.staff_role, announced.name, announced.email, announced.unreachable_since
    FROM accounts
    JOIN designations ON designations.account_id = accounts.id
    LEFT JOIN people AS owner ON owner.account_id = accounts.id AND owner.id = accounts.owner_id
    LEFT JOIN people AS designee ON designee.account_id = accounts.id AND designee.id = designations.user_id
    LEFT JOIN people AS announced ON announced.account_id = accounts.id AND announced.id = designations.announced
        AND announced.id <> accounts.owner_id AND announced.id IS NOT designations.user_id
    ORDER BY accounts.id";

/// The criteria as somebody writes them who has no module: the accounts whose designee does not meet one.
const CRITERIA: &str = "SELECT count(*) FROM designations
    LEFT JOIN people ON people.account_id = designations.account_id AND people.id = designations.user_id
    WHERE designations.user_id IS NOT NULL AND (people.id IS NULL
        OR NOT (people.role IN ('owner', 'admin') OR people.account_settings = 'edit')
        OR people.status <> 'active'
        OR people.last_login_at IS NULL
        OR ?1 - people.last_login_at > 31536000000
        OR people.last_login_at - ?1 > 300000)";

/// Reads every row with all its columns, and counts them.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn stream(connection: &Connection) -> Result<u64> {
    let mut statement = connection.prepare_cached(ROWS)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            std::hint::black_box(row.get::<_, Value>(column)?);
        }
        count += 1;
    }
    Ok(count)
}

/// Counts the accounts that do not meet the criteria.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn criteria(connection: &Connection, now: Instant) -> Result<i64> {
    Ok(connection.prepare_cached(CRITERIA)?.query_row([now.millis()], |row| row.get(0))?)
}

/// The statements of one change, with values as long as a change has them.
///
/// # Errors
/// When the database cannot be written.
pub(crate) fn change(connection: &mut Connection, account: &str, people: [&str; 2], number: u64) -> Result<()> {
    let hash = format!("{number:064x}");
    let [before, after] = people;
    let revision = row(connection, account)?.swap_remove(3);
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.prepare_cached("UPDATE accounts SET revision = revision + 1 WHERE id = ?1 AND revision = ?2")?
        .execute(params![account, revision])?;
    tx.prepare_cached(
        "UPDATE designations SET user_id = ?2, chosen_at = ?3, chosen_by = ?4, version = version + 1
        WHERE account_id = ?1",
    )?
    .execute(params![account, after, NOW, before])?;
    tx.prepare_cached(
        "UPDATE designations SET announced = ?2, reminded_valid_until = NULL, reminded_days = NULL,
            next_review_at = ?3, generation = coalesce((SELECT generation FROM policy WHERE fingerprint = ?4), 0),
            review_error = NULL
        WHERE account_id = ?1",
    )?
    .execute(params![account, after, NOW, hash])?;
    let seq: i64 =
        tx.prepare_cached("SELECT audit_seq FROM accounts WHERE id = ?1")?.query_row([account], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO audit (account_id, seq, at, actor, authenticated, action, before, after, reasons, detail,
            policy_version, module_sha256, fingerprint, previous_hash, hash)
        VALUES (?1, ?2, ?3, ?4, 'service_token', 'designated', ?4, ?5, '[]', NULL, '1.0.0', ?6, ?6, ?6, ?6)",
    )?
    .execute(params![account, seq + 1, NOW, before, after, hash])?;
    tx.prepare_cached("UPDATE accounts SET audit_seq = ?2, audit_hash = ?3 WHERE id = ?1")?.execute(params![
        account,
        seq + 1,
        hash
    ])?;
    for (side, to) in people.into_iter().enumerate() {
        tx.prepare_cached(
            "INSERT INTO outbox (account_id, audit_seq, to_user, address, message, message_id, queued_at,
                trying_since, state, due_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 'pending', ?7)",
        )?
        .execute(params![
            account,
            seq + 1,
            to,
            ADDRESS,
            crate::MESSAGE,
            format!("{side}{}", &hash[29..]),
            NOW
        ])?;
    }
    Ok(tx.commit()?)
}

/// One account's row with all its columns, in the order of [`ROWS`].
///
/// # Errors
/// When there is no such account.
pub(crate) fn row(connection: &Connection, account: &str) -> Result<Vec<Value>> {
    let mut statement = connection.prepare_cached(&ROWS.replace("ORDER BY accounts.id", "WHERE accounts.id = ?1"))?;
    let columns = statement.column_count();
    Ok(statement.query_row([account], |row| (0..columns).map(|column| row.get(column)).collect())?)
}

const NOW: i64 = 1_790_847_000_000;
const ADDRESS: &str = "person-1234-1@example.com";
