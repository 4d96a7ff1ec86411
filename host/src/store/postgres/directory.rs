//! Who is in an account: taking over a directory, and finding people in it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use deadpool_postgres::{Client, Transaction};
use security_contact_policy::{Instant, UserId};
use tokio::try_join;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::batch::{Batch, column};
use super::commit::{Account, Locked, keys};
use super::fault::Fault;
use super::statements::{prepared, query, rows};
use super::text;
use crate::domain::fold;
use crate::domain::model::{
    AccountId, CandidateCursor, ChainHead, Committed, DirectoryEntry, DirectoryWrite, DisplayName, EmailAddress, Member,
};
use crate::store::rows::{Columns, member, member_columns};

/// Makes new accounts in the order of their ids, so that two hosts with the same ones do not wait in a circle. Of two
/// that make the same account the first one does, and the second one learns of it by this.
const CREATE: &str = "INSERT INTO accounts (id, name, owner_id, revision, audit_seq, audit_hash, version, generation)
    SELECT id, name, owner_id, 0, $4, $5, 0, 0 FROM unnest($1::text[], $2::text[], $3::text[]) AS new (id, name, owner_id)
    ORDER BY id COLLATE \"C\" ON CONFLICT (id) DO NOTHING RETURNING id";

pub(super) const RENAME: &str = "UPDATE accounts SET name = new.name, owner_id = new.owner_id
    FROM unnest($1::text[], $2::text[], $3::text[]) AS new (id, name, owner_id)
    WHERE accounts.id = new.id AND (accounts.name, accounts.owner_id) IS DISTINCT FROM (new.name, new.owner_id)
    RETURNING accounts.id";

const PUT_PEOPLE: &str =
    "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, staff_role,
        name, email, folded_name, folded_email)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[])
    ON CONFLICT (account_id, id) DO UPDATE SET role = excluded.role, account_settings = excluded.account_settings,
        status = excluded.status, last_login_at = excluded.last_login_at, staff_role = excluded.staff_role,
        name = excluded.name, email = excluded.email, folded_name = excluded.folded_name,
        folded_email = excluded.folded_email,
        unreachable_since = CASE WHEN people.email IS NOT DISTINCT FROM excluded.email THEN people.unreachable_since END
    WHERE (people.role, people.account_settings, people.status, people.last_login_at, people.staff_role, people.name,
            people.email, people.folded_name, people.folded_email)
        IS DISTINCT FROM (excluded.role, excluded.account_settings, excluded.status, excluded.last_login_at,
            excluded.staff_role, excluded.name, excluded.email, excluded.folded_name, excluded.folded_email)
    RETURNING account_id";

pub(super) const REMOVE_PEOPLE: &str =
    "DELETE FROM people USING unnest($1::text[], $2::text[]) AS gone (account_id, id)
    WHERE people.account_id = gone.account_id AND people.id = gone.id RETURNING people.account_id";

/// So many people are written by one statement, which must not take long.
const PEOPLE_AT_ONCE: usize = 5_000;

/// An account's name and owner.
type Profile<'w> = (&'w AccountId, &'w DisplayName, &'w UserId);

/// Takes over entries in one transaction, so that a large import does not wait for the disk at every account. When an
/// entry says nothing new, nothing of it is written, so that running an import again is cheap.
pub(super) async fn put_all(client: &mut Client, writes: &[DirectoryWrite]) -> Result<Vec<Committed>, Fault> {
    let tx = client.transaction().await?;
    let ids: Vec<&AccountId> = writes.iter().map(|write| &write.entry.account).collect();
    let locked = Locked::lock(&tx, &ids, &keys(writes.iter().map(|write| &write.review))).await?;
    let created = create(&tx, writes, &locked).await?;
    let fresh = Account { revision: 0, version: 0, head: ChainHead::default() };
    let current = writes.iter().filter_map(|write| {
        let account = current(write, &locked, created.contains(write.entry.account.as_str()).then_some(&fresh))?;
        Some((write, account))
    });
    let current: Vec<(&DirectoryWrite, &Account)> = current.collect();
    let entries: Vec<&DirectoryEntry> = current.iter().map(|(write, _)| &write.entry).collect();
    let mut changed = change(&tx, &entries, &created).await?;
    changed.extend(created);
    let mut batch = Batch::default();
    for (write, account) in &current {
        if changed.contains(write.entry.account.as_str()) {
            batch.decide(&write.review, &account.head)?;
        }
    }
    let versions = current.iter().map(|(write, account)| (write.entry.account.to_string(), account.version));
    let mut versions: HashMap<String, i64> = versions.collect();
    versions.extend(batch.write(&tx).await?);
    tx.commit().await?;
    let committed = writes.iter().map(|write| match versions.get(write.entry.account.as_str()) {
        Some(&version) => Committed::Stored { version },
        None => Committed::Stale,
    });
    Ok(committed.collect())
}

