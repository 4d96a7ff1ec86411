//! What stands around the routes. It is in two layers only: each layer has the routes copied for every request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, debug_span, info, info_span};

use super::gate::{self, Gates};
use super::problem::Problem;
use super::{guard, request_id};
use crate::metrics::Metrics;
use crate::traces;

/// How long a request may take, its body included.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// What is around every route.
pub(super) struct Around {
    /// Whether only this machine is answered, which says by itself who it is.
    pub(super) is_demo: bool,
    /// Who counts the requests.
    pub(super) metrics: Option<Arc<Metrics>>,
}

/// Names, guards, logs, counts, times and traces a request.
pub(super) async fn every(State(around): State<Arc<Around>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id::of(&request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let method = name_of(request.method());
    let trace = trace(method, route);
    traces::follow(&trace, request.headers());
    let request_id = id.to_str().unwrap_or_default();
    let span = trace.in_scope(|| info_span!("http", request_id, %method, route));
    let answer = admitted(around.is_demo, request, next).instrument(span.clone());
    let mut response = answer.instrument(trace.clone()).await;
    trace.record("http.response.status_code", response.status().as_u16());
    guard::add_headers(response.headers_mut());
    response.headers_mut().insert(request_id::NAME, id);
    tell(&span, began, &response);
    if let Some(metrics) = &around.metrics {
        metrics.answered(method, route, response.status().as_u16(), began.elapsed());
    }
    response
}

/// The request as a part of a trace.
fn trace(method: &'static str, route: &str) -> Span {
    debug_span!(
        target: traces::TARGET,
        "request",
        "otel.kind" = "server",
        "otel.name" = format!("{method} {route}"),
        "http.request.method" = method,
        "http.route" = route,
        "http.response.status_code" = Empty,
    )
}

async fn admitted(is_demo: bool, request: Request, next: Next) -> Response {
    let admitted = guard::check_sizes(&request)
        .and_then(|()| if is_demo { guard::check_origin(request.method(), request.headers()) } else { Ok(()) });
    match admitted {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Logs one line a request: its id, method, route, status and time. Paths and queries hold ids, names and addresses, so
/// that only the route's pattern is logged.
fn tell(span: &Span, began: Instant, response: &Response) {
    let (status, took) = (response.status().as_u16(), began.elapsed().as_millis());
    span.in_scope(|| info!(latency = format_args!("{took} ms"), status, "finished processing request"));
}

/// The method, unless somebody made it up.
fn name_of(method: &Method) -> &'static str {
    let known = [
        (Method::GET, "GET"),
        (Method::HEAD, "HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::DELETE, "DELETE"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    known.iter().find(|(known, _)| known == method).map_or("other", |(_, name)| name)
}

/// Gives up on a request that takes too long, and tells a gate that has passed it whether it decides by the rules here. A
/// change that was being stored may be stored all the same.
pub(super) async fn in_time(State(gates): State<Arc<Gates>>, request: Request, next: Next) -> Response {
    let word = gates.judge(request.headers());
    let mut response = within(DEADLINE, next.run(request)).await;
    if let Some(word) = word {
        response.headers_mut().insert(gate::HEADER, word);
    }
    response
}

async fn within(time: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(time, answer).await.unwrap_or_else(|_| Problem::timeout().into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_request_that_hangs_is_given_up() {
        let response = within(Duration::ZERO, std::future::pending()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
