//! What is wrong with a configuration, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Place {
    /// In a configuration file.
    Line { file: PathBuf, line: usize },
    /// In an environment variable.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "`{}`, line {line}", file.display()),
            Self::Variable(name) => write!(f, "the variable `{name}`"),
        }
    }
}

/// A mistake in a configuration. Values that cannot be used are not shown: somebody may have pasted a secret.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum Mistake {
    #[error("the configuration `{}` cannot be read", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{place}: not TOML: {message}")]
    NotToml { place: Place, message: String },
    #[error("{place}: there is no key `{key}`{}", hint(meant.as_deref()))]
    UnknownKey { place: Place, key: String, meant: Option<String> },
    #[error("{place}: `{key}` has to be {expected}")]
    Kind { place: Place, key: String, expected: &'static str },
    #[error("{place}: `{key}` cannot be used: {message}")]
    Value { place: Place, key: String, message: String },
}

fn hint(meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!(": did you mean `{meant}`?"),
        None => ": `security-contact config example` shows all of them".to_owned(),
    }
}
