//! A full audit: every account through the module, beside reading the same rows and beside the criteria in SQL.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use security_contact_host::domain::Reviews;
use security_contact_host::engine::Engine;
use security_contact_policy::Rules;
use tokio::runtime::Runtime;

use super::data::{Copy, kept};
use super::{bare, connect, store};
use crate::Bench;
use crate::accounts::Kind;
use crate::clock::Still;
use crate::figure::{Figure, Point, Row};
use crate::people;
use crate::turns::{Turns, seconds};

struct World {
    accounts: u32,
    reviews: Reviews,
    connection: Connection,
    runtime: Runtime,
}

impl World {
    fn new(bench: &Bench, accounts: u32) -> Result<Self> {
        Self::open(&kept(bench, Kind::quiet(accounts))?, accounts, bench.engine()?)
    }

    fn open(path: &Path, accounts: u32, engine: Arc<Engine>) -> Result<Self> {
        let reviews = Reviews::new(engine, store(path)?, Arc::new(Still(people::now()?)));
        Ok(Self { accounts, reviews, connection: connect(path)?, runtime: Runtime::new()? })
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
        let mut rows = 0;
        let took = seconds(|| bare::stream(&self.connection).map(|count| rows = count));
        ensure!(rows == u64::from(self.accounts), "{rows} rows");
        Ok(took)
    }

    fn criteria(&self) -> Result<f64> {
        let now = people::now()?;
        let mut found = 1;
        let took = seconds(|| bare::criteria(&self.connection, now).map(|count| found = count));
        ensure!(found == 0, "{found} accounts are said to be invalid");
        Ok(took)
    }
}

/// Beside reading the same rows with no decision.
pub(crate) fn against_stream(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench, bench.all())?;
    let turns = Turns::take(bench.long(), || world.audit(), || world.stream())?;
    Ok(vec![Figure::Row(Row::of("audit-vs-stream-sqlite", "s", &turns))])
}

/// Beside one statement with the criteria.
pub(crate) fn against_sql(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench, bench.all())?;
    let turns = Turns::take(bench.long(), || world.audit(), || world.criteria())?;
    Ok(vec![Figure::Row(Row::of("audit-vs-sql-sqlite", "s", &turns))])
}

/// Of more and more accounts; of ten million once, since their database is large.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for accounts in bench.sizes() {
        let world = World::new(bench, accounts)?;
        let turns = Turns::take(bench.brief(), || world.audit(), || world.stream())?;
        figures.extend(points(accounts, turns.ours().median, turns.baseline().median));
    }
    if let Some(accounts) = bench.most() {
        let copy = Copy::written(bench, Kind::quiet(accounts))?;
        let world = World::open(&copy.path(), accounts, bench.engine()?)?;
        figures.extend(points(accounts, world.audit()?, world.stream()?));
    }
    Ok(figures)
}

fn points(accounts: u32, audit: f64, stream: f64) -> [Figure; 2] {
    let point = |series, seconds| Figure::Point(Point::new("audit", series, f64::from(accounts), seconds));
    [point("SQLite, audit", audit), point("SQLite, reading the rows", stream)]
}

/// The most memory that a process takes which audits ten times as many accounts, beside one that audits a tenth.
pub(crate) fn memory(bench: &Bench) -> Result<Vec<Figure>> {
    let peak = |accounts: u32| -> Result<f64> {
        let path = kept(bench, Kind::quiet(accounts))?;
        let mut own = Command::new(std::env::current_exe()?);
        own.args(["task", "audit", &accounts.to_string()]).arg(path).stderr(Stdio::inherit());
        let output = own.output()?;
        ensure!(output.status.success(), "the audit failed");
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    let turns = Turns::take(bench.twice(), || peak(bench.all()), || peak(bench.all() / 10))?;
    Ok(vec![Figure::Row(Row::of("memory-audit", "MB", &turns))])
}

/// The task of such a process: one audit. It prints the most memory that it took, in megabytes.
pub(crate) fn run(accounts: u32, path: &Path) -> Result<()> {
    World::open(path, accounts, Arc::new(Engine::embedded(&Rules::default())?))?.audit()?;
    println!("{}", peak_megabytes()?);
    Ok(())
}

fn peak_megabytes() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells the peak of the memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("there is no peak")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
