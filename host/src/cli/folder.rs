//! A demo's data folder, and the mark by which it is known.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::options::Options;
use crate::wiring;

/// The mark's file. A demo has no login, so that it opens no folder of accounts that were never a demo's.
const MARK_FILE: &str = "demo";

/// The mark until the demo's people are all there.
const BEGUN: &str = "begun\n";

/// The mark from then on.
const SEEDED: &str = "seeded\n";

/// The demo's accounts, in the order of their ids.
const ACCOUNTS: [&str; 2] = ["acme", "birch"];

/// A data folder that is a demo's.
pub(super) struct DemoFolder {
    mark: PathBuf,
    is_seeded: bool,
}

impl DemoFolder {
    /// Makes the data folder a demo's, with these rules if it has none. A folder of other accounts is refused.
    pub(super) async fn open(options: &Options, rules: &str) -> anyhow::Result<Self> {
        let data = options.data();
        let mark = data.join(MARK_FILE);
        let found = match fs::read_to_string(&mark) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found.with_context(|| format!("`{}` cannot be read", mark.display()))?),
        };
        let accounts = match wiring::existing_store(data)? {
            Some(store) => store.accounts(None, 3).await?,
            None => Vec::new(),
        };
        let is_seeded = found.as_deref() == Some(SEEDED) && !accounts.is_empty();
        if !is_seeded {
            // A demo that began has none of its accounts or both.
            let is_own = found.is_some() && accounts.iter().map(|(id, _)| id.as_str()).eq(ACCOUNTS);
            if !accounts.is_empty() && !is_own {
                bail!(
                    "`{}` has accounts that are no demo's, and a demo has no login: choose another folder with `--data`",
                    data.display()
                );
            }
            options.write_rules_of_data(rules)?;
            write_whole(&mark, BEGUN)?;
        }
        Ok(Self { mark, is_seeded })
    }

    /// Whether the demo's people are all there, as far as the demo brings them.
    pub(super) fn is_seeded(&self) -> bool {
        self.is_seeded
    }

    /// Notes that they are.
    pub(super) fn set_seeded(&self) -> anyhow::Result<()> {
        write_whole(&self.mark, SEEDED)
    }
}

/// Writes a file that is there as a whole or not at all, whenever the program ends.
pub(super) fn write_whole(path: &Path, contents: &str) -> anyhow::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".tmp");
    let write = || {
        let mut file = File::create(&unfinished)?;
        file.write_all(contents.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    write().with_context(|| format!("`{}` cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.json");
        fs::write(folder.path().join("rules.json.tmp"), "{\"cut off").unwrap();
        write_whole(&path, "{}").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        fs::create_dir(folder.path().join("rules.json.tmp")).unwrap();
        let error = write_whole(&path, "[]").unwrap_err().to_string();
        assert!(error.ends_with("rules.json` cannot be written"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
    }
}
