//! Options that every command has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use security_contact_policy::{Rules, json};
use serde::de::IgnoredAny;
use tracing_subscriber::EnvFilter;

use super::folder::write_whole;
use super::secret::read_secret;
use crate::wiring::{self, IfMissing, Parts, StoreAt};

/// The rules of a data folder, unless the options name others.
const RULES_FILE: &str = "rules.json";

/// Holds the URL of a PostgreSQL database where `--database-url-file` does not.
const DATABASE_URL: &str = "SECURITY_CONTACT_DATABASE_URL";

/// The options that can stand before or after any command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Options {
    /// A TOML file with options of `serve` and `worker`: see `security-contact config example`
    #[arg(long, global = true, value_name = "FILE", env = "SECURITY_CONTACT_CONFIG")]
    config: Option<PathBuf>,
    /// The folder that holds the accounts and everything about them
    #[arg(long, global = true, value_name = "DIR", env = "SECURITY_CONTACT_DATA", default_value = "./data")]
    data: PathBuf,
    /// A file with the URL of a PostgreSQL database that holds the accounts, in place of the data folder; see
    /// `security-contact migrate --help`
    #[arg(long, global = true, value_name = "FILE")]
    database_url_file: Option<PathBuf>,
    /// A JSON file with the rules that differ from the default ones; unless given, `rules.json` in the data folder
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
    /// The configuration file, if there is one.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// The rules that the options ask for, or else the default ones. The data folder is not looked at.
    pub(super) fn rules(&self) -> anyhow::Result<Rules> {
        match &self.rules {
            Some(path) => read_rules(path),
            None => Ok(Rules::default()),
        }
    }

    /// The rules that the options ask for, or else those of the data folder: whoever works with the same accounts
    /// decides alike.
    pub(super) fn rules_of_data(&self) -> anyhow::Result<Rules> {
        rules_in(self.rules_file()?.as_deref())
    }

    /// The file of those rules; `None` for the default ones.
    pub(super) fn rules_file(&self) -> anyhow::Result<Option<PathBuf>> {
        if self.rules.is_some() {
            return Ok(self.rules.clone());
        }
        let of_data = self.data.join(RULES_FILE);
        let has_own = of_data.try_exists().with_context(|| format!("`{}` cannot be read", of_data.display()))?;
        Ok(has_own.then_some(of_data))
    }

    /// Where the accounts are: in the database that the options or else the environment name, or in the data folder.
    pub(super) fn store(&self) -> anyhow::Result<StoreAt> {
        if let Some(file) = &self.database_url_file {
            return Ok(StoreAt::Database(read_secret(file)?.reveal()));
        }
        Ok(match std::env::var(DATABASE_URL) {
            Ok(url) if !url.is_empty() => StoreAt::Database(url),
            _ => StoreAt::Folder(self.data.clone()),
        })
    }

    /// The file with the URL of the database, if the options name one.
    pub(super) fn database_url_file(&self) -> Option<&Path> {
        self.database_url_file.as_deref()
    }

    /// Everything on the accounts, put together.
    pub(super) async fn open(&self, if_missing: IfMissing) -> anyhow::Result<Parts> {
        Ok(wiring::open(&self.store()?, &self.rules_of_data()?, if_missing).await?)
    }

    /// Gives a new data folder rules of its own. Rules that are there stay.
    pub(super) fn write_rules_of_data(&self, rules: &str) -> anyhow::Result<()> {
        wiring::create_private(&self.data)?;
        let of_data = self.data.join(RULES_FILE);
        if of_data.exists() { Ok(()) } else { write_whole(&of_data, rules) }
    }

    /// What is logged; `usual` unless the options say otherwise.
    pub(super) fn log_filter(&self, usual: &str) -> anyhow::Result<EnvFilter> {
        let usual = if self.verbose { "info,security_contact_host=debug" } else { usual };
        let filter = self.log.as_deref().unwrap_or(usual);
        EnvFilter::try_new(filter).map_err(|error| anyhow!("the log filter `{filter}` cannot be used: {error}"))
    }
}

/// The rules of a file, or else the default ones.
pub(super) fn rules_in(file: Option<&Path>) -> anyhow::Result<Rules> {
    file.map_or_else(|| Ok(Rules::default()), read_rules)
}

fn read_rules(path: &Path) -> anyhow::Result<Rules> {
    let text = fs::read(path).with_context(|| format!("the rules file `{}` cannot be read", path.display()))?;
    parse_rules(&text).with_context(|| format!("the rules file `{}` cannot be used", path.display()))
}

/// Rules as JSON text; a missing rule takes its default.
fn parse_rules(text: &[u8]) -> anyhow::Result<Rules> {
    // Only this says in which line a comma is missing.
    serde_json::from_slice::<IgnoredAny>(text).context("expected JSON")?;
    Ok(json::read(text)?.to_rules()?)
}
