//! Accounts as they stand.

use deadpool_postgres::Client;
use security_contact_policy::{Instant, UserId};
use tokio_postgres::Row;

use super::fault::Fault;
use super::statements::{execute, query, rows};
use super::text;
use crate::domain::model::{AccountId, Snapshot, UnreadableAccount};
use crate::domain::ports::Readable;
use crate::store::rows::{Columns, Unreadable, member, member_columns, snapshot, snapshots};

/// The accounts of `$1`, each with those of its people whom `$2` and `$3` ask for: the account's place in `$1`, and the
/// person. All in one statement, and so of one moment; an account has as many rows as people are asked for.
pub(super) const THESE: &str = snapshots!(
    concat!(", ", member_columns!("further"), ", asked.place"),
    "unnest($1::text[]) WITH ORDINALITY AS asked (id, place) JOIN accounts ON accounts.id = asked.id",
    "LEFT JOIN unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS also (asked, id, place) ON also.asked = asked.place
    LEFT JOIN people AS further ON further.account_id = accounts.id AND further.id = also.id
    ORDER BY asked.place, also.place"
);

/// The page comes first, so that the rest is looked up for its accounts alone.
pub(super) const AFTER: &str =
    snapshots!("", "(SELECT * FROM accounts WHERE id > $1 ORDER BY id LIMIT $2) AS accounts", "ORDER BY accounts.id");

/// Claims the accounts that `$which` finds and that nobody has in hand at `$now`, in the order of `$order`.
///
/// Their rows are locked, not written. A claim that another host made a moment ago may not be seen yet, when its lock is
/// gone already; then it is met where this one would be written, and stays.
macro_rules! claim {
    ($which:literal, $now:literal, $order:literal) => {
        concat!(
            "WITH found AS (
                SELECT id FROM accounts WHERE ",
            $which,
            " AND NOT EXISTS (SELECT FROM claims WHERE claims.account_id = accounts.id AND claims.until > ",
            $now,
            ") ORDER BY ",
            $order,
            ", id LIMIT $2 FOR NO KEY UPDATE OF accounts SKIP LOCKED
            ), claimed AS (
                INSERT INTO claims (account_id, until) SELECT id, $3 FROM found
                ON CONFLICT (account_id) DO UPDATE SET until = excluded.until WHERE claims.until <= ",
            $now,
            " RETURNING account_id
            ) ",
            snapshots!(
                "",
                "claimed JOIN accounts ON accounts.id = claimed.account_id",
                concat!("ORDER BY accounts.", $order, ", accounts.id")
            )
        )
    };
}

/// The accounts whose review is due, the longest due first.
pub(super) const DUE: &str = claim!("next_review_at <= $1", "$1", "next_review_at");
/// The accounts that were last decided on under another policy than the present one, if this is the present one.
pub(super) const OF_ANOTHER_POLICY: &str =
    claim!("generation < (SELECT generation FROM policy WHERE id = 1 AND fingerprint = $1)", "$4", "generation");

/// Puts off, and ends the claim of what was put off: the account's row is locked first.
pub(super) const PUT_OFF: &str = "WITH off AS (
        UPDATE accounts SET next_review_at = $2, review_error = $3,
            generation = coalesce((SELECT generation FROM policy WHERE id = 1), 0)
        WHERE id = $1 RETURNING id
    )
    DELETE FROM claims USING off WHERE claims.account_id = off.id";

pub(super) const NAMES: &str = "SELECT id, name FROM accounts WHERE id > $1 ORDER BY id LIMIT $2";

pub(super) async fn these(client: &Client, asked: &[(AccountId, Vec<UserId>)]) -> Result<Vec<Option<Readable>>, Fault> {
    let ids: Vec<&str> = asked.iter().map(|(account, _)| account.as_str()).collect();
    let also = (1_i64..).zip(asked).flat_map(|(place, (_, also))| also.iter().map(move |id| (place, id.as_str())));
    let (places, also): (Vec<i64>, Vec<&str>) = also.unzip();
    let mut found: Vec<Option<Readable>> = Vec::new();
    found.resize_with(asked.len(), || None);
    for row in query(client, THESE, &[&ids, &places, &also]).await? {
        let place: i64 = row.try_get("place")?;
        let place = usize::try_from(place - 1).ok().and_then(|place| found.get_mut(place));
        let Some(place) = place else { continue };
        let read = match place.take() {
            None => whole(&row).and_then(|(first, columns)| with_further(first, columns)),
            Some(Ok(known)) => whole(&row).and_then(|(_, columns)| with_further(known, columns)),
            Some(Err(error)) => {
                *place = Some(Err(error));
                continue;
            }
        };
        *place = Some(alone(read)?);
    }
    Ok(found)
}

