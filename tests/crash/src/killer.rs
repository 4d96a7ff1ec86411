//! Whoever kills: servers at work and at their start, imports, reviews, and the processes of the store itself.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fastrand::Rng;
use serde::Serialize;
use tempfile::TempDir;

use crate::peer::Peer;
use crate::process::Process;
use crate::stage::{Job, PATIENCE, Stage};
use crate::store::Store;
use crate::traffic::TOKEN;

/// The longest time that a kill comes after what it waited for.
const AFTER_WORK_MICROS: u64 = 4_000;

/// How many operations are acknowledged at most between two kills of servers at work.
const MAX_WORK: u64 = 25;

/// How many kills there were of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kills {
    /// Servers that answered requests.
    pub servers: u32,
    /// Servers that had just been started.
    pub starts: u32,
    /// `import`, at any point of it.
    pub imports: u32,
    /// `review`, at any point of it.
    pub reviews: u32,
    /// `events send`, at any point of it.
    pub events: u32,
    /// Processes of the database server.
    pub backends: u32,
}

impl Kills {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.servers + self.starts + self.imports + self.reviews + self.events + self.backends
    }
}

/// Keeps servers running, and kills them.
pub(crate) struct Killer<'s> {
    stage: &'s Stage,
    store: &'s Store,
    rng: Rng,
    /// The files that servers are told their secrets by.
    secrets: TempDir,
    servers: Vec<Arc<Process>>,
    wanted: usize,
    /// How long a start takes.
    start: Duration,
    pub(crate) kills: Kills,
}

/// What is killed next.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Server,
    Start,
    Job(Job),
    Backend,
}

impl<'s> Killer<'s> {
    /// Somebody who keeps that many servers running.
    pub(crate) fn new(stage: &'s Stage, store: &'s Store, peer: &Peer, servers: usize, rng: Rng) -> Result<Self> {
        let secrets = TempDir::with_prefix("security-contact-crash-")?;
        fs::write(secrets.path().join("token"), TOKEN)?;
        fs::write(secrets.path().join("smtp-url"), peer.url())?;
        let (servers, wanted, kills) = (Vec::new(), servers, Kills::default());
        Ok(Self { stage, store, rng, secrets, servers, wanted, start: Duration::from_millis(300), kills })
    }

    /// Kills once, and has everything running again afterwards or on its way there.
    pub(crate) fn kill_once(&mut self) -> Result<()> {
        let before = self.kills.all();
        let until = Instant::now() + PATIENCE;
        while self.kills.all() == before {
            if Instant::now() > until {
                bail!("nothing could be killed for {PATIENCE:?}");
            }
            match self.next_victim() {
                Victim::Server => self.kill_server()?,
                Victim::Start => self.kill_start()?,
                Victim::Job(job) => self.kill_job(job, Duration::from_secs(5))?,
                Victim::Backend => self.kill_backend()?,
            }
        }
        Ok(())
    }

    /// Kills imports alone, that many at most, for as long as somebody imports.
    pub(crate) fn kill_imports<T>(&mut self, kills: u32, importing: &ScopedJoinHandle<'_, T>) -> Result<()> {
        while self.kills.all() < kills && !importing.is_finished() {
            self.kill_job(Job::Import, Duration::from_millis(100))?;
        }
        Ok(())
    }

    fn next_victim(&mut self) -> Victim {
        match self.rng.u32(..20) {
            0..=8 => Victim::Server,
            9..=11 => Victim::Start,
            12..=14 => Victim::Job(Job::Import),
            15..=16 => Victim::Job(Job::Review),
            _ => Victim::Backend,
        }
    }

