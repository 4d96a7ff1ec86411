//! `POST /v1/accounts/{account}/security-events`: something happened that the account has to hear of.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use security_contact_policy::{Event, EventKind, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::caller::Caller;
use super::change::idempotency_key;
use super::input::{Body, InAccount};
use super::openapi;
use super::problem::Problem;
use crate::auth::Scope;
use crate::domain::model::{EventText, NewEvent};
use crate::domain::{Dispatched, DomainError};

/// What happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecurityEvent)]
pub(super) struct Happening {
    #[schema(value_type = openapi::EventKind)]
    kind: EventKind,
    #[schema(value_type = openapi::Severity)]
    severity: Severity,
    #[schema(value_type = openapi::EventText)]
    text: EventText,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
struct Accepted {
    #[schema(value_type = openapi::Queued)]
    outcome: &'static str,
    /// Its number in the outbox.
    id: i64,
}

/// Say that something happened that the account has to hear of
///
/// Who receives it is decided when it is sent. It takes the scope `events:write`.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/security-events", operation_id = "sendEvent", tag = "events",
    params(openapi::AccountInPath, openapi::RequiredKey),
    request_body = Happening,
    responses((status = 202, description = "It will be sent", body = Accepted), openapi::Dispatching),
    security(("machine" = [])),
)]
pub(super) async fn post(
    State(app): State<Arc<App>>,
    caller: Caller,
    InAccount(account): InAccount,
    headers: HeaderMap,
    Body(Happening { kind, severity, text }): Body<Happening>,
) -> Result<Response, Problem> {
    caller.require(Scope::EventsWrite)?;
    let key = idempotency_key(&headers)?.ok_or_else(Problem::idempotency_key_required)?;
    let event = NewEvent { key, event: Event { kind, severity }, text };
    let (outcome, id) = match app.events.dispatch(&account, &event).await {
        Ok(Dispatched::Queued { id }) => ("queued", id),
        Ok(Dispatched::Repeated { id }) => ("repeated", id),
        Ok(Dispatched::KeyReused) => return Err(Problem::key_reused()),
        Err(DomainError::UnknownAccount { .. }) => return Err(Problem::unknown_account()),
        Err(error) => return Err(error.into()),
    };
    Ok((StatusCode::ACCEPTED, Json(Accepted { outcome, id })).into_response())
}
