//! `GET /v1/accounts/{account}/security-contact/candidates`: people of the account, and whether they can be it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use security_contact_policy::{Instant, Person, UserId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::caller::Viewer;
use super::input::{Params, limit};
use super::openapi;
use super::problem::Problem;
use crate::domain::model::{CandidateCursor, DisplayName, EmailAddress, Member};
use crate::domain::{Candidate, fold};

/// The longest search, in characters: as long as the longest address.
const MAX_QUERY_CHARS: usize = 254;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Candidates)]
pub(super) struct Found {
    candidates: Vec<Row>,
    /// Where the list goes on; `null` at its end.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Candidate)]
struct Row {
    #[schema(value_type = openapi::Person)]
    person: Person,
    #[schema(value_type = openapi::DisplayName)]
    name: DisplayName,
    #[schema(value_type = Option<openapi::MailAddress>, required = true)]
    email: Option<EmailAddress>,
    /// Since when the mail server refuses that address for good; absent while it does not.
    #[serde(rename = "unreachableSince", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = openapi::Instant, required = false)]
    unreachable_since: Option<Instant>,
    #[schema(value_type = openapi::Verdict)]
    verdict: Verdict,
}

/// People of the account, and whether each can be the contact
///
/// In the order of their names. The search looks at names and addresses, whatever their case and accents.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/security-contact/candidates", operation_id = "findCandidates", tag = "contact",
    params(openapi::AccountInPath, openapi::SearchParams, openapi::OnBehalf),
    responses((status = 200, description = "People", body = Found), openapi::Viewing),
    security(("person" = []), ("machine" = [])),
)]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Params(search): Params<Search>,
) -> Result<Json<Found>, Problem> {
    if search.q.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::invalid("q", "expected at most 254 characters"));
    }
    let limit = limit(search.limit.as_deref())?;
    let after = search.cursor.as_deref().map(read_cursor).transpose()?;
    app.viewer(&viewer).await?;
    // One more than asked for tells whether the list goes on.
    let mut found = app.contacts.candidates(viewer.account(), &search.q, after.as_ref(), limit + 1).await?;
    let goes_on = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| goes_on).map(write_cursor);
    Ok(Json(Found { candidates: found.into_iter().map(Row::of).collect(), next_cursor }))
}

impl Row {
    fn of(candidate: Candidate) -> Self {
        let Candidate { member: Member { person, name, email, unreachable_since }, verdict } = candidate;
        Self { person, name, email, unreachable_since, verdict }
    }
}

fn write_cursor(last: &Candidate) -> String {
    serde_json::json!([fold(last.member.name.as_str()), last.member.person.id]).to_string()
}

fn read_cursor(text: &str) -> Result<CandidateCursor, Problem> {
    let (folded_name, user_id): (String, UserId) = serde_json::from_str(text)
        .map_err(|_| Problem::invalid("cursor", "expected the `nextCursor` of an earlier answer"))?;
    Ok(CandidateCursor { folded_name, user_id })
}
