//! `cargo xtask features`: does the host compile without what backends leave out?

use anyhow::Result;
use xshell::cmd;

use crate::workspace::Workspace;

/// What is checked: the features, and the example that needs no more.
const COMBINATIONS: [(&str, &[&str]); 3] = [
    ("", &["--example", "decisions"]),
    ("postgres,smtp", &["--example", "workers"]),
    ("server,sqlite", &["--example", "axum"]),
];

/// Checks the library under each combination, with warnings denied.
///
/// # Errors
/// When one does not compile, or not without a warning.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    for (features, targets) in COMBINATIONS {
        // In the profile of the other steps, which share what these features do not change.
        cmd!(
            shell,
            "cargo clippy --release --package security-contact-host --lib {targets...} --no-default-features
             --features {features} -- -D warnings"
        )
        .run()?;
    }
    Ok(())
}
