//! What is said about an input that does not fit.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::words::words;

/// An input that does not fit: which field, and what was expected of it.
///
/// `code` and `path` are the contract; `message` is for people and may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "module", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct PolicyError {
    /// What kind of fault it is.
    pub code: ErrorCode,
    /// The field at fault, such as `account.owner.status` or `rules.contactRoles[3]`; empty for the request as a whole.
    pub path: String,
    /// One sentence for people, without a final period.
    pub message: String,
}

words! {
    /// The kinds of errors.
    ErrorCode {
        /// A field is missing, misspelt, of the wrong type or out of its range.
        InvalidInput = "invalid_input",
        /// The rules are not acceptable; they are refused as a whole.
        InvalidRules = "invalid_rules",
        /// The account has no owner, so that there is nobody to fall back to.
        NoOwner = "no_owner",
    }
}

impl PolicyError {
    /// A field that does not fit.
    pub fn invalid_input(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, path: path.into(), message: message.into() }
    }

    /// A rule that does not fit.
    pub fn invalid_rules(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidRules, path: path.into(), message: message.into() }
    }

    pub(crate) fn no_owner() -> Self {
        Self {
            code: ErrorCode::NoOwner,
            path: "account.owner".into(),
            message: "the account has no owner; every account needs one".into(),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "`{}`: {}", self.path, self.message) }
    }
}

impl core::error::Error for PolicyError {}
