//! `cargo xtask e2e`: the settings page in a real browser, on the real server.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{browsers, npm, steps};

/// What `cargo xtask e2e` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Measures the page instead: typing to verdicts, and the first look, with the processor slowed down four times
    #[arg(long)]
    bench: bool,
    /// Takes the pictures of the README instead, into `docs/`
    #[arg(long, conflicts_with = "bench")]
    pictures: bool,
}

/// Builds the program that users get, and does what was asked for.
///
/// # Errors
/// When the build fails, or a test.
pub(crate) fn task(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    npm::ensure(workspace, &shell)?;
    browsers::ensure_chromium(&shell)?;
    cmd!(shell, "cargo build --release --package security-contact-host --bin security-contact").run()?;
    shell.set_var("CHROMIUM", browsers::chromium());
    if options.bench {
        return Ok(cmd!(shell, "node tests/e2e/bench.mjs").run()?);
    }
    if options.pictures {
        return Ok(cmd!(shell, "node tests/e2e/pictures.mjs docs").run()?);
    }
    run(workspace)
}

/// Runs the tests on the program that was built.
///
/// # Errors
/// When a test fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    steps::node_test(workspace, "tests/e2e")
}
