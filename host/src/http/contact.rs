//! `GET /v1/accounts/{account}/security-contact`: who the contact is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use security_contact_policy::{Access, Contact, Instant, Name, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::caller::Viewer;
use super::etag;
use super::openapi;
use super::problem::Problem;
use crate::domain::ContactView;
use crate::domain::model::{AccountId, Chosen, DisplayName, EmailAddress, Member};

/// The field as a manager sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactState {
    account: AccountName,
    /// Moves with every change of the designation.
    #[schema(minimum = 0)]
    version: i64,
    contact: ContactPerson,
    /// `null` is the default: the owner.
    #[schema(required = true)]
    designation: Option<Designation>,
    can_edit: bool,
    #[schema(value_type = openapi::Fingerprint)]
    fingerprint: String,
}

#[derive(Serialize, ToSchema)]
struct AccountName {
    #[schema(value_type = openapi::AccountId)]
    id: AccountId,
    #[schema(value_type = openapi::DisplayName)]
    name: DisplayName,
}

#[derive(Serialize, ToSchema)]
struct ContactPerson {
    #[serde(flatten)]
    #[schema(value_type = openapi::Contact)]
    contact: Contact,
    /// The contact is the owner or the designee, and a snapshot has both: they are always there.
    #[serde(flatten)]
    #[schema(value_type = Facts)]
    facts: Option<Facts>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Facts {
    #[schema(value_type = openapi::DisplayName)]
    name: DisplayName,
    #[schema(value_type = Option<openapi::MailAddress>, required = true)]
    email: Option<EmailAddress>,
    /// Since when the mail server refuses that address for good; absent while it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = openapi::Instant, required = false)]
    unreachable_since: Option<Instant>,
    #[schema(value_type = openapi::RoleName)]
    role: Name,
    #[schema(value_type = Option<openapi::Instant>, required = true)]
    last_login_at: Option<Instant>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Designation {
    #[schema(value_type = openapi::UserId)]
    user_id: UserId,
    /// `null` for somebody who has left.
    #[schema(value_type = Option<openapi::DisplayName>, required = true)]
    name: Option<DisplayName>,
    #[schema(value_type = openapi::Instant)]
    since: Instant,
    /// Who chose.
    #[schema(value_type = openapi::UserId)]
    by: UserId,
}

/// Who the contact is, and why
///
/// There always is one. A machine with the scope `read` sees every account, and changes nothing.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/security-contact", operation_id = "getContact", tag = "contact",
    params(openapi::AccountInPath, openapi::OnBehalf),
    responses(
        (status = 200, description = "The contact", body = ContactState, headers(
            ("etag" = openapi::ETag, description = "What a change sends back as `if-match`"),
        )),
        openapi::Viewing,
    ),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn get(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Response, Problem> {
    let (access, view) = app.view(&viewer).await?;
    let state = ContactState::new(view, &access);
    Ok(([(ETAG, state.etag())], Json(state)).into_response())
}

impl ContactState {
    /// The state of `view`, for somebody with that access.
    pub(super) fn new(view: ContactView, access: &Access) -> Self {
        let facts = view.snapshot.member(&view.contact.user_id).map(Facts::of);
        Self {
            version: view.snapshot.version,
            contact: ContactPerson { contact: view.contact, facts },
            designation: view.snapshot.chosen.map(Designation::of),
            account: AccountName { id: view.snapshot.account, name: view.snapshot.name },
            can_edit: access.can_edit,
            fingerprint: view.fingerprint,
        }
    }

    /// What a change sends back as `if-match`.
    pub(super) fn etag(&self) -> HeaderValue {
        etag::of(&format!("v{}", self.version))
    }
}

impl Facts {
    fn of(member: &Member) -> Self {
        Self {
            name: member.name.clone(),
            email: member.email.clone(),
            unreachable_since: member.unreachable_since,
            role: member.person.role.clone(),
            last_login_at: member.person.last_login_at,
        }
    }
}

impl Designation {
    fn of(chosen: Chosen) -> Self {
        let name = chosen.member.map(|member| member.name);
        Self { user_id: chosen.user_id, name, since: chosen.since, by: chosen.by }
    }
}
