//! `GET /v1/policy`: which policy decides here, for whoever wants to decide alike.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use security_contact_policy::{ABI_VERSION, Rules};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::caller::Caller;
use super::etag;
use super::input::Params;
use super::openapi;
use super::problem::Problem;
use crate::engine::PolicyIdentity;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    #[serde(flatten)]
    #[schema(value_type = openapi::PolicyIdentity)]
    identity: PolicyIdentity,
    abi_version: u32,
    #[schema(value_type = openapi::Rules)]
    rules: Rules,
}

/// Which module is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Its digest; the present module's when none is named.
    sha256: Option<String>,
}

/// The module, for whoever wants to decide alike
///
/// Whoever names its digest may keep it for good: under one digest the bytes never change.
#[utoipa::path(
    get, path = "/v1/policy/module.wasm", operation_id = "getModule", tag = "policy",
    params(openapi::ModuleWanted, openapi::Conditional),
    responses(
        (status = 200, description = "The module", content_type = "application/wasm", body = openapi::ModuleBytes),
        (status = 304, description = "The copy that the caller has is still good"),
        openapi::Fetching,
    ),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn module(
    State(app): State<Arc<App>>,
    _: Caller,
    Params(Wanted { sha256 }): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let engine = app.engine.get();
    let present = &engine.identity().module_sha256;
    if sha256.as_ref().is_some_and(|wanted| wanted != present) {
        return Err(Problem::unknown_module());
    }
    let keeping = if sha256.is_some() { "private, max-age=31536000, immutable" } else { "private, no-cache" };
    let caching = [(ETAG, etag::of(present)), (CACHE_CONTROL, HeaderValue::from_static(keeping))];
    if etag::is_kept(&headers, present) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(CONTENT_TYPE, "application/wasm")], engine.module().to_vec()).into_response())
}

/// Which policy decides here
#[utoipa::path(
    get, path = "/v1/policy", operation_id = "getPolicy", tag = "policy",
    responses((status = 200, description = "The policy", body = Policy), openapi::Known),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn get(State(app): State<Arc<App>>, _: Caller) -> Json<Policy> {
    let engine = app.engine.get();
    Json(Policy { identity: engine.identity().clone(), abi_version: ABI_VERSION, rules: engine.rules().clone() })
}
