//! What `demo` and `serve` share: HTTP and the worker, until somebody asks them to stop.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;

use super::signals;
use crate::http::{self, App, Limits, Mode};
use crate::wiring::Parts;
use crate::worker::{Stop, Worker};

/// A server that listens and does not answer yet.
pub(super) struct Server {
    listener: TcpListener,
    stop: Stop,
}

impl Server {
    /// Listens on an address; port 0 stands for any that is free. From now on signals only ask to stop.
    pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                anyhow!("`{address}` is used by another program: choose another port with `--listen`")
            }
            _ => anyhow::Error::new(error).context(format!("`{address}` cannot be listened on")),
        })?;
        Ok(Self { listener, stop: signals::stop()? })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers within the limits, and works if there is a worker, until it is time to stop.
    pub(super) async fn run(
        self,
        parts: Parts,
        mode: Mode,
        limits: Limits,
        worker: Option<Worker>,
    ) -> anyhow::Result<()> {
        let Self { listener, stop } = self;
        let Parts { engine, store, clock, contacts, directories, events, .. } = parts;
        let app = App::new(contacts, directories, events, engine, store, mode);
        let router = http::router(app.limited(limits, clock));
        let serve = async {
            let asked = stop.clone();
            let served = http::serve(listener, router, async move { asked.asked().await }).await;
            stop.ask();
            served.context("the server cannot accept connections")
        };
        let work = async {
            if let Some(worker) = worker {
                worker.run(&stop).await;
            }
        };
        let (served, ()) = tokio::join!(serve, work);
        served
    }
}
