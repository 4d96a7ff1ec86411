//! Where the program keeps things, seen from outside.

mod postgres;
mod sqlite;

use std::ffi::OsString;

use anyhow::Result;
use clap::ValueEnum;
use fastrand::Rng;

use crate::contents::Contents;
use postgres::Postgres;
use sqlite::Sqlite;

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

/// Which store the program works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StoreKind {
    /// One file
    Sqlite,
    /// A server of its own, started for the run
    Postgres,
}

/// A store that a run has for itself, and that is gone with this.
pub enum Store {
    /// One file.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Postgres),
}

impl Store {
    /// A store that holds nothing yet.
    pub(crate) fn create(kind: StoreKind) -> Result<Self> {
        Ok(match kind {
            StoreKind::Sqlite => Self::Sqlite(Sqlite::create()?),
            StoreKind::Postgres => Self::Postgres(Postgres::start()?),
        })
    }

    /// The options by which the program finds it.
    pub(crate) fn options(&self) -> Vec<OsString> {
        match self {
            Self::Sqlite(sqlite) => sqlite.options(),
            Self::Postgres(postgres) => postgres.options(),
        }
    }

    /// Lets somebody look at one consistent state of it.
    pub(crate) fn look<T>(&self, look: impl Fn(&mut dyn Query) -> Result<T>) -> Result<T> {
        match self {
            Self::Sqlite(sqlite) => sqlite.look(look),
            Self::Postgres(postgres) => postgres.look(look),
        }
    }

    /// All that it holds.
    pub(crate) fn contents(&self) -> Result<Contents> {
        self.look(|query| Contents::read(query))
    }

    /// Whether it is a server that can be down while the program runs.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Kills one of the processes that the store consists of. Says whether there was one.
    pub(crate) fn kill_backend(&self, rng: &mut Rng) -> Result<bool> {
        match self {
            Self::Sqlite(_) => Ok(false),
            Self::Postgres(postgres) => postgres.kill_backend(rng),
        }
    }

    /// What the store itself says is wrong with it.
    pub(crate) fn faults(&self) -> Result<Vec<String>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.faults(),
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// The file that it is, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<std::path::PathBuf> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite.file()),
            Self::Postgres(_) => None,
        }
    }
}
