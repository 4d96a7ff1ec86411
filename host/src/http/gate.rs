//! A gate at the edge, `host/edge/`, says by which fingerprint it decides; it is told whether that is the one here.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tracing::warn;

use crate::engine::CurrentEngine;

/// The header of a gate, and of what it is told.
pub(super) const HEADER: HeaderName = HeaderName::from_static("security-contact-gate");

/// How many fingerprints are remembered, so that each is logged once and nobody can fill the log.
const REMEMBERED: usize = 8;

/// What gates are told.
pub(super) struct Gates {
    engine: CurrentEngine,
    told: Mutex<Vec<HeaderValue>>,
}

impl Gates {
    pub(super) fn new(engine: CurrentEngine) -> Self {
        Self { engine, told: Mutex::new(Vec::new()) }
    }

    /// `current` or `stale` for a request that a gate has passed, which says by which fingerprint.
    pub(super) fn judge(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        headers.get(HEADER).map(|fingerprint| HeaderValue::from_static(self.word(fingerprint)))
    }

    fn word(&self, fingerprint: &HeaderValue) -> &'static str {
        if fingerprint == self.engine.get().identity().fingerprint.as_str() {
            return "current";
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < REMEMBERED && !told.contains(fingerprint) {
            told.push(fingerprint.clone());
            warn!("a gate decides by other rules or another version; it was told, and passes all requests on");
        }
        "stale"
    }
}
