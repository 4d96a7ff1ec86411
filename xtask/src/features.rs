//! `cargo xtask features`: does the host compile without what backends leave out, and with what nobody has to have?

use anyhow::Result;
use xshell::cmd;

use crate::workspace::Workspace;

/// What is checked: the features, and the example, program or test that needs no more.
const COMBINATIONS: [(&str, &[&str]); 4] = [
    ("", &["--example", "decisions"]),
    ("postgres,smtp", &["--example", "workers"]),
    ("server,sqlite", &["--example", "axum"]),
    ("otel", &["--bin", "security-contact", "--test", "otel"]),
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
