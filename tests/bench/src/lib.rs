//! What the host costs, measured in turns with what users would compare.
//!
//! `cargo xtask bench` runs it and makes a document of what it prints: one `Figure` a line, as JSON. A row has a name;
//! its benchmark is found in `BENCHMARKS`.

mod accounts;
mod changes;
mod clock;
mod figure;
mod http;
mod module;
mod peers;
mod people;
mod postgres;
mod sqlite;
mod turns;
mod verdicts;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use security_contact_host::domain::ports::Clock;
use security_contact_host::engine::Engine;
use security_contact_policy::Rules;
use tokio::runtime::Runtime;

use accounts::Kind;
use clock::Still;
use figure::Figure;
use turns::Effort;

/// A second has so many.
const NANOSECONDS: f64 = 1e9;
const MICROSECONDS: f64 = 1e6;
const MILLISECONDS: f64 = 1e3;
const SECONDS: f64 = 1.0;

/// The words of a notice, as the outbox has them.
const MESSAGE: &str = r#"{"accountName":"Account 1234","recipientName":"Ada Person 1234","about":{"about":"change",
    "kind":"assigned","cause":"designated","counterpartName":"Maya Person 1234","actorName":"Maya Person 1234"},
    "at":"2026-10-01T09:30:00.000Z"}"#;

/// Set for a process of this program that is to be the host's command line, so that it is measured as users run it.
const AS_COMMAND_LINE: &str = "SECURITY_CONTACT_BENCH_AS_COMMAND_LINE";

type Benchmark = fn(&Bench) -> Result<Vec<Figure>>;

/// All of them, by the name of their row or plot.
const BENCHMARKS: [(&str, Benchmark); 28] = [
    ("verdict-single-vs-cedar", verdicts::against_cedar),
    ("verdict-single-vs-regorus", verdicts::against_regorus),
    ("verdict-single-vs-regorus-vm", verdicts::against_regorus_vm),
    ("verdict-single-vs-native", verdicts::against_native),
    ("verdict-batch-vs-native", verdicts::batch_against_native),
    ("module-load", module::load),
    ("instantiate", module::instantiate),
    ("size-gzip", module::size),
    ("tick-flat", sqlite::tick),
    ("audit-vs-stream-sqlite", sqlite::against_stream),
    ("audit-vs-sql-sqlite", sqlite::against_sql),
    ("memory-audit", sqlite::memory),
    ("designate-vs-bare-sqlite", sqlite::designate),
    ("http-get-vs-bare", http::against_bare),
    ("http-designate-vs-bare", http::designate),
    ("import", sqlite::import),
    ("tick-flat-postgres", postgres::tick),
    ("audit-vs-stream-postgres", postgres::against_stream),
    ("audit-vs-sql-postgres", postgres::against_sql),
    ("designate-vs-bare-postgres", postgres::designate),
    ("growth-verdicts", verdicts::growth),
    ("growth-tick-sqlite", sqlite::tick_growth),
    ("growth-audit-sqlite", sqlite::audit_growth),
    ("growth-tick-postgres", postgres::tick_growth),
    ("growth-audit-postgres", postgres::audit_growth),
    ("growth-candidates", sqlite::candidates),
    ("growth-replicas", postgres::replicas),
    ("growth-outbox", sqlite::outbox),
];

/// Measures, and prints one figure a line as JSON
#[derive(Parser)]
struct Cli {
    /// Measures for a shorter time, and on smaller databases
    #[arg(long)]
    quick: bool,
    /// Measures only the row or plot of this name; can be given several times
    #[arg(long, value_name = "NAME", value_parser = BENCHMARKS.map(|(name, _)| name))]
    only: Vec<String>,
    /// Where databases are kept from one run to the next
    #[arg(long, value_name = "FOLDER", default_value = "../../target/bench/data")]
    data: PathBuf,
    /// What cargo tells every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// What this program has a process of its own do
    #[command(subcommand, hide = true)]
    Task(Own),
}

#[derive(Subcommand)]
enum Own {
    /// One verdict
    FirstVerdict,
    /// One verdict of a module that is compiled first
    CompiledVerdict,
    /// A full audit of that many accounts
    Audit { accounts: u32, database: PathBuf },
    /// The host's routes
    Serve { database: PathBuf },
    /// A bare route
    ServeBare { database: PathBuf },
}

