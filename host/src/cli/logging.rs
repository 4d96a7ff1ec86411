//! The log: standard error, without colours unless it is a terminal.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use super::print::may_colour;

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

/// Logs from now on. Only the first call counts.
pub(super) fn start(filter: EnvFilter, format: Format) {
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(may_colour(&io::stderr()));
    // An error says that a log was set before, and that one goes on.
    let _ = match format {
        Format::Text => log.try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
}
