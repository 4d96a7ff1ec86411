//! What a module says about itself, whether or not it can run here.

use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload};

use super::EngineError;

/// The section's name; whoever builds the module writes it.
const SECTION: &str = "security-contact-policy";

/// What a policy module says about itself. It is a claim: the module's digest proves more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// The version of the rules themselves.
    pub policy_version: String,
    /// The version of the binary interface.
    pub abi_version: u32,
    /// The SHA-256 of the sources, in hexadecimal digits.
    pub source_sha256: String,
}

impl Metadata {
    /// Reads the section from a module's bytes; nothing when the module has none.
    ///
    /// # Errors
    /// [`EngineError::NotAModule`] when the bytes are no WebAssembly module, or the section is not what it should be.
    pub fn of(module: &[u8]) -> Result<Option<Self>, EngineError> {
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(|error| EngineError::NotAModule(one_line(error.message())))? {
                Payload::CustomSection(section) if section.name() == SECTION => {
                    return serde_json::from_slice(section.data())
                        .map(Some)
                        .map_err(|error| EngineError::NotAModule(format!("its section `{SECTION}`: {error}")));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

/// A message without its line breaks.
fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use security_contact_policy::{ABI_VERSION, POLICY_VERSION};

    use super::super::MODULE;
    use super::*;

    fn section(data: &str) -> Vec<u8> {
        wat::parse_str(format!("(module (@custom \"{SECTION}\" \"{data}\"))")).unwrap()
    }

    #[test]
    fn the_embedded_module_tells_its_versions() {
        let metadata = Metadata::of(MODULE).unwrap().unwrap();
        assert_eq!((metadata.policy_version.as_str(), metadata.abi_version), (POLICY_VERSION, ABI_VERSION));
        assert_eq!(metadata.source_sha256.len(), 64);
    }

    #[test]
    fn other_modules_say_nothing_and_bad_ones_are_refused() {
        assert_eq!(Metadata::of(&wat::parse_str("(module)").unwrap()).unwrap(), None);
        for bytes in [section("{}"), section("\\ff"), b"\0asm".to_vec(), b"text".to_vec(), vec![]] {
            assert!(matches!(Metadata::of(&bytes), Err(EngineError::NotAModule(_))), "{bytes:?}");
        }
    }
}
