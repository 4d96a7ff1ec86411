//! Packages of Debian.

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

/// Installs a package. `otherwise` is what somebody can do instead.
///
/// # Errors
/// When this must not be done, and when it fails; the message says what to do.
pub(crate) fn install(shell: &Shell, name: &str, package: &str, otherwise: &str) -> Result<()> {
    let root = cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id == "0");
    if !root || cmd!(shell, "apt-get --version").quiet().ignore_stdout().run().is_err() {
        bail!("{name} is missing: install it (Debian: `sudo apt-get install {package}`), or {otherwise}");
    }
    cmd!(shell, "apt-get update --quiet").run()?;
    cmd!(shell, "apt-get install --quiet --yes --no-install-recommends {package}")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_installed_is_told() {
        let nothing = tempfile::TempDir::new().unwrap();
        let shell = Shell::new().unwrap();
        shell.set_var("PATH", nothing.path());
        let error = install(&shell, "The thing", "things", "bring it along").unwrap_err();
        let expected = "The thing is missing: install it (Debian: `sudo apt-get install things`), or bring it along";
        assert_eq!(error.to_string(), expected);
    }
}
