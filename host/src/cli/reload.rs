//! SIGHUP: the rules are read anew, and hold as a whole or not at all.

use std::sync::Arc;

use super::options::Options;
use super::signals::Hangups;
use crate::domain::ports::Store;
use crate::engine::CurrentEngine;
use crate::metrics::Metrics;
use crate::wiring::Parts;
use crate::worker::Stop;

/// Reads the rules of a running program anew.
pub(super) struct Reload {
    options: Options,
    current: CurrentEngine,
    store: Arc<dyn Store>,
    /// Whether this program reviews: then what other rules have decided is due.
    reviews: bool,
    metrics: Option<Arc<Metrics>>,
}

impl Reload {
    pub(super) fn new(options: &Options, parts: &Parts, reviews: bool, metrics: Option<Arc<Metrics>>) -> Self {
        let (current, store) = (parts.current.clone(), parts.store.clone());
        Self { options: options.clone(), current, store, reviews, metrics }
    }

    /// Does so at each signal, until it is time to stop.
    pub(super) async fn run(&self, mut hangups: Hangups, stop: &Stop) {
        loop {
            tokio::select! {
                () = stop.asked() => return,
                () = hangups.next() => self.reload().await,
            }
        }
    }

    /// Reads the rules. Bad ones are told in the log, and those before stay.
    async fn reload(&self) {
        let result = match self.try_reload().await {
            Ok(true) => {
                let (engine, rules) = (self.current.get(), "the rules were read anew");
                tracing::info!(fingerprint = engine.identity().fingerprint, "{rules}");
                "changed"
            }
            Ok(false) => {
                tracing::info!("the rules were read anew, and are as they were");
                "unchanged"
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "the rules cannot be read anew, and stay as they were");
                "failed"
            }
        };
        if let Some(metrics) = &self.metrics {
            metrics.reloaded(result);
        }
    }

    /// Says whether there are other rules now.
    async fn try_reload(&self) -> anyhow::Result<bool> {
        let engine = self.current.prepare(&self.options.rules_of_data()?)?;
        if engine.identity() == self.current.get().identity() {
            return Ok(false);
        }
        if self.reviews {
            // First, since this can fail: what the rules before decide from here on is due, too.
            self.store.use_policy(&engine.identity().fingerprint).await?;
        }
        self.current.replace(engine);
        Ok(true)
    }
}
