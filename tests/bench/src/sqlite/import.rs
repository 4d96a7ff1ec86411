//! Taking over a directory, beside SQLite's own bulk load of the same rows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use rusqlite::{Connection, params};
use security_contact_host::domain::fold;
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{Instant, Name, Person};
use serde_json::json;

use super::connect;
use crate::figure::{Figure, Row};
use crate::people;
use crate::turns::{Turns, seconds};
use crate::{AS_COMMAND_LINE, Bench, SECONDS};

/// Each account has so many people.
const PEOPLE: u32 = 20;

/// The whole command, process and file included, beside the rows in memory and prepared inserts in one transaction.
pub(crate) fn against_bulk(bench: &Bench) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir_in(bench.data()?)?;
    let directory = folder.path().join("directory.ndjson");
    let accounts = 100_000 / PEOPLE;
    let people = everybody(accounts)?;
    fs::write(&directory, lines(&people)?)?;
    let turns = Turns::take(bench.long(), || import(folder.path(), &directory), || bulk(folder.path(), &people))?;
    Ok(vec![Figure::Row(Row::of("import", "s", &turns.scaled(SECONDS)))])
}

/// The people of each account. The first owns it.
fn everybody(accounts: u32) -> Result<Vec<(String, Vec<Person>)>> {
    let somebody = people::all()?;
    let person = |account: u32, number: u32| -> Result<Person> {
        let facts = &somebody[((account * PEOPLE + number) as usize) % somebody.len()];
        let role = if number == 0 { "owner".parse()? } else { facts.role.clone() };
        Ok(Person { id: format!("u-{account}-{number}").parse()?, role, ..facts.clone() })
    };
    let account = |account: u32| {
        let people = (0..PEOPLE).map(|number| person(account, number)).collect::<Result<_>>()?;
        Ok((crate::accounts::id(account), people))
    };
    (0..accounts).map(account).collect()
}

fn name(person: &Person) -> String {
    format!("Zoë Person {}", person.id.as_str())
}

fn email(person: &Person) -> String {
    format!("{}@example.com", person.id.as_str())
}

fn lines(accounts: &[(String, Vec<Person>)]) -> Result<String> {
    let mut text = String::new();
    for (id, people) in accounts {
        let owner = people.first().map(|person| person.id.as_str());
        writeln!(text, "{}", json!({ "type": "account", "id": id, "name": format!("Name of {id}"), "owner": owner }))?;
        for person in people {
            let mut line = serde_json::to_value(person)?;
            if let Some(line) = line.as_object_mut() {
                line.extend([
                    ("type".to_owned(), "person".into()),
                    ("account".to_owned(), id.as_str().into()),
                    ("name".to_owned(), name(person).into()),
                    ("email".to_owned(), email(person).into()),
                ]);
            }
            writeln!(text, "{line}")?;
        }
    }
    Ok(text)
}

/// `security-contact import` into a new folder.
fn import(folder: &Path, directory: &Path) -> Result<f64> {
    let data = tempfile::tempdir_in(folder)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.env(AS_COMMAND_LINE, "1").arg("import").arg(directory).arg("--data").arg(data.path());
    command.stdout(Stdio::null());
    let mut ended = None;
    let took = seconds(|| ended = Some(command.status()));
    ensure!(ended.transpose()?.is_some_and(|status| status.success()), "the import failed");
    Ok(took)
}

/// The same rows into the same tables.
fn bulk(folder: &Path, accounts: &[(String, Vec<Person>)]) -> Result<f64> {
    let folder = tempfile::tempdir_in(folder)?;
    let path = folder.path().join("accounts.sqlite");
    drop(SqliteStore::open(&path, OpenMode::Create)?);
    let mut connection = connect(&path)?;
    let mut loaded = Ok(());
    let took = seconds(|| loaded = load(&mut connection, accounts));
    loaded?;
    Ok(took)
}

fn load(connection: &mut Connection, accounts: &[(String, Vec<Person>)]) -> Result<()> {
    let tx = connection.transaction()?;
    let mut account = tx.prepare(
        "INSERT INTO accounts (id, name, owner_id, revision, audit_seq, audit_hash) VALUES (?1, ?2, ?3, 1, 0, '')",
    )?;
    let mut designation =
        tx.prepare("INSERT INTO designations (account_id, version, announced, generation) VALUES (?1, 0, ?2, 1)")?;
    let mut insert = tx.prepare(
        "INSERT INTO people (account_id, id, role, account_settings, status, last_login_at, staff_role, name, email,
            folded_name, folded_email)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (id, people) in accounts {
        let owner = people.first().map(|person| person.id.as_str());
        account.execute(params![id, format!("Name of {id}"), owner])?;
        designation.execute(params![id, owner])?;
        for person in people {
            let (name, email) = (name(person), email(person));
            insert.execute(params![
                id,
                person.id.as_str(),
                person.role.as_str(),
                person.account_settings.as_str(),
                person.status.as_str(),
                person.last_login_at.map(Instant::millis),
                person.staff_role.as_ref().map(Name::as_str),
                name,
                email,
                fold(&name),
                fold(&email),
            ])?;
        }
    }
    drop((account, designation, insert));
    Ok(tx.commit()?)
}
