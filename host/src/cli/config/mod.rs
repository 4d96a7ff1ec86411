//! The configuration: one TOML file, the environment over it, and flags over both.
//!
//! Its keys are the long options of `serve` and `worker`, so that names, defaults, help and checks have one source: what
//! a command line lacks is put into it, and its parser does the rest.

mod example;
mod file;
mod keys;
mod layers;
mod mistake;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

use clap::{Args, Command, Subcommand};
use serde::Serialize;

use super::options::Options;
use super::{End, UsageError, print};
use layers::Setting;
pub(super) use layers::fill;
pub(super) use mistake::Mistake;

/// Check a configuration file, or show all that it can say
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ security-contact config example > config.toml
  $ security-contact config check --config config.toml
  $ security-contact serve --config config.toml")]
pub(super) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Check the file that `--config` names, and the environment over it, for `serve` and `worker`
    ///
    /// Every mistake is told in a line of its own, with where it is and what was expected; it then ends with 1. The
    /// files that a configuration names are not opened; `security-contact doctor` does that.
    #[command(after_help = "\
Examples:
  $ security-contact config check --config config.toml
  $ security-contact config check --config config.toml --json")]
    Check {
        /// Print one JSON object, for programs
        #[arg(long)]
        json: bool,
    },
    /// Print a configuration with every key: what it means, its environment variable, and its default
    #[command(after_help = "\
Example:
  $ security-contact config example > config.toml")]
    Example,
}

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a Path,
    keys: usize,
    mistakes: &'a [String],
}

impl Config {
    pub(super) fn run(self, root: &Command, options: &Options) -> anyhow::Result<End> {
        let json = match self.what {
            What::Example => {
                print::line(example::example(root).trim_end())?;
                return Ok(End::Done);
            }
            What::Check { json } => json,
        };
        let file = options.config().ok_or_else(|| {
            UsageError("name the file to check by `--config` or the variable `SECURITY_CONTACT_CONFIG`".into())
        })?;
        let (keys, mistakes) = check(root, file)?;
        if json {
            print::json(&Checked { file, keys, mistakes: &mistakes })?;
        } else if mistakes.is_empty() {
            print::line(&format!("`{}` can be used: {keys} keys", file.display()))?;
        }
        if !json {
            mistakes.iter().for_each(|mistake| print::error(&format!("error: {mistake}")));
        }
        Ok(if mistakes.is_empty() { End::Done } else { End::Failed })
    }
}

/// How many keys a file has, and all that is wrong with it and the environment over it.
fn check(root: &Command, file: &Path) -> anyhow::Result<(usize, Vec<String>)> {
    let entries = match file::read(file) {
        Ok(entries) => entries,
        Err(mistake @ Mistake::NotToml { .. }) => return Ok((0, vec![mistake.to_string()])),
        Err(mistake) => return Err(mistake.into()),
    };
    let (known, count) = (keys::all(root), entries.len());
    let (mut of_file, mut mistakes) = (Vec::new(), Vec::new());
    for entry in entries {
        match layers::of_entry(&known, entry) {
            Ok(setting) => of_file.push(setting),
            Err(mistake) => mistakes.push(mistake.to_string()),
        }
    }
    for program in keys::PROGRAMS {
        let Some(command) = root.find_subcommand(program) else { continue };
        match layers::of_environment(&keys::of_command(command)) {
            Ok(of_environment) => {
                let settings = layers::choose(command, Vec::new(), &[of_environment, of_file.clone()]);
                mistakes.extend(refused(root, program, settings));
            }
            Err(mistake) => mistakes.push(mistake.to_string()),
        }
    }
    let mut told = HashSet::new();
    mistakes.retain(|mistake| told.insert(mistake.clone()));
    Ok((count, mistakes))
}

/// What the parser refuses of these settings, one after the other. What it lacks may come by the command line.
fn refused(root: &Command, program: &str, mut settings: Vec<Setting>) -> Vec<String> {
    let mut mistakes = Vec::new();
    loop {
        let names = [root.get_name(), program].map(OsString::from);
        let words = settings.iter().filter_map(Setting::word).map(ToOwned::to_owned);
        let Err(error) = root.clone().try_get_matches_from(names.into_iter().chain(words)) else { return mistakes };
        let Some(mistake) = layers::explain(&settings, &error) else { return mistakes };
        let Mistake::Value { key, .. } = &mistake else { return mistakes };
        settings.retain(|setting| setting.key != *key);
        mistakes.push(mistake.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::known;
    use crate::worker::Pauses;

    /// The example's keys with their lines, of those that have a default or of the others.
    fn lines(have_default: bool) -> Vec<(String, String)> {
        let root = known();
        let text = example::example(&root);
        let blocks = text.split("\n\n").filter(|block| block.contains("Environment: `"));
        let blocks = blocks.filter(|block| block.contains("It has no default.") != have_default);
        let lines = blocks.filter_map(|block| block.lines().rfind(|line| line.contains(" = ")));
        lines.map(|line| (line.split(" = ").next().unwrap()[1..].to_owned(), line[1..].to_owned())).collect()
    }

    /// What `serve` has for an option when the configuration says that.
    fn parsed(text: &str, key: &str) -> Vec<OsString> {
        let root = known();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, text).unwrap();
        let mut args = vec!["security-contact".into(), "serve".into(), "--listen=127.0.0.1:1".into()];
        args.push(format!("--config={}", file.display()).into());
        let filled = fill(&root, args).unwrap();
        let matches = root.clone().try_get_matches_from(filled.args()).unwrap();
        let id = keys::all(&root).into_iter().find(|arg| keys::name(arg) == key).unwrap().get_id().clone();
        matches.subcommand().unwrap().1.get_raw(id.as_str()).into_iter().flatten().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_default_that_is_stated_is_what_holds_when_nothing_is_said() {
        let defaults = lines(true);
        assert!(defaults.len() > 6, "{defaults:?}");
        for (key, line) in defaults {
            assert_eq!(parsed(&line, &key), parsed("", &key), "{line}");
        }
        let pauses = Pauses::default();
        for (key, seconds) in [("review-every", pauses.review), ("retry-after", pauses.retry), ("lease", pauses.lease)]
        {
            let line = lines(true).into_iter().find(|(name, _)| name == key).unwrap().1;
            assert_eq!(line, format!("{key} = {}", seconds.as_secs()));
        }
    }

    #[test]
    fn what_has_no_default_says_nothing_when_nothing_is_said() {
        let others = lines(false);
        assert!(others.len() > 6, "{others:?}");
        for (key, _) in others.iter().filter(|(key, _)| key != "listen") {
            assert_eq!(parsed("", key), Vec::<OsString>::new(), "{key}");
        }
    }
}
