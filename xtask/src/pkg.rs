//! `cargo xtask pkg`: the npm package in `pkg/`, and the settings page in `host/page/`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use crate::module::{self, Files, WASM};
use crate::workspace::Workspace;
use crate::{manifest, tools, ui};

/// The folders that are generated, each with where a rebuilt one lies, to compare it by hand.
const PACKAGE: Folder = Folder { path: "pkg", rebuilt: "target/module/pkg" };
const PAGE: Folder = Folder { path: "host/page", rebuilt: "target/module/page" };

/// The handwritten part of the package.
const SOURCES: &str = "policy/js";

/// What wasm-bindgen wrote.
const GLUE: &str = "security_contact_policy.js";
const TYPES: &str = "security_contact_policy.d.ts";

/// What `cargo xtask pkg` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Writes nothing into `pkg/` and `host/page/`; fails unless every byte there is what a build gives
    #[arg(long)]
    check: bool,
}

/// Writes or checks the package and the page, and prints their sizes.
///
/// # Errors
/// When the build fails, or the check finds a difference.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.check { check(workspace) } else { write(workspace) }
}

/// Rebuilds everything and compares it with `pkg/` and `host/page/`.
///
/// # Errors
/// When the build fails, or a file differs, is missing or is one too many.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    for (folder, built) in build(workspace, &shell)? {
        replace_folder(&shell, &workspace.path(folder.rebuilt), &built)?;
        let differences = differences(&built, &module::read_folder(&workspace.path(folder.path))?);
        if !differences.is_empty() {
            bail!(
                "`{}` is not what its sources give:\n  {}\nrun `cargo xtask pkg` and commit what it writes; \
                 the rebuilt files are in `{}`",
                folder.path,
                differences.join("\n  "),
                folder.rebuilt
            );
        }
        println!("`{}` is what its sources give, byte for byte", folder.path);
    }
    print_sizes(workspace, &shell)
}

fn write(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell()?;
    for (folder, built) in build(workspace, &shell)? {
        replace_folder(&shell, &workspace.path(folder.path), &built)?;
    }
    print_sizes(workspace, &shell)
}

/// A generated folder.
struct Folder {
    path: &'static str,
    rebuilt: &'static str,
}

/// Every file of the generated folders.
fn build(workspace: &Workspace, shell: &Shell) -> Result<[(Folder, Files); 2]> {
    tools::check_module_tools(workspace, shell)?;
    let mut package = build_package(workspace, shell)?;
    let ui = ui::build(workspace, shell)?;
    package.extend(ui.field);
    Ok([(PACKAGE, package), (PAGE, ui.page)])
}

/// Every file of the package but for the field.
fn build_package(workspace: &Workspace, shell: &Shell) -> Result<Files> {
    let mut files = module::build(workspace, shell)?;
    let glue = files.remove(GLUE).with_context(|| format!("wasm-pack wrote no `{GLUE}`"))?;
    files.retain(|name, _| [WASM, TYPES, "package.json"].contains(&name.as_str()));
    let package = files.get("package.json").context("wasm-pack wrote no `package.json`")?;
    files.insert("package.json".into(), manifest::package(package)?);
    let wasm = files.get(WASM).with_context(|| format!("wasm-pack wrote no `{WASM}`"))?;
    let (module, identity) = (manifest::module(wasm)?, manifest::identity(wasm));
    files.insert("module.json".into(), module);
    files.insert("wasm.d.ts".into(), manifest::WASM_TYPES.into());
    let mut sources = module::read_folder(&workspace.path(SOURCES))?;
    sources.remove("core/");
    files.extend(sources);
    let mut core = module::read_folder(&workspace.path(SOURCES).join("core"))?;
    core.extend([(GLUE.into(), glue), ("identity.js".into(), identity)]);
    files.extend(bundle(workspace, shell, &core)?);
    for (name, source) in
        [("README.md", "policy/README.md"), ("LICENSE-APACHE", "LICENSE-APACHE"), ("LICENSE-MIT", "LICENSE-MIT")]
    {
        files.insert(name.into(), shell.read_binary_file(workspace.path(source))?);
    }
    Ok(files)
}

/// The core of the package in one file, once as an ES module and once for `require`: Node before version 22 cannot
/// require ES modules. They have the same text but for their ends, so that the second costs next to nothing packed.
fn bundle(workspace: &Workspace, shell: &Shell, core: &Files) -> Result<Files> {
    let folder = workspace.path("target/module/core");
    replace_folder(shell, &folder, core)?;
    let esbuild = workspace.path("tests/node_modules/.bin/esbuild");
    let _in_folder = shell.push_dir(&folder);
    let mut files = Files::new();
    for (file, options) in [
        ("manual.js", ["--format=esm", "--platform=neutral"].as_slice()),
        // There `init` without an address fails, as it should: it has none to begin from.
        ("manual.cjs", &["--format=cjs", "--platform=node", "--define:import.meta.url=undefined"]),
    ] {
        let bundled = cmd!(shell, "{esbuild} manual.js --bundle --target=es2022 --log-level=warning {options...}");
        files.insert(file.into(), bundled.output()?.stdout);
    }
    Ok(files)
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

fn print_sizes(workspace: &Workspace, shell: &Shell) -> Result<()> {
    for name in [WASM, "manual.js", "field.js", "page.js"] {
        let folder = if name == "page.js" { PAGE } else { PACKAGE };
        let path = workspace.path(folder.path).join(name);
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