/// The account of a write as it is before it, unless it is another than the one that the write was decided on.
fn current<'a>(write: &DirectoryWrite, locked: &'a Locked, created: Option<&'a Account>) -> Option<&'a Account> {
    let known = locked.get(&write.entry.account);
    let is_current = known.map(|known| known.revision) == write.revision && !locked.is_used(&write.entry.account);
    known.or(created).filter(|account| is_current && account.revision == write.review.revision)
}

/// Makes the accounts that the writes know nothing of, unless they are there by now. The ids of those that were made.
async fn create(tx: &Transaction<'_>, writes: &[DirectoryWrite], locked: &Locked) -> Result<HashSet<String>, Fault> {
    let knows_nothing = |write: &&DirectoryWrite| write.revision.is_none() && write.review.revision == 0;
    let new = writes.iter().filter(knows_nothing).map(|write| &write.entry);
    let new = new.filter(|entry| locked.get(&entry.account).is_none() && !locked.is_used(&entry.account));
    let new = new.filter_map(|entry| entry.profile.as_ref().map(|(name, owner)| (&entry.account, name, owner)));
    let new: Vec<Profile<'_>> = new.collect();
    if new.is_empty() {
        return Ok(HashSet::new());
    }
    let [create] = prepared(tx, [CREATE]).await?;
    let [ids, names, owners] = profile_columns(&new);
    let ChainHead { seq, hash } = ChainHead::default();
    let created = first_column(&tx.query(&create, &[&ids, &names, &owners, &seq, &hash]).await?)?;
    Ok(created.into_iter().collect())
}

/// Brings the accounts to what the entries say. The ids of those that this changed.
async fn change(
    tx: &Transaction<'_>,
    entries: &[&DirectoryEntry],
    created: &HashSet<String>,
) -> Result<HashSet<String>, Fault> {
    let profiles = entries.iter().filter(|entry| !created.contains(entry.account.as_str()));
    let profiles =
        profiles.filter_map(|entry| entry.profile.as_ref().map(|(name, owner)| (&entry.account, name, owner)));
    let profiles: Vec<Profile<'_>> = profiles.collect();
    let people: Vec<(&AccountId, &Member)> = entries.iter().flat_map(|entry| who_comes(entry)).collect();
    let gone = entries.iter().flat_map(|entry| entry.left.iter().map(|id| (&entry.account, id)));
    let gone: Vec<(&AccountId, &UserId)> = gone.collect();
    let [rename, put, remove] = prepared(tx, [RENAME, PUT_PEOPLE, REMOVE_PEOPLE]).await?;
    let (renamed, put, removed) = try_join!(
        biased;
        rename_accounts(tx, &rename, &profiles),
        put_people(tx, &put, &people),
        remove_people(tx, &remove, &gone),
    )?;
    Ok(renamed.into_iter().chain(put).chain(removed).collect())
}

/// The people of an entry, each once and without those who leave with it. The last word on somebody counts.
fn who_comes(entry: &DirectoryEntry) -> impl Iterator<Item = (&AccountId, &Member)> {
    let people = entry.people.iter().map(|member| (&member.person.id, member)).collect::<HashMap<_, _>>();
    let left: HashSet<&UserId> = entry.left.iter().collect();
    people.into_iter().filter(move |(id, _)| !left.contains(id)).map(|(_, member)| (&entry.account, member))
}