/// What every benchmark works with.
pub(crate) struct Bench {
    quick: bool,
    data: PathBuf,
    engine: OnceLock<Arc<Engine>>,
    databases: postgres::Databases,
}

impl Bench {
    /// For what takes microseconds.
    fn short(&self) -> Effort {
        Effort { rounds: 15, time: Duration::from_secs(if self.quick { 2 } else { 10 }) }
    }

    /// For one point of many.
    fn brief(&self) -> Effort {
        Effort { rounds: 7, time: Duration::from_millis(if self.quick { 300 } else { 2_000 }) }
    }

    /// For what takes seconds.
    fn long(&self) -> Effort {
        Effort { rounds: if self.quick { 3 } else { 7 }, time: Duration::from_secs(if self.quick { 3 } else { 20 }) }
    }

    /// For what is nearly always the same.
    fn twice(&self) -> Effort {
        Effort { rounds: 2, time: Duration::ZERO }
    }

    /// How many accounts a full audit has.
    fn all(&self) -> u32 {
        if self.quick { 100_000 } else { 1_000_000 }
    }

    /// How many accounts there are in PostgreSQL, where each run writes them anew.
    fn many_in_postgres(&self) -> u32 {
        self.all()
    }

    /// The URL of a database in PostgreSQL.
    fn postgres(&self, runtime: &Runtime, kind: Kind) -> Result<String> {
        self.databases.of(runtime, &self.engine()?.identity().key(), kind)
    }

    /// How many accounts there are where growth is shown.
    fn sizes(&self) -> Vec<u32> {
        let sizes = [10_000, 30_000, 100_000, 300_000, 1_000_000];
        sizes.into_iter().filter(|size| *size <= self.all()).collect()
    }

    /// How many accounts there are at most where growth is shown, which is measured once.
    fn most(&self) -> Option<u32> {
        (!self.quick).then_some(10_000_000)
    }

    /// The folder of the databases.
    fn data(&self) -> Result<PathBuf> {
        std::fs::create_dir_all(&self.data)?;
        Ok(std::path::absolute(&self.data)?)
    }

    /// A clock that says when the databases' accounts are as they are.
    fn clock(&self) -> Result<Arc<dyn Clock>> {
        Ok(Arc::new(Still(people::now()?)))
    }

    /// The embedded module under the default rules, compiled once.
    fn engine(&self) -> Result<Arc<Engine>> {
        if let Some(engine) = self.engine.get() {
            return Ok(Arc::clone(engine));
        }
        let engine = Arc::new(Engine::embedded(&Rules::default())?);
        Ok(Arc::clone(self.engine.get_or_init(|| engine)))
    }
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    if std::env::var_os(AS_COMMAND_LINE).is_some() {
        return security_contact_host::cli::main();
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    match cli.task {
        Some(Task::Task(own)) => own.run(),
        None => measure(
            &cli.only,
            Bench { quick: cli.quick, data: cli.data, engine: OnceLock::new(), databases: Default::default() },
        ),
    }
}

impl Own {
    fn run(self) -> Result<()> {
        match self {
            Self::FirstVerdict => module::first_verdict(false),
            Self::CompiledVerdict => module::first_verdict(true),
            Self::Audit { accounts, database } => sqlite::audit_alone(accounts, &database),
            Self::Serve { database } => http::run(&database),
            Self::ServeBare { database } => http::run_bare(&database),
        }
    }
}

/// Measures one after the other. What cannot be measured is told, and holds up no other.
fn measure(only: &[String], bench: Bench) -> Result<()> {
    let mut failed = Vec::new();
    for (name, benchmark) in BENCHMARKS {
        if only.is_empty() || only.iter().any(|only| only == name) {
            eprintln!("{name}");
            match benchmark(&bench) {
                Ok(figures) => figures.iter().try_for_each(print)?,
                Err(error) => {
                    eprintln!("error: `{name}` cannot be measured: {error:#}");
                    failed.push(name);
                }
            }
        }
    }
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

fn print(figure: &Figure) -> Result<()> {
    println!("{}", serde_json::to_string(figure)?);
    Ok(())
}
