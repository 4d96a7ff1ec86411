//! A database of a test's own.

use std::env;
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tokio_postgres::{Client, NoTls};

use crate::{NOT_DURABLE, Server};

/// The server that all tests of a process share.
static SHARED: LazyLock<Shared> = LazyLock::new(|| match env::var("DATABASE_URL") {
    Ok(url) => Shared::Given(url),
    Err(_) => Shared::Started(Server::start(&[NOT_DURABLE, &[("max_connections", "300")]].concat())),
});

enum Shared {
    /// The server of `DATABASE_URL`.
    Given(String),
    Started(Server),
}

impl Shared {
    fn url(&self, database: &str) -> String {
        match self {
            Self::Started(server) => server.url(database),
            Self::Given(url) => {
                let (place, options) = url.split_once('?').map_or((url.as_str(), ""), |(place, rest)| (place, rest));
                let start = place.find("://").map_or(0, |at| at + 3);
                let end = place[start..].find('/').map_or(place.len(), |at| start + at);
                format!("{}/{database}?{options}", &place[..end])
            }
        }
    }

    /// The URL of the database in which others are made.
    fn home(&self) -> String {
        match self {
            Self::Started(server) => server.url("postgres"),
            Self::Given(url) => url.clone(),
        }
    }
}

/// An empty database, which is dropped with this.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// Makes a database in the server that all tests of the process share.
    ///
    /// # Panics
    /// When there is no server.
    #[must_use]
    pub fn create() -> Self {
        Self::create_with("")
    }

    /// Makes a database with those options of `CREATE DATABASE`.
    ///
    /// # Panics
    /// When there is no server, or it refuses the options.
    #[must_use]
    pub fn create_with(options: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        // A process of that number may have left one behind.
        execute(&SHARED.home(), &[&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
        execute(&SHARED.home(), &[&format!("CREATE DATABASE {name} {options}")]);
        let url = SHARED.url(&name);
        Self { name, url }
    }

    /// Its URL, for a superuser.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements, each by itself.
    ///
    /// # Panics
    /// When one fails.
    pub fn execute(&self, statements: &[&str]) {
        execute(&self.url, statements);
    }

    /// One column of one row, as text; `None` for NULL.
    ///
    /// # Panics
    /// When the statement fails, or gives something else.
    #[must_use]
    pub fn look(&self, sql: &str) -> Option<String> {
        look(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        execute(&SHARED.home(), &[&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)]);
    }
}

fn execute(url: &str, statements: &[&str]) {
    connected(url, async |client| {
        for sql in statements {
            client.batch_execute(sql).await.unwrap_or_else(|error| panic!("`{sql}`: {error:?}"));
        }
    });
}

fn look(url: &str, sql: &str) -> Option<String> {
    connected(url, async |client| {
        let row = client.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("`{sql}`: {error:?}"));
        row.get(0)
    })
}

/// Does something on a connection, in a thread of its own: this one may be at work for a runtime already.
fn connected<T: Send>(url: &str, work: impl AsyncFnOnce(&Client) -> T + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection to PostgreSQL");
            let connection = tokio::spawn(connection);
            let done = work(&client).await;
            drop(client);
            let _ = connection.await; // it ends with its client
            done
        })
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
