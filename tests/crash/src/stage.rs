//! What the threads of a run share.

use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::board::Board;
use crate::ledger::Ledger;
use crate::process::{Ended, Process, Program, lock, piped};

/// Longer than any command or request takes, with kills and all, unless something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Commands that run beside the servers, and may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Import,
    Review,
    Event,
    /// What an operator does when all is quiet; it is not killed.
    Operate,
}

/// What the threads of a run share.
pub(crate) struct Stage {
    pub(crate) program: Program,
    pub(crate) board: Board,
    pub(crate) ledger: Mutex<Ledger>,
    /// The accounts that writers know of.
    pub(crate) accounts: Mutex<Vec<String>>,
    /// Whether a command or a request may fail because the store is down for a moment.
    pub(crate) store_may_fail: bool,
    acknowledged: Condvar,
    jobs: Mutex<Vec<Running>>,
    job_began: Condvar,
    is_over: AtomicBool,
}

/// A command that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    job: Job,
    /// How many commands were begun before it.
    number: usize,
    process: Arc<Process>,
    /// How long it took to its end, if it got there.
    took: Option<Duration>,
}

impl Stage {
    pub(crate) fn new(program: Program, store_may_fail: bool) -> Self {
        Self {
            program,
            board: Board::default(),
            ledger: Mutex::default(),
            accounts: Mutex::default(),
            store_may_fail,
            acknowledged: Condvar::new(),
            jobs: Mutex::default(),
            job_began: Condvar::new(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Nothing new is begun from now on.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Notes something in the ledger.
    pub(crate) fn note<T>(&self, note: impl FnOnce(&mut Ledger) -> T) -> T {
        let noted = note(&mut lock(&self.ledger));
        self.acknowledged.notify_all();
        noted
    }

    /// What was wrong before the run could not go on, for people.
    pub(crate) fn found_so_far(&self) -> String {
        let found: Vec<String> = lock(&self.ledger).found.iter().map(ToString::to_string).collect();
        format!("the run cannot go on; violations so far: {found:#?}")
    }

    /// Waits until that many more operations were acknowledged, or for as long as patience lasts.
    pub(crate) fn wait_for_acknowledgements(&self, more: u64, patience: Duration) {
        let until = Instant::now() + patience;
        let mut ledger = lock(&self.ledger);
        let enough = ledger.acknowledged() + more;
        while ledger.acknowledged() < enough {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return };
            (ledger, _) = self.acknowledged.wait_timeout(ledger, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Runs a command to its end, or until somebody kills it.
    pub(crate) fn run(&self, job: Job, command: &mut Command) -> Result<Ended> {
        let process = Arc::new(Process::start(piped(command)).context("the program cannot be started")?);
        let began = Instant::now();
        let number = {
            let mut jobs = lock(&self.jobs);
            let number = jobs.last().map_or(0, |running| running.number + 1);
            let took = jobs.iter().find(|running| running.job == job).and_then(|running| running.took);
            jobs.retain(|running| running.job != job);
            jobs.push(Running { job, number, process: process.clone(), took });
            number
        };
        self.job_began.notify_all();
        let ended = process.read_to_end()?;
        if ended.status.success()
            && let Some(running) = lock(&self.jobs).iter_mut().find(|running| running.number == number)
        {
            running.took = Some(began.elapsed());
        }
        Ok(ended)
    }

    /// The next command of that kind, as soon as it begins, and how long the last one took.
    pub(crate) fn next(&self, job: Job, patience: Duration) -> Option<(Arc<Process>, Option<Duration>)> {
        let until = Instant::now() + patience;
        let mut jobs = lock(&self.jobs);
        let after = jobs.last().map(|running| running.number);
        loop {
            let found = jobs.iter().find(|running| running.job == job && Some(running.number) > after);
            if let Some(running) = found {
                return Some((running.process.clone(), running.took));
            }
            let left = until.checked_duration_since(Instant::now())?;
            (jobs, _) = self.job_began.wait_timeout(jobs, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A file with these lines, for as long as somebody holds it.
pub(crate) fn file_of(lines: &[String]) -> Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    file.write_all(lines.join("\n").as_bytes())?;
    Ok(file)
}
