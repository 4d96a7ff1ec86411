//! A search for candidates in accounts of more and more people.

use anyhow::{Result, ensure};
use security_contact_host::domain::model::{AccountId, DirectoryEntry, Member};
use security_contact_host::domain::{Contacts, Directories};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::{Person, UserId};
use std::sync::Arc;
use tokio::runtime::Runtime;

use crate::figure::{Figure, Point};
use crate::turns::{Turns, seconds};
use crate::{Bench, MILLISECONDS, people};

/// As many as the settings page asks for at once.
const PAGE: u32 = 50;

struct World {
    contacts: Contacts,
    account: AccountId,
    expected: usize,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl World {
    fn new(bench: &Bench, count: u32) -> Result<Self> {
        let folder = tempfile::tempdir_in(bench.data()?)?;
        let store = Arc::new(SqliteStore::open(&folder.path().join("accounts.sqlite"), OpenMode::Create)?);
        let runtime = Runtime::new()?;
        let account: AccountId = "acme".parse()?;
        let people = (0..count).map(member).collect::<Result<_>>()?;
        let profile = Some(("Acme".parse()?, UserId::new("u-0")?));
        let entry = DirectoryEntry { account: account.clone(), profile, people, left: Vec::new() };
        let directories = Directories::new(bench.engine()?, store.clone(), bench.clock()?);
        let taken = runtime.block_on(directories.put_one(&entry))?;
        ensure!(taken.is_ok(), "the account was refused");
        let contacts = Contacts::new(bench.engine()?, store, bench.clock()?);
        Ok(Self { contacts, account, expected: count.min(PAGE) as usize, runtime, _folder: folder })
    }

    /// Seconds of a search with that many people to be found: all of them, or the last one alone.
    fn search(&self, query: &str, expected: usize) -> Result<f64> {
        let mut found = None;
        let took = seconds(|| {
            found = Some(self.runtime.block_on(self.contacts.candidates(&self.account, query, None, PAGE)));
        });
        let found = found.transpose()?.unwrap_or_default();
        ensure!(found.len() == expected, "`{query}` found {}", found.len());
        Ok(took)
    }
}

fn member(number: u32) -> Result<Member> {
    let all = people::all()?;
    let facts = &all[number as usize % all.len()];
    let role = if number == 0 { "owner".parse()? } else { facts.role.clone() };
    Ok(Member {
        person: Person { id: UserId::new(format!("u-{number}"))?, role, ..facts.clone() },
        name: format!("Zoë Person {number:05}").parse()?,
        email: Some(format!("person-{number}@example.com").parse()?),
        unreachable_since: None,
    })
}

/// A page of all people, and a search that only the last of them answers to.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for count in [10, 100, 1_000, 10_000] {
        let world = World::new(bench, count)?;
        let last = format!("zoe {:05}", count - 1);
        let turns = Turns::take(bench.brief(), || world.search("", world.expected), || world.search(&last, 1))?;
        let turns = turns.scaled(MILLISECONDS);
        figures.push(Figure::Point(Point::new("candidates", "the first 50", f64::from(count), turns.ours().median)));
        figures.push(Figure::Point(Point::new(
            "candidates",
            "the last by name",
            f64::from(count),
            turns.baseline().median,
        )));
    }
    Ok(figures)
}
