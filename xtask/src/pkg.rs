//! `cargo xtask pkg`: the npm package in `pkg/`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use crate::module::{self, Files, WASM};
use crate::workspace::Workspace;
use crate::{manifest, tools};

/// Where a rebuilt package lies, to compare it by hand.
const REBUILT: &str = "target/module/pkg";

/// The handwritten part of the package.
const SOURCES: &str = "policy/js";

/// What wasm-bindgen wrote.
const GLUE: &str = "security_contact_policy.js";

/// What `cargo xtask pkg` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Writes nothing into `pkg/`; fails unless every byte there is what a build gives
    #[arg(long)]
    check: bool,
}

/// Writes or checks the package, and prints the module's size.
///
/// # Errors
/// When the build fails, or the check finds a difference.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.check { check(workspace) } else { write(workspace) }
}

/// Rebuilds the package and compares it with `pkg/`.
///
/// # Errors
/// When the build fails, or a file differs, is missing or is one too many.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    let built = build(workspace, &shell)?;
    replace_folder(&shell, &workspace.path(REBUILT), &built)?;
    let present = module::read_folder(&workspace.path("pkg"))?;
    let differences = differences(&built, &present);
    if !differences.is_empty() {
        bail!(
            "`pkg/` is not what its sources give:\n  {}\nrun `cargo xtask pkg` and commit what it writes; \
             the rebuilt files are in `{REBUILT}`",
            differences.join("\n  ")
        );
    }
    println!("`pkg/` is what its sources give, byte for byte");
    print_sizes(&shell, &workspace.path("pkg"))
}

fn write(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    let built = build(workspace, &shell)?;
    replace_folder(&shell, &workspace.path("pkg"), &built)?;
    print_sizes(&shell, &workspace.path("pkg"))
}

/// Every file of the package.
fn build(workspace: &Workspace, shell: &Shell) -> Result<Files> {
    tools::check_module_tools(workspace, shell)?;
    let mut files = module::build(workspace, shell)?;
    files.retain(|name, _| {
        let internal = name == "security_contact_policy_bg.wasm.d.ts";
        name.starts_with("security_contact_policy") && !internal || name == "package.json"
    });
    let package = files.get("package.json").context("wasm-pack wrote no `package.json`")?;
    files.insert("package.json".into(), manifest::package(package)?);
    let wasm = files.get(WASM).with_context(|| format!("wasm-pack wrote no `{WASM}`"))?;
    let (module, identity) = (manifest::module(wasm)?, manifest::identity(wasm));
    files.insert("module.json".into(), module);
    files.insert("identity.js".into(), identity);
    files.insert("wasm.d.ts".into(), manifest::WASM_TYPES.into());
    files.extend(module::read_folder(&workspace.path(SOURCES))?);
    bundle(workspace, shell, &mut files)?;
    for (name, source) in
        [("README.md", "policy/README.md"), ("LICENSE-APACHE", "LICENSE-APACHE"), ("LICENSE-MIT", "LICENSE-MIT")]
    {
        files.insert(name.into(), shell.read_binary_file(workspace.path(source))?);
    }
    Ok(files)
}

/// Adds one file with everything that `require` needs, because Node before version 22 cannot require ES modules, and
/// takes the comments out of the glue, which its declarations have too.
fn bundle(workspace: &Workspace, shell: &Shell, files: &mut Files) -> Result<()> {
    let folder = workspace.path("target/module/bundle");
    replace_folder(shell, &folder, files)?;
    let esbuild = workspace.path("tests/node_modules/.bin/esbuild");
    let _in_folder = shell.push_dir(&folder);
    // Without an address `init` fails there, as it should: it has none to begin from.
    let commonjs = cmd!(
        shell,
        "{esbuild} manual.js --bundle --format=cjs --platform=node --target=node18 --minify
         --define:import.meta.url=undefined --log-level=warning"
    );
    files.insert("manual.cjs".into(), commonjs.output()?.stdout);
    let glue = cmd!(shell, "{esbuild} {GLUE} --minify --log-level=warning");
    files.insert(GLUE.into(), glue.output()?.stdout);
    Ok(())
}

fn replace_folder(shell: &Shell, folder: &Path, files: &Files) -> Result<()> {
    shell.remove_path(folder)?;
    for (name, bytes) in files {
        shell.write_file(folder.join(name), bytes)?;
    }
    Ok(())
}

/// One line for each file in which the two are not the same.
fn differences(built: &Files, present: &Files) -> Vec<String> {
    let built_only = built.keys().filter(|name| !present.contains_key(*name)).map(|name| format!("{name} is missing"));
    let present_only =
        present.keys().filter(|name| !built.contains_key(*name)).map(|name| format!("{name} does not belong there"));
    let differing = built
        .iter()
        .filter(|(name, bytes)| present.get(*name).is_some_and(|present| present != *bytes))
        .map(|(name, _)| format!("{name} differs"));
    built_only.chain(present_only).chain(differing).collect()
}

fn print_sizes(shell: &Shell, folder: &Path) -> Result<()> {
    for name in [WASM, GLUE, "manual.cjs"] {
        let path = folder.join(name);
        let raw = shell.read_binary_file(&path)?.len();
        let packed = cmd!(shell, "gzip -9 --stdout --no-name {path}").quiet().output()?.stdout.len();
        println!("{name}: {raw} bytes, {packed} with gzip");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(name, text)| ((*name).into(), text.as_bytes().into())).collect()
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let built = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let present = files(&[("b", "1"), ("c", "2"), ("d", "1")]);
        assert_eq!(differences(&built, &present), ["a is missing", "d does not belong there", "c differs"]);
        assert!(differences(&built, &built).is_empty());
    }

    #[test]
    fn a_written_folder_holds_nothing_else() {
        let (folder, shell) = (tempfile::tempdir().unwrap(), Shell::new().unwrap());
        let folder = folder.path().join("pkg");
        replace_folder(&shell, &folder, &files(&[("old", "1"), ("kept", "1")])).unwrap();
        let wanted = files(&[("kept", "2")]);
        replace_folder(&shell, &folder, &wanted).unwrap();
        assert_eq!(module::read_folder(&folder).unwrap(), wanted);
    }
}
