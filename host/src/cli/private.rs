//! Files for their owner's eyes alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

/// Writes a file that nobody but its owner can read. It is there as a whole or not at all, whenever the program ends; one
/// that was there keeps its owner, and is replaced.
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
        keep_owner(path, &file)?;
        file.sync_all()?;
        fs::rename(draft, path)
    };
    write().with_context(|| format!("`{}` cannot be written", path.display()))
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

/// Gives the draft to whom the file belongs that it replaces: an operator who is root must not lock out the server.
#[cfg(unix)]
fn keep_owner(path: &Path, draft: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(old) = fs::metadata(path) else { return Ok(()) };
    let new = draft.metadata()?;
    if (old.uid(), old.gid()) == (new.uid(), new.gid()) {
        return Ok(());
    }
    fchown(draft, Some(old.uid()), Some(old.gid()))
}

/// Elsewhere a file belongs to whoever writes it.
#[cfg(not(unix))]
fn keep_owner(_path: &Path, _draft: &File) -> io::Result<()> {
    Ok(())
}
