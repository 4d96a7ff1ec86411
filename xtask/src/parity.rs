//! `cargo xtask parity`: the same answers on every runtime.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{browsers, tools};

/// What `cargo xtask parity` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many random requests there are beside the vectors
    #[arg(long, default_value_t = 200_000)]
    cases: u32,
    /// Another seed makes other requests
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Puts the vectors and the random requests to every runtime, and compares the answers.
///
/// # Errors
/// When something cannot be installed or built, or a runtime answers otherwise than the others or than expected.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    tools::setup(workspace)?;
    let shell = workspace.shell()?;
    // Together they would be built with each other's features.
    cmd!(shell, "cargo build --release --package security-contact-host --bin security-contact").run()?;
    cmd!(shell, "cargo build --release --package security-contact-tests --bin native").run()?;
    let (cases, seed) = (options.cases.to_string(), options.seed.to_string());
    let command = cmd!(shell, "node tests/parity/run.mjs --cases {cases} --seed {seed}");
    Ok(command.env("CHROMIUM", browsers::chromium()).env("FIREFOX", browsers::firefox()).run()?)
}

impl Default for Options {
    fn default() -> Self {
        Self { cases: 200_000, seed: 1 }
    }
}
