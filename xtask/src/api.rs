//! `cargo xtask api`: does the HTTP API do what its OpenAPI document says, whatever it is sent?

use anyhow::{Context as _, Result};
use clap::Args;
use sha2::{Digest as _, Sha256};
use xshell::{Shell, cmd};

use crate::npm::hex;
use crate::workspace::Workspace;

/// What `cargo xtask api` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many requests to send, at least
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    cases: u32,
    /// Another seed makes other requests
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u32,
}

/// How many requests `cargo xtask test` sends.
const FEW: u32 = 600;

/// The packages that send the requests, each in one version.
const REQUIREMENTS: &str = "tests/api/requirements.txt";

/// Where they are installed.
const FOLDER: &str = "target/tools/schemathesis";

/// Builds the program that users get, and has schemathesis ask it.
///
/// # Errors
/// When something cannot be installed or built, or an answer is not as the document says.
pub(crate) fn task(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    cmd!(shell, "cargo build --release --package security-contact-host --bin security-contact").run()?;
    ask(workspace, options.cases, options.seed)
}

/// A short run on the program that was built.
///
/// # Errors
/// As [`task`].
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    ask(workspace, FEW, 1)
}

fn ask(workspace: &Workspace, cases: u32, seed: u32) -> Result<()> {
    let shell = workspace.shell()?;
    ensure(&shell)?;
    let program = workspace.path("target/release/security-contact");
    let (cases, seed) = (cases.to_string(), seed.to_string());
    let python = workspace.path(FOLDER).join("bin/python");
    Ok(cmd!(shell, "{python} tests/api/run.py --program {program} --cases {cases} --seed {seed}").run()?)
}

/// Installs schemathesis unless it is there in the version that is pinned.
fn ensure(shell: &Shell) -> Result<()> {
    let digest = hex(&Sha256::digest(shell.read_binary_file(REQUIREMENTS)?));
    let stamp = format!("{FOLDER}/requirements.sha256");
    if shell.read_file(&stamp).is_ok_and(|stamp| stamp == digest) {
        return Ok(());
    }
    shell.remove_path(FOLDER)?;
    let venv = cmd!(shell, "python3 -m venv {FOLDER}").run();
    venv.context("Python is missing: install version 3.10 or newer (Debian: `python3` and `python3-venv`)")?;
    cmd!(shell, "{FOLDER}/bin/python -m pip install --quiet --disable-pip-version-check --requirement {REQUIREMENTS}")
        .run()?;
    Ok(shell.write_file(&stamp, digest)?)
}