    /// Kills a server in the middle of its work.
    fn kill_server(&mut self) -> Result<()> {
        self.keep_running()?;
        let work = self.rng.u64(..=MAX_WORK);
        self.stage.wait_for_acknowledgements(work, Duration::from_secs(5));
        self.pause(AFTER_WORK_MICROS);
        let victim = self.servers.swap_remove(self.rng.usize(..self.servers.len()));
        self.kills.servers += u32::from(victim.kill()?);
        self.stage.board.forget(victim.id());
        self.keep_running()
    }

    /// Kills a server that is about to start.
    fn kill_start(&mut self) -> Result<()> {
        let starting = self.start_server()?;
        self.pause(u64::try_from(self.start.as_micros())?);
        self.kills.starts += u32::from(starting.kill()?);
        self.stage.board.forget(starting.id());
        Ok(())
    }

    /// Kills a command that runs beside the servers.
    fn kill_job(&mut self, job: Job, patience: Duration) -> Result<()> {
        let Some((process, took)) = self.stage.next(job, patience) else { return Ok(()) };
        self.pause(u64::try_from(took.unwrap_or(self.start).as_micros())?);
        let was_killed = u32::from(process.kill()?);
        match job {
            Job::Import => self.kills.imports += was_killed,
            Job::Review => self.kills.reviews += was_killed,
            Job::Event => self.kills.events += was_killed,
        }
        Ok(())
    }

    fn kill_backend(&mut self) -> Result<()> {
        self.keep_running()?;
        let work = self.rng.u64(..=MAX_WORK);
        self.stage.wait_for_acknowledgements(work, Duration::from_secs(5));
        self.pause(AFTER_WORK_MICROS);
        self.kills.backends += u32::from(self.store.kill_backend(&mut self.rng)?);
        Ok(())
    }

    /// Starts servers until there are as many as wanted, and waits until all answer.
    pub(crate) fn keep_running(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        self.bury()?;
        while self.servers.len() < self.wanted {
            let began = Instant::now();
            let server = self.start_server()?;
            if self.stage.board.wait_for(server.id(), PATIENCE).is_some() {
                self.start = began.elapsed();
                self.servers.push(server);
                continue;
            }
            let words = self.stage.board.forget(server.id());
            if !self.stage.store_may_fail || Instant::now() > until {
                bail!("a server does not start: {}", words.join("\n"));
            }
        }
        Ok(())
    }

    /// Notes servers that ended although nobody killed them.
    fn bury(&mut self) -> Result<()> {
        for number in (0..self.servers.len()).rev() {
            if let Some(status) = self.servers[number].ended()? {
                let words = self.stage.board.forget(self.servers.swap_remove(number).id());
                let last = words.last().cloned().unwrap_or_default();
                self.stage.note(|ledger| ledger.add_violation("server_ended", format!("{status}: {last}")));
            }
        }
        Ok(())
    }

    fn start_server(&self) -> Result<Arc<Process>> {
        let mut command = self.stage.program.command(["serve", "--listen", "127.0.0.1:0", "--log", "info"]);
        command.arg("--token-file").arg(self.secret("token")).arg("--smtp-url-file").arg(self.secret("smtp-url"));
        command.args(["--mail-from", "security@example.com"]);
        // What died is to be taken up again soon, so that a run sees it.
        command.args(["--review-every", "1", "--retry-after", "1", "--lease", "2"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let server = Arc::new(Process::start(&mut command)?);
        if let Some(log) = server.take_stderr() {
            self.stage.board.follow(server.id(), log);
        }
        Ok(server)
    }

    fn secret(&self, name: &str) -> PathBuf {
        self.secrets.path().join(name)
    }

    /// Has every server end as it does when it is asked to.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.bury()?;
        for server in self.servers.drain(..) {
            let status = server.stop()?;
            if !status.success() {
                self.stage.note(|ledger| ledger.add_violation("server_ended", format!("asked to stop: {status}")));
            }
        }
        Ok(())
    }

    /// A random part of that time.
    fn pause(&mut self, micros: u64) {
        thread::sleep(Duration::from_micros(self.rng.u64(..=micros)));
    }
}
