//! `policy`: which policy decides here, and which one a file holds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use security_contact_policy::Rules;
use serde::Serialize;

use super::options::Options;
use super::remote::At;
use super::served::ServedPolicy;
use super::{End, print};
use crate::engine::{Engine, EngineError, Limits, MODULE, Metadata, PolicyIdentity};

/// Say which policy decides here, or which one a file holds, as JSON
///
/// `moduleSha256` is the hash of the WebAssembly module, the same in the npm package. Two deployments with the same
/// `fingerprint` decide the same: it is a hash of the policy's version and the rules in force. Those are the default
/// ones or those of `--rules`; no data folder is looked at. What the module says about itself is in `module`:
/// `sourceSha256` is a hash of the sources that it was built from.
///
/// Of a server, the rules are the server's, and the module is fetched and looked at here. Any token will do.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact policy
  $ security-contact policy --rules ./data/rules.json
  $ security-contact policy \\
      --module node_modules/security-contact-policy/security_contact_policy_bg.wasm
  $ security-contact policy --server https://contacts.example.com --token-file token")]
pub(super) struct Policy {
    /// Look at this WebAssembly file instead of the module in this program
    ///
    /// It is loaded as the program's own would be: with its imports checked, and its memory and time limited. One that
    /// this version cannot run is described all the same, and `unusable` says why.
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    module: Option<PathBuf>,
    /// Print JSON, as it does anyway
    #[arg(long, hide_short_help = true)]
    json: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    module: &'a Metadata,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    identity: Option<&'a PolicyIdentity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unusable: Option<String>,
    rules: &'a Rules,
}

impl Policy {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<End> {
        if let Some(server) = self.at.server(options)? {
            let ServedPolicy { module, rules, .. } = ServedPolicy::of(&server)?;
            print_description(&module, &rules).context("the server's module cannot be used")?;
            return Ok(End::Done);
        }
        let rules = options.rules()?;
        match &self.module {
            None => print_description(MODULE, &rules)?,
            Some(path) => {
                let bytes =
                    fs::read(path).with_context(|| format!("the module `{}` cannot be read", path.display()))?;
                print_description(&bytes, &rules).with_context(|| unfit(path))?;
            }
        }
        Ok(End::Done)
    }
}

fn unfit(path: &Path) -> String {
    format!("`{}` is not a module of this policy", path.display())
}

fn print_description(bytes: &[u8], rules: &Rules) -> anyhow::Result<()> {
    let Some(module) = Metadata::of(bytes)? else { bail!("it does not say what it is") };
    let engine = match Engine::new(bytes, rules, Limits::default()) {
        Err(error @ EngineError::Rules(_)) => return Err(error.into()),
        engine => engine,
    };
    let (identity, unusable) = match &engine {
        Ok(engine) => (Some(engine.identity()), None),
        Err(error) => (None, Some(error.to_string())),
    };
    print::json(&Description { module: &module, identity, unusable, rules })?;
    Ok(())
}
