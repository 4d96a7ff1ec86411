//! `GET /healthz`: whether the server answers, and can read its store. Anybody may ask. It says nothing of writing, of
//! mail or of reviews; the log does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::{App, openapi};

/// Whether the server answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    #[schema(value_type = openapi::Healthy)]
    status: &'static str,
}

/// Whether the server answers and can read its store
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "host",
    responses((status = 200, description = "It can", body = Health), openapi::Always),
)]
pub(super) async fn get(State(app): State<Arc<App>>) -> Result<Json<Health>, Problem> {
    app.store.accounts(None, 1).await.map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(Health { status: "ok" }))
}
