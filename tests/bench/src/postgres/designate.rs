//! A change, with its decision, beside its statements alone.

use anyhow::Result;
use security_contact_host::domain::Contacts;
use tokio::runtime::Runtime;

use super::bare::Change;
use super::{connect, store};
use crate::accounts::{Kind, id};
use crate::changes::{CHANGES, changes};
use crate::figure::{Figure, Row};
use crate::turns::{Turns, seconds};
use crate::{Bench, MILLISECONDS};

/// One change after the other, each durable, beside the same statements on other accounts of the same database.
pub(crate) fn against_bare(bench: &Bench) -> Result<Vec<Figure>> {
    let runtime = Runtime::new()?;
    let url = bench.postgres(&runtime, Kind::quiet(10_000))?;
    let contacts = Contacts::new(bench.engine()?, store(&runtime, &url)?, bench.clock()?);
    let mut client = connect(&runtime, &url)?;
    let statements = runtime.block_on(Change::prepare(&client))?;
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
        let took = seconds(|| {
            done = runtime.block_on(async {
                for account in CHANGES..2 * CHANGES {
                    number += 1;
                    let people = [format!("u-{account}-2"), format!("u-{account}-1")];
                    statements.run(&mut client, &id(account), people.each_ref().map(String::as_str), number).await?;
                }
                Ok::<_, anyhow::Error>(())
            });
        });
        done?;
        Ok(took / f64::from(CHANGES))
    };
    let turns = Turns::take(bench.long(), change, bare)?.scaled(MILLISECONDS);
    Ok(vec![Figure::Row(Row::of("designate-vs-bare-postgres", "ms", &turns))])
}
