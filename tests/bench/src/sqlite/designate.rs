//! A change, with its decision, beside its statements alone.

use anyhow::Result;
use rusqlite::Connection;
use security_contact_host::domain::Contacts;
use tokio::runtime::Runtime;

use super::data::Copy;
use super::{bare, connect, store};
use crate::accounts::{Kind, id};
use crate::changes::{CHANGES, changes};
use crate::figure::{Figure, Row};
use crate::turns::{Turns, seconds};
use crate::{Bench, MILLISECONDS};

/// One change after the other, each durable, beside the same statements.
pub(crate) fn against_bare(bench: &Bench) -> Result<Vec<Figure>> {
    let kind = Kind::quiet(10_000);
    let (ours, theirs) = (Copy::of(bench, kind)?, Copy::of(bench, kind)?);
    let contacts = Contacts::new(bench.engine()?, store(&ours.path())?, bench.clock()?);
    let mut connection = connect(&theirs.path())?;
    let runtime = Runtime::new()?;
    let (mut round, mut number) = (0, 0);
    let change = || {
        round += 1;
        let mut done = Ok(());
        let took = seconds(|| done = runtime.block_on(changes(&contacts, round)));
        done?;
        Ok(took / f64::from(CHANGES))
    };
    let bare = || {
        let mut done = Ok(());
        let took = seconds(|| done = bare_changes(&mut connection, &mut number));
        done?;
        Ok(took / f64::from(CHANGES))
    };
    let turns = Turns::take(bench.long(), change, bare)?.scaled(MILLISECONDS);
    Ok(vec![Figure::Row(Row::of("designate-vs-bare-sqlite", "ms", &turns))])
}

fn bare_changes(connection: &mut Connection, number: &mut u64) -> Result<()> {
    for account in 0..CHANGES {
        *number += 1;
        let people = [format!("u-{account}-2"), format!("u-{account}-1")];
        bare::change(connection, &id(account), people.each_ref().map(String::as_str), *number)?;
    }
    Ok(())
}
