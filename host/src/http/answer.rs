//! Answers that can be kept, so that the same request gets them again.

use axum::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue};
use axum::http::{StatusCode, header::HeaderMap};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::ContactState;
use super::openapi;
use super::problem::Problem;

/// The answer to a change: what is sent, and what is kept for the same request.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    status: u16,
    content_type: String,
    etag: Option<String>,
    /// JSON text, as it is sent. A value in its place would be sent with its members in another order, and would tell an
    /// answer that can be kept from one that cannot.
    body: String,
    /// Whether it was given to the same request before.
    #[serde(skip)]
    was_given: bool,
}

/// A state of the field, and what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Changed<'a> {
    #[schema(value_type = openapi::Outcome)]
    outcome: &'static str,
    #[serde(flatten)]
    #[schema(value_type = ContactState)]
    state: &'a ContactState,
}

/// The header of an answer that was given to the same request before. A stranger to the account does not get it: it would
/// tell that there is such an account.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

impl Answer {
    /// Whether it says that the person may not do that.
    pub(super) fn is_refusal(&self) -> bool {
        self.status == StatusCode::FORBIDDEN.as_u16()
    }

    /// A state of the field, and what became of it.
    pub(super) fn state(outcome: &'static str, state: &ContactState) -> serde_json::Result<Self> {
        Ok(Self {
            status: StatusCode::OK.as_u16(),
            content_type: "application/json".to_owned(),
            etag: text(&state.etag()),
            body: serde_json::to_string(&Changed { outcome, state })?,
            was_given: false,
        })
    }

    /// What the problem answers.
    pub(super) fn problem(problem: &Problem) -> serde_json::Result<Self> {
        let headers = problem.headers();
        let header = |name| headers.get(name).and_then(text);
        Ok(Self {
            status: problem.status().as_u16(),
            content_type: header(CONTENT_TYPE).unwrap_or_default(),
            etag: header(ETAG),
            body: serde_json::to_string(&problem.details())?,
            was_given: false,
        })
    }

    /// As it is kept.
    pub(super) fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// An answer that was kept.
    pub(super) fn from_text(text: &str) -> serde_json::Result<Self> {
        Ok(Self { was_given: true, ..serde_json::from_str(text)? })
    }
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        let values = [(CONTENT_TYPE, Some(self.content_type)), (ETAG, self.etag)];
        for (name, value) in values {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.was_given && status != StatusCode::FORBIDDEN {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        (status, headers, self.body).into_response()
    }
}
