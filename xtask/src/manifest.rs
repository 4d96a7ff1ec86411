//! The two JSON files of the npm package: `package.json` for npm, `module.json` for who deploys the module.

use anyhow::{Context as _, Result};
use security_contact_policy::{ABI_VERSION, POLICY_VERSION};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::module::WASM;
use crate::npm::hex;

/// What wasm-pack knows from `policy/Cargo.toml`.
#[derive(Deserialize)]
struct FromWasmPack {
    name: String,
    version: String,
    description: String,
    license: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    keywords: &'a [&'a str],
    license: &'a str,
    engines: Engines,
    r#type: &'a str,
    /// Importing any other file does nothing, so that bundlers may leave out what nobody uses.
    side_effects: &'a [&'a str],
    main: &'a str,
    types: &'a str,
    exports: Exports<'a>,
    files: &'a [&'a str],
}

#[derive(Serialize)]
struct Engines {
    node: &'static str,
}

/// The `package.json` to publish, made from the one that wasm-pack wrote.
///
/// # Errors
/// When wasm-pack's lacks something.
pub(crate) fn package(from_wasm_pack: &[u8]) -> Result<Vec<u8>> {
    let from: FromWasmPack = serde_json::from_slice(from_wasm_pack).context("wasm-pack's `package.json`")?;
    let package = Package {
        name: &from.name,
        version: &from.version,
        description: &from.description,
        keywords: &["security contact", "policy", "eligibility", "wasm", "edge"],
        license: &from.license,
        engines: Engines { node: ">=18" },
        r#type: "module",
        // It makes the element known.
        side_effects: &["./field.js"],
        main: "./node.cjs",
        types: "./index.d.ts",
        exports: Exports::new(),
        // npm adds `package.json` and the README by itself.
        files: &["LICENSE-*", "module.json", "*.js", "*.cjs", "*.wasm", "*.d.ts", "*.d.cts"],
    };
    to_json(&package)
}

#[derive(Serialize)]
struct Exports<'a> {
    #[serde(rename = ".")]
    root: Conditions<'a>,
    #[serde(rename = "./manual")]
    manual: BothEntries<'a>,
    #[serde(rename = "./field")]
    field: Entry<'a>,
    #[serde(rename = "./wasm")]
    wasm: Entry<'a>,
    /// The same under its file name: bundlers tell modules by the ending of what is imported.
    #[serde(rename = "./security_contact_policy_bg.wasm")]
    wasm_by_file_name: Entry<'a>,
    #[serde(rename = "./module.json")]
    module: &'a str,
    #[serde(rename = "./package.json")]
    package: &'a str,
}

/// The first condition that applies is taken. Edge bundlers set `browser` or `node` too, so that theirs stand before.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Conditions<'a> {
    workerd: Entry<'a>,
    edge_light: Entry<'a>,
    deno: Entry<'a>,
    bun: Entry<'a>,
    node: BothEntries<'a>,
    browser: Entry<'a>,
    default: Entry<'a>,
}

#[derive(Serialize)]
struct BothEntries<'a> {
    import: Entry<'a>,
    require: Entry<'a>,
}

/// `types` is a condition as well, and so stands first.
#[derive(Clone, Copy, Serialize)]
struct Entry<'a> {
    types: &'a str,
    default: &'a str,
}

impl Exports<'_> {
    fn new() -> Self {
        let entry = |default| Entry { types: "./index.d.ts", default };
        let wasm = Entry { types: "./wasm.d.ts", default: "./security_contact_policy_bg.wasm" };
        Self {
            root: Conditions {
                workerd: entry("./workerd.js"),
                edge_light: entry("./edge-light.js"),
                deno: entry("./deno.js"),
                bun: entry("./bun.js"),
                node: BothEntries {
                    import: entry("./node.js"),
                    require: Entry { types: "./node.d.cts", default: "./node.cjs" },
                },
                browser: entry("./browser.js"),
                default: entry("./browser.js"),
            },
            manual: BothEntries {
                import: Entry { types: "./manual.d.ts", default: "./manual.js" },
                require: Entry { types: "./manual.d.cts", default: "./manual.cjs" },
            },
            field: Entry { types: "./field.d.ts", default: "./field.js" },
            wasm,
            wasm_by_file_name: wasm,
            module: "./module.json",
            package: "./package.json",
        }
    }
}

/// What TypeScript knows of an import of the module itself, as edge runtimes and bundlers offer it.
pub(crate) const WASM_TYPES: &str = "/** The compiled module, for `initSync` of `./manual`. */\n\
                                     declare const module: WebAssembly.Module;\n\
                                     export default module;\n";

/// The JavaScript that tells which module lies beside it.
pub(crate) fn identity(wasm: &[u8]) -> Vec<u8> {
    let sha256 = hex(&Sha256::digest(wasm));
    let version = POLICY_VERSION;
    format!(
        "// Which module this package holds.\n\n\
         export const version = \"{version}\";\n\
         export const abiVersion = {ABI_VERSION};\n\
         export const moduleSha256 = \"{sha256}\";\n"
    )
    .into_bytes()
}

/// Which module this is: its digest is its identity.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Module<'a> {
    file: &'a str,
    sha256: String,
    bytes: usize,
    policy_version: &'a str,
    abi_version: u32,
}

/// The `module.json` of that module.
///
/// # Errors
/// Never for a module that fits into memory.
pub(crate) fn module(wasm: &[u8]) -> Result<Vec<u8>> {
    to_json(&Module {
        file: WASM,
        sha256: hex(&Sha256::digest(wasm)),
        bytes: wasm.len(),
        policy_version: POLICY_VERSION,
        abi_version: ABI_VERSION,
    })
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_keeps_what_cargo_says_and_orders_conditions() {
        let from = br#"{"name":"n","version":"1.2.3","description":"d","license":"MIT","sideEffects":["x"]}"#;
        let json = String::from_utf8(package(from).unwrap()).unwrap();
        assert!(json.starts_with("{\n  \"name\": \"n\",\n  \"version\": \"1.2.3\",\n"), "{json}");
        assert!(json.contains("\"sideEffects\": [\n    \"./field.js\"\n  ]"), "{json}");
        let order = ["workerd", "edge-light", "deno", "bun", "node", "browser", "default"];
        let places: Vec<_> = order.iter().map(|name| json.find(&format!("\"{name}\": {{"))).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{json}");
    }

    #[test]
    fn a_package_without_a_name_is_refused() {
        assert!(package(b"{}").unwrap_err().to_string().contains("wasm-pack's"));
    }

    #[test]
    fn the_module_is_told_by_its_digest() {
        let json = String::from_utf8(module(b"").unwrap()).unwrap();
        assert!(
            json.contains("\"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""),
            "{json}"
        );
    }
}
