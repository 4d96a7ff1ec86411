//! The log: standard error, without colours unless it is a terminal; and traces, which go to a collector.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use super::print::may_colour;
use super::traces::Traces;

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The option of programs that run for long.
#[derive(Args, Debug)]
pub(super) struct LogFormat {
    /// How the log is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: Format,
}

impl LogFormat {
    pub(super) fn format(&self) -> Format {
        self.log_format
    }
}

/// Logs from now on, and sends traces if they go anywhere. Only the first call counts.
///
/// # Errors
/// When this program cannot send traces.
pub(super) fn start(filter: EnvFilter, format: Format, traces: &Traces) -> anyhow::Result<()> {
    match traces.endpoint() {
        None => log(filter, format),
        Some(endpoint) => log_and_trace(filter, format, endpoint)?,
    }
    Ok(())
}

/// Sends the traces that are left.
pub(super) fn finish() {
    #[cfg(feature = "otel")]
    crate::traces::finish();
}

fn log(filter: EnvFilter, format: Format) {
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(may_colour(&io::stderr()));
    // An error says that a log was set before, and that one goes on.
    let _ = match format {
        Format::Text => log.try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
}

#[cfg(feature = "otel")]
fn log_and_trace(filter: EnvFilter, format: Format, endpoint: &str) -> anyhow::Result<()> {
    use anyhow::Context;
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;

    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(may_colour(&io::stderr()));
    let log = match format {
        Format::Text => log.boxed(),
        Format::Json => log.json().flatten_event(true).boxed(),
    };
    let traces = crate::traces::layer(endpoint).context("traces cannot be sent")?;
    let _ = tracing_subscriber::registry().with(log.with_filter(filter)).with(traces).try_init();
    Ok(())
}

#[cfg(not(feature = "otel"))]
fn log_and_trace(_: EnvFilter, _: Format, _: &str) -> anyhow::Result<()> {
    let message = "`otlp-endpoint` is for programs that are built with the feature `otel`, which this one is not";
    Err(super::UsageError(message.into()).into())
}
