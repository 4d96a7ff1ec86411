//! A tick: its cost goes with what is due, not with how many accounts there are.

use std::sync::Arc;

use anyhow::{Result, ensure};
use security_contact_host::domain::Reviews;
use tokio::runtime::Runtime;
use tokio_postgres::Client;

use super::data::make_due;
use super::{connect, store};
use crate::accounts::{DUE, Kind};
use crate::figure::{Figure, Point, Row};
use crate::turns::{Turns, seconds};
use crate::{Bench, MILLISECONDS};

struct World {
    kind: Kind,
    replicas: Vec<Arc<Reviews>>,
    behind: Client,
    runtime: Runtime,
}

impl World {
    fn new(bench: &Bench, kind: Kind, replicas: usize) -> Result<Self> {
        let runtime = Runtime::new()?;
        let url = bench.postgres(&runtime, kind)?;
        let reviews =
            |_| -> Result<_> { Ok(Arc::new(Reviews::new(bench.engine()?, store(&runtime, &url)?, bench.clock()?))) };
        let replicas = (0..replicas).map(reviews).collect::<Result<_>>()?;
        Ok(Self { kind, replicas, behind: connect(&runtime, &url)?, runtime })
    }

    /// All replicas at once, until nothing is due.
    fn tick(&self) -> Result<f64> {
        self.runtime.block_on(make_due(&self.behind, self.kind.due_numbers()))?;
        let mut done = (0, 0);
        let mut failed = Ok(());
        let took = seconds(|| {
            failed = self.runtime.block_on(async {
                let tasks = self.replicas.iter().map(|reviews| {
                    let reviews = Arc::clone(reviews);
                    tokio::spawn(async move { reviews.review_due(drop).await })
                });
                for task in tasks.collect::<Vec<_>>() {
                    let report = task.await??;
                    done = (done.0 + report.reverted, done.1 + report.reminded);
                }
                Ok::<_, anyhow::Error>(())
            });
        });
        failed?;
        let half = self.kind.due / 2;
        ensure!(done == (u64::from(half), u64::from(half)), "{done:?} of {half}");
        Ok(took)
    }
}

/// A thousand due among many, beside a thousand among few.
pub(crate) fn flat(bench: &Bench) -> Result<Vec<Figure>> {
    let many = World::new(bench, Kind::busy(bench.many_in_postgres()), 1)?;
    let few = World::new(bench, Kind::busy(10_000), 1)?;
    let turns = Turns::take(bench.long(), || many.tick(), || few.tick())?.scaled(MILLISECONDS);
    Ok(vec![Figure::Row(Row::of("tick-flat-postgres", "ms", &turns))])
}

/// A thousand due among more and more.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let few = World::new(bench, Kind::busy(10_000), 1)?;
    let mut figures = Vec::new();
    for accounts in [10_000, 100_000, 1_000_000].into_iter().filter(|accounts| *accounts <= bench.many_in_postgres()) {
        let world = World::new(bench, Kind::busy(accounts), 1)?;
        let turns = Turns::take(bench.brief(), || world.tick(), || few.tick())?.scaled(MILLISECONDS);
        figures.push(Figure::Point(Point::new("tick", "PostgreSQL", f64::from(accounts), turns.ours().median)));
    }
    Ok(figures)
}

/// How one, two and four hosts share a backlog.
pub(crate) fn replicas(bench: &Bench) -> Result<Vec<Figure>> {
    let backlog = Kind { accounts: 20_000, due: DUE * 4 };
    let alone = World::new(bench, backlog, 1)?;
    let mut figures = Vec::new();
    for replicas in [1, 2, 4] {
        let world = World::new(bench, backlog, replicas)?;
        let turns = Turns::take(bench.brief(), || world.tick(), || alone.tick())?;
        #[allow(clippy::cast_precision_loss)] // four at most
        let x = replicas as f64;
        let each_second = f64::from(backlog.due) / turns.ours().median;
        figures.push(Figure::Point(Point::new("replicas", "PostgreSQL", x, each_second)));
    }
    Ok(figures)
}
