//! `cargo xtask mutants`: would the tests of the policy notice a slip?

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::tools::Tool;
use crate::workspace::Workspace;

const VERSION: &str = "27.1.0";

/// What `cargo xtask mutants` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many mutants are built and tested at once
    #[arg(long, short, default_value_t = 2, value_name = "N")]
    jobs: u32,
    /// Arguments for cargo-mutants, such as `--file policy/src/review.rs`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Changes the policy in every way that `.cargo/mutants.toml` allows, and wants a failing test each time.
///
/// # Errors
/// When a mutant survives.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    Tool::locked("cargo-mutants", VERSION).ensure(workspace, &shell)?;
    // One mutant differs from the next in a line.
    shell.set_var("CARGO_INCREMENTAL", "1");
    let jobs = options.jobs.to_string();
    let arguments = &options.arguments;
    let package = "security-contact-policy";
    Ok(cmd!(shell, "cargo mutants --package {package} --jobs {jobs} --output target {arguments...}").run()?)
}
