//! A tick: its cost goes with what is due, not with how many accounts there are.

use anyhow::{Result, ensure};
use rusqlite::Connection;
use security_contact_host::domain::Reviews;
use tokio::runtime::Runtime;

use super::data::{Copy, make_due};
use super::{connect, store};
use crate::accounts::{DUE, Kind};
use crate::figure::{Figure, Point, Row};
use crate::turns::{Turns, seconds};
use crate::{Bench, MILLISECONDS};

struct World {
    kind: Kind,
    reviews: Reviews,
    behind: Connection,
    runtime: Runtime,
    _copy: Copy,
}

impl World {
    fn new(bench: &Bench, accounts: u32) -> Result<Self> {
        let kind = Kind::busy(accounts);
        let copy = Copy::of(bench, kind)?;
        let reviews = Reviews::new(bench.engine()?, store(&copy.path())?, bench.clock()?);
        Ok(Self { kind, reviews, behind: connect(&copy.path())?, runtime: Runtime::new()?, _copy: copy })
    }

    fn tick(&mut self) -> Result<f64> {
        make_due(&mut self.behind, self.kind)?;
        let mut report = None;
        let took = seconds(|| report = Some(self.runtime.block_on(self.reviews.review_due(drop))));
        let report = report.transpose()?.unwrap_or_default();
        let half = u64::from(DUE / 2);
        ensure!(report.reverted == half && report.reminded == half, "{report:?}");
        Ok(took)
    }
}

/// A thousand due among many, beside a thousand among few.
pub(crate) fn flat(bench: &Bench) -> Result<Vec<Figure>> {
    let (mut many, mut few) = (World::new(bench, 1_000_000)?, World::new(bench, 10_000)?);
    let turns = Turns::take(bench.long(), || many.tick(), || few.tick())?.scaled(MILLISECONDS);
    Ok(vec![Figure::Row(Row::of("tick-flat", "ms", &turns))])
}

/// A thousand due among more and more.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for accounts in bench.sizes() {
        let (mut world, mut few) = (World::new(bench, accounts)?, World::new(bench, 10_000)?);
        let turns = Turns::take(bench.brief(), || world.tick(), || few.tick())?.scaled(MILLISECONDS);
        figures.push(Figure::Point(Point::new("tick", "SQLite", f64::from(accounts), turns.ours().median)));
    }
    Ok(figures)
}
