//! What the module says about itself: a custom section that every runtime skips and any tool can read.

use std::path::{Path, PathBuf};

use anyhow::Result;
use security_contact_policy::{ABI_VERSION, POLICY_VERSION};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wasm_encoder::{CustomSection, Section as _};
use xshell::Shell;

use crate::npm::hex;
use crate::workspace::Workspace;

/// The section's name; the host looks for it too.
const SECTION: &str = "security-contact-policy";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    name: &'a str,
    version: &'a str,
    policy_version: &'a str,
    abi_version: u32,
    /// Over the sources of the policy crate alone: which state of the repository built this module.
    source_sha256: String,
}

/// Appends the section to a module.
///
/// # Errors
/// When a source cannot be read.
pub(crate) fn append(wasm: &mut Vec<u8>, workspace: &Workspace, shell: &Shell) -> Result<()> {
    let metadata = Metadata {
        name: "security-contact-policy",
        version: env!("CARGO_PKG_VERSION"), // of the whole workspace
        policy_version: POLICY_VERSION,
        abi_version: ABI_VERSION,
        source_sha256: source_sha256(&workspace.path("policy"), shell)?,
    };
    let json = serde_json::to_vec(&metadata)?;
    CustomSection { name: SECTION.into(), data: json.into() }.append_to(wasm);
    Ok(())
}

/// The SHA-256 of `Cargo.toml` and everything in `src`: for each file, in the order of their paths, its path, its
/// length and its contents.
fn source_sha256(policy: &Path, shell: &Shell) -> Result<String> {
    let mut files = vec![policy.join("Cargo.toml")];
    collect(&policy.join("src"), shell, &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let contents = shell.read_binary_file(&file)?;
        let path = file.strip_prefix(policy)?.to_string_lossy().replace('\\', "/");
        hash.update(format!("{path}\n{}\n", contents.len()));
        hash.update(contents);
    }
    Ok(hex(&hash.finalize()))
}

fn collect(folder: &Path, shell: &Shell, files: &mut Vec<PathBuf>) -> Result<()> {
    for path in shell.read_dir(folder)? {
        if path.is_dir() {
            collect(&path, shell, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> (tempfile::TempDir, Shell) {
        let (folder, shell) = (tempfile::tempdir().unwrap(), Shell::new().unwrap());
        for (file, text) in [("Cargo.toml", "a"), ("src/lib.rs", "b"), ("src/read/mod.rs", "c")] {
            shell.write_file(folder.path().join("policy").join(file), text).unwrap();
        }
        (folder, shell)
    }

    #[test]
    fn every_source_counts_by_name_and_contents() {
        let (folder, shell) = policy();
        let policy = folder.path().join("policy");
        let before = source_sha256(&policy, &shell).unwrap();
        shell.write_file(policy.join("README.md"), "no source").unwrap();
        assert_eq!(source_sha256(&policy, &shell).unwrap(), before);
        shell.write_file(policy.join("src/read/mod.rs"), "d").unwrap();
        let changed = source_sha256(&policy, &shell).unwrap();
        shell.write_file(policy.join("src/read/new.rs"), "").unwrap();
        let added = source_sha256(&policy, &shell).unwrap();
        assert!(before != changed && changed != added && before != added);
    }

    #[test]
    fn the_module_stays_one() {
        let (folder, shell) = policy();
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        append(&mut wasm, &Workspace::at(folder.path()), &shell).unwrap();
        let text = String::from_utf8_lossy(&wasm);
        assert!(text.starts_with("\0asm\u{1}\0\0\0\0") && text.contains("security-contact-policy{\"name\":"), "{text}");
    }
}
