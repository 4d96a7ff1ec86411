//! Traces: how long a request, a decision, an operation of the store, a mail and a round of the worker took, and what
//! belonged to what. Nothing here names an account, a person or an address.
//!
//! Whoever does the work opens a span of `tracing` with the target [`TARGET`]. It costs next to nothing unless somebody
//! listens: the exporter, which the feature `otel` compiles in.

#[cfg(feature = "otel")]
mod otlp;

#[cfg(feature = "otel")]
pub(crate) use otlp::{finish, layer};

/// The target of the spans that traces are made of. Their level is `debug`, so that the log usually leaves them out.
pub(crate) const TARGET: &str = "security_contact_host::traces";

/// Makes the span a part of the trace that a request's header `traceparent` names, if there is one.
#[cfg(feature = "server")]
pub(crate) fn follow(span: &tracing::Span, headers: &hyper::HeaderMap) {
    #[cfg(feature = "otel")]
    if !span.is_disabled() {
        otlp::follow(span, headers);
    }
    #[cfg(not(feature = "otel"))]
    let _ = (span, headers);
}
