//! Where things are, and a shell that finds the tools.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use xshell::Shell;

/// The folder that holds everything, wherever it was cloned to.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program was started from.
    ///
    /// # Errors
    /// When it was not started by cargo.
    pub(crate) fn locate() -> Result<Self> {
        // Asked at run time: a copied `target` folder has the path of another workspace compiled in.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("this program runs as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("`xtask` has no parent folder")?;
        Ok(Self { root: root.to_owned() })
    }

    /// The workspace in that folder.
    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A shell in the folder whose `PATH` starts with the tools that `cargo xtask setup` installed.
    ///
    /// # Errors
    /// When there is no working directory, or its path cannot be part of `PATH`.
    pub(crate) fn shell(&self) -> Result<Shell> {
        let shell = Shell::new()?;
        shell.change_dir(&self.root);
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = [self.path("target/tools/bin")].into_iter().chain(env::split_paths(&inherited));
        let path = env::join_paths(folders).context("the path of the workspace cannot be part of `PATH`")?;
        shell.set_var("PATH", path);
        Ok(shell)
    }
}
