//! Opening a database, and the pool of connections to it.

use std::path::PathBuf;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, QueueMode, RecyclingMethod, Runtime, TimeoutType,
};
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;

use super::fault::{Fault, Report};
use super::migrate::{MIGRATIONS, MigrateError, migrate, schema_of};
use super::target::Target;

/// Whoever has an unused connection for longer makes sure first that it still works.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// What a server may be set to that would lose what was answered for: then a commit waits for the disk here anyway.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'";

/// How long things may take.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Reaching one server.
    pub(super) connect: Duration,
    /// Making a connection, over all servers of the URL.
    pub(super) create: Duration,
    /// Waiting for a connection that others use.
    pub(super) wait: Duration,
    /// Making sure that an unused connection still works.
    pub(super) check: Duration,
    /// Waiting for a lock.
    pub(super) lock: Duration,
    /// One statement.
    pub(super) statement: Duration,
    /// One method of the store.
    pub(super) operation: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(3),
            create: seconds(6),
            wait: seconds(5),
            check: seconds(2),
            lock: seconds(5),
            statement: seconds(8),
            operation: seconds(10),
        }
    }
}

/// Why a database was not opened. Each says in one line what to do about it, and none has the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is none of PostgreSQL.
    #[error("the store's URL cannot be read: it is like `postgres://user:password@host/database`")]
    Url,
    /// The URL wants TLS of another kind.
    #[error("the store's URL has another `sslmode` than `require`, which checks certificates, or `disable`")]
    SslMode,
    /// The file of the URL's `sslrootcert` is not what it should be.
    #[error("`{}` has no certificate that can be used: check `sslrootcert`", path.display())]
    RootCertificate {
        /// The file's path.
        path: PathBuf,
    },
    /// No server answers there, or none that can be trusted.
    #[error("there is no way to PostgreSQL at {place}: check the URL, and that the server runs")]
    Unreachable {
        /// Host and port.
        place: String,
        /// What was reported.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server knows no such user, or not with that password.
    #[error("PostgreSQL at {place} refuses the user or the password: check the URL")]
    Refused {
        /// Host and port.
        place: String,
        /// What was reported.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server has no such database.
    #[error("there is no database `{database}` at {place}: create it first (`createdb {database}`)")]
    NoDatabase {
        /// Host and port.
        place: String,
        /// The database's name.
        database: String,
    },
    /// The database cannot hold every text.
    #[error("the database has the encoding {found}: create one with UTF8")]
    Encoding {
        /// Its encoding.
        found: String,
    },
    /// The database has tables that are not ours. It was not changed.
    #[error("the database has tables of another program: give the store a database, or a schema, of its own")]
    Foreign,
    /// A newer version of this program wrote to the database. It was not changed.
    #[error("the database has schema {found} and this program knows schema {known}: use a newer version of it")]
    NewerSchema {
        /// The database's schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// Anything else that is reported.
    #[error("the database cannot be opened")]
    Failed {
        /// What was reported.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Connections to the database of that URL, which has the schema of this program from then on.
pub(super) async fn open(url: &str, connections: usize, limits: &Limits) -> Result<Pool, OpenError> {
    let (pool, mut client) = connect(url, connections, limits).await?;
    migrate(&mut client, MIGRATIONS).await.map_err(unfit)?;
    drop(client);
    Ok(pool)
}

/// The schema of the database of that URL, which is not changed.
pub(super) async fn read_schema(url: &str, limits: &Limits) -> Result<usize, OpenError> {
    let (_pool, client) = connect(url, 1, limits).await?;
    schema_of(&client, MIGRATIONS).await.map_err(unfit)
}

/// Connections to a database that can hold every text, and the first of them.
async fn connect(url: &str, connections: usize, limits: &Limits) -> Result<(Pool, Object), OpenError> {
    let target = Target::parse(url, limits)?;
    let config = target.config.clone();
    let pool = pool(target, connections, limits).map_err(|error| OpenError::Failed { source: error.into() })?;
    let client = pool.get().await.map_err(|error| explain(&config, error))?;
    // The driver was told by the server when it connected.
    let found = client.query_one("SHOW server_encoding", &[]).await.and_then(|row| row.try_get::<_, String>(0));
    let found = found.map_err(|error| failed(error.into()))?;
    if found != "UTF8" {
        return Err(OpenError::Encoding { found });
    }
    Ok((pool, client))
}

fn unfit(error: MigrateError) -> OpenError {
    match error {
        MigrateError::Foreign => OpenError::Foreign,
        MigrateError::Newer { found, known } => OpenError::NewerSchema { found, known },
        MigrateError::Fault(fault) => failed(fault),
    }
}

fn pool(target: Target, connections: usize, limits: &Limits) -> Result<Pool, deadpool_postgres::BuildError> {
    let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(target.config, target.tls, settings);
    Pool::builder(manager)
        .max_size(connections)
        // The connection that was used last has its statements prepared, and the server's memory of it is warm.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(limits.wait))
        .create_timeout(Some(limits.create))
        .recycle_timeout(Some(limits.check))
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async { client.batch_execute(DURABLE).await.map_err(HookError::Backend) })
        }))
        .pre_recycle(Hook::async_fn(|client, metrics| {
            Box::pin(async {
                if metrics.last_used() > TRUSTED_FOR {
                    client.check_connection().await.map_err(HookError::Backend)?;
                }
                Ok(())
            })
        }))
        .build()
}

fn explain(config: &Config, error: PoolError) -> OpenError {
    let place = place(config);
    let error = match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => error,
        PoolError::Timeout(TimeoutType::Create) => {
            return OpenError::Unreachable { place, source: "it does not answer in time".into() };
        }
        other => return OpenError::Failed { source: other.into() },
    };
    let Some(reported) = error.as_db_error() else {
        return OpenError::Unreachable { place, source: error.into() };
    };
    let source = Box::new(Report::of(reported));
    match *reported.code() {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            OpenError::Refused { place, source }
        }
        SqlState::INVALID_CATALOG_NAME => {
            let database = config.get_dbname().or(config.get_user()).unwrap_or_default().to_owned();
            OpenError::NoDatabase { place, database }
        }
        _ => OpenError::Failed { source },
    }
}

fn failed(fault: Fault) -> OpenError {
    OpenError::Failed { source: fault.into() }
}

/// Host and port of every server that was asked.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |n: usize| ports.get(n).or(ports.first()).map_or(5432, |port| *port);
    let hosts = config.get_hosts().iter().enumerate().map(|(n, host)| match host {
        Host::Tcp(name) => format!("`{name}:{}`", port(n)),
        #[cfg(unix)]
        Host::Unix(folder) => format!("`{}/.s.PGSQL.{}`", folder.display(), port(n)),
    });
    hosts.collect::<Vec<_>>().join(", ")
}
