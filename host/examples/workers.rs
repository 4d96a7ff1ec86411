//! Several workers on one PostgreSQL database: each mail is sent by one of them.
//!
//! ```sh
//! DATABASE_URL=postgres://user:password@localhost/contacts cargo run --release --example workers
//! ```
//!
//! Here they are tasks of one process, which shows their work side by side. Nothing changes when each is a process on a
//! machine of its own: they coordinate through the database alone.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use security_contact_host::domain::model::{AccountId, DirectoryEntry, Member, NewEvent};
use security_contact_host::domain::ports::{RenderedMail, SendError};
use security_contact_host::policy::{Event, EventKind, Severity, UserId};
use security_contact_host::store::postgres::PostgresStore;
use security_contact_host::worker::Stop;
use security_contact_host::{Host, Mailer};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

const WORKERS: usize = 3;

/// Tells which worker sent what.
struct Post(usize, UnboundedSender<(usize, RenderedMail)>);

#[async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &RenderedMail) -> Result<(), SendError> {
        self.1.send((self.0, mail.clone())).map_err(|_| SendError::Temporary("nobody takes mail any more".into()))
    }
}

/// A host of its own on the database, as every process has one.
async fn host(url: &str, mailer: Arc<dyn Mailer>) -> Result<Host, Box<dyn Error + Send + Sync>> {
    let store = PostgresStore::connect(url, PostgresStore::CONNECTIONS).await?;
    Ok(Host::builder().store(Arc::new(store)).mailer(mailer).build()?)
}

/// An account of one person, which this backend brings by itself instead of a directory.
async fn add_account(host: &Host, account: &AccountId) -> Result<(), Box<dyn Error + Send + Sync>> {
    let owner: UserId = "olga".parse()?;
    let person = serde_json::from_str(
        r#"{"id":"olga","role":"owner","accountSettings":"none","status":"active","lastLoginAt":null,"staffRole":null}"#,
    )?;
    let olga = Member::new(person, "Olga".parse()?, Some(format!("olga@{account}.example").parse()?));
    let profile = Some((account.as_str().parse()?, owner));
    let entry = DirectoryEntry { account: account.clone(), profile, people: vec![olga], left: Vec::new() };
    Ok(host.directories().put_one(&entry).await??)
}

/// Queues an event for each of so many accounts, and runs the workers until all are sent.
pub(crate) async fn run(
    url: &str,
    accounts: usize,
) -> Result<Vec<(usize, RenderedMail)>, Box<dyn Error + Send + Sync>> {
    let (sender, mut sent) = unbounded_channel();
    let backend = host(url, Arc::new(Post(0, sender.clone()))).await?;
    let event = Event { kind: EventKind::ActionRequired, severity: Severity::High };
    for number in 0..accounts {
        let account = format!("account-{number}").parse()?;
        add_account(&backend, &account).await?;
        let event = NewEvent { key: "rotate-keys".parse()?, event, text: "Rotate your API keys.".parse()? };
        backend.dispatch(&account, &event).await?;
    }
    let stop = Stop::default();
    let mut workers = JoinSet::new();
    for number in 1..=WORKERS {
        let (host, stop) = (host(url, Arc::new(Post(number, sender.clone()))).await?, stop.clone());
        workers.spawn(async move { host.run(&stop).await });
    }
    let mut mails = Vec::new();
    while mails.len() < accounts
        && let Some(mail) = sent.recv().await
    {
        mails.push(mail);
    }
    stop.ask();
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    // What was sent twice would be here by now.
    while let Ok(mail) = sent.try_recv() {
        mails.push(mail);
    }
    Ok(mails)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    for (worker, mail) in run(&std::env::var("DATABASE_URL")?, 20).await? {
        println!("worker {worker} sent `{}`", mail.subject);
    }
    Ok(())
}
