//! `PUT` and `DELETE /v1/accounts/{account}/security-contact`: choosing a contact, or going back to the default.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use security_contact_policy::{RefusalCode, UserId};
use serde::{Deserialize, Serialize};

use super::App;
use super::caller::Caller;
use super::contact::ContactState;
use super::input::{Body, InAccount, only_header};
use super::problem::Problem;
use crate::domain::model::AccountId;
use crate::domain::{Answered, Wish};

/// Who shall be the contact.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Choice {
    user_id: UserId,
}

#[derive(Serialize)]
struct Changed {
    outcome: &'static str,
    #[serde(flatten)]
    state: ContactState,
}

pub(super) async fn put(
    State(app): State<Arc<App>>,
    InAccount(account): InAccount,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(choice): Body<Choice>,
) -> Result<Response, Problem> {
    change(&app, &account, &actor, &Wish::Designate(choice.user_id), &headers).await
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    InAccount(account): InAccount,
    Caller(actor): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    change(&app, &account, &actor, &Wish::Reset, &headers).await
}

async fn change(
    app: &App,
    account: &AccountId,
    actor: &UserId,
    wish: &Wish,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let version = expected_version(headers)?;
    // Ahead of anything that could differ between an account that exists and one that does not.
    let access = app.access(account, actor).await?;
    if !access.can_edit {
        return Err(Problem::refused(RefusalCode::ActorNotPermitted, access.reasons));
    }
    let (outcome, view) = match app.contacts.change(account, actor, wish, Some(version)).await? {
        Answered::Changed(view) => ("changed", view),
        Answered::Unchanged(view) => ("unchanged", view),
        Answered::Refused { code, reasons } => return Err(Problem::refused(code, reasons)),
        Answered::Conflict(view) => return Err(Problem::version_conflict(ContactState::new(app, view, &access))),
    };
    let state = ContactState::new(app, view, &access);
    Ok(([(ETAG, state.etag())], Json(Changed { outcome, state })).into_response())
}

/// The version of the designation that the change is made on.
fn expected_version(headers: &HeaderMap) -> Result<i64, Problem> {
    let text = only_header(headers, "if-match")?.ok_or_else(Problem::precondition_required)?;
    let digits = text.strip_prefix("\"v").and_then(|rest| rest.strip_suffix('"'));
    let version = digits.and_then(|digits| digits.parse().ok());
    version.ok_or_else(|| Problem::invalid("if-match", "expected the ETag of a state, such as `\"v3\"`"))
}
