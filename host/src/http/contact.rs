//! `GET /v1/accounts/{account}/security-contact`: who the contact is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use security_contact_policy::{Access, Contact, Instant, Name, UserId};
use serde::Serialize;

use super::App;
use super::caller::Viewer;
use super::problem::Problem;
use crate::domain::ContactView;
use crate::domain::model::{AccountId, Chosen, DisplayName, EmailAddress, Member};

/// The field as a manager sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactState {
    account: AccountName,
    version: i64,
    contact: ContactPerson,
    designation: Option<Designation>,
    can_edit: bool,
    fingerprint: String,
}

#[derive(Serialize)]
struct AccountName {
    id: AccountId,
    name: DisplayName,
}

#[derive(Serialize)]
struct ContactPerson {
    #[serde(flatten)]
    contact: Contact,
    /// The contact is the owner or the designee, and a snapshot has both: they are always there.
    #[serde(flatten)]
    facts: Option<Facts>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    name: DisplayName,
    email: Option<EmailAddress>,
    role: Name,
    last_login_at: Option<Instant>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Designation {
    user_id: UserId,
    /// `None` for somebody who has left.
    name: Option<DisplayName>,
    since: Instant,
    by: UserId,
}

pub(super) async fn get(State(app): State<Arc<App>>, viewer: Viewer) -> Result<Response, Problem> {
    let access = app.viewer(&viewer).await?;
    let state = ContactState::new(&app, app.contacts.show(viewer.account()).await?, &access);
    Ok(([(ETAG, state.etag())], Json(state)).into_response())
}

impl ContactState {
    /// The state of `view`, for somebody with that access.
    pub(super) fn new(app: &App, view: ContactView, access: &Access) -> Self {
        let facts = view.snapshot.member(&view.contact.user_id).map(Facts::of);
        Self {
            version: view.snapshot.version,
            contact: ContactPerson { contact: view.contact, facts },
            designation: view.snapshot.chosen.map(Designation::of),
            account: AccountName { id: view.snapshot.account, name: view.snapshot.name },
            can_edit: access.can_edit,
            fingerprint: app.engine.get().identity().fingerprint.clone(),
        }
    }

    /// What a change sends back as `if-match`.
    pub(super) fn etag(&self) -> HeaderValue {
        let text = format!("\"v{}\"", self.version);
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")) // digits fit into every header
    }
}

impl Facts {
    fn of(member: &Member) -> Self {
        Self {
            name: member.name.clone(),
            email: member.email.clone(),
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
