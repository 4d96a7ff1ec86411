//! A gate at the edge, `host/edge/`, says by which fingerprint it decides; it is told whether that is the one here.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tracing::warn;

use crate::engine::CurrentEngine;

/// The header of a gate, and of what it is told.
pub(super) const HEADER: HeaderName = HeaderName::from_static("security-contact-gate");

/// How long the log is silent about gates that decide by others, so that nobody can fill it.
const SILENCE: Duration = Duration::from_secs(60);

/// What gates are told.
pub(super) struct Gates {
    engine: CurrentEngine,
    logged: Mutex<Option<Instant>>,
}

impl Gates {
    pub(super) fn new(engine: CurrentEngine) -> Self {
        Self { engine, logged: Mutex::new(None) }
    }

    /// `current` or `stale` for a request that a gate has passed, which says by which fingerprint.
    pub(super) fn judge(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let is_current = headers.get(HEADER)? == self.engine.get().identity().fingerprint.as_str();
        if !is_current && self.may_log(Instant::now()) {
            warn!("a gate decides by other rules or another version; it was told, and passes all requests on");
        }
        Some(HeaderValue::from_static(if is_current { "current" } else { "stale" }))
    }

    fn may_log(&self, now: Instant) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let may = logged.is_none_or(|then| now.duration_since(then) >= SILENCE);
        if may {
            *logged = Some(now);
        }
        may
    }
}