/// The snapshot of a row, and the columns after it.
fn whole(row: &Row) -> Result<(Snapshot, Columns<'_, Row>), Unreadable> {
    let mut columns = Columns::new(row);
    Ok((snapshot(&mut columns)?, columns))
}

/// The snapshot with the person of those columns, unless it has them.
fn with_further(mut snapshot: Snapshot, mut columns: Columns<'_, Row>) -> Result<Snapshot, Unreadable> {
    if let Some(further) = member(&mut columns)?
        && snapshot.member(&further.person.id).is_none()
    {
        snapshot.others.push(further);
    }
    Ok(snapshot)
}

/// Tells an account that cannot be read from a store that fails.
fn alone(read: Result<Snapshot, Unreadable>) -> Result<Result<Snapshot, UnreadableAccount>, Fault> {
    match read {
        Ok(snapshot) => Ok(Ok(snapshot)),
        Err(unreadable) => Ok(Err(unreadable.alone()?)),
    }
}

fn page(found: &[Row]) -> Result<Vec<Readable>, Fault> {
    found.iter().map(|row| alone(snapshot(&mut Columns::new(row)))).collect()
}

pub(super) async fn after(client: &Client, after: Option<&AccountId>, limit: u32) -> Result<Vec<Readable>, Fault> {
    // No id is empty, so that every account comes after the empty text.
    let after = after.map_or("", AccountId::as_str);
    page(&query(client, AFTER, &[&after, &rows(limit)]).await?)
}

/// Hands out accounts for review. The second statement sees what the first has claimed, and so hands out no account
/// twice. An account that moves meanwhile may come as it was: then its revision makes the decision on it stale.
pub(super) async fn claim_reviews(
    client: &mut Client,
    now: Instant,
    claimed_until: Instant,
    fingerprint: &str,
    limit: u32,
) -> Result<Vec<Readable>, Fault> {
    let (limit, until) = (rows(limit), claimed_until.millis());
    let tx = client.transaction().await?;
    let now = now.millis();
    let mut found = query(&tx, DUE, &[&now, &limit, &until]).await?;
    let left = limit.saturating_sub(i64::try_from(found.len()).unwrap_or(limit));
    if left > 0 {
        found.extend(query(&tx, OF_ANOTHER_POLICY, &[&fingerprint, &left, &until, &now]).await?);
    }
    let page = page(&found)?;
    tx.commit().await?;
    Ok(page)
}

pub(super) async fn put_off_review(
    client: &Client,
    account: &AccountId,
    error: &str,
    until: Instant,
) -> Result<(), Fault> {
    // It counts as decided on under the present policy, so that another one than that of its last decision does not
    // bring it back before.
    execute(client, PUT_OFF, &[&account.as_str(), &until.millis(), &text::stored(error)]).await?;
    Ok(())
}

pub(super) async fn names(
    client: &Client,
    after: Option<&AccountId>,
    limit: u32,
) -> Result<Vec<(AccountId, String)>, Fault> {
    let found = query(client, NAMES, &[&after.map_or("", AccountId::as_str), &rows(limit)]).await?;
    let names = found.iter().map(|row| {
        let mut columns = Columns::new(row);
        Ok((columns.text("accounts.id")?, columns.text("accounts.name")?))
    });
    names.collect()
}

/// Makes this policy the present one. Nothing else is written, however many accounts there are.
pub(super) async fn use_policy(client: &Client, fingerprint: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO policy (id, fingerprint, generation) VALUES (1, $1, 1)
        ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, generation = policy.generation + 1
        WHERE policy.fingerprint <> excluded.fingerprint";
    execute(client, sql, &[&fingerprint]).await?;
    Ok(())
}

/// The present policy, if there is one.
pub(super) async fn policy(client: &Client) -> Result<Option<String>, Fault> {
    let found = query(client, "SELECT fingerprint FROM policy WHERE id = 1", &[]).await?;
    Ok(found.first().map(|row| row.try_get(0)).transpose()?)
}
