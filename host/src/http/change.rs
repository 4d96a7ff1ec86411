//! `PUT` and `DELETE /v1/accounts/{account}/security-contact`: choosing a contact, or going back to the default.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use security_contact_policy::{Access, RefusalCode, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, Changed};
use super::caller::Actor;
use super::contact::ContactState;
use super::etag::{Named, Tag};
use super::input::{Body, only_header};
use super::openapi;
use super::problem::Problem;
use crate::domain::model::{IdempotencyKey, InvalidText};
use crate::domain::{Answered, DomainError, Once, Request, Wish};

/// Who shall be the contact.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Choice {
    #[schema(value_type = openapi::UserId)]
    user_id: UserId,
}

/// Choose the contact
///
/// The contact before and the one after are told by mail. A choice that the policy refuses stands in the history.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/security-contact", operation_id = "chooseContact", tag = "contact",
    params(openapi::AccountInPath, openapi::ExpectedState, openapi::MaybeKey, openapi::OnBehalf),
    request_body = Choice,
    responses(
        (status = 200, description = "It is chosen, or was already", body = Changed, headers(
            ("etag" = openapi::ETag, description = "What the next change sends back as `if-match`"),
            ("idempotency-replayed" = bool, description = "There when it was answered to the same request before"),
        )),
        openapi::Choosing,
    ),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn put(
    State(app): State<Arc<App>>,
    actor: Actor,
    headers: HeaderMap,
    Body(choice): Body<Choice>,
) -> Result<Answer, Problem> {
    change(&app, &actor, &Wish::Designate(choice.user_id), &headers).await
}

/// Go back to the default: the owner
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/security-contact", operation_id = "resetContact", tag = "contact",
    params(openapi::AccountInPath, openapi::ExpectedState, openapi::MaybeKey, openapi::OnBehalf),
    responses(
        (status = 200, description = "The owner is the contact", body = Changed, headers(
            ("etag" = openapi::ETag, description = "What the next change sends back as `if-match`"),
            ("idempotency-replayed" = bool, description = "There when it was answered to the same request before"),
        )),
        openapi::Resetting,
    ),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn delete(State(app): State<Arc<App>>, actor: Actor, headers: HeaderMap) -> Result<Answer, Problem> {
    change(&app, &actor, &Wish::Reset, &headers).await
}

async fn change(app: &App, actor: &Actor, wish: &Wish, headers: &HeaderMap) -> Result<Answer, Problem> {
    let version = expected_version(headers)?;
    let key = idempotency_key(headers)?;
    // Ahead of anything that could differ between an account that exists and one that does not.
    let access = app.access(actor).await?;
    if !actor.is_of_account {
        return Err(Problem::refused(RefusalCode::ActorNotPermitted, access.reasons));
    }
    let write = |answered: &Answered| kept(&access, answered);
    let request = Request {
        account: &actor.account,
        actor: &actor.person,
        authenticated: actor.authenticated,
        wish,
        version,
        once: key.as_ref().map(|key| Once { key, write: &write }),
    };
    let answered = match app.contacts.change(&request).await {
        // Whoever may not even look learns nothing else: no key was ever used for an account that does not exist.
        Err(DomainError::UnknownAccount { .. } | DomainError::NoOwner { .. }) | Ok(Answered::KeyReused)
            if !access.can_edit =>
        {
            return Err(Problem::refused(RefusalCode::ActorNotPermitted, access.reasons));
        }
        answered => answered?,
    };
    let answer = answer(&access, &answered).map_err(|error| Problem::internal(&error))?;
    // Nor does whoever may no longer look: what was answered then says who the contact was.
    if matches!(answered, Answered::Again(_)) && !access.can_view && !answer.is_refusal() {
        return Err(Problem::refused(RefusalCode::ActorNotPermitted, access.reasons));
    }
    Ok(answer)
}

fn answer(access: &Access, answered: &Answered) -> serde_json::Result<Answer> {
    let state = |view: &_| ContactState::new(Clone::clone(view), access);
    match answered {
        Answered::Changed(view) => Answer::state("changed", &state(view)),
        Answered::Unchanged(view) => Answer::state("unchanged", &state(view)),
        Answered::Refused { code, reasons } => Answer::problem(&Problem::refused(*code, reasons.clone())),
        Answered::Conflict(view) => Answer::problem(&Problem::version_conflict(state(view))),
        Answered::Again(text) => Answer::from_text(text),
        Answered::KeyReused => Answer::problem(&Problem::key_reused()),
    }
}

/// The answer as it is kept. One that cannot be written, which none is, would be told again as a failure.
fn kept(access: &Access, answered: &Answered) -> String {
    answer(access, answered).and_then(|answer| answer.to_text()).unwrap_or_default()
}

/// What the caller chose to tell this request from others.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    const NAME: &str = "idempotency-key";
    let key = only_header(headers, NAME)?.map(str::parse).transpose();
    key.map_err(|error: InvalidText| Problem::invalid(NAME, error.to_string()))
}

/// The version of the designation that the change is made on; `None` when the caller says that any will do.
fn expected_version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    const NAME: &str = "if-match";
    let text = only_header(headers, NAME)?.ok_or_else(Problem::precondition_required)?;
    let Named::Tags(tags) = Named::read(NAME, text)? else { return Ok(None) };
    let mut versions: Vec<i64> = tags.iter().filter_map(version).collect();
    versions.dedup();
    match versions[..] {
        [] => Ok(Some(OF_NO_STATE)),
        [version] => Ok(Some(version)),
        _ => Err(Problem::invalid(NAME, "expected the ETag of one state")),
    }
}

/// What no state has.
const OF_NO_STATE: i64 = -1;

/// The version that a tag stands for. A weak one stands for none: a change needs to be made on the very state.
fn version(tag: &Tag<'_>) -> Option<i64> {
    let digits = tag.text.strip_prefix('v').filter(|_| !tag.is_weak)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}
