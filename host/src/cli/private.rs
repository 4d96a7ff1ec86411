//! Files for their owner's eyes alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Writes a file that nobody but its owner can read. It is there as a whole or not at all, whenever the program ends. One
/// that was there is replaced, and the new one belongs to the same owner and group, which can read it if it could before.
///
/// A link would be replaced and not what it leads to: give it the [`real`] path.
pub(super) fn write_private(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".tmp");
    let draft = Path::new(&draft);
    let write = || {
        // One that a crash left behind may have been begun with other permissions.
        match fs::remove_file(draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().open(draft)?;
        file.write_all(contents)?;
        keep_readers(path, &file)?;
        file.sync_all()?;
        fs::rename(draft, path)
    };
    write().with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Where a file is, whatever links lead to it; the path as it is when there is none yet.
pub(super) fn real(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        found => found,
    }
}

/// Makes a new file that nobody but its owner can read.
pub(super) fn create_private(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let write = || {
        let mut file = private().open(path)?;
        file.write_all(contents)?;
        file.sync_all()
    };
    write().with_context(|| format!("`{}` cannot be made", path.display()))
}

fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives the draft to whom the file belongs that it replaces, and has those read it who could: an operator who is root
/// must not lock out the server.
#[cfg(unix)]
fn keep_readers(path: &Path, draft: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let Ok(old) = fs::metadata(path) else { return Ok(()) };
    let new = draft.metadata()?;
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        fchown(draft, Some(old.uid()), Some(old.gid()))?;
    }
    draft.set_permissions(fs::Permissions::from_mode(old.mode() & 0o640))
}

/// Elsewhere a file belongs to whoever writes it.
#[cfg(not(unix))]
fn keep_readers(_path: &Path, _draft: &File) -> io::Result<()> {
    Ok(())
}
