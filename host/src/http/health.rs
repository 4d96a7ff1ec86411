//! `GET /healthz`: whether this process answers, and nothing else; `/readyz` says whether it can do its work. Anybody may
//! ask.

use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

pub(super) async fn get() -> Json<Health> {
    Json(Health { status: "ok" })
}
