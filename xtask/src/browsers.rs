//! The browsers that the page and the package are tested in.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use xshell::Shell;

use crate::apt;

/// A browser as Debian has it.
struct Browser {
    name: &'static str,
    /// The variable that names another one.
    variable: &'static str,
    path: &'static str,
    package: &'static str,
}

const CHROMIUM: Browser =
    Browser { name: "Chromium", variable: "CHROMIUM", path: "/usr/bin/chromium", package: "chromium" };
const FIREFOX: Browser =
    Browser { name: "Firefox", variable: "FIREFOX", path: "/usr/bin/firefox-esr", package: "firefox-esr" };

/// Where Chromium is: what `CHROMIUM` names, else where Debian's package puts it.
pub(crate) fn chromium() -> PathBuf {
    CHROMIUM.path()
}

/// Where Firefox is: what `FIREFOX` names, else where Debian's package puts it.
pub(crate) fn firefox() -> PathBuf {
    FIREFOX.path()
}

/// Installs the browsers as far as they are missing and this may be done. Firefox is one runtime of many, and its
/// absence is only told.
///
/// # Errors
/// When Chromium is missing and cannot be installed; the message says what to do.
pub(crate) fn ensure(shell: &Shell) -> Result<()> {
    ensure_chromium(shell)?;
    if let Err(error) = FIREFOX.ensure(shell) {
        println!("without Firefox: {error:#}");
    }
    Ok(())
}

/// Installs Chromium if it is missing and this may be done.
///
/// # Errors
/// When it is missing and cannot be installed; the message says what to do.
pub(crate) fn ensure_chromium(shell: &Shell) -> Result<()> {
    CHROMIUM.ensure(shell)
}

impl Browser {
    fn path(&self) -> PathBuf {
        env::var_os(self.variable).map_or_else(|| self.path.into(), PathBuf::from)
    }

    fn ensure(&self, shell: &Shell) -> Result<()> {
        let Self { name, variable, package, .. } = self;
        let path = self.path();
        if path.exists() {
            return Ok(());
        }
        if env::var_os(variable).is_some() {
            bail!("there is no browser at `{}`, which `{variable}` names", path.display());
        }
        apt::install(shell, name, package, &format!("set `{variable}` to the path of one"))?;
        if path.exists() { Ok(()) } else { bail!("apt installed {name}, but not at `{}`", self.path) }
    }
}
