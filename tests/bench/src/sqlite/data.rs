//! Databases of many accounts, written once and kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, Transaction, params};
use security_contact_host::domain::fold;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{Instant, Name};

use crate::Bench;
use crate::accounts::{Filled, Kind, Row, filled, id};

/// A database in a folder of its own, which goes when it is dropped.
pub(crate) struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    /// A copy of the kept database of that kind, to write to.
    ///
    /// # Errors
    /// When the disk is full.
    pub(crate) fn of(bench: &Bench, kind: Kind) -> Result<Self> {
        let kept = kept(bench, kind)?;
        let folder = tempfile::Builder::new().prefix("copy-").tempdir_in(bench.data()?)?;
        fs::copy(kept, folder.path().join("accounts.sqlite"))?;
        Ok(Self { folder })
    }

    /// A new database of that kind, which is not kept.
    ///
    /// # Errors
    /// When the disk is full.
    pub(crate) fn written(bench: &Bench, kind: Kind) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("written-").tempdir_in(bench.data()?)?;
        let copy = Self { folder };
        drop(SqliteStore::open(&copy.path(), OpenMode::Create)?);
        fill(&copy.path(), kind, &bench.engine()?.identity().fingerprint)?;
        Ok(copy)
    }

    /// Where it is.
    #[must_use]
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("accounts.sqlite")
    }
}

/// The kept database of that kind, to read only. It is written first if it is not there, or of another schema or policy.
///
/// # Errors
/// When the disk is full.
pub(crate) fn kept(bench: &Bench, kind: Kind) -> Result<PathBuf> {
    let Kind { accounts, due } = kind;
    let folder = bench.data()?;
    let path = folder.join(format!("{accounts}-accounts-{due}-due.sqlite"));
    let fresh = tempfile::tempdir_in(&folder)?;
    let empty = fresh.path().join("accounts.sqlite");
    let engine = bench.engine()?;
    let fingerprint = &engine.identity().fingerprint;
    drop(SqliteStore::open(&empty, OpenMode::Create)?);
    if path.exists() && identity(&path, fingerprint)? == identity(&empty, fingerprint)? {
        return Ok(path);
    }
    eprintln!("writing {}", path.display());
    fill(&empty, kind, fingerprint)?;
    // What is left in the log of the one before belongs to it alone.
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("{accounts}-accounts-{due}-due.sqlite{beside}")));
    }
    fs::rename(&empty, &path)?;
    Ok(path)
}

/// The schema, and whether another policy is the present one.
fn identity(path: &Path, fingerprint: &str) -> Result<(Vec<String>, bool)> {
    let connection = Connection::open(path)?;
    let mut schema = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")?;
    let schema = schema.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let other: i64 =
        connection.query_row("SELECT count(*) FROM policy WHERE fingerprint <> ?1", [fingerprint], |row| row.get(0))?;
    Ok((schema, other > 0))
}

fn fill(path: &Path, kind: Kind, fingerprint: &str) -> Result<()> {
    let mut connection = Connection::open(path)?;
    // Whoever loses power now starts again.
    connection.execute_batch("PRAGMA synchronous = off; PRAGMA journal_mode = off; PRAGMA cache_size = -400000")?;
    let tx = connection.transaction()?;
    tx.execute("INSERT INTO policy (id, fingerprint, generation) VALUES (1, ?1, 1)", [fingerprint])?;
    let mut due = kind.due_numbers().peekable();
    for number in 0..kind.accounts {
        let is_due = due.next_if_eq(&number).is_some();
        insert(&tx, &filled(number, is_due)?)?;
    }
    tx.commit()?;
    connection.execute_batch("PRAGMA journal_mode = wal; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn insert(tx: &Transaction<'_>, account: &Filled) -> Result<()> {
    let [owner, designee] = &account.people;
    tx.prepare_cached(
        "INSERT INTO accounts (id, name, owner_id, revision, audit_seq, audit_hash) VALUES (?1, ?2, ?3, 1, 0, '')",
    )?
    .execute(params![account.id, account.name, owner.person.id.as_str()])?;
    for row in [owner, designee] {
        insert_person(tx, &account.id, row)?;
    }
    tx.prepare_cached(
        "INSERT INTO designations (account_id, user_id, chosen_at, chosen_by, version, announced, next_review_at,
            generation)
        VALUES (?1, ?2, ?3, ?4, 1, ?2, ?5, 1)",
    )?
    .execute(params![
        account.id,
        designee.person.id.as_str(),
        account.chosen_at,
        owner.person.id.as_str(),
        account.next_review_at,
    ])?;
    Ok(())
}

fn insert_person(tx: &Transaction<'_>, account: &str, row: &Row) -> Result<()> {
    let Row { person, name, email } = row;
    tx.prepare_cached(
        "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, staff_role, name, email,
            folded_name, folded_email)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        account,
        person.id.as_str(),
        person.role.as_str(),
        person.account_settings.as_str(),
        person.status.as_str(),
        person.last_login_at.map(Instant::millis),
        person.staff_role.as_ref().map(Name::as_str),
        name,
        email,
        fold(name),
        fold(email),
    ])?;
    Ok(())
}

/// Makes the accounts due again as they were at the beginning, and empties the log, so that the next tick finds the same.
///
/// # Errors
/// When the disk is full.
pub(crate) fn make_due(connection: &mut Connection, kind: Kind) -> Result<()> {
    let tx = connection.transaction()?;
    for number in kind.due_numbers() {
        let account = filled(number, true)?;
        let [owner, designee] = &account.people;
        tx.prepare_cached(
            "UPDATE designations SET user_id = ?2, chosen_at = ?3, chosen_by = ?4, announced = ?2,
                reminded_valid_until = NULL, reminded_days = NULL, next_review_at = ?5
            WHERE account_id = ?1",
        )?
        .execute(params![
            id(number),
            designee.person.id.as_str(),
            account.chosen_at,
            owner.person.id.as_str(),
            account.next_review_at,
        ])?;
    }
    tx.commit()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).context("the log cannot be emptied")
}
