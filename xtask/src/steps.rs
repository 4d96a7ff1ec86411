//! The steps of `cargo xtask test`, in their order.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;
use crate::{chromium, pkg, tools};

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
pub(crate) const STEPS: [Step; 12] = [
    Step { name: "setup", command: "cargo xtask setup", action: Action::Task(tools::setup) },
    Step { name: "fmt", command: "cargo fmt --all --check", action: Action::Command },
    Step {
        name: "clippy",
        command: "cargo clippy --release --workspace --all-targets -- -D warnings",
        action: Action::Command,
    },
    Step {
        name: "clippy-module",
        command: "cargo clippy --package security-contact-policy --profile module --target wasm32-unknown-unknown \
                  --target-dir target/module --no-default-features --features module -- -D warnings",
        action: Action::Command,
    },
    Step { name: "rust", command: "cargo test --release --workspace", action: Action::Task(rust) },
    Step { name: "pkg", command: "cargo xtask pkg --check", action: Action::Task(pkg::check) },
    Step { name: "node", command: "cargo xtask test --only node", action: Action::Task(node) },
    Step { name: "generate", command: "node tests/vectors/generate.mjs --check", action: Action::Command },
    Step { name: "vectors", command: "node tests/node/vectors.mjs pkg", action: Action::Command },
    Step { name: "digests", command: "cargo xtask test --only rust --only digests", action: Action::Task(digests) },
    // What users build: cargo's tests turn on features of dependencies that this leaves off.
    Step {
        name: "build",
        command: "cargo build --release --package security-contact-host --bin security-contact",
        action: Action::Command,
    },
    Step { name: "browser", command: "cargo xtask test --only browser", action: Action::Task(browser) },
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

/// The runtimes whose vectors are cargo tests, which write the digest of their answers here.
const DIGESTS: [(&str, &str); 2] =
    [("native", "target/vectors-native.digest"), ("wasmtime", "target/vectors-wasmtime.digest")];

fn rust(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    for (_, file) in DIGESTS {
        shell.remove_path(workspace.path(file))?; // an old one must not stand in for a new one
    }
    Ok(cmd!(shell, "cargo test --release --workspace").run()?)
}

fn node(workspace: &Workspace) -> Result<()> {
    node_test(workspace, &workspace.shell()?, "tests/node")
}

fn browser(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    shell.set_var("CHROMIUM", chromium::path());
    node_test(workspace, &shell, "tests/browser")
}

/// Runs the `*.test.mjs` of a folder; named one by one, because what Node makes of a folder depends on its version.
fn node_test(workspace: &Workspace, shell: &Shell, folder: &str) -> Result<()> {
    let files: Vec<PathBuf> = shell
        .read_dir(workspace.path(folder))?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    ensure!(!files.is_empty(), "`{folder}` has no tests");
    Ok(cmd!(shell, "node --test --test-reporter=spec {files...}").run()?)
}

/// All runtimes gave the same answers, the texts of error messages included.
fn digests(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    let node = cmd!(shell, "node tests/node/vectors.mjs pkg --digest-only").quiet().read()?;
    println!("{node}  node");
    let mut others = Vec::new();
    for (runtime, file) in DIGESTS {
        let digest = shell.read_file(workspace.path(file)).with_context(|| format!("{runtime} has left no digest"))?;
        println!("{}  {runtime}", digest.trim());
        others.push((runtime, digest));
    }
    for (runtime, digest) in others {
        if digest.trim() != node {
            bail!("the answers of {runtime} are not those of node");
        }
    }
    Ok(())
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
        let error = node_test(&workspace, &workspace.shell().unwrap(), ".").unwrap_err().to_string();
        assert_eq!(error, "`.` has no tests");
    }

    #[test]
    fn digests_must_be_there_and_equal() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let workspace = Workspace::at(folder.path());
        write("tests/node/vectors.mjs", "console.log('aa')");
        write("target/vectors-native.digest", "aa\n");
        assert_eq!(digests(&workspace).unwrap_err().to_string(), "wasmtime has left no digest");
        write("target/vectors-wasmtime.digest", "bb\n");
        assert_eq!(digests(&workspace).unwrap_err().to_string(), "the answers of wasmtime are not those of node");
        write("target/vectors-wasmtime.digest", "aa\n");
        digests(&workspace).unwrap();
    }
}
