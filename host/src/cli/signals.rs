//! The signals that ask a program to stop.

use std::io;

use anyhow::Context;

use crate::worker::Stop;

/// From now on Ctrl-C and SIGTERM only ask to stop, and a second one ends the program.
pub(super) fn stop() -> anyhow::Result<Stop> {
    let stop = Stop::default();
    let signals = Signals::catch().context("signals cannot be caught")?;
    tokio::spawn(signals.ask(stop.clone()));
    Ok(stop)
}

/// The signals that end a program.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that end a program: Ctrl-C alone, where there is no other.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

impl Signals {
    /// Asks to stop at the first signal, and ends the program at the second: nothing that is stored is lost by that.
    async fn ask(mut self, stop: Stop) {
        self.next().await;
        tracing::info!("stopping; a second signal stops at once");
        stop.ask();
        self.next().await;
        std::process::exit(130);
    }
}

/// SIGHUP, which from the moment it is caught ends the program no more.
#[cfg(unix)]
pub(super) struct Hangups(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    pub(super) fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::hangup())?))
    }

    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending().await
        }
    }
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub(super) struct Hangups;

#[cfg(not(unix))]
impl Hangups {
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        std::future::pending().await
    }
}
