//! Puts the parts together. **Invariant:** no other file names a concrete adapter.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use security_contact_policy::Rules;

use crate::clock;
use crate::domain::ports::{Clock, Mailer, SendError, Store};
use crate::domain::{Contacts, Directories, Events, Reviews};
use crate::engine::{CurrentEngine, Engine, EngineError};
use crate::mail::{MailSetupError, MaildirMailer, Sender, SmtpMailer};
use crate::metrics::{MeasuredStore, Metrics};
use crate::store::postgres::{self, PostgresStore};
use crate::store::sqlite::{self, OpenMode, SqliteStore};

/// The store's file in a data folder.
const STORE_FILE: &str = "security-contact.sqlite";

/// The parts that every command works with, put together.
pub struct Parts {
    /// Decides, by the rules of the beginning.
    pub engine: Arc<Engine>,
    /// Decides, by the rules in force.
    pub current: CurrentEngine,
    /// Keeps.
    pub store: Arc<dyn Store>,
    /// Knows the time.
    pub clock: Arc<dyn Clock>,
    /// Shows and changes contacts.
    pub contacts: Arc<Contacts>,
    /// Takes over directories.
    pub directories: Arc<Directories>,
    /// Reviews designations.
    pub reviews: Arc<Reviews>,
    /// Takes in security events.
    pub events: Arc<Events>,
}

/// Where everything is kept.
#[derive(Clone)]
pub enum StoreAt {
    /// In SQLite, in a data folder.
    Folder(PathBuf),
    /// In the PostgreSQL database of that URL, which may hold a password.
    Database(String),
}

/// A store and its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What keeps it: `SQLite` or `PostgreSQL`.
    pub keeper: &'static str,
    /// Which of that keeper's schemas it has; 0 for a database without anything of ours.
    pub number: usize,
    /// Which one this program needs.
    pub known: usize,
}

/// What happens when the data folder holds no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It is made, and the folder too.
    Create,
    /// It is an error, so that a mistyped path is noticed.
    Fail,
}

/// Where mail goes.
pub enum MailTo {
    /// Into a Maildir.
    Folder(PathBuf),
    /// To the SMTP server of that URL, which may hold a password.
    Server(String),
}

