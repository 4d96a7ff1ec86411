//! `cargo xtask crash` runs this.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use security_contact_tests_crash::{Plan, ReplicaPlan, StoreKind, Violation, run, run_replicas};
use serde::Serialize;

/// Kills the program in the middle of its work, again and again, and checks that nothing is lost
#[derive(Parser)]
struct Options {
    /// The program under test
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// The store that it works with
    #[arg(long, value_enum, default_value = "sqlite", conflicts_with = "replicas")]
    store: StoreKind,
    /// How often something is killed; with `--replicas`, at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    kills: u32,
    /// Another seed makes other choices; what happens depends on the machine besides
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Has that many servers on one PostgreSQL revert designations that are all due at once
    #[arg(long, value_name = "SERVERS", num_args = 0..=1, default_missing_value = "4")]
    replicas: Option<usize>,
    /// How many designations the servers revert
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "replicas")]
    designations: usize,
}

fn main() -> Result<ExitCode> {
    let Options { program, store, kills, seed, replicas, designations } = Options::parse();
    match replicas {
        Some(replicas) => {
            // Of many mails, some are enough to show that they go out.
            let address_every = designations.div_ceil(1_000);
            let outcome = run_replicas(&ReplicaPlan { program, replicas, designations, address_every, kills, seed })?;
            tell(&outcome.violations, &outcome.summary)
        }
        None => {
            let outcome = run(&Plan { program, store, kills, seed })?;
            tell(&outcome.violations, &outcome.summary)
        }
    }
}

/// Prints what is not as it should be, and in the last line what the run came to.
fn tell(violations: &[Violation], summary: &impl Serialize) -> Result<ExitCode> {
    for violation in violations {
        eprintln!("{violation}");
    }
    println!("{}", serde_json::to_string(summary)?);
    Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
