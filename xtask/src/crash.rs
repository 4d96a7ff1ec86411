//! `cargo xtask crash`: is anything lost when processes are killed in the middle of their work?

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{npm, postgres};

/// What `cargo xtask crash` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// The store that the program works with
    #[arg(long, value_name = "STORE", default_value = "sqlite", value_parser = ["sqlite", "postgres"])]
    store: String,
    /// How often something is killed; with `--replicas`, at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    kills: u32,
    /// Another seed makes other choices; what happens depends on the machine besides
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Has four servers on one PostgreSQL revert designations that are all due at once
    #[arg(long, conflicts_with = "store")]
    replicas: bool,
    /// How many designations the servers revert
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "replicas")]
    designations: u32,
}

/// Builds the program as users do, and the harness, and runs it.
///
/// # Errors
/// When something cannot be installed or built, or is not as it should be.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    npm::ensure(workspace, &shell)?;
    if options.replicas || options.store == "postgres" {
        postgres::ensure(&shell)?;
    }
    // Together they would be built with each other's features.
    cmd!(shell, "cargo build --release --package security-contact-host --bin security-contact").run()?;
    cmd!(shell, "cargo build --release --package security-contact-tests-crash --bin crash").run()?;
    let program = workspace.path("target/release/security-contact");
    let (kills, seed) = (options.kills.to_string(), options.seed.to_string());
    let run = cmd!(shell, "target/release/crash --program {program} --kills {kills} --seed {seed}");
    let run = if options.replicas {
        run.args(["--replicas", "4", "--designations", &options.designations.to_string()])
    } else {
        run.args(["--store", &options.store])
    };
    Ok(run.run()?)
}
