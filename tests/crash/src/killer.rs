//! Whoever kills: servers at work and at their start, imports, reviews, and the processes of the store itself.

use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fastrand::Rng;
use serde::Serialize;

use crate::servers::Servers;
use crate::stage::{Job, PATIENCE, Stage};
use crate::store::Store;

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

/// Whoever kills.
pub(crate) struct Killer<'s> {
    stage: &'s Stage,
    store: &'s Store,
    rng: Rng,
    pub(crate) servers: Servers<'s>,
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
    pub(crate) fn new(stage: &'s Stage, store: &'s Store, servers: Servers<'s>, rng: Rng) -> Self {
        Self { stage, store, rng, servers, kills: Kills::default() }
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
            0..=7 => Victim::Server,
            8..=10 => Victim::Start,
            11..=13 => Victim::Job(Job::Import),
            14..=15 => Victim::Job(Job::Review),
            16 => Victim::Job(Job::Event),
            _ => Victim::Backend,
        }
    }

    /// Kills a server in the middle of its work.
    fn kill_server(&mut self) -> Result<()> {
        self.let_work()?;
        self.kills.servers += u32::from(self.servers.kill_one(&mut self.rng)?);
        self.servers.keep_running()
    }

    /// Kills a server that is about to start.
    fn kill_start(&mut self) -> Result<()> {
        let starting = self.servers.start()?;
        self.pause(u64::try_from(self.servers.start.as_micros())?);
        self.kills.starts += u32::from(starting.kill()?);
        self.stage.board.forget(starting.id());
        Ok(())
    }

    /// Kills a command that runs beside the servers.
    fn kill_job(&mut self, job: Job, patience: Duration) -> Result<()> {
        let Some((process, took)) = self.stage.next(job, patience) else { return Ok(()) };
        self.pause(u64::try_from(took.unwrap_or(self.servers.start).as_micros())?);
        let was_killed = u32::from(process.kill()?);
        match job {
            Job::Import => self.kills.imports += was_killed,
            Job::Review => self.kills.reviews += was_killed,
            Job::Event | Job::Operate => self.kills.events += was_killed,
        }
        Ok(())
    }

    fn kill_backend(&mut self) -> Result<()> {
        self.let_work()?;
        self.kills.backends += u32::from(self.store.kill_backend(&mut self.rng)?);
        Ok(())
    }

    /// Waits until servers have done something, and a little longer.
    fn let_work(&mut self) -> Result<()> {
        self.servers.keep_running()?;
        let work = self.rng.u64(..=MAX_WORK);
        self.stage.wait_for_acknowledgements(work, Duration::from_secs(5));
        self.pause(AFTER_WORK_MICROS);
        Ok(())
    }

    /// A random part of that time.
    fn pause(&mut self, micros: u64) {
        thread::sleep(Duration::from_micros(self.rng.u64(..=micros)));
    }
}
