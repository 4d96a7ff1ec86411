//! `cargo xtask crash` runs this.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use security_contact_tests_crash::{Plan, StoreKind, run};

/// Kills the program in the middle of its work, again and again, and checks that nothing is lost
#[derive(Parser)]
struct Options {
    /// The program under test
    #[arg(long)]
    program: PathBuf,
    /// The store that it works with
    #[arg(long, value_enum, default_value = "sqlite")]
    store: StoreKind,
    /// How often something is killed
    #[arg(long, default_value_t = 100)]
    kills: u32,
    /// Another seed makes other choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<ExitCode> {
    let Options { program, store, kills, seed } = Options::parse();
    let outcome = run(&Plan { program, store, kills, seed })?;
    for violation in &outcome.violations {
        eprintln!("{violation}");
    }
    println!("{}", serde_json::to_string(&outcome.summary)?);
    Ok(if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
