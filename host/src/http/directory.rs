//! Accounts and people as the platform has them, one at a time: `PUT /v1/accounts/{account}`, and `PUT` and `DELETE
//! /v1/accounts/{account}/people/{person}`. The contact is reviewed with the change: one who has become invalid is
//! replaced at once.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use security_contact_policy::UserId;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::App;
use super::caller::Caller;
use super::input::{Body, InAccount};
use super::openapi;
use super::problem::Problem;
use crate::auth::Scope;
use crate::domain::model::{AccountId, DirectoryEntry, DisplayName, Member};
use crate::domain::read_member;

/// The account and the person that the path names.
pub(super) struct InPerson(AccountId, UserId);

impl<S: Send + Sync> FromRequestParts<S> for InPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((account, person)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::invalid("person", "expected percent-encoded UTF-8"))?;
        let account = account
            .parse()
            .map_err(|error: crate::domain::model::InvalidText| Problem::invalid("account", error.to_string()))?;
        let person = UserId::new(person).map_err(|error| Problem::invalid("person", error.message))?;
        Ok(Self(account, person))
    }
}

/// An account, with as many of its people as the platform likes to send along. The owner has to be among them, or be
/// known already.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Account {
    #[schema(value_type = openapi::DisplayName)]
    name: String,
    #[schema(value_type = openapi::UserId)]
    owner: UserId,
    #[serde(default)]
    #[schema(value_type = Vec<openapi::PersonOfAccount>)]
    people: Vec<Map<String, Value>>,
}

/// Bring an account, its owner and as many of its people as there are to bring
///
/// The contact is reviewed with it: one who has become invalid is replaced at once. It takes the scope
/// `directory:write`, as all of the directory does.
#[utoipa::path(
    put, path = "/v1/accounts/{account}", operation_id = "putAccount", tag = "directory",
    params(openapi::AccountInPath),
    request_body = Account,
    responses((status = 204, description = "It is as it was brought"), openapi::PuttingAccount),
    security(("machine" = [])),
)]
pub(super) async fn put_account(
    State(app): State<Arc<App>>,
    caller: Caller,
    InAccount(account): InAccount,
    Body(body): Body<Account>,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::DirectoryWrite)?;
    let name: DisplayName = body
        .name
        .parse()
        .map_err(|error: crate::domain::model::InvalidText| Problem::invalid("name", error.to_string()))?;
    let people = body.people.into_iter().map(|person| read(person, None)).collect::<Result<_, _>>()?;
    put(&app, DirectoryEntry { account, profile: Some((name, body.owner)), people, left: Vec::new() }).await
}

/// Bring one person
#[utoipa::path(
    put, path = "/v1/accounts/{account}/people/{person}", operation_id = "putPerson", tag = "directory",
    params(openapi::AccountInPath, openapi::PersonInPath),
    request_body = openapi::PersonOfPath,
    responses((status = 204, description = "The person is as they were brought"), openapi::PuttingPerson),
    security(("machine" = [])),
)]
pub(super) async fn put_person(
    State(app): State<Arc<App>>,
    caller: Caller,
    InPerson(account, person): InPerson,
    Body(body): Body<Map<String, Value>>,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::DirectoryWrite)?;
    let people = vec![read(body, Some(person))?];
    put(&app, DirectoryEntry { account, profile: None, people, left: Vec::new() }).await
}

/// Say that a person has left, or was never there
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/people/{person}", operation_id = "removePerson", tag = "directory",
    params(openapi::AccountInPath, openapi::PersonInPath),
    responses((status = 204, description = "The person is not there"), openapi::RemovingPerson),
    security(("machine" = [])),
)]
pub(super) async fn delete_person(
    State(app): State<Arc<App>>,
    caller: Caller,
    InPerson(account, person): InPerson,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::DirectoryWrite)?;
    put(&app, DirectoryEntry { account, profile: None, people: Vec::new(), left: vec![person] }).await
}

async fn put(app: &App, entry: DirectoryEntry) -> Result<StatusCode, Problem> {
    match app.directories.put_one(&entry).await? {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(fault) => Err(Problem::directory_fault(&fault)),
    }
}

/// A person as the body has them. One whom the path names need not be named again, and cannot be somebody else.
fn read(mut body: Map<String, Value>, of_path: Option<UserId>) -> Result<Member, Problem> {
    if let Some(id) = of_path {
        let named = body.insert("id".to_owned(), Value::String(id.to_string()));
        if named.is_some_and(|named| named != id.as_str()) {
            return Err(Problem::invalid("id", "expected the person whom the path names, or nobody"));
        }
    }
    let value = Value::Object(body);
    read_member(&value).map_err(|message| Problem::invalid("body", message))
}
