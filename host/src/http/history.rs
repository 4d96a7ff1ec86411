//! `GET /v1/accounts/{account}/security-contact/history`: what happened to the contact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use security_contact_policy::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::caller::Viewer;
use super::input::{Params, limit};
use super::openapi;
use super::problem::Problem;
use crate::domain::model::{AccountId, AuditEntry, Detail, DisplayName};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    before: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct History {
    /// The newest first.
    entries: Vec<Entry>,
    /// The names of the people in `entries` who are still members.
    #[schema(value_type = BTreeMap<String, openapi::DisplayName>)]
    names: BTreeMap<String, DisplayName>,
    /// Where the history goes on; `null` at its end.
    #[schema(required = true)]
    next_before: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
struct Entry {
    number: i64,
    #[serde(flatten)]
    #[schema(value_type = openapi::HistoryFacts)]
    entry: AuditEntry,
}

/// What happened to the contact
#[utoipa::path(
    get, path = "/v1/accounts/{account}/security-contact/history", operation_id = "readHistory", tag = "contact",
    params(openapi::AccountInPath, openapi::HistoryPage, openapi::OnBehalf),
    responses((status = 200, description = "Entries", body = History), openapi::Viewing),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Params(page): Params<Page>,
) -> Result<Json<History>, Problem> {
    let before = page.before.as_deref().map(read_number).transpose()?;
    let limit = limit(page.limit.as_deref())?;
    app.viewer(&viewer).await?;
    // One more than asked for tells whether the history goes on.
    let mut found = app.contacts.history(viewer.account(), before, limit + 1).await?;
    let goes_on = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_before = found.last().filter(|_| goes_on).map(|(number, _)| *number);
    let names = names(&app, viewer.account(), &found).await?;
    let entries = found.into_iter().map(|(number, entry)| Entry { number, entry }).collect();
    Ok(Json(History { entries, names, next_before }))
}

async fn names(
    app: &App,
    account: &AccountId,
    entries: &[(i64, AuditEntry)],
) -> Result<BTreeMap<String, DisplayName>, Problem> {
    let people = |(_, entry): &(i64, AuditEntry)| {
        let AuditEntry { actor, before, after, detail, .. } = entry.clone();
        [actor, before, after, detail.and_then(Detail::into_person)].into_iter().flatten()
    };
    let ids: Vec<UserId> = entries.iter().flat_map(people).collect::<BTreeSet<_>>().into_iter().collect();
    let Some(snapshot) = app.store.snapshot(account, &ids).await? else { return Ok(BTreeMap::new()) };
    let named = ids.iter().filter_map(|id| Some((id.to_string(), snapshot.member(id)?.name.clone())));
    Ok(named.collect())
}

fn read_number(text: &str) -> Result<i64, Problem> {
    let number = text.parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| Problem::invalid("before", "expected the number of an entry"))
}
