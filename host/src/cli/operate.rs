//! What every program that runs for long does beside its work: it answers whoever operates it, reads its rules anew when
//! it is told to, and ends within a time that is known.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;

use super::options::Options;
use super::reload::Reload;
use super::server::bind;
use super::signals::{self, Hangups};
use super::traces::Traces;
use crate::http;
use crate::metrics::Metrics;
use crate::wiring::{self, IfMissing, Parts};
use crate::worker::Stop;

/// How long the end may take, in seconds, unless the options say otherwise: a mail in hand takes at most half a minute.
const STOP_WITHIN: u64 = 40;

/// How a program is operated.
#[derive(Args)]
#[command(next_help_heading = "Operation")]
pub(super) struct Operate {
    /// Where to answer `/metrics`, `/healthz` and `/readyz`, as in `127.0.0.1:9090`: on this machine, since it needs no
    /// token
    #[arg(long, value_name = "ADDRESS", value_parser = loopback)]
    metrics_listen: Option<SocketAddr>,
    /// How long requests and mails in hand may take to end when the program is asked to stop, in seconds
    ///
    /// Requests have at most 10 of these seconds. What is not finished by then is broken off: an import is to be sent once
    /// more. Nothing that is stored is lost by that, but a mail can come twice, with
    /// the same Message-ID.
    #[arg(long, value_name = "SECONDS", default_value_t = STOP_WITHIN, value_parser = clap::value_parser!(u64).range(1..=600))]
    stop_within: u64,
    #[command(flatten)]
    pub(super) traces: Traces,
}

impl Operate {
    /// How `demo` is operated.
    pub(super) const PLAIN: Self = Self { metrics_listen: None, stop_within: STOP_WITHIN, traces: Traces::NONE };

    /// Listens and catches signals from now on.
    pub(super) async fn begin(&self) -> anyhow::Result<Operation> {
        let listener = match self.metrics_listen {
            Some(address) => Some(bind(address, "--metrics-listen").await?),
            None => None,
        };
        let (stop, hangups) = (signals::stop()?, Hangups::catch().context("signals cannot be caught")?);
        // Who counts also opens the spans of engine, store and requests.
        let metrics = (listener.is_some() || self.traces.endpoint().is_some()).then(Metrics::new);
        Ok(Operation { listener, metrics, stop, hangups, stop_within: Duration::from_secs(self.stop_within) })
    }
}

/// A program that is operated.
pub(super) struct Operation {
    listener: Option<TcpListener>,
    metrics: Option<Arc<Metrics>>,
    stop: Stop,
    hangups: Hangups,
    stop_within: Duration,
}

impl Operation {
    /// Hears when it is time to stop.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Counts, if somebody may read it or wants traces.
    pub(super) fn metrics(&self) -> Option<Arc<Metrics>> {
        self.metrics.clone()
    }

    /// Everything on the accounts, put together.
    pub(super) async fn open(&self, options: &Options) -> anyhow::Result<Parts> {
        match self.metrics() {
            None => options.open(IfMissing::Fail).await,
            Some(metrics) => {
                let (store, rules) = (options.store()?, options.rules_of_data()?);
                Ok(wiring::open_measured(&store, &rules, IfMissing::Fail, metrics).await?)
            }
        }
    }

    /// Does the work until it ends by itself, or was asked to stop and has had its time.
    pub(super) async fn run(
        self,
        parts: &Parts,
        mut reload: Reload,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let Self { listener, metrics, stop, hangups, stop_within } = self;
        let answer = async {
            let (Some(listener), Some(metrics)) = (listener, metrics) else { return std::future::pending().await };
            let metrics_listen = listener.local_addr().context("nobody can be told how it goes")?;
            tracing::info!(%metrics_listen, "telling how it goes");
            let Parts { current, store, clock, .. } = parts;
            let router = http::operations(metrics, current.clone(), store.clone(), clock.clone());
            // As long as the work goes on, its end included.
            http::serve(listener, router, std::future::pending()).await.context("nobody can be told how it goes")
        };
        let time_is_over = async {
            stop.asked().await;
            tokio::time::sleep(stop_within).await;
        };
        let reload = async {
            reload.run(hangups, &stop).await;
            std::future::pending().await
        };
        tokio::select! {
            result = work => result,
            result = answer => result,
            () = reload => Ok(()),
            () = time_is_over => {
                tracing::warn!("stopped before all that was in hand was finished: what was not comes again");
                Ok(())
            }
        }
    }
}

/// An address that only this machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "expected an address such as `127.0.0.1:9090`".to_owned())?;
    if [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address.ip()) {
        Ok(address)
    } else {
        Err("it needs no token, so that it is on `127.0.0.1` or `[::1]` only".to_owned())
    }
}
