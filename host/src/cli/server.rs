//! What `demo` and `serve` share: HTTP and the worker, until somebody asks them to stop.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;

use super::operate::{Operate, Operation};
use super::reload::Reload;
use crate::http::{self, App, Limits, Mode};
use crate::wiring::Parts;
use crate::worker::Worker;

/// A server that listens and does not answer yet.
pub(super) struct Server {
    listener: TcpListener,
    operation: Operation,
}

impl Server {
    /// Listens on an address; port 0 stands for any that is free. From now on signals only ask to stop.
    pub(super) async fn listen(address: SocketAddr, operate: &Operate) -> anyhow::Result<Self> {
        Ok(Self { listener: bind(address, "--listen").await?, operation: operate.begin().await? })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// How it is operated.
    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Answers within the limits, and works if there is a worker, until it is time to stop. What it has read is read anew
    /// at SIGHUP.
    pub(super) async fn run(
        self,
        reload: Reload,
        parts: Parts,
        mode: Mode,
        limits: Limits,
        worker: Option<Worker>,
    ) -> anyhow::Result<()> {
        let Self { listener, operation } = self;
        let (stop, metrics) = (operation.stop().clone(), operation.metrics());
        let Parts { current, store, clock, contacts, directories, events, .. } = &parts;
        let app = App::new(contacts.clone(), directories.clone(), events.clone(), current.clone(), store.clone(), mode);
        let router = http::router(app.limited(limits, clock.clone()).measured(metrics));
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
        operation.run(&parts, reload, async { tokio::join!(serve, work).0 }).await
    }
}

/// Listens on the address that an option names.
pub(super) async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("`{address}` is used by another program: choose another port with `{option}`")
        }
        _ => anyhow::Error::new(error).context(format!("`{address}` cannot be listened on")),
    })
}
