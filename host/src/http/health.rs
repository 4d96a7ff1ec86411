//! `GET /healthz`: whether the server answers, and can read its store. Anybody may ask. It says nothing of writing, of
//! mail or of reviews; the log does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::App;
use super::problem::Problem;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

pub(super) async fn get(State(app): State<Arc<App>>) -> Result<Json<Health>, Problem> {
    app.store.accounts(None, 1).await.map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(Health { status: "ok" }))
}
