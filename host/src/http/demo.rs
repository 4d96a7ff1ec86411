//! What only the demo answers: who there is to be, and where to start.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Redirect;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use security_contact_policy::{Name, Status, UserId};
use serde::Serialize;

use super::App;
use super::problem::Problem;
use crate::domain::model::{AccountId, DisplayName, Member};

/// How many accounts, and how many people of each, the switch offers.
const MAX_ACCOUNTS: u32 = 50;
const MAX_PEOPLE: u32 = 200;

#[derive(Serialize)]
pub(super) struct People {
    accounts: Vec<DemoAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DemoAccount {
    id: AccountId,
    name: String,
    owner_id: Option<UserId>,
    people: Vec<DemoPerson>,
}

#[derive(Serialize)]
struct DemoPerson {
    id: UserId,
    name: DisplayName,
    role: Name,
    status: Status,
}

/// `GET /demo/people`: accounts and their people.
pub(super) async fn people(State(app): State<Arc<App>>) -> Result<Json<People>, Problem> {
    let mut accounts = Vec::new();
    for (id, name) in app.store.accounts(None, MAX_ACCOUNTS).await? {
        let owner_id = owner(&app, &id).await?;
        let members = app.store.candidates(&id, "", None, MAX_PEOPLE).await?;
        let people = members.into_iter().map(DemoPerson::of).collect();
        accounts.push(DemoAccount { id, name, owner_id, people });
    }
    Ok(Json(People { accounts }))
}

/// `GET /`: on to the first account's settings, seen by its owner.
pub(super) async fn redirect(State(app): State<Arc<App>>) -> Result<Redirect, Problem> {
    let mut accounts = app.store.accounts(None, 1).await?;
    let (account, _) = accounts.pop().ok_or_else(Problem::not_found)?;
    let owner = owner(&app, &account).await?.ok_or_else(Problem::not_found)?;
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let (account, owner) = (encoded(account.as_str()), encoded(owner.as_str()));
    Ok(Redirect::temporary(&format!("/accounts/{account}/settings/security?as={owner}")))
}

async fn owner(app: &App, account: &AccountId) -> Result<Option<UserId>, Problem> {
    let snapshot = app.store.snapshot(account, &[]).await?;
    Ok(snapshot.and_then(|snapshot| snapshot.owner).map(|owner| owner.person.id))
}

impl DemoPerson {
    fn of(member: Member) -> Self {
        let Member { person, name, .. } = member;
        Self { id: person.id, name, role: person.role, status: person.status }
    }
}
