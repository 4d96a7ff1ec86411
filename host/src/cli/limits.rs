//! How much one caller may ask: options of `serve`.

use clap::Args;

use crate::http;

/// How many requests a second are answered. What is not used can be used within five seconds.
#[derive(Args)]
#[command(next_help_heading = "How much they may ask")]
pub(super) struct Limits {
    /// Requests a second of one person, who comes with a JWT; 0 for no limit
    #[arg(long = "requests-per-person", value_name = "N", default_value_t = http::Limits::default().per_person)]
    per_person: u32,
    /// Requests a second about one account, whoever asks; 0 for no limit
    #[arg(long = "requests-per-account", value_name = "N", default_value_t = http::Limits::default().per_account)]
    per_account: u32,
    /// Requests a second of one service token; 0 for no limit
    #[arg(long = "requests-per-machine", value_name = "N", default_value_t = http::Limits::default().per_machine)]
    per_machine: u32,
}

impl Limits {
    /// As the server counts.
    pub(super) fn limits(&self) -> http::Limits {
        let Self { per_person, per_account, per_machine } = *self;
        http::Limits { per_person, per_account, per_machine }
    }
}
