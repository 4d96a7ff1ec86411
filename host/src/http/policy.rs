//! `GET /v1/policy`: which policy decides here, for whoever wants to decide alike.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use security_contact_policy::{ABI_VERSION, Rules};
use serde::Serialize;

use super::App;
use super::caller::Trusted;
use crate::engine::PolicyIdentity;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    #[serde(flatten)]
    identity: PolicyIdentity,
    abi_version: u32,
    rules: Rules,
}

pub(super) async fn get(State(app): State<Arc<App>>, _: Trusted) -> Json<Policy> {
    Json(Policy {
        identity: app.engine.identity().clone(),
        abi_version: ABI_VERSION,
        rules: app.engine.rules().clone(),
    })
}
