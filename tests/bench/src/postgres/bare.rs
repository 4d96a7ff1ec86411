//! What a user would write instead: the statements alone, by the same driver.

use std::pin::pin;

use anyhow::Result;
use futures_util::TryStreamExt as _;
use security_contact_policy::Instant;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Statement};

/// Every row that a full audit reads, in its order; or that of one account.
fn rows(which: &str) -> String {
    format!(
        "SELECT accounts.id, accounts.name, accounts.owner_id, accounts.revision, designations.version,
            designations.announced, designations.reminded_valid_until, designations.reminded_days,
            designations.next_review_at, owner.id, owner.role, owner.account_settings, owner.status,
            owner.last_login_at, owner.staff_role, owner.name, owner.email, owner.unreachable_since,
            designations.user_id, designations.chosen_at, designations.chosen_by, designee.id, designee.role,
            designee.account_settings, designee.status, designee.last_login_at, designee.staff_role, designee.name,
            designee.email, designee.unreachable_since, announced.id, announced.role, announced.account_settings,
            announced.status, announced.last_login_at, announced.staff_role, announced.name, announced.email,
            announced.unreachable_since
        FROM accounts
        JOIN designations ON designations.account_id = accounts.id
        LEFT JOIN people AS owner ON owner.account_id = accounts.id AND owner.id = accounts.owner_id
        LEFT JOIN people AS designee ON designee.account_id = accounts.id AND designee.id = designations.user_id
        LEFT JOIN people AS announced ON announced.account_id = accounts.id AND announced.id = designations.announced
            AND announced.id <> accounts.owner_id AND announced.id IS DISTINCT FROM designations.user_id
        {which}"
    )
}

/// The criteria as somebody writes them who has no module: the accounts whose designee does not meet one.
const CRITERIA: &str = "SELECT count(*) FROM designations
    LEFT JOIN people ON people.account_id = designations.account_id AND people.id = designations.user_id
    WHERE designations.user_id IS NOT NULL AND (people.id IS NULL
        OR NOT (people.role IN ('owner', 'admin') OR people.account_settings = 'edit')
        OR people.status <> 'active'
        OR people.last_login_at IS NULL
        OR $1 - people.last_login_at > 31536000000
        OR people.last_login_at - $1 > 300000)";

/// Reads every row with all its columns, and counts them.
///
/// # Errors
/// When the server is gone.
pub(crate) async fn stream(client: &Client) -> Result<u64> {
    let statement = client.prepare(&rows("ORDER BY accounts.id")).await?;
    let mut rows = pin!(client.query_raw(&statement, None::<String>).await?);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        decode(&row)?;
        count += 1;
    }
    Ok(count)
}

/// Makes values of all columns.
fn decode(row: &Row) -> Result<()> {
    for (index, column) in row.columns().iter().enumerate() {
        if *column.type_() == Type::INT8 {
            std::hint::black_box(row.try_get::<_, Option<i64>>(index)?);
        } else {
            std::hint::black_box(row.try_get::<_, Option<String>>(index)?);
        }
    }
    Ok(())
}

/// Counts the accounts that do not meet the criteria.
///
/// # Errors
/// When the server is gone.
pub(crate) async fn criteria(client: &Client, now: Instant) -> Result<i64> {
    Ok(client.query_one(CRITERIA, &[&now.millis()]).await?.try_get(0)?)
}

/// The statements of a change, prepared.
pub(crate) struct Change {
    read: Statement,
    bump: Statement,
    designate: Statement,
    settle: Statement,
    append: Statement,
    queue: Statement,
}

impl Change {
    /// Prepares them.
    ///
    /// # Errors
    /// When the server is gone.
    pub(crate) async fn prepare(client: &Client) -> Result<Self> {
        Ok(Self {
            read: client.prepare(&rows("WHERE accounts.id = $1")).await?,
            bump: client
                .prepare(
                    "UPDATE accounts SET revision = revision + 1, audit_seq = audit_seq + 1, audit_hash = $3
                    WHERE id = $1 AND revision = $2 RETURNING audit_seq",
                )
                .await?,
            designate: client
                .prepare(
                    "UPDATE designations SET user_id = $2, chosen_at = $3, chosen_by = $4, version = version + 1
                    WHERE account_id = $1",
                )
                .await?,
            settle: client
                .prepare(
                    "UPDATE designations SET announced = $2, reminded_valid_until = NULL, reminded_days = NULL,
                        next_review_at = $3, review_error = NULL,
                        generation = coalesce((SELECT generation FROM policy WHERE fingerprint = $4), 0)
                    WHERE account_id = $1",
                )
                .await?,
            append: client
                .prepare(
                    "INSERT INTO audit (account_id, seq, at, actor, authenticated, action, before, after, reasons,
                        detail, policy_version, module_sha256, fingerprint, previous_hash, hash)
                    VALUES ($1, $2, $3, $4, 'service_token', 'designated', $4, $5, '[]', NULL, '1.0.0', $6, $6, $6, $6)",
                )
                .await?,
            queue: client
                .prepare(
                    "INSERT INTO outbox (account_id, audit_seq, to_user, address, message, message_id, queued_at,
                        trying_since, state, due_at)
                    VALUES ($1, $2, $3, 'person-1234-1@example.com', $4, $5, $6, $6, 'pending', $6)",
                )
                .await?,
        })
    }

    /// Runs them in one transaction, one after the other, with values as long as a change has them.
    ///
    /// # Errors
    /// When the server is gone.
    pub(crate) async fn run(&self, client: &mut Client, account: &str, people: [&str; 2], number: u64) -> Result<()> {
        let hash = format!("{number:064x}");
        let [before, after] = people;
        let row = client.query_one(&self.read, &[&account]).await?;
        decode(&row)?;
        let revision: i64 = row.try_get("revision")?;
        let tx = client.transaction().await?;
        let seq: i64 = tx.query_one(&self.bump, &[&account, &revision, &hash]).await?.try_get(0)?;
        tx.execute(&self.designate, &[&account, &after, &NOW, &before]).await?;
        tx.execute(&self.settle, &[&account, &after, &NOW, &hash]).await?;
        tx.execute(&self.append, &[&account, &seq, &NOW, &before, &after, &hash]).await?;
        for (side, to) in people.into_iter().enumerate() {
            let message_id = format!("{side}{}", &hash[29..]);
            tx.execute(&self.queue, &[&account, &seq, &to, &crate::MESSAGE, &message_id, &NOW]).await?;
        }
        Ok(tx.commit().await?)
    }
}

const NOW: i64 = 1_790_847_000_000;
