//! A file of tokens, and changing it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::auth::ServiceTokens;
use crate::cli::private::{real, write_private};

/// A file of tokens that nobody else changes meanwhile.
pub(super) struct TokenFile {
    path: PathBuf,
    pub(super) tokens: ServiceTokens,
    /// The folder, which is locked until this is dropped.
    _lock: Option<File>,
}

/// The tokens of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<ServiceTokens> {
    let text = fs::read_to_string(path).with_context(|| format!("the file `{}` cannot be read", path.display()))?;
    ServiceTokens::from_json(&text).with_context(|| format!("the file `{}` cannot be used", path.display()))
}

impl TokenFile {
    /// Opens a file to change it. Whoever else wants to waits, so that no change undoes another.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let (real, lock) = lock(path)?;
        Ok(Self { path: real, tokens: read(path)?, _lock: lock })
    }

    /// The same for a file that need not be there yet.
    pub(super) fn open_or_new(path: &Path) -> anyhow::Result<Self> {
        let (real, lock) = lock(path)?;
        let is_new = matches!(path.try_exists(), Ok(false));
        let tokens = if is_new { ServiceTokens::default() } else { read(path)? };
        Ok(Self { path: real, tokens, _lock: lock })
    }

    /// Writes the file with the tokens that there are now, whole or not at all.
    pub(super) fn save(&self) -> anyhow::Result<()> {
        write_private(&self.path, self.tokens.to_json()?.as_bytes())
    }
}

/// The file that the path leads to, and its folder, locked: whoever comes by another link waits too.
fn lock(path: &Path) -> anyhow::Result<(PathBuf, Option<File>)> {
    let real = real(path).with_context(|| format!("the file `{}` cannot be read", path.display()))?;
    let lock = lock_folder(&real).with_context(|| format!("the folder of `{}` cannot be locked", path.display()))?;
    Ok((real, lock))
}

/// Locks the folder of the file: the file itself is replaced, and a lock on it would be one on the old file.
#[cfg(unix)]
fn lock_folder(path: &Path) -> io::Result<Option<File>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(Some(folder))
}

/// Elsewhere a folder cannot be locked.
#[cfg(not(unix))]
fn lock_folder(_path: &Path) -> io::Result<Option<File>> {
    Ok(None)
}