/// Why the parts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// The data folder has no store.
    #[error(
        "there are no accounts in `{}`: bring some with `security-contact import`, or try `security-contact demo`",
        folder.display()
    )]
    NoStore {
        /// The data folder.
        folder: PathBuf,
    },
    /// The data folder cannot be made.
    #[error("the data folder `{}` cannot be made", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The policy module failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store of a data folder cannot be opened.
    #[error(transparent)]
    Store(#[from] sqlite::OpenError),
    /// The store in a database cannot be opened.
    #[error(transparent)]
    Database(#[from] postgres::OpenError),
}

/// Opens the store, brings it to the schema of this program and sets everything up around it. Mail is another matter: see
/// [`mailer`]. A database has to be there; what is missing in it is made.
///
/// # Errors
/// Every [`WiringError`]; each says in one line what to do.
pub async fn open(at: &StoreAt, rules: &Rules, if_missing: IfMissing) -> Result<Parts, WiringError> {
    Ok(put_together(Engine::embedded(rules)?, open_store(at, if_missing).await?))
}

/// The same, and what engine and store do is counted and timed.
///
/// # Errors
/// As [`open`].
pub async fn open_measured(
    at: &StoreAt,
    rules: &Rules,
    if_missing: IfMissing,
    metrics: Arc<Metrics>,
) -> Result<Parts, WiringError> {
    let engine = Engine::embedded(rules)?.watched_by(metrics.clone());
    let store = open_store(at, if_missing).await?;
    Ok(put_together(engine, Arc::new(MeasuredStore::new(store, metrics))))
}

fn put_together(engine: Engine, store: Arc<dyn Store>) -> Parts {
    let engine = Arc::new(engine);
    let current = CurrentEngine::from(engine.clone());
    let clock = clock::system();
    let contacts = Arc::new(Contacts::new(current.clone(), store.clone(), clock.clone()));
    let directories = Arc::new(Directories::new(current.clone(), store.clone(), clock.clone()));
    let reviews = Arc::new(Reviews::new(current.clone(), store.clone(), clock.clone()));
    let events = Arc::new(Events::new(current.clone(), store.clone(), clock.clone()));
    Parts { engine, current, store, clock, contacts, directories, reviews, events }
}

/// The store alone of a data folder, if the folder has one.
///
/// # Errors
/// [`WiringError::Store`].
pub fn existing_store(data: &Path) -> Result<Option<Arc<dyn Store>>, WiringError> {
    match open_folder(data, IfMissing::Fail) {
        Ok(store) => Ok(Some(Arc::new(store))),
        Err(WiringError::NoStore { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a folder for its owner's eyes alone, if it is not there.
///
/// # Errors
/// [`WiringError::Folder`].
pub fn create_private(folder: &Path) -> Result<(), WiringError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|source| WiringError::Folder { folder: folder.to_owned(), source })
}

/// Brings a store to the schema of this program, and makes it if it is missing.
///
/// # Errors
/// Every [`WiringError`]; each says in one line what to do.
pub async fn migrate(at: &StoreAt) -> Result<Schema, WiringError> {
    open_store(at, IfMissing::Create).await?;
    Ok(match at {
        StoreAt::Folder(_) => of_sqlite(SqliteStore::SCHEMA),
        StoreAt::Database(_) => of_postgres(PostgresStore::SCHEMA),
    })
}

/// Which schema a store has. Nothing is made or changed.
///
/// # Errors
/// Every [`WiringError`]; each says in one line what to do.
pub async fn schema(at: &StoreAt) -> Result<Schema, WiringError> {
    match at {
        StoreAt::Folder(data) => {
            let found = SqliteStore::schema(&data.join(STORE_FILE));
            Ok(of_sqlite(found.map_err(|error| of_folder(data, error))?))
        }
        StoreAt::Database(url) => Ok(of_postgres(PostgresStore::schema(url).await?)),
    }
}

const fn of_sqlite(number: usize) -> Schema {
    Schema { keeper: "SQLite", number, known: SqliteStore::SCHEMA }
}

const fn of_postgres(number: usize) -> Schema {
    Schema { keeper: "PostgreSQL", number, known: PostgresStore::SCHEMA }
}

async fn open_store(at: &StoreAt, if_missing: IfMissing) -> Result<Arc<dyn Store>, WiringError> {
    Ok(match at {
        StoreAt::Folder(data) => Arc::new(open_folder(data, if_missing)?),
        StoreAt::Database(url) => Arc::new(PostgresStore::connect(url, PostgresStore::CONNECTIONS).await?),
    })
}

fn open_folder(data: &Path, if_missing: IfMissing) -> Result<SqliteStore, WiringError> {
    let mode = match if_missing {
        IfMissing::Create => {
            create_private(data)?;
            OpenMode::Create
        }
        IfMissing::Fail => OpenMode::Existing,
    };
    SqliteStore::open(&data.join(STORE_FILE), mode).map_err(|error| of_folder(data, error))
}

fn of_folder(data: &Path, error: sqlite::OpenError) -> WiringError {
    match error {
        sqlite::OpenError::Missing { .. } => WiringError::NoStore { folder: data.to_owned() },
        error => error.into(),
    }
}

/// Sets mail up. Nothing is sent yet.
///
/// # Errors
/// Every [`MailSetupError`]; none quotes anything of a URL.
pub fn mailer(to: MailTo, sender: Sender) -> Result<Arc<dyn Mailer>, MailSetupError> {
    Ok(match to {
        MailTo::Folder(folder) => Arc::new(MaildirMailer::create(folder, sender)?),
        MailTo::Server(url) => Arc::new(SmtpMailer::from_url(&url, sender)?),
    })
}

/// Tries whether mail could go there, and says what was found. No mail is sent, and nothing is made.
///
/// # Errors
/// Every [`MailTrialError`]; none quotes anything of a URL.
pub async fn try_mail(to: MailTo, sender: Sender) -> Result<String, MailTrialError> {
    Ok(match to {
        MailTo::Folder(folder) => match MaildirMailer::is_writable(&folder)? {
            true => format!("the Maildir `{}` can be written", folder.display()),
            false => format!("the Maildir `{}` is made when it is needed", folder.display()),
        },
        MailTo::Server(url) => {
            SmtpMailer::from_url(&url, sender)?.greet().await?;
            "the mail server lets this program send".to_owned()
        }
    })
}

/// Why mail could not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailTrialError {
    /// It cannot be set up.
    #[error(transparent)]
    Setup(#[from] MailSetupError),
    /// The mail server does not let this program send.
    #[error("the mail server takes no mail from here: check its URL, and that it lets this machine send")]
    Server(#[from] SendError),
}
