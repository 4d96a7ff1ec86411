//! A read over HTTP, beside a bare route with the same query.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use axum::extract::{Path as Captured, State};
use axum::routing::get;
use axum::{Json, Router};
use rusqlite::types::Value as Column;
use security_contact_host::auth::{Authenticator, Scope, ServiceTokens};
use security_contact_host::domain::ports::Clock;
use security_contact_host::domain::{Contacts, Directories, Events};
use security_contact_host::engine::Engine;
use security_contact_host::http::{App, Mode, router, serve};
use security_contact_host::store::sqlite::{OpenMode, SqliteStore};
use security_contact_policy::Rules;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::accounts::{Kind, id};
use crate::clock::Still;
use crate::figure::{Figure, Row};
use crate::sqlite::{bare, connect, kept};
use crate::turns::{Turns, seconds};
use crate::{Bench, MICROSECONDS, people};

const CONNECTIONS: u32 = 64;
/// So many requests of each connection take a tenth of a second or some.
const REQUESTS: u32 = 40;
const ACCOUNTS: u32 = 10_000;
const TOKEN: &str = "a-token-that-nobody-else-has-0123456789";

/// What a request takes when 64 connections wait for one each.
pub(crate) fn against_bare(bench: &Bench) -> Result<Vec<Figure>> {
    let path = kept(bench, Kind::quiet(ACCOUNTS))?;
    let (ours, bare) = (Server::start("serve", &path)?, Server::start("serve-bare", &path)?);
    let runtime = Runtime::new()?;
    let turns = Turns::take(bench.short(), || load(&runtime, ours.port), || load(&runtime, bare.port))?;
    Ok(vec![Figure::Row(Row::of("http-get-vs-bare", "µs", &turns.scaled(MICROSECONDS)))])
}

/// A process that serves.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(task: &str, path: &Path) -> Result<Self> {
        let mut own = Command::new(std::env::current_exe()?);
        let mut child = own.args(["task", task]).arg(path).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("the server says nothing")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self { child, port: line.trim().parse().context("the server names no port")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is of no use any more, however it ends.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds for each request.
fn load(runtime: &Runtime, port: u16) -> Result<f64> {
    let mut done = Ok(());
    let took = seconds(|| {
        done = runtime.block_on(async {
            let tasks: Vec<_> = (0..CONNECTIONS).map(|number| tokio::spawn(requests(port, number))).collect();
            for task in tasks {
                task.await??;
            }
            Ok::<_, anyhow::Error>(())
        });
    });
    done?;
    Ok(took / f64::from(CONNECTIONS * REQUESTS))
}

/// One connection's requests, one after the other.
async fn requests(port: u16, connection: u32) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 << 10];
    for number in 0..REQUESTS {
        let account = (connection * REQUESTS + number) * 7919 % ACCOUNTS;
        let request = format!(
            "GET /v1/accounts/{}/security-contact HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\
             security-contact-person: u-{account}-1\r\n\r\n",
            id(account)
        );
        stream.write_all(request.as_bytes()).await?;
        answer(&mut stream, &mut buffer).await?;
    }
    Ok(())
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let (mut filled, mut whole) = (0, None);
    while whole.is_none_or(|whole| filled < whole) {
        let read = stream.read(&mut buffer[filled..]).await?;
        ensure!(read > 0, "the server hung up");
        filled += read;
        whole = length(&buffer[..filled])?;
    }
    Ok(())
}

/// How long the answer is, once its head is there.
fn length(bytes: &[u8]) -> Result<Option<usize>> {
    let text = String::from_utf8_lossy(bytes);
    let Some(end) = text.find("\r\n\r\n") else { return Ok(None) };
    ensure!(text.starts_with("HTTP/1.1 200"), "the server answered {}", text.lines().next().unwrap_or_default());
    let head = text[..end].to_ascii_lowercase();
    let body =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("an answer without length")?;
    Ok(Some(end + 4 + body.trim().parse::<usize>()?))
}

/// The task of a server's process: the host's own routes, with the log that a server writes.
pub(crate) fn run(path: &Path) -> Result<()> {
    let log = tracing_subscriber::fmt().with_writer(std::fs::File::create("/dev/null").map(Mutex::new)?);
    log.init();
    let engine = Arc::new(Engine::embedded(&Rules::default())?);
    let store = Arc::new(SqliteStore::open(path, OpenMode::Existing)?);
    let clock: Arc<dyn Clock> = Arc::new(Still(people::now()?));
    let contacts = Arc::new(Contacts::new(engine.clone(), store.clone(), clock.clone()));
    let directories = Arc::new(Directories::new(engine.clone(), store.clone(), clock.clone()));
    let events = Arc::new(Events::new(engine.clone(), store.clone(), clock.clone()));
    let mut tokens = ServiceTokens::default();
    tokens.accept("bench", TOKEN, &Scope::ALL, clock.now())?;
    let callers = Arc::new(Authenticator::new(None, tokens, clock));
    listen(router(App::new(contacts, directories, events, engine, store, Mode::Proven(callers))))
}

/// The task of the other server's process: one query, and its columns as JSON.
pub(crate) fn run_bare(path: &Path) -> Result<()> {
    let connections = (0..4).map(|_| Ok(Mutex::new(connect(path)?))).collect::<Result<Vec<_>>>()?;
    let state = Arc::new(connections);
    listen(Router::new().route("/v1/accounts/{account}/security-contact", get(read_bare)).with_state(state))
}

async fn read_bare(
    State(connections): State<Arc<Vec<Mutex<rusqlite::Connection>>>>,
    Captured(account): Captured<String>,
) -> Json<Value> {
    let read = tokio::task::spawn_blocking(move || {
        let free = connections.iter().find_map(|connection| connection.try_lock().ok());
        let connection = free.or_else(|| connections.first()?.lock().ok())?;
        bare::row(&connection, &account).ok()
    });
    let columns = read.await.ok().flatten().unwrap_or_default();
    let text = |column: usize| columns.get(column).map(plain);
    Json(json!({
        "account": { "id": text(0), "name": text(1) },
        "version": text(4),
        "contact": { "userId": text(21), "name": text(27), "email": text(28), "role": text(22), "lastLoginAt": text(25) },
        "designation": { "userId": text(18), "since": text(19), "by": text(20) },
    }))
}

fn plain(column: &Column) -> Value {
    match column {
        Column::Integer(number) => (*number).into(),
        Column::Text(text) => text.as_str().into(),
        _ => Value::Null,
    }
}

fn listen(routes: Router) -> Result<()> {
    Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        Ok(serve(listener, routes, std::future::pending()).await?)
    })
}
