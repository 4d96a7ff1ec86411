//! A store in a PostgreSQL server.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fastrand::Rng;
use security_contact_tests_postgres::Server;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{Query, Row};

/// The database of the server that the program uses.
const DATABASE: &str = "postgres";

/// How long a server may take to come back after one of its processes was killed.
const RECOVERY: Duration = Duration::from_secs(60);

/// A server of its own, as durable as PostgreSQL is unless somebody says otherwise.
pub struct Postgres {
    server: Server,
    /// Holds the file by which the program finds it.
    folder: TempDir,
}

impl Postgres {
    pub(super) fn start() -> Result<Self> {
        let server = Server::start(&[]);
        let folder = TempDir::with_prefix("security-contact-crash-")?;
        let postgres = Self { server, folder };
        fs::write(postgres.url_file(), postgres.server.url(DATABASE))?;
        Ok(postgres)
    }

    pub(super) fn options(&self) -> Vec<OsString> {
        let data = self.folder.path().join("data");
        vec!["--database-url-file".into(), self.url_file().into(), "--data".into(), data.into()]
    }

    pub(super) fn look<T>(&self, look: impl Fn(&mut dyn Query) -> Result<T>) -> Result<T> {
        let until = Instant::now() + RECOVERY;
        loop {
            match self.try_look(&look) {
                // The server ends all connections some time after one of its processes was killed.
                Err(_) if Instant::now() < until => thread::sleep(Duration::from_millis(20)),
                seen => return seen.context("PostgreSQL does not come back"),
            }
        }
    }

    fn try_look<T>(&self, look: impl Fn(&mut dyn Query) -> Result<T>) -> Result<T> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (client, connection) = runtime.block_on(tokio_postgres::connect(&self.server.url(DATABASE), NoTls))?;
        runtime.spawn(connection);
        let mut session = Session { runtime, client };
        session.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let seen = look(&mut session)?;
        session.rows("COMMIT")?;
        Ok(seen)
    }

    /// Kills any of the server's processes but the one that all others are children of. That one then ends all others, and
    /// recovers. What recovers it is let be, and so is a process that does not say yet what it is: without that one the
    /// server would end for good.
    pub(super) fn kill_backend(&self, rng: &mut Rng) -> Result<bool> {
        let parent = self.server.process();
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
        let is_fair = |child: &&str| {
            let title = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
            title.starts_with("postgres: ") && !title.starts_with("postgres: startup")
        };
        let children: Vec<&str> = children.split_whitespace().filter(is_fair).collect();
        let Some(victim) = rng.choice(children) else { return Ok(false) };
        Ok(Command::new("kill").args(["-KILL", victim]).stderr(Stdio::null()).status()?.success())
    }

    fn url_file(&self) -> PathBuf {
        self.folder.path().join("database-url")
    }
}

/// A connection that looks into the database.
struct Session {
    runtime: Runtime,
    client: Client,
}

impl Query for Session {
    fn rows(&mut self, sql: &str) -> Result<Vec<Row>> {
        let messages = self.runtime.block_on(self.client.simple_query(sql))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }
}
