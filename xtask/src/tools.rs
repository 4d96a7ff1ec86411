//! `cargo xtask setup`: what building and testing need, as far as it is missing.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;
use crate::{browsers, npm, postgres};

const WASM_PACK_VERSION: &str = "0.15.1";

/// The compiler that libFuzzer needs; nothing that is shipped is built with it.
const NIGHTLY: &str = "nightly";

/// A program that cargo can install.
pub(crate) struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
    /// Whether to install with the lock file that the package brings. wasm-bindgen-cli's names versions that need a
    /// newer compiler than ours.
    locked: bool,
}

/// Makes everything ready.
///
/// # Errors
/// When something is missing that cannot be installed; the message says what to do.
pub(crate) fn setup(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    ensure_compiler(workspace, &shell)?;
    for tool in tools(workspace)? {
        tool.ensure(workspace, &shell)?;
    }
    npm::ensure(workspace, &shell)?;
    browsers::ensure(&shell)?;
    postgres::ensure(&shell)
}

/// Checks that the programs that build the module are there, in the versions that it needs.
///
/// # Errors
/// When one is not.
pub(crate) fn check_module_tools(workspace: &Workspace, shell: &Shell) -> Result<()> {
    check_compiler(workspace, shell)?;
    for tool in tools(workspace)? {
        tool.check(shell).context("run `cargo xtask setup` first")?;
    }
    npm::ensure(workspace, shell)
}

fn tools(workspace: &Workspace) -> Result<[Tool; 2]> {
    let lock = std::fs::read_to_string(workspace.path("Cargo.lock")).context("cannot read `Cargo.lock`")?;
    let version = locked_version(&lock, "wasm-bindgen").context("`Cargo.lock` has no `wasm-bindgen`")?.to_owned();
    Ok([
        Tool { program: "wasm-bindgen", package: "wasm-bindgen-cli", version, locked: false },
        Tool::locked("wasm-pack", WASM_PACK_VERSION),
    ])
}

impl Tool {
    /// The program of the package of that name, with the lock file that the package brings.
    pub(crate) fn locked(package: &'static str, version: &str) -> Self {
        Self { program: package, package, version: version.to_owned(), locked: true }
    }

    /// Installs the program when it is missing.
    ///
    /// # Errors
    /// When it cannot be installed.
    pub(crate) fn ensure(&self, workspace: &Workspace, shell: &Shell) -> Result<()> {
        let Err(missing) = self.check(shell) else { return Ok(()) };
        println!("{missing:#}; installing it");
        self.install(workspace, shell)?;
        self.check(shell)
    }

    /// Whether the program on the path is the one that is needed.
    fn check(&self, shell: &Shell) -> Result<()> {
        let Self { program, version, .. } = self;
        // A subcommand of cargo may answer to cargo alone.
        let asked = match program.strip_prefix("cargo-") {
            Some(subcommand) => shell.cmd("cargo").arg(subcommand),
            None => shell.cmd(program),
        };
        let found = asked.arg("--version").quiet().ignore_stderr().read().unwrap_or_default();
        // Such as `wasm-pack 0.15.1`.
        let found = found.split_whitespace().nth(1);
        ensure!(found == Some(version), "`{program}` {version} is missing (found: {})", found.unwrap_or("none"));
        Ok(())
    }

    fn install(&self, workspace: &Workspace, shell: &Shell) -> Result<()> {
        let Self { program, package, version, .. } = self;
        let root = workspace.path("target/tools");
        let locked = self.locked.then_some("--locked");
        // Forced, because cargo's own list of what it installed survives the deletion of a program. Not optimised: it has
        // less to do than its compiler would have.
        Ok(cmd!(
            shell,
            "cargo install {package} --bin {program} --version ={version} --root {root} --debug --force {locked...}"
        )
        .run()?)
    }
}

/// The version of a package in a `Cargo.lock`; the first one when there are several.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

fn ensure_compiler(workspace: &Workspace, shell: &Shell) -> Result<()> {
    check_compiler(workspace, shell)?;
    let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    if !Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").exists() {
        cmd!(shell, "rustup target add wasm32-unknown-unknown").run()?;
    }
    // The module compiles the standard library along.
    if !Path::new(&sysroot).join("lib/rustlib/src/rust/library").exists() {
        cmd!(shell, "rustup component add rust-src").run()?;
    }
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let found = cmd!(shell, "cargo {command} --version").quiet().ignore_stdout().ignore_stderr().run();
        if found.is_err() {
            cmd!(shell, "rustup component add {component}").run()?;
        }
    }
    Ok(())
}

/// Installs the compiler that libFuzzer needs, when it is missing.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn ensure_nightly(shell: &Shell) -> Result<()> {
    let version = cmd!(shell, "rustc +{NIGHTLY} --version").quiet().ignore_stdout().ignore_stderr().run();
    if version.is_err() {
        cmd!(shell, "rustup toolchain install {NIGHTLY} --profile minimal").run()?;
    }
    Ok(())
}

/// Checks that the compiler is the pinned one: another one gives the module other bytes.
fn check_compiler(workspace: &Workspace, shell: &Shell) -> Result<()> {
    let pin = shell.read_file(workspace.path("rust-toolchain.toml"))?;
    let pinned = pinned_channel(&pin).context("`rust-toolchain.toml` has no `channel`")?;
    let version = cmd!(shell, "rustc --version").quiet().read()?;
    match version.split_whitespace().nth(1) {
        Some(found) if found == pinned => Ok(()),
        found => bail!("the compiler is {}, but `rust-toolchain.toml` pins {pinned}", found.unwrap_or("unknown")),
    }
}

/// The compiler's version in a `rust-toolchain.toml`.
fn pinned_channel(file: &str) -> Option<&str> {
    file.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";

    #[test]
    fn finds_the_version_in_a_lock_file() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
        assert_eq!(locked_version("name = \"x\"", "x"), None);
    }

    #[test]
    fn finds_the_pinned_compiler() {
        assert_eq!(pinned_channel("[toolchain]\nchannel = \"1.95.0\"\n"), Some("1.95.0"));
        assert_eq!(pinned_channel("[toolchain]\n"), None);
    }

    #[test]
    fn a_missing_or_wrong_tool_is_named_with_its_version() {
        let shell = Shell::new().unwrap();
        let tool = |program| Tool { program, package: "none", version: "9.9.9".into(), locked: false };
        let missing = tool("no-such-program").check(&shell).unwrap_err().to_string();
        assert_eq!(missing, "`no-such-program` 9.9.9 is missing (found: none)");
        let missing = tool("cargo-no-such-program").check(&shell).unwrap_err().to_string();
        assert_eq!(missing, "`cargo-no-such-program` 9.9.9 is missing (found: none)");
        let wrong = tool("cargo").check(&shell).unwrap_err().to_string();
        assert!(wrong.starts_with("`cargo` 9.9.9 is missing (found: 1."), "{wrong}");
    }

    #[test]
    fn another_compiler_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rust-toolchain.toml"), "channel = \"1.0.0\"\n").unwrap();
        let error = check_compiler(&Workspace::at(folder.path()), &Shell::new().unwrap()).unwrap_err().to_string();
        assert!(error.ends_with("but `rust-toolchain.toml` pins 1.0.0"), "{error}");
    }
}
