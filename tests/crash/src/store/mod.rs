//! Where the program keeps things, seen from outside.

mod sqlite;

use std::ffi::OsString;

use anyhow::Result;
use fastrand::Rng;

pub use sqlite::Sqlite;

/// One row of an answer, each column as text.
pub type Row = Vec<Option<String>>;

/// Whatever answers SQL.
pub trait Query {
    /// All rows of the answer.
    ///
    /// # Errors
    /// When the statement cannot be answered.
    fn rows(&mut self, sql: &str) -> Result<Vec<Row>>;
}

/// A store that a run has for itself.
pub(crate) trait Database {
    /// The options by which the program finds it.
    fn options(&self) -> Vec<OsString>;

    /// Lets somebody look at one consistent state of it.
    fn look(&self, look: &mut dyn FnMut(&mut dyn Query) -> Result<()>) -> Result<()>;

    /// Kills one of the processes that the store consists of. Says whether there was one.
    fn kill_backend(&self, rng: &mut Rng) -> Result<bool>;

    /// What the store itself says is wrong with it.
    fn faults(&self) -> Result<Vec<String>>;
}
