//! `GET /healthz`: whether this process answers, and nothing else; `/readyz` says whether it can do its work. Anybody may
//! ask.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi;

/// Whether the process answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    #[schema(value_type = openapi::Healthy)]
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "host",
    responses((status = 200, description = "It does", body = Health), openapi::Always),
)]
pub(super) async fn get() -> Json<Health> {
    Json(Health { status: "ok" })
}
