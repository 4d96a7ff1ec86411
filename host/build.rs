//! Compiles the policy module to machine code, once, so that no process that runs it has to.
//!
//! Where this cannot be done, such as for a processor that this build of the compiler does not know, the file is empty,
//! and each process compiles the module when it starts.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/engine/config.rs"]
mod config;

/// The module as it is committed.
const MODULE: &str = "../pkg/security_contact_policy_bg.wasm";

fn main() {
    println!("cargo::rerun-if-changed={MODULE}");
    println!("cargo::rerun-if-changed=src/engine/config.rs");
    let compiled = compile().unwrap_or_else(|error| {
        println!("cargo::warning=every start will compile the policy module: {error:#}");
        Vec::new()
    });
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(folder.join("policy.compiled"), compiled).expect("cargo's folder can be written");
}

fn compile() -> wasmtime::Result<Vec<u8>> {
    let module = fs::read(Path::new(MODULE))?;
    let mut config = config::config();
    // A named target is any processor of the kind, not the one that this runs on.
    let target = env::var("TARGET")?;
    // Tests compare with what they compile for the same one.
    println!("cargo::rustc-env=TARGET={target}");
    config.target(&target)?;
    wasmtime::Engine::new(&config)?.precompile_module(&module)
}
