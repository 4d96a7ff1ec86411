//! `openapi`: the description of the HTTP API.

use clap::Args;

use super::{End, print};
use crate::http;

/// Print the OpenAPI document of the HTTP API
///
/// It is what a server answers at `/openapi.json`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  $ security-contact openapi > openapi.json")]
pub(super) struct OpenApi;

impl OpenApi {
    pub(super) fn run(&self) -> anyhow::Result<End> {
        print::line(http::openapi_json().trim_end())?;
        Ok(End::Done)
    }
}
