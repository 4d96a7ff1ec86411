//! SIGHUP: rules and service tokens are read anew, and hold as a whole or not at all.

use std::path::PathBuf;
use std::sync::Arc;

use super::callers::Callers;
use super::options::{Options, rules_in};
use super::signals::Hangups;
use crate::auth::{Authenticator, ServiceTokens};
use crate::domain::ports::{Clock, Store};
use crate::engine::CurrentEngine;
use crate::metrics::Metrics;
use crate::wiring::Parts;
use crate::worker::Stop;

/// Reads the rules of a running program anew, and the tokens that it accepts.
pub(super) struct Reload {
    options: Options,
    /// Where the present rules are from. Rules that were in a file do not become the default ones when it is gone for a
    /// moment.
    rules_file: Option<PathBuf>,
    current: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Whether this program reviews: then what other rules have decided is due.
    reviews: bool,
    metrics: Option<Arc<Metrics>>,
    /// Who accepts tokens here, and where they are.
    callers: Option<(Callers, Arc<Authenticator>)>,
}

impl Reload {
    pub(super) fn new(
        options: &Options,
        parts: &Parts,
        reviews: bool,
        metrics: Option<Arc<Metrics>>,
    ) -> anyhow::Result<Self> {
        let Parts { current, store, clock, .. } = parts;
        Ok(Self {
            options: options.clone(),
            rules_file: options.rules_file()?,
            current: current.clone(),
            store: store.clone(),
            clock: clock.clone(),
            reviews,
            metrics,
            callers: None,
        })
    }

    /// Reads the tokens of these callers, too.
    pub(super) fn with_callers(self, callers: Callers, authenticator: Arc<Authenticator>) -> Self {
        Self { callers: Some((callers, authenticator)), ..self }
    }

    /// Does so at each signal, until it is time to stop.
    pub(super) async fn run(&mut self, mut hangups: Hangups, stop: &Stop) {
        loop {
            tokio::select! {
                () = stop.asked() => return,
                () = hangups.next() => {
                    let result = self.reload().await;
                    if let Some(metrics) = &self.metrics {
                        metrics.reloaded(result);
                    }
                }
            }
        }
    }

    /// Reads rules and tokens. Bad ones are told in the log, and all those before stay.
    async fn reload(&mut self) -> &'static str {
        let tokens = match self.tokens() {
            Ok(tokens) => tokens,
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "the service tokens cannot be read anew: everything stays as it was");
                return "failed";
            }
        };
        let result = match self.read_rules().await {
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
                tracing::error!(error, "the rules cannot be read anew: everything stays as it was");
                return "failed";
            }
        };
        if let (Some(tokens), Some((_, authenticator))) = (tokens, &self.callers) {
            let count = tokens.all().len();
            authenticator.replace_tokens(tokens);
            tracing::info!(count, "the service tokens were read anew");
        }
        result
    }

    /// The tokens as their files have them, where any are accepted.
    fn tokens(&self) -> anyhow::Result<Option<ServiceTokens>> {
        self.callers.as_ref().map(|(callers, _)| callers.service_tokens(&self.clock)).transpose()
    }

    /// Has the rules of the file hold. Says whether they are others.
    async fn read_rules(&mut self) -> anyhow::Result<bool> {
        let file = self.options.rules_file()?.or_else(|| self.rules_file.clone());
        let engine = self.current.prepare(&rules_in(file.as_deref())?)?;
        let are_others = engine.identity() != self.current.get().identity();
        if are_others {
            if self.reviews {
                // First, since this can fail: what the rules before decide from here on is due, too.
                self.store.use_policy(&engine.identity().key()).await?;
            }
            self.current.replace(engine);
        }
        self.rules_file = file;
        Ok(are_others)
    }
}
