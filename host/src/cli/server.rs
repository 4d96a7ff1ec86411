//! What `demo` and `serve` share: HTTP and the worker, until somebody asks them to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;

use crate::domain::ports::Mailer;
use crate::http::{self, App, Mode};
use crate::wiring::Parts;
use crate::worker::{Courier, Pauses, Stop, Worker};

/// A server that listens and does not answer yet.
pub(super) struct Server {
    listener: TcpListener,
    stop: Stop,
}

impl Server {
    /// Listens on an address; port 0 stands for any that is free. From now on Ctrl-C and SIGTERM only ask to stop.
    pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                anyhow!("`{address}` is used by another program: choose another port with `--listen`")
            }
            _ => anyhow::Error::new(error).context(format!("`{address}` cannot be listened on")),
        })?;
        let stop = Stop::default();
        let signals = Signals::catch().context("signals cannot be caught")?;
        tokio::spawn(signals.ask(stop.clone()));
        Ok(Self { listener, stop })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers, sends mail and reviews, until it is time to stop.
    pub(super) async fn run(
        self,
        parts: Parts,
        mailer: Arc<dyn Mailer>,
        mode: Mode,
        pauses: Pauses,
    ) -> anyhow::Result<()> {
        let Self { listener, stop } = self;
        let Parts { engine, store, clock, contacts, reviews, events, directories: _ } = parts;
        store.use_policy(&engine.identity().fingerprint).await?;
        let courier = Courier::new(store.clone(), events, mailer, clock);
        let worker = Worker::new(courier, reviews, contacts.clone(), pauses);
        let router = http::router(App::new(contacts, engine, store, mode));
        let serve = async {
            let asked = stop.clone();
            let served = http::serve(listener, router, async move { asked.asked().await }).await;
            stop.ask();
            served.context("the server cannot accept connections")
        };
        let (served, ()) = tokio::join!(serve, worker.run(&stop));
        served
    }
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
