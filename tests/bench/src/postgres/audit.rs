//! A full audit: every account through the module, beside reading the same rows and beside the criteria in SQL.

use anyhow::{Result, ensure};
use security_contact_host::domain::Reviews;
use tokio::runtime::Runtime;
use tokio_postgres::Client;

use super::{bare, connect, store};
use crate::Bench;
use crate::accounts::Kind;
use crate::figure::{Figure, Point, Row};
use crate::people;
use crate::turns::{Turns, seconds};

struct World {
    accounts: u32,
    reviews: Reviews,
    client: Client,
    runtime: Runtime,
}

impl World {
    fn new(bench: &Bench, accounts: u32) -> Result<Self> {
        let runtime = Runtime::new()?;
        let url = bench.postgres(&runtime, Kind::quiet(accounts))?;
        let reviews = Reviews::new(bench.engine()?, store(&runtime, &url)?, bench.clock()?);
        Ok(Self { accounts, reviews, client: connect(&runtime, &url)?, runtime })
    }

    fn audit(&self) -> Result<f64> {
        let mut report = None;
        let took = seconds(|| report = Some(self.runtime.block_on(self.reviews.review_all(|_| ()))));
        let report = report.transpose()?.unwrap_or_default();
        let expected = (u64::from(self.accounts), 0, 0);
        ensure!((report.reviewed, report.reverted, report.failed) == expected, "{}", report.reviewed);
        Ok(took)
    }

    fn stream(&self) -> Result<f64> {
        let mut rows = Ok(0);
        let took = seconds(|| rows = self.runtime.block_on(bare::stream(&self.client)));
        let rows = rows?;
        ensure!(rows == u64::from(self.accounts), "{rows} rows");
        Ok(took)
    }

    fn criteria(&self) -> Result<f64> {
        let now = people::now()?;
        let mut found = Ok(0);
        let took = seconds(|| found = self.runtime.block_on(bare::criteria(&self.client, now)));
        let found = found?;
        ensure!(found == 0, "{found} accounts are said to be invalid");
        Ok(took)
    }
}

/// Beside reading the same rows with no decision.
pub(crate) fn against_stream(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench, bench.all())?;
    let turns = Turns::take(bench.long(), || world.audit(), || world.stream())?;
    Ok(vec![Figure::Row(Row::of("audit-vs-stream-postgres", "s", &turns))])
}

/// Beside one statement with the criteria.
pub(crate) fn against_sql(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench, bench.all())?;
    let turns = Turns::take(bench.long(), || world.audit(), || world.criteria())?;
    Ok(vec![Figure::Row(Row::of("audit-vs-sql-postgres", "s", &turns))])
}

/// Of more and more accounts.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for accounts in [10_000, 100_000, 1_000_000].into_iter().filter(|accounts| *accounts <= bench.all()) {
        let world = World::new(bench, accounts)?;
        let turns = Turns::take(bench.brief(), || world.audit(), || world.stream())?;
        for (series, spread) in
            [("PostgreSQL, audit", turns.ours()), ("PostgreSQL, reading the rows", turns.baseline())]
        {
            figures.push(Figure::Point(Point::new("audit", series, f64::from(accounts), spread.median)));
        }
    }
    Ok(figures)
}
