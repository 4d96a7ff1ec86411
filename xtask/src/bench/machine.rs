//! What was measured on: without it, a figure says little.

use std::fs;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

/// A machine, and the versions of what was measured.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory: String,
    pub(crate) system: String,
    /// How many others wanted to compute when the run began.
    pub(crate) load: String,
    /// Name and version.
    pub(crate) versions: Vec<(String, String)>,
    pub(crate) commit: String,
}

/// What is compared, by the lock file that pins it.
const LOCKED: [(&str, &str); 6] = [
    ("wasmtime", "Cargo.lock"),
    ("rusqlite", "Cargo.lock"),
    ("tokio-postgres", "Cargo.lock"),
    ("axum", "Cargo.lock"),
    ("cedar-policy", "tests/peers/Cargo.lock"),
    ("regorus", "tests/peers/Cargo.lock"),
];

impl Machine {
    /// This machine, now.
    ///
    /// # Errors
    /// When there is no compiler.
    pub(crate) fn look(workspace: &Workspace, shell: &Shell) -> Result<Self> {
        let mut versions = vec![
            ("rustc".to_owned(), cmd!(shell, "rustc --version").quiet().read()?.replace("rustc ", "")),
            ("Node".to_owned(), cmd!(shell, "node --version").quiet().read().unwrap_or_default()),
        ];
        for (name, file) in LOCKED {
            let lock = shell.read_file(workspace.path(file)).unwrap_or_default();
            versions.extend(locked(&lock, name).map(|version| (name.to_owned(), version.to_owned())));
        }
        let server = cmd!(shell, "psql --version").quiet().ignore_stderr().read().unwrap_or_default();
        versions.extend(server.strip_prefix("psql (PostgreSQL) ").map(|version| ("PostgreSQL".into(), version.into())));
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Ok(Self {
            processor: member(&read("/proc/cpuinfo"), "model name").unwrap_or("unknown").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: gigabytes(member(&read("/proc/meminfo"), "MemTotal").unwrap_or_default()),
            system: cmd!(shell, "uname -sr").quiet().read().unwrap_or_default(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
            versions,
            commit: commit(shell),
        })
    }
}

/// The commit, and whether something has changed since.
fn commit(shell: &Shell) -> String {
    let commit = cmd!(shell, "git rev-parse --short HEAD").quiet().ignore_stderr().read().unwrap_or_default();
    let changes = cmd!(shell, "git status --porcelain --untracked-files=no -- policy host pkg tests/bench tests/peers");
    let changes = changes.quiet().ignore_stderr().read().unwrap_or_default();
    if changes.is_empty() { commit } else { format!("{commit} and changes") }
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}

/// What stands behind a name and a colon.
fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start().strip_prefix(':').map(str::trim)
}

fn gigabytes(kilobytes: &str) -> String {
    match kilobytes.trim_end_matches(" kB").parse::<u64>() {
        Ok(kilobytes) => format!("{} GB", kilobytes.div_ceil(1024 * 1024)),
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_system_tells() {
        assert_eq!(member("a : 1\nmodel name\t: Some CPU\n", "model name"), Some("Some CPU"));
        assert_eq!(gigabytes("24605252 kB"), "24 GB");
        let lock = "[[package]]\nname = \"axum\"\nversion = \"0.8.9\"\n";
        assert_eq!((locked(lock, "axum"), locked(lock, "axu")), (Some("0.8.9"), None));
    }
}
