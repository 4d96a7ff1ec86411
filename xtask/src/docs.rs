//! `cargo xtask docs`: the documentation, and the public API that is read from it.

use anyhow::{Result, ensure};
use clap::Args;
use xshell::cmd;

use crate::surface;
use crate::workspace::Workspace;

/// The crates that others use: their names, and where their public items are listed.
const CRATES: [(&str, &str); 2] =
    [("security_contact_host", "host/api.txt"), ("security_contact_policy", "policy/api.txt")];

/// A link to nothing is a warning too.
const FLAGS: &str = "-D warnings";

/// What `cargo xtask docs` can be told.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Fails when the lists of public items are not up to date, and writes none
    #[arg(long)]
    check: bool,
}

/// The step of `cargo xtask test`.
///
/// # Errors
/// As [`run`].
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    run(workspace, &Options { check: true })
}

/// Builds the documentation with warnings denied, and lists every public item.
///
/// # Errors
/// When rustdoc warns, or a list is not up to date and is not to be written.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let shell = workspace.shell()?;
    // Of an item that was removed, the page would stay.
    for (name, _) in CRATES {
        shell.remove_path(workspace.path("target/doc").join(name))?;
    }
    cmd!(shell, "cargo doc --release --workspace --no-deps --lib").env("RUSTDOCFLAGS", FLAGS).run()?;
    for (name, list) in CRATES {
        let items = surface::items(&shell, &workspace.path("target/doc").join(name))?;
        let path = workspace.path(list);
        if options.check {
            let listed = shell.read_file(&path).unwrap_or_default();
            let changes = surface::changes(&listed, &items);
            ensure!(changes.is_empty(), "`{list}` is not up to date; run `cargo xtask docs`:\n{}", changes.join("\n"));
        } else {
            shell.write_file(&path, items)?;
        }
    }
    Ok(())
}
