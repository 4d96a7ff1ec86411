//! `cargo xtask deny`: licences, sources and bans of everything that is compiled in.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::tools::Tool;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// What `cargo xtask deny` can be told.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Also looks for known vulnerabilities, which needs the network: the list of them is fetched
    #[arg(long)]
    advisories: bool,
}

/// Installs cargo-deny, and checks what `.cargo/deny.toml` asks for.
///
/// # Errors
/// When something is not allowed.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    Tool::locked("cargo-deny", VERSION).ensure(workspace, &shell)?;
    let advisories = options.advisories.then_some("advisories");
    Ok(cmd!(shell, "cargo deny --workspace --locked check licenses bans sources {advisories...}").run()?)
}
