//! Options that every command has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use security_contact_policy::{Rules, json};
use serde::de::IgnoredAny;
use tracing_subscriber::EnvFilter;

/// The options that can stand before or after any command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Options {
    /// A JSON file with the rules that differ from the built-in ones
    #[arg(long, global = true, value_name = "FILE", env = "SECURITY_CONTACT_RULES")]
    rules: Option<PathBuf>,
    /// Log what happens in detail, to standard error
    #[arg(long, short, global = true)]
    verbose: bool,
    /// What to log, as in `warn` or `info,security_contact_host=trace`
    #[arg(long, global = true, value_name = "FILTER", env = "SECURITY_CONTACT_LOG", hide_short_help = true)]
    log: Option<String>,
}

impl Options {
    /// The rules that the options ask for, or else `otherwise`.
    pub(super) fn rules_or(&self, otherwise: impl FnOnce() -> anyhow::Result<Rules>) -> anyhow::Result<Rules> {
        match &self.rules {
            Some(path) => read_rules(path),
            None => otherwise(),
        }
    }

    /// The rules that the options ask for, or else the built-in ones.
    pub(super) fn rules(&self) -> anyhow::Result<Rules> {
        self.rules_or(|| Ok(Rules::default()))
    }

    /// What is logged; `usual` unless the options say otherwise.
    pub(super) fn log_filter(&self, usual: &str) -> anyhow::Result<EnvFilter> {
        let usual = if self.verbose { "info,security_contact_host=debug" } else { usual };
        let filter = self.log.as_deref().unwrap_or(usual);
        EnvFilter::try_new(filter).map_err(|error| anyhow!("the log filter `{filter}` cannot be used: {error}"))
    }
}

fn read_rules(path: &Path) -> anyhow::Result<Rules> {
    let read = || {
        let text = fs::read(path).context("it cannot be read")?;
        parse_rules(&text)
    };
    read().with_context(|| format!("the rules file `{}` cannot be used", path.display()))
}

/// Rules as JSON text; a missing rule takes its default.
pub(super) fn parse_rules(text: &[u8]) -> anyhow::Result<Rules> {
    // Only this says in which line a comma is missing.
    serde_json::from_slice::<IgnoredAny>(text).context("expected JSON")?;
    Ok(json::read(text)?.to_rules()?)
}