async fn rename_accounts(
    tx: &Transaction<'_>,
    statement: &Statement,
    profiles: &[Profile<'_>],
) -> Result<Vec<String>, Fault> {
    if profiles.is_empty() {
        return Ok(Vec::new());
    }
    let [ids, names, owners] = profile_columns(profiles);
    first_column(&tx.query(statement, &[&ids, &names, &owners]).await?)
}

fn profile_columns<'w>(profiles: &[Profile<'w>]) -> [Vec<&'w str>; 3] {
    [
        column(profiles, |(id, ..)| id.as_str()),
        column(profiles, |(_, name, _)| name.as_str()),
        column(profiles, |(.., owner)| owner.as_str()),
    ]
}

async fn put_people(
    tx: &Transaction<'_>,
    statement: &Statement,
    people: &[(&AccountId, &Member)],
) -> Result<Vec<String>, Fault> {
    let mut changed = Vec::new();
    for people in people.chunks(PEOPLE_AT_ONCE) {
        changed.extend(put_some(tx, statement, people).await?);
    }
    Ok(changed)
}

async fn put_some(
    tx: &Transaction<'_>,
    statement: &Statement,
    people: &[(&AccountId, &Member)],
) -> Result<Vec<String>, Fault> {
    let columns = [
        &column(people, |(account, _)| account.as_str()) as &(dyn ToSql + Sync),
        &column(people, |(_, member)| member.person.id.as_str()),
        &column(people, |(_, member)| text::stored(member.person.role.as_str())),
        &column(people, |(_, member)| member.person.account_settings.as_str()),
        &column(people, |(_, member)| member.person.status.as_str()),
        &column(people, |(_, member)| member.person.last_login_at.map(Instant::millis)),
        &column(people, |(_, member)| staff_role(member)),
        &column(people, |(_, member)| member.name.as_str()),
        &column(people, |(_, member)| email(member)),
        &column(people, |(_, member)| fold(member.name.as_str())),
        &column(people, |(_, member)| email(member).map(fold).unwrap_or_default()),
    ];
    first_column(&tx.query(statement, &columns).await?)
}

async fn remove_people(
    tx: &Transaction<'_>,
    statement: &Statement,
    gone: &[(&AccountId, &UserId)],
) -> Result<Vec<String>, Fault> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = column(gone, |(account, _)| account.as_str());
    let people = column(gone, |(_, id)| id.as_str());
    first_column(&tx.query(statement, &[&accounts, &people]).await?)
}

fn email(member: &Member) -> Option<&str> {
    member.email.as_ref().map(EmailAddress::as_str)
}

fn staff_role(member: &Member) -> Option<Cow<'_, str>> {
    member.person.staff_role.as_ref().map(|role| text::stored(role.as_str()))
}

fn first_column(found: &[Row]) -> Result<Vec<String>, Fault> {
    found.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(super) const CANDIDATES: &str = concat!(
    "SELECT account_id, ",
    member_columns!("people"),
    " FROM people WHERE account_id = $1 AND (folded_name, id) > ($2, $3) AND (
        SELECT bool_and(position(word IN folded_name) > 0 OR position(word IN folded_email) > 0)
        FROM unnest($4::text[]) AS word
    ) IS NOT FALSE ORDER BY folded_name, id LIMIT $5"
);

pub(super) async fn candidates(
    client: &Client,
    account: &AccountId,
    folded_query: &str,
    after: Option<&CandidateCursor>,
    limit: u32,
) -> Result<Vec<Member>, Fault> {
    let words: Vec<&str> = folded_query.split_whitespace().collect();
    // Nobody's name or address has the character that PostgreSQL's text cannot hold.
    if words.iter().any(|word| word.contains('\0')) {
        return Ok(Vec::new());
    }
    // No id is empty, so that everybody comes after the empty text.
    let (name, id) = after.map_or(("", ""), |after| (after.folded_name.as_str(), after.user_id.as_str()));
    // Names have no control character at all, so that the next one has the same place among them.
    let name = name.replace('\0', "\u{1}");
    let found = query(client, CANDIDATES, &[&account.as_str(), &name, &id, &words, &rows(limit)]).await?;
    let found = found.iter().map(|row| {
        let mut columns = Columns::new(row);
        let _: AccountId = columns.text("people.account_id")?;
        Ok(member(&mut columns)?)
    });
    found.filter_map(Result::transpose).collect()
}
