//! `POST /v1/directory:import`: a platform's whole directory, as lines of JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use futures_util::StreamExt;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::caller::Caller;
use super::input::within;
use super::openapi;
use super::problem::Problem;
use crate::auth::Scope;
use crate::domain::{DirectoryImport, ImportReport, LineFault};

/// The longest line, in bytes.
const MAX_LINE_BYTES: usize = 1 << 20;

/// How long the sender may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// How many faults are told.
const MAX_FAULTS: usize = 100;

/// What became of the lines.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub(super) struct Report {
    accounts: u64,
    people: u64,
    /// How many accounts were refused. All others are stored.
    refused: u64,
    /// What was wrong, at most a hundred of it.
    faults: Vec<Fault>,
}

/// What is wrong with a line.
#[derive(Serialize, ToSchema)]
#[schema(as = LineFault)]
struct Fault {
    line: u64,
    message: String,
}

/// Bring a whole directory, as lines of JSON
///
/// The accounts are taken over while the body arrives, each as a whole or not at all. Whoever hangs up in the middle
/// sends it all once more: that does no harm.
#[utoipa::path(
    post, path = "/v1/directory:import", operation_id = "importDirectory", tag = "directory",
    request_body(content = Option<String>, content_type = "application/x-ndjson"),
    responses((status = 200, description = "What became of the lines", body = Report), openapi::Importing),
    security(("machine" = [])),
)]
pub(super) async fn post(State(app): State<Arc<App>>, caller: Caller, body: Body) -> Result<Json<Report>, Problem> {
    caller.require(Scope::DirectoryWrite)?;
    let mut faults = Vec::new();
    let mut tell = |LineFault { line, message }: LineFault| {
        if faults.len() < MAX_FAULTS {
            faults.push(Fault { line, message });
        }
    };
    let ImportReport { accounts, people, refused } = take_over(&app, body, &mut tell).await?;
    Ok(Json(Report { accounts, people, refused, faults }))
}

async fn take_over(app: &App, body: Body, tell: &mut (dyn FnMut(LineFault) + Send)) -> Result<ImportReport, Problem> {
    let mut import = DirectoryImport::new(Arc::clone(&app.directories));
    let mut line = Line::default();
    let mut chunks = body.into_data_stream();
    loop {
        let chunk = within(SILENCE, chunks.next()).await?;
        let Some(chunk) = chunk else { break };
        let chunk = chunk.map_err(|_| Problem::invalid("body", "the body broke off"))?;
        for part in parts(&chunk) {
            if let Some(whole) = line.add(part)? {
                import.push(&whole, tell).await?;
            }
        }
    }
    if !line.begun.is_empty() {
        import.push(&line.begun, tell).await?;
    }
    Ok(import.finish(tell).await?)
}

/// A line that is not yet complete.
#[derive(Default)]
struct Line {
    begun: Vec<u8>,
}

/// The chunk's lines; each but perhaps the last with its line feed.
fn parts(chunk: &Bytes) -> impl Iterator<Item = &[u8]> {
    chunk.split_inclusive(|byte| *byte == b'\n')
}

impl Line {
    /// Adds a part, and gives the line without its line feed when the part ends it.
    fn add(&mut self, part: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
        if self.begun.len() + part.len() > MAX_LINE_BYTES {
            return Err(Problem::line_too_long());
        }
        self.begun.extend_from_slice(part);
        Ok((self.begun.last() == Some(&b'\n')).then(|| {
            self.begun.pop();
            std::mem::take(&mut self.begun)
        }))
    }
}
