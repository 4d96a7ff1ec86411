//! The browser that the page is tested in.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

const DEBIAN: &str = "/usr/bin/chromium";

/// Where the browser is: what `CHROMIUM` names, else where Debian's package puts it.
pub(crate) fn path() -> PathBuf {
    env::var_os("CHROMIUM").map_or_else(|| DEBIAN.into(), PathBuf::from)
}

/// Installs the browser when it is missing and this may be done.
///
/// # Errors
/// When it is missing and cannot be installed; the message says what to do.
pub(crate) fn ensure(shell: &Shell) -> Result<()> {
    let path = path();
    if path.exists() {
        return Ok(());
    }
    if env::var_os("CHROMIUM").is_some() {
        bail!("there is no browser at `{}`, which `CHROMIUM` names", path.display());
    }
    let root = cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id == "0");
    if !root || cmd!(shell, "apt-get --version").quiet().ignore_stdout().run().is_err() {
        bail!(
            "Chromium is missing: install it (Debian: `sudo apt-get install chromium`), \
             or set `CHROMIUM` to the path of one"
        );
    }
    cmd!(shell, "apt-get update --quiet").run()?;
    cmd!(shell, "apt-get install --quiet --yes --no-install-recommends chromium")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()?;
    if path.exists() { Ok(()) } else { bail!("apt installed Chromium, but not at `{DEBIAN}`") }
}
