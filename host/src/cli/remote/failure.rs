//! What a server says when it does not do what it is asked for.

use std::path::PathBuf;

use security_contact_policy::{Reason, RefusalCode};
use serde::Deserialize;

use super::super::contact::ContactJson;
use super::super::print;
use crate::auth::Scope;

/// Why a server did not do it. What an account or the policy is the reason of, is told in the words that are told of
/// the program's own store.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum RemoteError {
    /// Nobody answers, or the answer is cut off.
    #[error("the server `{place}` gives no answer: {message}")]
    NoAnswer {
        /// Its address.
        place: String,
        /// What was reported.
        message: String,
    },
    /// What answers is not what this program knows.
    #[error("`{place}` gives an answer with the status {status} that this program does not understand: check the URL")]
    Unknown {
        /// Its address.
        place: String,
        /// The answer's status.
        status: u16,
    },
    /// The server does not know the token.
    #[error("the server does not accept the token in `{}`: {detail}", file.display())]
    Token {
        /// The token's file.
        file: PathBuf,
        /// What the server says.
        detail: String,
    },
    /// The token lacks a scope.
    #[error(
        "the token in `{}` may not do this: it needs the scope `{scope}`, see `security-contact token new --help`",
        file.display()
    )]
    Scope {
        /// The token's file.
        file: PathBuf,
        /// What it lacks.
        scope: Scope,
    },
    /// The policy says no to whoever asks.
    #[error("the server refuses: {}", print::reasons(.0))]
    Refused(Vec<Reason>),
    /// Anything else.
    #[error("the server refuses: {detail} [{code}]")]
    Other {
        /// The problem's code.
        code: String,
        /// What the server says.
        detail: String,
    },
}

/// A problem of RFC 9457, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(in crate::cli) struct Problem {
    pub(in crate::cli) code: String,
    detail: String,
    pub(in crate::cli) reasons: Option<Vec<Reason>>,
    pub(in crate::cli) current: Option<Box<ContactJson>>,
    /// Whether it was answered to the same request before.
    #[serde(skip)]
    pub(in crate::cli) was_replayed: bool,
}

impl Problem {
    /// The policy's code, if it is the policy that says no to a change.
    pub(in crate::cli) fn refusal(&self) -> Option<RefusalCode> {
        serde_json::from_value(self.code.as_str().into()).ok()
    }

    /// What the server says, fit to be shown.
    pub(super) fn detail(&self) -> String {
        self.detail.chars().filter(|c| !c.is_control()).take(1_000).collect()
    }
}
