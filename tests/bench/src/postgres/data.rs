//! Databases of many accounts, each written once in a run.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Result;
use security_contact_host::domain::fold;
use security_contact_policy::Instant;
use security_contact_tests_postgres::Server;
use tokio::runtime::Runtime;
use tokio_postgres::Client;

use super::{connect, store};
use crate::accounts::{Filled, Kind, filled, id};

/// The server, and the databases in it.
#[derive(Default)]
pub(crate) struct Databases {
    server: OnceLock<Server>,
    urls: Mutex<HashMap<Kind, String>>,
}

/// So many accounts are inserted with a statement.
const BATCH: u32 = 5_000;

impl Databases {
    /// The URL of a database of that kind, which is written the first time. What one benchmark has changed in it, the next
    /// one finds.
    ///
    /// # Errors
    /// When there is no PostgreSQL.
    pub(crate) fn of(&self, runtime: &Runtime, fingerprint: &str, kind: Kind) -> Result<String> {
        let mut urls = self.urls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(url) = urls.get(&kind) {
            return Ok(url.clone());
        }
        let server = self.server.get_or_init(|| Server::start(&[("max_wal_size", "4GB")]));
        let Kind { accounts, due } = kind;
        let name = format!("accounts_{accounts}_{due}");
        runtime
            .block_on(connect(runtime, &server.url("postgres"))?.batch_execute(&format!("CREATE DATABASE {name}")))?;
        let url = server.url(&name);
        drop(store(runtime, &url)?);
        eprintln!("writing {name} in PostgreSQL");
        let mut client = connect(runtime, &url)?;
        runtime.block_on(fill(&mut client, kind, fingerprint))?;
        urls.insert(kind, url.clone());
        Ok(url)
    }
}

async fn fill(client: &mut Client, kind: Kind, fingerprint: &str) -> Result<()> {
    client.execute("INSERT INTO policy (id, fingerprint, generation) VALUES (1, $1, 1)", &[&fingerprint]).await?;
    let mut due = kind.due_numbers().peekable();
    for first in (0..kind.accounts).step_by(BATCH as usize) {
        let numbers = first..(first + BATCH).min(kind.accounts);
        let accounts: Vec<Filled> =
            numbers.map(|number| filled(number, due.next_if_eq(&number).is_some())).collect::<Result<_>>()?;
        insert(client, &accounts).await?;
    }
    tidy(client).await
}

async fn insert(client: &mut Client, accounts: &[Filled]) -> Result<()> {
    let tx = client.transaction().await?;
    let ids: Vec<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    let owners: Vec<&str> = accounts.iter().map(|account| account.people[0].person.id.as_str()).collect();
    let chosen: Vec<&str> = accounts.iter().map(|account| account.people[1].person.id.as_str()).collect();
    let chosen_at: Vec<i64> = accounts.iter().map(|account| account.chosen_at).collect();
    let next: Vec<i64> = accounts.iter().map(|account| account.next_review_at).collect();
    tx.execute(
        "INSERT INTO accounts (id, name, owner_id, revision, audit_seq, audit_hash)
        SELECT id, name, owner, 1, 0, '' FROM unnest($1::text[], $2::text[], $3::text[]) AS new (id, name, owner)",
        &[&ids, &names, &owners],
    )
    .await?;
    for place in 0..2 {
        insert_people(&tx, accounts, place).await?;
    }
    tx.execute(
        "INSERT INTO designations (account_id, user_id, chosen_at, chosen_by, version, announced, next_review_at,
            generation)
        SELECT id, chosen, chosen_at, owner, 1, chosen, next, 1
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
            AS new (id, owner, chosen, chosen_at, next)",
        &[&ids, &owners, &chosen, &chosen_at, &next],
    )
    .await?;
    Ok(tx.commit().await?)
}

async fn insert_people(tx: &tokio_postgres::Transaction<'_>, accounts: &[Filled], place: usize) -> Result<()> {
    let text = |of: fn(&Filled, usize) -> String| -> Vec<String> {
        accounts.iter().map(|account| of(account, place)).collect()
    };
    let logins: Vec<Option<i64>> =
        accounts.iter().map(|account| account.people[place].person.last_login_at.map(Instant::millis)).collect();
    tx.execute(
        "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, name, email, folded_name,
            folded_email)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
            $8::text[], $9::text[], $10::text[])",
        &[
            &text(|account, _| account.id.clone()),
            &text(|account, place| account.people[place].person.id.as_str().to_owned()),
            &text(|account, place| account.people[place].person.role.as_str().to_owned()),
            &text(|account, place| account.people[place].person.account_settings.as_str().to_owned()),
            &text(|account, place| account.people[place].person.status.as_str().to_owned()),
            &logins,
            &text(|account, place| account.people[place].name.clone()),
            &text(|account, place| account.people[place].email.clone()),
            &text(|account, place| fold(&account.people[place].name)),
            &text(|account, place| fold(&account.people[place].email)),
        ],
    )
    .await?;
    Ok(())
}

/// Makes the accounts due again as they were at the beginning, and has what was written go to the disk.
///
/// # Errors
/// When the server is gone.
pub(crate) async fn make_due(client: &Client, numbers: impl Iterator<Item = u32>) -> Result<()> {
    let statement = client
        .prepare(
            "UPDATE designations SET user_id = $2, chosen_at = $3, chosen_by = $4, announced = $2,
                reminded_valid_until = NULL, reminded_days = NULL, next_review_at = $5
            WHERE account_id = $1",
        )
        .await?;
    client.batch_execute("BEGIN").await?;
    for number in numbers {
        let account = filled(number, true)?;
        let [owner, designee] = account.people.each_ref().map(|row| row.person.id.as_str());
        client
            .execute(&statement, &[&id(number), &designee, &account.chosen_at, &owner, &account.next_review_at])
            .await?;
    }
    client.batch_execute("COMMIT").await?;
    tidy(client).await
}

/// Clears dead rows away and writes everything down, as the server does by itself from time to time, so that no round is
/// dearer than the one before.
async fn tidy(client: &Client) -> Result<()> {
    for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(statement).await?;
    }
    Ok(())
}
