//! What stands around every route: headers that tie browsers down, a deadline, and the demo's look at who calls.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderValue, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::{Level, Span, info_span};

use super::input::only_header;
use super::problem::Problem;
use super::request_id;

/// How long a request may take, its body included.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// Only our own scripts, styles and requests; nobody may frame the page.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
                   img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 3] =
    [(CONTENT_SECURITY_POLICY, CSP), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];

/// Adds the headers that every answer has. An answer that says nothing about caching is not to be kept.
pub(super) async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The longest path and query together, in bytes.
const MAX_URI_BYTES: usize = 8 << 10;

/// The longest headers together, names and values, in bytes.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// The most headers.
pub(super) const MAX_HEADERS: usize = 64;

/// Refuses what is longer than anybody needs, before anything is made of it.
pub(super) async fn sizes(request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_URI_BYTES {
        return Problem::uri_too_long().into_response();
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > MAX_HEADER_BYTES || request.headers().len() > MAX_HEADERS {
        return Problem::headers_too_large().into_response();
    }
    next.run(request).await
}

/// Gives up on a request that takes too long. A change that was being stored may be stored all the same.
pub(super) async fn deadline(request: Request, next: Next) -> Response {
    within(DEADLINE, next.run(request)).await
}

async fn within(time: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(time, answer).await.unwrap_or_else(|_| Problem::timeout().into_response())
}

/// Refuses what does not come from this machine, or what a page of another site sends.
///
/// In the demo anybody is whoever they say. A foreign page could reach it through a name that points here, so the
/// name has to be a loopback one.
pub(super) async fn this_machine_only(request: Request, next: Next) -> Response {
    match check_origin(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let refused = "the demo answers on `localhost`, `127.0.0.1` and `[::1]` only";
    let host = only_header(headers, HOST.as_str())?.ok_or_else(|| Problem::forbidden_origin(refused))?;
    if !is_loopback(host) {
        return Err(Problem::forbidden_origin(refused));
    }
    if method.is_safe() {
        return Ok(());
    }
    match only_header(headers, ORIGIN.as_str())? {
        Some(origin) if !origin.eq_ignore_ascii_case(&format!("http://{host}")) => {
            Err(Problem::forbidden_origin("a page of another site may not change anything here"))
        }
        _ => Ok(()),
    }
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    !host.contains('@') && (["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost"))
}

type Trace =
    TraceLayer<SharedClassifier<ServerErrorsAsFailures>, fn(&Request) -> Span, (), DefaultOnResponse, (), (), ()>;

/// Logs one line a request: its id, method, route, status and time. Paths and queries hold ids, names and addresses, so that
/// only the route's pattern is logged.
pub(super) fn trace() -> Trace {
    TraceLayer::new_for_http()
        .make_span_with(span as fn(&Request) -> Span)
        .on_request(())
        .on_response(DefaultOnResponse::new().level(Level::INFO))
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    info_span!("http", request_id = request_id::of(request), method = %request.method(), route)
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

    #[test]
    fn loopback_names_with_any_port_are_this_machine() {
        for host in ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let names = ["", "example.com", "localhost.example.com", "127.0.0.1.nip.io", "0.0.0.0", "::1", "127.0.0.2"];
        for host in names.into_iter().chain(["user@localhost", "localhost/", "localhost:8080:1", "[::2]:80", "a b"]) {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
