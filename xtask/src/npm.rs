//! Node and the npm packages of the tests.

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// The folders that have a `package-lock.json`, but for that of the benchmarks.
const FOLDERS: [&str; 3] = ["tests", "tests/smtp", "host/ui"];

/// Notes which lock file `node_modules` was made from, so that a second run needs no network.
const STAMP: &str = "node_modules/.lock.sha256";

/// Installs the npm packages unless they are those of the lock files already.
///
/// # Errors
/// When Node is missing or too old, or npm fails.
pub(crate) fn ensure(workspace: &Workspace, shell: &Shell) -> Result<()> {
    FOLDERS.iter().try_for_each(|folder| install(workspace, shell, folder))
}

/// Installs the npm packages of one folder, in the same way.
///
/// # Errors
/// As [`ensure`].
pub(crate) fn install(workspace: &Workspace, shell: &Shell, folder: &str) -> Result<()> {
    check_node(shell)?;
    let _in_folder = shell.push_dir(workspace.path(folder));
    let lock = shell.read_binary_file("package-lock.json")?;
    let digest = hex(&Sha256::digest(&lock));
    if shell.read_file(STAMP).is_ok_and(|stamp| stamp == digest) {
        return Ok(());
    }
    // No package may run a program of its own while it is installed.
    cmd!(shell, "npm ci --ignore-scripts").run()?;
    Ok(shell.write_file(STAMP, digest)?)
}

fn check_node(shell: &Shell) -> Result<()> {
    let version =
        cmd!(shell, "node --version").quiet().read().context("Node is missing: install version 20 or newer")?;
    match major(&version) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {version} is too old: install version {OLDEST_NODE} or newer"),
    }
}

/// The 20 of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Lower case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major("v20.11.1"), Some(20));
        assert_eq!(major("20.11.1"), None);
        assert_eq!(major("v"), None);
    }

    #[test]
    fn writes_hexadecimal_digits() {
        assert_eq!(hex(&[0, 0x0f, 0xf0]), "000ff0");
    }
}
