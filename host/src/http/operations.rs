//! What whoever operates a host reads of it, on a listener of its own that only this machine reaches: `/metrics`,
//! `/healthz` and `/readyz`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::timeout;

use super::problem::Problem;
use super::{health, ready};
use crate::domain::ports::{Clock, Store};
use crate::engine::CurrentEngine;
use crate::metrics::Metrics;

/// How long the store may take to say how much waits.
const STORE_TIME: Duration = Duration::from_secs(5);

const TEXT: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];

struct Operated {
    metrics: Arc<Metrics>,
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Routes that need no token, since they name nobody: serve them to this machine alone.
pub fn operations(
    metrics: Arc<Metrics>,
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> Router {
    let ready =
        async |State(operated): State<Arc<Operated>>| ready::check(&operated.engine, operated.store.as_ref()).await;
    Router::new()
        .route("/metrics", get(text))
        .route("/healthz", get(health::get))
        .route("/readyz", get(ready))
        .fallback(async || Problem::not_found())
        .with_state(Arc::new(Operated { metrics, engine, store, clock }))
}

async fn text(State(operated): State<Arc<Operated>>) -> Response {
    let Operated { metrics, engine, store, clock } = operated.as_ref();
    let backlog = match timeout(STORE_TIME, store.backlog()).await {
        Ok(Ok(backlog)) => Some(backlog),
        Ok(Err(error)) => {
            tracing::error!(%error, "the outbox cannot be counted");
            None
        }
        Err(_) => {
            tracing::error!("counting the outbox takes too long");
            None
        }
    };
    (TEXT, metrics.text(backlog, engine.get().identity(), clock.now())).into_response()
}
