//! The module's bytes: what they are, and what they may ask of a host.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use wasmtime::{ExternType, InstancePre, Linker, StoreLimits};

use super::EngineError;
use super::config::config;

/// The module that is part of this program, byte for byte the one in the npm package.
pub const MODULE: &[u8] = include_bytes!("../../../pkg/security_contact_policy_bg.wasm");

/// The same module as machine code, which the build script compiled; empty where it could not.
const COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/policy.compiled"));

/// Everything that the module may import, by the names of wasm-bindgen without their hashes; one line each.
const IMPORTS: &str = include_str!("imports.txt");

/// The name under which the module asks for them.
const IMPORT_MODULE: &str = "./security_contact_policy_bg.js";

/// A module that was compiled, whose imports are the expected ones, ready to be instantiated.
pub(super) struct Module {
    ready: InstancePre<StoreLimits>,
    sha256: String,
}

impl Module {
    /// The module that is part of this program, in the form that was compiled with it if that fits this processor.
    pub(super) fn embedded() -> Result<Self, EngineError> {
        let engine = engine()?;
        match compiled_before(&engine) {
            Some(compiled) => Self::new(&compiled, MODULE),
            None => Self::load(MODULE),
        }
    }

    /// Compiles the bytes of any module.
    pub(super) fn load(bytes: &[u8]) -> Result<Self, EngineError> {
        let compiled = wasmtime::Module::from_binary(&engine()?, bytes).map_err(unusable)?;
        Self::new(&compiled, bytes)
    }

    fn new(compiled: &wasmtime::Module, bytes: &[u8]) -> Result<Self, EngineError> {
        check_imports(compiled)?;
        Ok(Self { ready: ready(compiled)?, sha256: hex(&Sha256::digest(bytes)) })
    }

    /// A module whose imports were not checked, for tests of what a bad module can do.
    #[cfg(test)]
    pub(super) fn unchecked(wat: &str) -> Self {
        let compiled = wasmtime::Module::from_binary(&engine().unwrap(), &wat::parse_str(wat).unwrap()).unwrap();
        Self { ready: ready(&compiled).unwrap(), sha256: String::new() }
    }

    /// What instances are made from.
    pub(super) fn ready(&self) -> &InstancePre<StoreLimits> {
        &self.ready
    }

    /// The engine that the module was compiled for.
    pub(super) fn engine(&self) -> &wasmtime::Engine {
        self.ready.module().engine()
    }

    /// The SHA-256 of the bytes, in hexadecimal digits.
    pub(super) fn sha256(&self) -> &str {
        &self.sha256
    }
}

fn engine() -> Result<wasmtime::Engine, EngineError> {
    wasmtime::Engine::new(&config()).map_err(unusable)
}

/// The embedded module as the build script compiled it. `None` when it did not, or for a processor that has more than
/// this one: wasmtime refuses what does not fit.
#[allow(unsafe_code)] // the one way to load compiled code
fn compiled_before(engine: &wasmtime::Engine) -> Option<wasmtime::Module> {
    // SAFETY: the bytes are what wasmtime made in the build of this very program, and part of it. None ever come from a
    // file.
    unsafe { wasmtime::Module::deserialize(engine, COMPILED) }.ok()
}

/// The binary interface needs no import: each is a trap.
fn ready(compiled: &wasmtime::Module) -> Result<InstancePre<StoreLimits>, EngineError> {
    let mut linker = Linker::new(compiled.engine());
    linker.define_unknown_imports_as_traps(compiled).map_err(unusable)?;
    linker.instantiate_pre(compiled).map_err(unusable)
}

fn unusable(error: wasmtime::Error) -> EngineError {
    EngineError::NotAModule(format!("{error:#}"))
}

/// Compares the imports with the list, both ways: what JavaScript's glue needs and no more.
fn check_imports(module: &wasmtime::Module) -> Result<(), EngineError> {
    let mut balance: BTreeMap<String, i32> = BTreeMap::new();
    for name in IMPORTS.lines().filter(|line| !line.starts_with('#')) {
        *balance.entry(name.to_owned()).or_default() -= 1;
    }
    for import in module.imports() {
        let known = import.module() == IMPORT_MODULE && matches!(import.ty(), ExternType::Func(_));
        let name = if known {
            without_hash(import.name()).to_owned()
        } else {
            format!("{}::{}", import.module(), import.name())
        };
        *balance.entry(name).or_default() += 1;
    }
    let pick = |sign: i32| {
        let picked = balance.iter().filter(|(_, count)| count.signum() == sign);
        picked.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let (unexpected, missing) = (pick(1), pick(-1));
    if unexpected.is_empty() && missing.is_empty() { Ok(()) } else { Err(EngineError::Imports { unexpected, missing }) }
}

/// The import's name without the hash of 16 digits that wasm-bindgen appends, which changes with its version.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((stem, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => stem,
        _ => name,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing into a String cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_module_has_exactly_the_expected_imports() {
        Module::load(MODULE).unwrap();
    }

    #[test]
    fn the_compiled_form_fits_and_is_that_of_the_module() {
        let engine = engine().unwrap();
        assert!(compiled_before(&engine).is_some(), "this program compiles its module at every start");
        let mut config = config();
        config.target(env!("TARGET")).unwrap();
        let again = wasmtime::Engine::new(&config).unwrap().precompile_module(MODULE).unwrap();
        assert!(again == COMPILED, "the compiled form is that of another module");
    }

    #[test]
    fn a_module_that_asks_for_more_or_less_is_refused() {
        let wat = r#"(module (import "./security_contact_policy_bg.js" "__wbg_now_0123456789abcdef" (func (result f64)))
                             (import "env" "random" (func)))"#;
        let error = Module::load(&wat::parse_str(wat).unwrap()).err().unwrap();
        let EngineError::Imports { unexpected, missing } = error else { panic!("{error}") };
        assert_eq!(unexpected, ["__wbg_now", "env::random"]);
        assert!(missing.contains(&"__wbindgen_init_externref_table".to_owned()));
    }

    #[test]
    fn a_damaged_module_is_refused() {
        for bytes in [&b""[..], b"not wasm at all", &MODULE[..MODULE.len() / 2]] {
            assert!(matches!(Module::load(bytes), Err(EngineError::NotAModule(_))));
        }
    }
}
