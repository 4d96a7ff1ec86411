//! A backend with users and mail of its own, in its own SQLite database, and the security contact inside it.
//!
//! ```sh
//! cargo run --release --example axum -- ./backend
//! curl -X PUT -H "user: olga" http://127.0.0.1:8788/accounts/acme/contact/ada
//! curl -X DELETE http://127.0.0.1:8788/accounts/acme/users/ada   # she leaves, and olga is the contact again
//! curl http://127.0.0.1:8788/accounts/acme/contact
//! ```

use std::error::Error;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, put};
use axum::{Json, Router};
use rusqlite::{Connection, OptionalExtension, params};
use security_contact_host::domain::model::{AccountFacts, AccountId, Member};
use security_contact_host::domain::ports::{DirectoryError, RenderedMail, SendError, Whom};
use security_contact_host::domain::{Answered, DomainError};
use security_contact_host::policy::{Contact, UserId};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_host::worker::Stop;
use security_contact_host::{Directory, Host, Mailer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS users (account TEXT, id TEXT, name TEXT, email TEXT, role TEXT, last_login TEXT,
        PRIMARY KEY (account, id));
    CREATE TABLE IF NOT EXISTS mails (message_id TEXT PRIMARY KEY, recipient TEXT, subject TEXT, text TEXT);
    INSERT OR IGNORE INTO accounts VALUES ('acme', 'Acme GmbH', 'olga');
    INSERT OR IGNORE INTO users SELECT 'acme', value, upper(substr(value, 1, 1)) || substr(value, 2),
        value || '@acme.example', iif(value = 'olga', 'owner', 'admin'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        FROM json_each('[\"olga\", \"ada\", \"ben\"]');";

/// The backend's own database. A real one has a pool; what matters here is that each reading is one transaction.
struct Database(Mutex<Connection>);

impl Database {
    fn open(file: &FilePath) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row of the user table as the rules see a person. This platform knows no invited users, and no staff.
fn member(
    (id, name, email, role, last_login): (String, String, String, String, String),
) -> Result<Member, DirectoryError> {
    let person = serde_json::from_value(json!({
        "id": id, "role": role, "accountSettings": "none", "status": "active",
        "lastLoginAt": last_login, "staffRole": null,
    }))?;
    Ok(Member::new(person, name.parse()?, Some(email.parse()?)))
}

#[async_trait]
impl Directory for Database {
    async fn account(&self, account: &AccountId, whom: Whom<'_>) -> Result<Option<AccountFacts>, DirectoryError> {
        let asked: Option<Vec<&str>> = match whom {
            Whom::Everybody => None,
            Whom::These(people) => Some(people.iter().map(UserId::as_str).collect()),
        };
        let mut connection = self.lock();
        let reading = connection.transaction()?;
        let sql = "SELECT name, owner FROM accounts WHERE id = ?1";
        let found = reading.query_row(sql, [account.as_str()], |row| <(String, String)>::try_from(row)).optional()?;
        let Some((name, owner)) = found else { return Ok(None) };
        let mut select = reading.prepare(
            "SELECT id, name, email, role, last_login FROM users WHERE account = ?1
             AND (?2 IS NULL OR id = ?3 OR id IN (SELECT value FROM json_each(?2)))",
        )?;
        let asked = asked.map(|asked| json!(asked).to_string());
        let rows = select.query_map(params![account.as_str(), asked, owner], |row| row.try_into())?;
        let people = rows.map(|row| member(row?)).collect::<Result<_, _>>()?;
        Ok(Some(AccountFacts { name: name.parse()?, owner: owner.parse()?, people }))
    }

    async fn accounts(&self, after: Option<&AccountId>, limit: u32) -> Result<Vec<AccountId>, DirectoryError> {
        let connection = self.lock();
        let mut select = connection.prepare("SELECT id FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let after = after.map_or("", AccountId::as_str);
        let ids = select.query_map(params![after, limit], |row| row.get::<_, String>(0))?;
        ids.map(|id| Ok(id?.parse()?)).collect()
    }
}

/// The backend's way to send mail: a table that its own mail program empties. A mail that comes again is there already.
#[async_trait]
impl Mailer for Database {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        let sql = "INSERT OR IGNORE INTO mails VALUES (?1, ?2, ?3, ?4)";
        let row = params![mail.message_id, mail.to.as_str(), mail.subject, mail.text];
        self.lock().execute(sql, row).map_err(|_| SendError::Temporary("the table of mails is locked".into()))?;
        Ok(())
    }
}

struct App {
    database: Arc<Database>,
    host: Host,
}

type Answer<T> = Result<Json<T>, (StatusCode, String)>;

async fn show(State(app): State<Arc<App>>, Path(account): Path<String>) -> Answer<Contact> {
    Ok(Json(app.host.contact(&id(&account)?).await.map_err(failed)?.contact))
}

/// The header stands for however the backend knows who is asking.
async fn choose(
    State(app): State<Arc<App>>,
    Path((account, user)): Path<(String, String)>,
    who: HeaderMap,
) -> Answer<Value> {
    let actor = who.get("user").and_then(|user| user.to_str().ok()).unwrap_or_default();
    match app.host.designate(&id(&account)?, &id(actor)?, &id(&user)?).await.map_err(failed)? {
        Answered::Refused { code, reasons } => Err((StatusCode::FORBIDDEN, json!([code, reasons]).to_string())),
        _ => Ok(Json(json!({ "contact": user }))),
    }
}

/// The backend stores its own change first, and then says so.
async fn remove(State(app): State<Arc<App>>, Path((account, user)): Path<(String, String)>) -> Answer<Value> {
    let removed = app.database.lock().execute("DELETE FROM users WHERE account = ?1 AND id = ?2", [&account, &user]);
    let removed = removed.map_err(failed)?;
    app.host.people_changed(&id(&account)?).await.map_err(failed)?;
    Ok(Json(json!({ "removed": removed })))
}

fn id<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, (StatusCode, String)> {
    text.parse().map_err(|error: T::Err| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn failed(error: impl Error + 'static) -> (StatusCode, String) {
    let unknown = matches!((&error as &dyn Error).downcast_ref(), Some(DomainError::UnknownAccount { .. }));
    (if unknown { StatusCode::NOT_FOUND } else { StatusCode::INTERNAL_SERVER_ERROR }, error.to_string())
}

/// Serves the backend until it is stopped.
pub(crate) async fn serve(listener: TcpListener, folder: &FilePath) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let database = Arc::new(Database::open(&folder.join("backend.sqlite"))?);
    let store = Arc::new(SqliteStore::open(&folder.join("contacts.sqlite"), OpenMode::Create)?);
    let host = Host::builder().store(store).directory(database.clone()).mailer(database.clone()).build()?;
    let app = Arc::new(App { database, host });
    app.host.sync(|account, error| eprintln!("{account}: {error}")).await?;
    let router = Router::new()
        .route("/accounts/{account}/contact", get(show))
        .route("/accounts/{account}/contact/{user}", put(choose))
        .route("/accounts/{account}/users/{user}", delete(remove))
        .with_state(app.clone());
    let stop = Stop::default();
    tokio::select! {
        ran = app.host.run(&stop) => Ok(ran?),
        served = axum::serve(listener, router) => Ok(served?),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "./backend".into());
    serve(TcpListener::bind("127.0.0.1:8788").await?, FilePath::new(&folder)).await
}
