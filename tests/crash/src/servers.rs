//! Servers that run for as long as they are wanted.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fastrand::Rng;
use tempfile::TempDir;

use crate::peer::Peer;
use crate::process::Process;
use crate::stage::{PATIENCE, Stage};
use crate::traffic::TOKEN;

/// The servers of a run.
pub(crate) struct Servers<'s> {
    stage: &'s Stage,
    options: Vec<OsString>,
    running: Vec<Running>,
    wanted: usize,
    /// How long a start takes.
    pub(crate) start: Duration,
    /// The files that servers are told their secrets by.
    _secrets: TempDir,
}

/// A server that was started.
struct Running {
    process: Arc<Process>,
    began: Instant,
    has_answered: bool,
}

impl<'s> Servers<'s> {
    /// That many servers with their mail and reviews, none of which runs yet.
    pub(crate) fn new(stage: &'s Stage, peer: &Peer, wanted: usize) -> Result<Self> {
        let secrets = TempDir::with_prefix("security-contact-crash-")?;
        let [token, url] = ["token", "smtp-url"].map(|name| secrets.path().join(name));
        fs::write(&token, TOKEN)?;
        fs::write(&url, peer.url())?;
        // What died is to be taken up again soon, so that a run sees it.
        let words = "serve --listen 127.0.0.1:0 --log info --mail-from security@example.com \
                     --review-every 1 --retry-after 1 --lease 2 --requests-per-account 0 --token-file";
        let mut options: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        options.extend([token.into(), "--smtp-url-file".into(), url.into()]);
        Ok(Self { stage, options, running: Vec::new(), wanted, start: Duration::from_millis(300), _secrets: secrets })
    }

    /// The same servers, with an option more from their next start on.
    pub(crate) fn with_option(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.options.extend([name.into(), value.as_ref().to_owned()]);
        self
    }

    /// Starts a server, which does not answer yet and is not one of those that are wanted.
    pub(crate) fn start(&self) -> Result<Arc<Process>> {
        let mut command = self.stage.program.command(&self.options);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let server = Arc::new(Process::start(&mut command)?);
        if let Some(log) = server.take_stderr() {
            self.stage.board.follow(server.id(), log);
        }
        Ok(server)
    }

    /// Starts servers until there are as many as wanted. They may not answer yet.
    pub(crate) fn start_missing(&mut self) -> Result<()> {
        self.bury()?;
        while self.running.len() < self.wanted {
            let process = self.start()?;
            self.running.push(Running { process, began: Instant::now(), has_answered: false });
        }
        Ok(())
    }

    /// Starts servers until there are as many as wanted, and waits until all answer.
    pub(crate) fn keep_running(&mut self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            self.start_missing()?;
            let Some(next) = self.running.iter_mut().find(|server| !server.has_answered) else { return Ok(()) };
            if self.stage.board.wait_for(next.process.id(), PATIENCE).is_some() {
                next.has_answered = true;
                self.start = next.began.elapsed();
            } else if Instant::now() > until {
                bail!("no server starts: {}", self.stage.board.forget(next.process.id()).join("\n"));
            } else {
                // It is on its way out, if not there yet.
                next.process.wait()?;
            }
        }
    }

    /// Kills one of them, and says whether that ended it.
    pub(crate) fn kill_one(&mut self, rng: &mut Rng) -> Result<bool> {
        let victim = self.running.swap_remove(rng.usize(..self.running.len())).process;
        let was_killed = victim.kill()?;
        self.stage.board.forget(victim.id());
        Ok(was_killed)
    }

    /// Notes servers that ended although nobody killed them.
    fn bury(&mut self) -> Result<()> {
        for number in (0..self.running.len()).rev() {
            let Some(status) = self.running[number].process.ended()? else { continue };
            let Running { process, has_answered, .. } = self.running.swap_remove(number);
            let words = self.stage.board.forget(process.id());
            // One that finds no store may not start.
            if has_answered || !self.stage.store_may_fail {
                let last = words.last().cloned().unwrap_or_default();
                self.stage.note(|ledger| ledger.add_violation("server_ended", format!("{status}: {last}")));
            }
        }
        Ok(())
    }

    /// Has every server end as it does when it is asked to.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.bury()?;
        for Running { process, .. } in self.running.drain(..) {
            let status = process.stop()?;
            self.stage.board.forget(process.id());
            if !status.success() {
                self.stage.note(|ledger| ledger.add_violation("server_ended", format!("asked to stop: {status}")));
            }
        }
        Ok(())
    }
}
