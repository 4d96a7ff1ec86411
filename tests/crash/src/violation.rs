//! What is not as it should be.

use std::fmt;

/// One thing that does not fit together. It names ids alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which promise is broken.
    pub code: &'static str,
    /// Where, and how.
    pub what: String,
}

impl Violation {
    pub(crate) fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, what: what.into() }
    }

    /// Whether something that was acknowledged is not there.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.code.starts_with("lost_")
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.what)
    }
}

/// Violations as they are found.
#[derive(Debug, Default)]
pub(crate) struct Found(pub(crate) Vec<Violation>);

impl Found {
    /// Notes a violation.
    pub(crate) fn add(&mut self, code: &'static str, what: impl Into<String>) {
        self.0.push(Violation::new(code, what));
    }

    /// Notes a violation unless the condition holds.
    pub(crate) fn expect(&mut self, holds: bool, code: &'static str, what: impl FnOnce() -> String) {
        if !holds {
            self.add(code, what());
        }
    }
}
