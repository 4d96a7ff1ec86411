//! Traces on their way to a collector: OTLP over HTTP, in batches, from a thread of their own.
//!
//! **Invariant:** whoever does the work never waits for the collector. What it does not take in time, or what there is no
//! more room for, is lost.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use ureq::Agent;
use ureq::http::header::HeaderMap;

use super::TARGET;

/// How long the collector may take for a batch.
const TIME: Duration = Duration::from_secs(3);

/// How long the end may wait for the last batch.
const LAST_TIME: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes. There is nothing in it that we need.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

/// What sends, from the first layer on.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Hears of the spans of traces alone, and sends them to the collector at that URL.
///
/// # Errors
/// When the URL is none, or a variable of OpenTelemetry (`OTEL_…`) has a value that it cannot have.
pub(crate) fn layer<S>(endpoint: &str) -> Result<impl Layer<S> + use<S>, ExporterBuildError>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let exporter = SpanExporter::builder().with_http().with_http_client(Client::new());
    let exporter = exporter.with_endpoint(endpoint).with_timeout(TIME).build()?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("security-contact").with_attribute(version).build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let tracer = PROVIDER.get_or_init(|| provider).tracer("security-contact");
    // Of a span its name, its times and its own fields: no events, which the log has, and no places in the code.
    let layer = OpenTelemetryLayer::new(tracer)
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_level(false)
        .with_target(false);
    Ok(layer.with_filter(Targets::new().with_target(TARGET, LevelFilter::DEBUG)))
}

/// Sends what is left, within a time that is known.
pub(crate) fn finish() {
    if let Some(provider) = PROVIDER.get() {
        // What could not be sent was told when it was tried.
        let _ = provider.shutdown_with_timeout(LAST_TIME);
    }
}

pub(super) fn follow(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // It fails where nobody listens to spans.
    let _ = span.set_parent(parent);
}

/// Sends over HTTP from the exporter's thread, which nothing else waits for.
#[derive(Debug)]
struct Client {
    agent: Agent,
    /// Whether the last batch was not taken.
    is_down: AtomicBool,
}

impl Client {
    fn new() -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIME))
            .user_agent(concat!("security-contact/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent, is_down: AtomicBool::new(false) }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (parts, body) = request.into_parts();
        let (parts, mut body) = self.agent.run(Request::from_parts(parts, body.as_ref()))?.into_parts();
        let body = body.with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Tells when the collector begins to take no traces, and when it does again.
    fn tell(&self, sent: &Result<Response<Bytes>, ureq::Error>) {
        let problem = match sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("status {}", response.status().as_u16())),
            Err(error) => Some(error.to_string()),
        };
        let was_down = self.is_down.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(error) if !was_down => tracing::warn!(error, "the collector takes no traces, which are lost"),
            None if was_down => tracing::info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(request);
        self.tell(&sent);
        Ok(sent?)
    }
}
