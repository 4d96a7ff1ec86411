//! Flags over environment over file: what a command line lacks is put into it before it is read.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::{self, Entry, Value};
use super::keys::{self, Kind};
use super::mistake::{Mistake, Place};

/// Secrets that stand in the environment themselves, each with the option that names a file of it in their place.
const SECRETS: [(&str, &str); 2] =
    [("SECURITY_CONTACT_DATABASE_URL", "database-url-file"), ("SECURITY_CONTACT_SMTP_URL", "smtp-url-file")];

/// A command line with what environment and file add to it.
pub(in crate::cli) struct Filled {
    args: Vec<OsString>,
    settings: Vec<Setting>,
}

/// What environment or file say of one key.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) place: Place,
    says: Says,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Says {
    /// The argument that says it on the command line.
    Word(OsString),
    /// A switch is off, whatever comes after.
    Off,
    /// The secret stands in the environment, so that no option has to name it.
    Secret,
}

/// Fills a command line of this program. One that its parser will refuse stays as it is.
///
/// # Errors
/// Every [`Mistake`] that shows before the parser has the values.
pub(in crate::cli) fn fill(root: &Command, mut args: Vec<OsString>) -> Result<Filled, Mistake> {
    let unchanged = |args| Ok(Filled { args, settings: Vec::new() });
    let Ok(matches) = root.clone().ignore_errors(true).try_get_matches_from(&args) else { return unchanged(args) };
    let Some((command, matches)) = named(root, &matches) else { return unchanged(args) };
    let file = matches.get_one::<PathBuf>("config");
    let entries = file.map_or(Ok(Vec::new()), |file| file::read(file))?;
    let options = keys::of_command(command);
    let typed = options.iter().copied().filter(|arg| is_typed(arg, matches, &args)).collect();
    let layers = [of_environment(&options)?, of_file(root, entries)?];
    let settings = choose(command, typed, &layers);
    let words = settings.iter().filter_map(Setting::word).map(OsStr::to_owned);
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    args.splice(end..end, words.collect::<Vec<_>>());
    Ok(Filled { args, settings })
}

/// The command that a command line names, if it can have a configuration.
fn named<'c>(root: &'c Command, matches: &'c ArgMatches) -> Option<(&'c Command, &'c ArgMatches)> {
    let (mut command, mut matches) = (root, matches);
    while let Some((name, below)) = matches.subcommand() {
        (command, matches) = (command.find_subcommand(name)?, below);
        if name == "config" {
            return None;
        }
    }
    (!std::ptr::eq(command, root)).then_some((command, matches))
}

/// Whether the option stands on the command line, or in a variable that the parser looks at itself.
fn is_typed(arg: &Arg, matches: &ArgMatches, args: &[OsString]) -> bool {
    let source = matches.value_source(arg.get_id().as_str());
    // A value that cannot be used has no source, and is to be told by the parser as what somebody typed.
    let long = format!("--{}", keys::name(arg));
    let is_there = |typed: &OsString| {
        typed
            .to_str()
            .and_then(|typed| typed.strip_prefix(&long))
            .is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'=')))
    };
    source.is_some_and(|source| source != ValueSource::DefaultValue) || args.iter().any(is_there)
}

/// What the environment says. An empty variable says nothing.
pub(super) fn of_environment(options: &[&Arg]) -> Result<Vec<Setting>, Mistake> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut settings = Vec::new();
    for arg in options.iter().filter(|arg| arg.get_env().is_none()) {
        let (key, variable) = (keys::name(arg).to_owned(), keys::variable(arg));
        let Some(value) = set(&variable) else { continue };
        let place = Place::Variable(variable);
        let says = match (Kind::of(arg), value.to_str()) {
            (Kind::Switch, Some("true")) => Says::Word(format!("--{key}").into()),
            (Kind::Switch, Some("false")) => Says::Off,
            (kind @ Kind::Switch, _) => return Err(Mistake::Kind { place, key, expected: kind.expected() }),
            _ => Says::Word(word(&key, &value)),
        };
        settings.push(Setting { key, place, says });
    }
    for (variable, key) in SECRETS.into_iter().filter(|(variable, _)| set(variable).is_some()) {
        let place = Place::Variable(variable.to_owned());
        settings.push(Setting { key: key.to_owned(), place, says: Says::Secret });
    }
    Ok(settings)
}

/// What the file says. Every key has to be one, whatever command this is.
pub(super) fn of_file(root: &Command, entries: Vec<Entry>) -> Result<Vec<Setting>, Mistake> {
    let known = keys::all(root);
    entries.into_iter().map(|entry| of_entry(&known, entry)).collect()
}

