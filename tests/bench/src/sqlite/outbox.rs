//! How fast queued mail goes to a real SMTP server.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params};
use security_contact_host::domain::Events;
use security_contact_host::mail::{Sender, SmtpMailer};
use security_contact_host::worker::{Courier, Stop};
use tokio::runtime::Runtime;

use super::data::Copy;
use super::{connect, store};
use crate::Bench;
use crate::accounts::{Kind, id};
use crate::figure::{Figure, Point};
use crate::people;
use crate::turns::seconds;

/// The server that the tests use, which takes every mail and reads it with a parser of its own.
struct Peer {
    process: Child,
    port: u16,
    reader: Option<JoinHandle<usize>>,
}

impl Peer {
    fn start() -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../smtp");
        let mut command = Command::new("node");
        command.arg("peer.mjs").current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("the SMTP server needs `node` on PATH")?;
        let mut lines = BufReader::new(process.stdout.take().context("the SMTP server has no output")?).lines();
        let port = lines.next().context("the SMTP server ended at once")??.parse()?;
        Ok(Self { process, port, reader: Some(thread::spawn(move || lines.count())) })
    }

    /// How many mails it took until its end.
    fn stop(mut self) -> Result<usize> {
        drop(self.process.stdin.take());
        let reader = self.reader.take().context("the SMTP server was stopped before")?;
        reader.join().map_err(|_| anyhow::anyhow!("the SMTP server's output could not be read"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It is of no use any more, however it ends.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Mails a second with more and more of them waiting.
pub(crate) fn throughput(bench: &Bench) -> Result<Vec<Figure>> {
    let sizes: &[u32] = if bench.quick { &[100, 1_000] } else { &[100, 1_000, 10_000] };
    let figure = |&waiting: &u32| -> Result<Figure> {
        let took = deliver(bench, waiting)?;
        Ok(Figure::Point(Point::new("outbox", "SQLite", f64::from(waiting), f64::from(waiting) / took)))
    };
    sizes.iter().map(figure).collect()
}

fn deliver(bench: &Bench, waiting: u32) -> Result<f64> {
    let copy = Copy::of(bench, Kind::quiet(10_000))?;
    queue(&mut connect(&copy.path())?, waiting)?;
    let (store, clock, peer) = (store(&copy.path())?, bench.clock()?, Peer::start()?);
    let events = Arc::new(Events::new(bench.engine()?, store.clone(), clock.clone()));
    let sender = Sender::new("security@example.com", "Security")?;
    let mailer = Arc::new(SmtpMailer::from_url(&format!("smtp://127.0.0.1:{}", peer.port), sender)?);
    let courier = Courier::new(store, events, mailer, clock);
    let runtime = Runtime::new()?;
    let mut delivered = None;
    let took = seconds(|| delivered = Some(runtime.block_on(courier.deliver_due(&Stop::default()))));
    let delivered = delivered.transpose()?.unwrap_or_default();
    drop((courier, runtime));
    let taken = peer.stop()?;
    ensure!(
        delivered.sent == u64::from(waiting) && taken == waiting as usize,
        "{taken} taken of {waiting}: {delivered:?}"
    );
    Ok(took)
}

/// As many mails as that, one an account.
fn queue(connection: &mut Connection, waiting: u32) -> Result<()> {
    let now = people::now()?.millis();
    let tx = connection.transaction()?;
    let mut insert = tx.prepare(
        "INSERT INTO outbox (account_id, to_user, address, message, message_id, queued_at, trying_since, state, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 'pending', ?6)",
    )?;
    for number in 0..waiting {
        let (to, address) = (format!("u-{number}-2"), format!("person-{number}@example.com"));
        let message_id = format!("<{number:032x}@security-contact>");
        insert.execute(params![id(number), to, address, crate::MESSAGE, message_id, now])?;
    }
    drop(insert);
    Ok(tx.commit()?)
}
