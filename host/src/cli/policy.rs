//! `policy`: which policy decides here.

use clap::Args;
use security_contact_policy::{ABI_VERSION, Rules};
use serde::Serialize;

use super::options::Options;
use super::{End, print};
use crate::engine::Engine;

/// Say which policy decides here, as JSON
///
/// `moduleSha256` is the hash of the WebAssembly module, the same in the npm package. Two deployments with the same
/// `fingerprint` decide the same: it is a hash of the policy's version and the rules in force. Those are the default
/// ones or those of `--rules`; no data folder is looked at.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact policy
  $ security-contact policy --rules ./data/rules.json")]
pub(super) struct Policy {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    policy_version: &'a str,
    abi_version: u32,
    module_sha256: &'a str,
    fingerprint: &'a str,
    rules: &'a Rules,
}

impl Policy {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<End> {
        let engine = Engine::embedded(&options.rules()?)?;
        let identity = engine.identity();
        let identity = Identity {
            policy_version: &identity.policy_version,
            abi_version: ABI_VERSION,
            module_sha256: &identity.module_sha256,
            fingerprint: &identity.fingerprint,
            rules: engine.rules(),
        };
        print::json(&identity)?;
        Ok(End::Done)
    }
}
