//! The steps of `cargo xtask test`, in their order.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{api, browsers, docs, e2e, features, parity, pkg, tools};

/// One step.
pub(crate) struct Step {
    /// What `--only` and `--skip` call it.
    pub(crate) name: &'static str,
    /// What runs it alone.
    pub(crate) command: &'static str,
    pub(crate) action: Action,
}

/// What a step does.
pub(crate) enum Action {
    /// It runs its command.
    Command,
    /// It runs this, which does what its command does.
    Task(fn(&Workspace) -> Result<()>),
}

/// All steps: what fails fast comes first, and what a later step needs comes before it.
pub(crate) const STEPS: [Step; 16] = [
    Step { name: "setup", command: "cargo xtask setup", action: Action::Task(tools::setup) },
    Step { name: "fmt", command: "cargo fmt --all --check", action: Action::Command },
    Step {
        name: "clippy",
        command: "cargo clippy --release --workspace --all-targets --features security-contact-host/otel -- -D warnings",
        action: Action::Command,
    },
    Step {
        name: "clippy-module",
        command: "cargo clippy --package security-contact-policy --profile module --target wasm32-unknown-unknown \
                  --target-dir target/module --no-default-features --features module -- -D warnings",
        action: Action::Command,
    },
    Step { name: "features", command: "cargo xtask features", action: Action::Task(features::run) },
    Step { name: "docs", command: "cargo xtask docs --check", action: Action::Task(docs::check) },
    Step { name: "rust", command: "cargo test --release --workspace", action: Action::Command },
    Step {
        name: "traces",
        command: "cargo test --release --workspace --features security-contact-host/otel --test otel",
        action: Action::Command,
    },
    Step { name: "pkg", command: "cargo xtask pkg --check", action: Action::Task(pkg::check) },
    Step { name: "package", command: "cargo xtask test --only package", action: Action::Task(package) },
    Step { name: "generate", command: "node tests/vectors/generate.mjs --check", action: Action::Command },
    // What users build: cargo's tests turn on features of dependencies that this leaves off.
    Step {
        name: "build",
        command: "cargo build --release --package security-contact-host --bin security-contact",
        action: Action::Command,
    },
    Step { name: "parity", command: "cargo xtask parity", action: Action::Task(parity) },
    Step { name: "api", command: "cargo xtask api", action: Action::Task(api::run) },
    Step { name: "edge", command: "cargo xtask test --only edge", action: Action::Task(edge) },
    Step { name: "e2e", command: "cargo xtask e2e", action: Action::Task(e2e::run) },
];

impl Step {
    /// Runs the step.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<()> {
        match self.action {
            Action::Task(task) => task(workspace),
            Action::Command => {
                let mut words = self.command.split_whitespace();
                let program = words.next().context("the step has no command")?;
                Ok(workspace.shell()?.cmd(program).args(words).run()?)
            }
        }
    }
}

fn package(workspace: &Workspace) -> Result<()> {
    node_test(workspace, "tests/package")
}

/// The suite itself, and then what it is there for.
fn parity(workspace: &Workspace) -> Result<()> {
    node_test(workspace, "tests/parity")?;
    parity::run(workspace, &parity::Options::default())
}

fn edge(workspace: &Workspace) -> Result<()> {
    node_test(workspace, "tests/edge")
}

/// Runs the `*.test.mjs` of a folder; named one by one, because what Node makes of a folder depends on its version.
///
/// # Errors
/// When a test fails, or there is none.
pub(crate) fn node_test(workspace: &Workspace, folder: &str) -> Result<()> {
    let shell = workspace.shell()?;
    shell.set_var("CHROMIUM", browsers::chromium());
    let files: Vec<PathBuf> = shell
        .read_dir(workspace.path(folder))?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    ensure!(!files.is_empty(), "`{folder}` has no tests");
    Ok(cmd!(shell, "node --test --test-reporter=spec {files...}").run()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_commands_start_with_a_program() {
        for (index, step) in STEPS.iter().enumerate() {
            assert!(STEPS.iter().skip(index + 1).all(|other| other.name != step.name), "{}", step.name);
            assert!(["cargo", "node"].contains(&step.command.split(' ').next().unwrap()), "{}", step.command);
        }
    }

    #[test]
    fn a_folder_without_tests_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("harness.mjs"), "").unwrap();
        let workspace = Workspace::at(folder.path());
        let error = node_test(&workspace, ".").unwrap_err().to_string();
        assert_eq!(error, "`.` has no tests");
    }
}
