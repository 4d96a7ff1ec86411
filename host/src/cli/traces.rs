//! Where traces go: the option of programs that run for long.

use clap::Args;
use url::Url;

/// Where traces go.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Operation")]
pub(super) struct Traces {
    /// Where to send traces as OTLP over HTTP, as in `http://127.0.0.1:4318/v1/traces`
    ///
    /// Programs that are built with the feature `otel` can. Nothing in a trace names an account, a person or an address.
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    otlp_endpoint: Option<String>,
}

impl Traces {
    /// Traces go nowhere.
    pub(super) const NONE: Self = Self { otlp_endpoint: None };

    /// The collector that traces go to, if they go anywhere.
    pub(super) fn endpoint(&self) -> Option<&str> {
        self.otlp_endpoint.as_deref()
    }
}

/// The address of a collector. A secret is no part of it, since others can read the command line.
fn endpoint(text: &str) -> Result<String, &'static str> {
    const EXPECTED: &str = "expected an address such as `http://127.0.0.1:4318/v1/traces`, without a user";
    let url: Url = text.parse().map_err(|_| EXPECTED)?;
    let is_http = ["http", "https"].contains(&url.scheme()) && url.host().is_some();
    let is_bare = url.username().is_empty() && url.password().is_none();
    if is_http && is_bare { Ok(text.to_owned()) } else { Err(EXPECTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_an_address_without_a_secret() {
        for text in ["http://127.0.0.1:4318/v1/traces", "https://collector.example.com/v1/traces"] {
            assert_eq!(endpoint(text).as_deref(), Ok(text));
        }
        for text in ["", "127.0.0.1:4318", "grpc://127.0.0.1:4317", "http://user@127.0.0.1", "https://u:p@example.com"]
        {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }
}
