//! A gate at the edge, `host/edge/`, says by which fingerprint it decides; it is told whether that is the one here.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::warn;

use crate::engine::CurrentEngine;

const HEADER: &str = "security-contact-gate";

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

    fn judge(&self, fingerprint: &HeaderValue) -> &'static str {
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

/// Answers a request that a gate has passed with `current` or `stale`.
pub(super) async fn tell(State(gates): State<Arc<Gates>>, request: Request, next: Next) -> Response {
    let word = request.headers().get(HEADER).map(|fingerprint| gates.judge(fingerprint));
    let mut response = next.run(request).await;
    if let Some(word) = word {
        response.headers_mut().insert(HEADER, HeaderValue::from_static(word));
    }
    response
}
