//! `GET /readyz`: whether this host can do its work at this moment. Anybody may ask.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use security_contact_policy::{AccountSettings, Person, Status};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::problem::Problem;
use super::{App, openapi};
use crate::domain::ports::Store;
use crate::engine::CurrentEngine;

/// How long the store may take to answer.
const STORE_TIME: Duration = Duration::from_secs(2);

/// All that a host needs is there.
#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    #[schema(value_type = openapi::ReadyToWork)]
    status: &'static str,
}

/// Whether this host can do its work at this moment
///
/// Its store answers and has the schema that this program needs, and the policy module decides.
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "host",
    responses((status = 200, description = "It can", body = Ready), openapi::Working),
)]
pub(super) async fn get(State(app): State<Arc<App>>) -> Result<Json<Ready>, Problem> {
    check(&app.engine, app.store.as_ref()).await
}

/// Asks the store and the module. What is not ready is named; why, stands in the log.
pub(super) async fn check(engine: &CurrentEngine, store: &dyn Store) -> Result<Json<Ready>, Problem> {
    let mut unready = Vec::new();
    match timeout(STORE_TIME, store.fits()).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => unready.push("the store has another schema than this program needs"),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store does not answer");
            unready.push("the store does not answer");
        }
        Err(_) => unready.push("the store takes too long to answer"),
    }
    if !answers(engine) {
        unready.push("the policy module does not answer");
    }
    if unready.is_empty() { Ok(Json(Ready { status: "ready" })) } else { Err(Problem::not_ready(&unready)) }
}

/// Whether the module decides something of which the answer does not matter.
fn answers(engine: &CurrentEngine) -> bool {
    let (Ok(id), Ok(role)) = ("probe".parse(), "owner".parse()) else { return false };
    let (account_settings, status) = (AccountSettings::None, Status::Active);
    let probe = Person { id, role, account_settings, status, last_login_at: None, staff_role: None };
    let answer = engine.get().access(&probe);
    answer.inspect_err(|error| tracing::error!(%error, "the policy module does not answer")).is_ok()
}
