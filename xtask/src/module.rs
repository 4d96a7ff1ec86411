//! The WebAssembly module with its JavaScript glue, in bytes that do not depend on the machine.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::metadata;
use crate::workspace::Workspace;

/// File names and what the files hold.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The module's file name.
pub(crate) const WASM: &str = "security_contact_policy_bg.wasm";

/// Its own target folder: other flags must not rebuild what other builds share.
const TARGET: &str = "target/module";

/// What every engine of the last years has, and wasmtime by default. Named one by one: the optimiser's "all features"
/// makes modules that no engine reads.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How the standard library is compiled along, in cargo's words: for size, and with panics that stop at once. The one
/// that comes with the compiler writes a message first that nobody can read here, for 20 KB. The compiler is stable and
/// pinned; `RUSTC_BOOTSTRAP` lets it do this.
const STANDARD_LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// The compiler's flags for that, and the smaller of two equal implementations of SHA-256.
const FLAGS: [&str; 4] = ["-Zunstable-options", "-Cpanic=immediate-abort", "--cfg", "sha2_backend_soft=\"compact\""];

/// Variables of the caller's environment that reach the compiler or wasm-bindgen and could change the bytes.
const DISTURBING: [&str; 5] = ["RUSTC", "RUSTC_BOOTSTRAP", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTFLAGS"];
const DISTURBING_PREFIXES: [&str; 5] =
    ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_UNSTABLE_", "WASM_BINDGEN_"];

/// Builds and optimises the module; gives every file that wasm-pack wrote.
///
/// # Errors
/// When a command fails.
pub(crate) fn build(workspace: &Workspace, shell: &Shell) -> Result<Files> {
    let raw = workspace.path(TARGET).join("raw");
    shell.remove_path(&raw)?;
    let mut command = cmd!(
        shell,
        "wasm-pack --log-level error build policy --mode no-install --no-opt --target web --profile module --out-dir {raw}
         -- --locked --no-default-features --features module {STANDARD_LIBRARY...}"
    );
    for (name, _) in env::vars_os().filter(|(name, _)| disturbs(name)) {
        command = command.env_remove(name);
    }
    command
        .env("CARGO_ENCODED_RUSTFLAGS", compiler_flags(workspace, shell)?)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", workspace.path(TARGET))
        .run()?;
    optimise(shell, &raw.join(WASM))?;
    let mut files = read_folder(&raw)?;
    let wasm = files.get_mut(WASM).with_context(|| format!("wasm-pack wrote no `{WASM}`"))?;
    metadata::append(wasm, workspace, shell)?;
    Ok(files)
}

fn disturbs(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        DISTURBING.contains(&name) || DISTURBING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    })
}

fn optimise(shell: &Shell, wasm: &Path) -> Result<()> {
    // What this optimiser inlines makes the module smaller by itself, and larger
    // with gzip. The stripped sections are for debuggers and linkers.
    cmd!(
        shell,
        "tests/node_modules/.bin/wasm-opt -Oz --converge --mvp-features {FEATURES...}
         --skip-pass=inlining-optimizing --strip-debug --strip-producers --strip-target-features {wasm} -o {wasm}"
    )
    .run()?;
    Ok(())
}

/// The compiler's flags as `CARGO_ENCODED_RUSTFLAGS` wants them. Most of them give a folder of this machine a name that
/// it has on all machines: panic messages name the source file they come from.
fn compiler_flags(workspace: &Workspace, shell: &Shell) -> Result<String> {
    let version = cmd!(shell, "rustc -vV").quiet().read()?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).context("no commit-hash")?;
    let sysroot = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
    // The last match wins, and one folder may lie in another.
    let mut names = vec![
        (workspace.root().to_owned(), "/security-contact".to_owned()),
        (sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{commit}")),
    ];
    for registry in shell.read_dir(cargo_home()?.join("registry/src"))? {
        names.push((registry, "/cargo".to_owned()));
    }
    let remap = names.iter().map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
    let flags: Vec<_> = FLAGS.into_iter().map(str::to_owned).chain(remap).collect();
    Ok(flags.join("\x1f"))
}

fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(home.into()),
        None => Ok(env::home_dir().context("neither `CARGO_HOME` nor `HOME` is set")?.join(".cargo")),
    }
}

/// The files of a folder; a folder in it counts as an empty file whose name ends in `/`.
///
/// # Errors
/// When the folder or a file cannot be read.
pub(crate) fn read_folder(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in folder.read_dir().with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files.insert(name + "/", Vec::new());
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        files.insert(name, bytes);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_that_changes_bytes_is_kept_away() {
        for name in ["RUSTFLAGS", "CARGO_PROFILE_MODULE_LTO", "CARGO_BUILD_RUSTFLAGS", "WASM_BINDGEN_EXTERNREF"] {
            assert!(disturbs(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "CARGO_HTTP_PROXY"] {
            assert!(!disturbs(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_folder_in_a_folder_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("file"), "1").unwrap();
        let names: Vec<_> = read_folder(folder.path()).unwrap().into_keys().collect();
        assert_eq!(names, ["file", "inner/"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = read_folder(Path::new("/no/such/folder")).unwrap_err().to_string();
        assert_eq!(error, "cannot read `/no/such/folder`");
    }
}