pub(super) fn of_entry(known: &[&Arg], Entry { key, place, value }: Entry) -> Result<Setting, Mistake> {
    let Some(arg) = known.iter().find(|arg| keys::name(arg) == key) else {
        let meant = meant(known, &key);
        return Err(Mistake::UnknownKey { place, key, meant });
    };
    let says = match (Kind::of(arg), value) {
        (Kind::Text, Value::Text(text)) => Says::Word(word(&key, text.as_ref())),
        (Kind::Number, Value::Number(number)) => Says::Word(word(&key, number.to_string().as_ref())),
        (Kind::Switch, Value::Switch(true)) => Says::Word(format!("--{key}").into()),
        (Kind::Switch, Value::Switch(false)) => Says::Off,
        (kind, _) => return Err(Mistake::Kind { place, key, expected: kind.expected() }),
    };
    Ok(Setting { key, place, says })
}

fn word(key: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("--{key}="));
    word.push(value);
    word
}

/// The key that is most like a misspelt one.
fn meant(known: &[&Arg], key: &str) -> Option<String> {
    let likeness = known.iter().map(|arg| (strsim::jaro_winkler(keys::name(arg), key), keys::name(arg)));
    let best = likeness.filter(|(likeness, _)| *likeness > 0.8).max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, name)| name.to_owned())
}

/// What of the layers counts, the first of which counts most. What is typed counts before all of them. A switch that is
/// on counts before values that make no sense beside it, so that `serve --without-worker` can share a file with `worker`.
pub(super) fn choose(command: &Command, typed: Vec<&Arg>, layers: &[Vec<Setting>]) -> Vec<Setting> {
    let mut taken: Vec<(&Arg, bool)> = typed.into_iter().map(|arg| (arg, true)).collect();
    let mut chosen = Vec::new();
    let options = keys::of_command(command);
    for kinds in [&[Kind::Switch][..], &[Kind::Text, Kind::Number]] {
        for layer in layers {
            let mut of_layer = Vec::new();
            for setting in layer {
                let Some(arg) = options.iter().find(|arg| keys::name(arg) == setting.key) else { continue };
                let is_free = |(taken, acts): &(&Arg, bool)| {
                    taken.get_id() != arg.get_id() && !(*acts && keys::excludes(command, taken, arg))
                };
                if kinds.contains(&Kind::of(arg)) && taken.iter().all(is_free) {
                    of_layer.push((*arg, setting.says != Says::Off));
                    chosen.push(setting.clone());
                }
            }
            // Within a layer nothing counts before the other, so that the parser sees what makes no sense.
            taken.extend(of_layer);
        }
    }
    chosen
}

impl Setting {
    /// The argument that says it, if one has to.
    pub(super) fn word(&self) -> Option<&OsStr> {
        match &self.says {
            Says::Word(word) => Some(word),
            Says::Off | Says::Secret => None,
        }
    }
}

impl Filled {
    /// The whole command line.
    pub(in crate::cli) fn args(&self) -> &[OsString] {
        &self.args
    }

    /// What the parser says, if it is about something that nobody typed.
    pub(in crate::cli) fn explain(&self, error: &clap::Error) -> Option<Mistake> {
        explain(&self.settings, error)
    }
}

/// The mistake that the parser found, if it is in one of these settings.
pub(super) fn explain(settings: &[Setting], error: &clap::Error) -> Option<Mistake> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return None };
    let key = key_of(option);
    let setting = settings.iter().rev().find(|setting| setting.word().is_some() && setting.key == key)?;
    let message = match (error.kind(), error.get(ContextKind::ValidValue), std::error::Error::source(error)) {
        (ErrorKind::ArgumentConflict, ..) => format!("not beside {}", options(error.get(ContextKind::PriorArg))),
        (_, Some(ContextValue::Strings(valid)), _) if !valid.is_empty() => format!("expected one of {}", quoted(valid)),
        (_, _, Some(cause)) => cause.to_string(),
        _ => "expected a value".to_owned(),
    };
    Some(Mistake::Value { place: setting.place.clone(), key: key.to_owned(), message })
}

/// The key in an option as the parser writes it: `--listen <ADDRESS>`.
fn key_of(option: &str) -> &str {
    let option = option.trim_start_matches("--");
    option.split([' ', '=']).next().unwrap_or(option)
}

fn options(context: Option<&ContextValue>) -> String {
    match context {
        Some(ContextValue::String(option)) => format!("`{}`", key_of(option)),
        Some(ContextValue::Strings(options)) => {
            quoted(&options.iter().map(|option| key_of(option).to_owned()).collect::<Vec<_>>())
        }
        _ => "another one".to_owned(),
    }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
