//! Secrets: from files, and never shown.

use std::fmt;
use std::fs;
use std::ops::Deref;
use std::path::Path;

use anyhow::Context;

/// The text of a secret. What it is never shows, whoever formats what holds it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    /// The text itself, for what needs it whole.
    pub(super) fn reveal(self) -> String {
        self.0
    }
}

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// The secret in a file, without the end of its line.
pub(super) fn read_secret(file: &Path) -> anyhow::Result<Secret> {
    let text = fs::read_to_string(file).with_context(|| format!("the file `{}` cannot be read", file.display()))?;
    Ok(Secret(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        fs::write(&file, "hunter2\n").unwrap();
        let secret = read_secret(&file).unwrap();
        assert_eq!((format!("{secret:?}").as_str(), &*secret), ("Secret(redacted)", "hunter2"));
    }
}
