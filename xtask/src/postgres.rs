//! The PostgreSQL server that the tests start.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

use crate::apt;

/// Names the database of a server that runs already; then none has to be installed.
const VARIABLE: &str = "DATABASE_URL";

/// Where Debian's packages put the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Installs PostgreSQL's server if it is missing and this may be done.
///
/// # Errors
/// When it is missing and cannot be installed; the message says what to do.
pub(crate) fn ensure(shell: &Shell) -> Result<()> {
    if env::var_os(VARIABLE).is_some() || is_installed(shell) {
        return Ok(());
    }
    let otherwise = format!("set `{VARIABLE}` to a superuser's database of a server that runs");
    apt::install(shell, "PostgreSQL's server", "postgresql", &otherwise)?;
    if is_installed(shell) { Ok(()) } else { bail!("apt installed PostgreSQL, but not in `{VERSIONS}`") }
}

/// Whether the programs are where `tests/postgres` looks for them.
fn is_installed(shell: &Shell) -> bool {
    let said = cmd!(shell, "pg_config --bindir").quiet().ignore_stderr().read().ok().map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    said.into_iter().chain(env::split_paths(&path)).chain(versions).any(|folder| has_programs(&folder))
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_needs_every_program() {
        let folder = tempfile::TempDir::new().unwrap();
        for program in ["initdb", "pg_ctl", "postgres"] {
            assert!(!has_programs(folder.path()));
            fs::write(folder.path().join(program), "").unwrap();
        }
        assert!(has_programs(folder.path()));
    }
}
