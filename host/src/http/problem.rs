//! Answers that are no success: problem details of RFC 9457.

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, ETAG, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use security_contact_policy::{Reason, RefusalCode};
use serde::Serialize;

use super::contact::ContactState;
use crate::auth::Scope;
use crate::domain::DomainError;
use crate::domain::model::DirectoryFault;
use crate::domain::ports::StoreError;

/// A problem. `code` is the contract; `detail` is for people and may change.
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    /// The part of the request at fault.
    field: Option<&'static str>,
    /// Why the policy says no.
    reasons: Option<Vec<Reason>>,
    /// The state that a change did not expect.
    current: Option<Box<ContactState>>,
    /// After how many seconds another try may succeed.
    retry_after: Option<u64>,
    /// What a token would have to be.
    challenge: Option<Challenge>,
}

/// What was wrong with the token (RFC 6750, section 3).
#[derive(Clone, Copy)]
enum Challenge {
    /// There was none.
    Missing,
    /// It proves nothing.
    Invalid,
    /// It does not suffice.
    Insufficient,
}

impl Challenge {
    const fn text(self) -> &'static str {
        match self {
            Self::Missing => "Bearer",
            Self::Invalid => r#"Bearer error="invalid_token""#,
            Self::Insufficient => r#"Bearer error="insufficient_scope""#,
        }
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            field: None,
            reasons: None,
            current: None,
            retry_after: None,
            challenge: None,
        }
    }

    /// A part of the request that does not fit.
    pub(super) fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        let detail = format!("`{field}`: {}", detail.into());
        Self { field: Some(field), ..Self::new(StatusCode::BAD_REQUEST, "invalid_input", detail) }
    }

    pub(super) fn unsupported_media_type() -> Self {
        let detail = "expected a body of the type `application/json`";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    pub(super) fn body_too_long() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", "expected a body of at most 64 KiB")
    }

    /// A line of a directory that nobody would write.
    pub(super) fn line_too_long() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "line_too_long", "expected lines of at most 1 MiB")
    }

    /// Whoever sends the body takes their time.
    pub(super) fn body_too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body took too long to arrive")
    }

    pub(super) fn uri_too_long() -> Self {
        let detail = "expected a path and query of at most 8 KiB together";
        Self::new(StatusCode::URI_TOO_LONG, "uri_too_long", detail)
    }

    pub(super) fn headers_too_large() -> Self {
        let detail = "expected at most 64 headers, of 16 KiB together";
        Self::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", detail)
    }

    /// The caller, or the account, has had enough for now.
    pub(super) fn too_many_requests(wait: Duration) -> Self {
        let detail = "too many requests; the header `retry-after` says after how many seconds to try again";
        // Whole seconds, and never none.
        let seconds = wait.as_secs().saturating_add(1).min(3_600);
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail) }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
    }

    pub(super) fn method_not_allowed() -> Self {
        let detail = "this path does not know the method; the header `allow` lists those it knows";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// Nobody proved who they are.
    pub(super) fn unauthenticated(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail);
        Self { challenge: Some(Challenge::Missing), ..problem }
    }

    /// Somebody tried to, with a token that proves nothing.
    pub(super) fn invalid_token(detail: impl Into<String>) -> Self {
        Self { challenge: Some(Challenge::Invalid), ..Self::unauthenticated(detail) }
    }

    /// The caller is known, and is none that may ask for this.
    pub(super) fn scope_required(scope: Scope) -> Self {
        let detail = format!("this needs a service token with the scope `{scope}`");
        let problem = Self::new(StatusCode::FORBIDDEN, "scope_required", detail);
        Self { challenge: Some(Challenge::Insufficient), ..problem }
    }

    /// A machine of the platform asks for an account that is not there.
    pub(super) fn unknown_account() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown_account", "there is no account of this id")
    }

    pub(super) fn unknown_module() -> Self {
        let detail = "this server decides by another module; `GET /v1/policy` names it";
        Self::new(StatusCode::NOT_FOUND, "unknown_module", detail)
    }

    /// An entry of the directory that cannot be taken over.
    pub(super) fn directory_fault(fault: &DirectoryFault) -> Self {
        match fault {
            DirectoryFault::UnknownAccount => Self::unknown_account(),
            DirectoryFault::OwnerIsNoMember { .. } => {
                Self::new(StatusCode::CONFLICT, "owner_is_no_member", fault.to_string())
            }
            DirectoryFault::Unreadable { .. } | DirectoryFault::Undecided { .. } => Self::internal(fault),
        }
    }

    /// The demo was reached under another name, or from a page of another site.
    pub(super) fn forbidden_origin(detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden_origin", detail)
    }

    /// The person may not see the field. The first reason is the code.
    pub(super) fn not_permitted(reasons: Vec<Reason>) -> Self {
        let code = reasons.first().map_or(RefusalCode::ActorNotPermitted.as_str(), |reason| reason.as_str());
        let detail = "this person may not see the account's security contact";
        Self { reasons: Some(reasons), ..Self::new(StatusCode::FORBIDDEN, code, detail) }
    }

    /// The policy refused a change.
    pub(super) fn refused(code: RefusalCode, reasons: Vec<Reason>) -> Self {
        let (status, detail) = match code {
            RefusalCode::ActorNotPermitted => {
                (StatusCode::FORBIDDEN, "this person may not change the account's security contact")
            }
            RefusalCode::NotAMember => {
                (StatusCode::UNPROCESSABLE_ENTITY, "the chosen person is no member of the account")
            }
            RefusalCode::NotEligible => {
                (StatusCode::UNPROCESSABLE_ENTITY, "the chosen person cannot be the security contact")
            }
        };
        Self { reasons: Some(reasons), ..Self::new(status, code.as_str(), detail) }
    }

    pub(super) fn precondition_required() -> Self {
        let detail = "a change needs the header `if-match` with the ETag of the state that it is made on";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
    }

    /// Somebody else was faster.
    pub(super) fn version_conflict(current: ContactState) -> Self {
        let detail = "the designation is no longer what `if-match` names; `current` is what it is now";
        let problem = Self::new(StatusCode::PRECONDITION_FAILED, "version_conflict", detail);
        Self { current: Some(Box::new(current)), ..problem }
    }

    pub(super) fn timeout() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "the request took too long; try again")
    }

    /// The host cannot do its work now, and these parts of it are why.
    pub(super) fn not_ready(parts: &[&str]) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", parts.join("; "))
    }

    /// Others were faster, again and again.
    fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", DomainError::Busy.to_string())
    }

    /// A failure in here. What it was stands in the log alone.
    pub(super) fn internal(error: &dyn Error) -> Self {
        log(error);
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log says why")
    }

    pub(super) fn idempotency_key_required() -> Self {
        let detail = "an event needs the header `idempotency-key`, so that it is sent once however often it is posted";
        Self {
            field: Some("idempotency-key"),
            ..Self::new(StatusCode::BAD_REQUEST, "idempotency_key_required", detail)
        }
    }

    /// Another request came with the same key.
    pub(super) fn key_reused() -> Self {
        let detail = "another request came under this key; every request needs a key of its own";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge.text()));
        }
        let soon = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        if let Some(seconds) = self.retry_after.or(soon) {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(current) = &self.current {
            headers.insert(ETAG, current.etag());
        }
        headers
    }
}

impl From<DomainError> for Problem {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::NoOwner { .. } => {
                let detail = "the account has no owner; every account needs one";
                Self::new(StatusCode::CONFLICT, "no_owner", detail)
            }
            DomainError::Busy => Self::busy(),
            // Who asks for an unknown account is a stranger to it.
            DomainError::UnknownAccount { .. } => Self::not_permitted(vec![Reason::NotAMember]),
            DomainError::Store(error) => error.into(),
            DomainError::Engine(_) | DomainError::UnreadableHistory { .. } => Self::internal(&error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_busy {
            log(&error);
            return Self::busy();
        }
        Self::internal(&error)
    }
}

/// The status in words (RFC 9110, section 15). Two of them had other ones before.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Content Too Large",
        StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
        other => other.canonical_reason().unwrap_or_default(),
    }
}

/// What a problem says.
#[derive(Serialize)]
pub(super) struct Details<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<&'a [Reason]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'a ContactState>,
}

impl Problem {
    pub(super) fn details(&self) -> Details<'_> {
        Details {
            // The status says what kind of problem it is (RFC 9457, section 4.2.1); `code` says which.
            r#type: "about:blank",
            title: title(self.status),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            field: self.field,
            reasons: self.reasons.as_deref(),
            current: self.current.as_deref(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.details()).into_response();
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers());
        response
    }
}

/// Logs a failure with its causes. The errors of store and engine bring neither names nor addresses.
fn log(error: &dyn Error) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = write!(text, ": {inner}"); // writing into a String cannot fail
        cause = inner.source();
    }
    tracing::error!(error = text, "a request failed");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_worth_another_try() {
        let store = |is_busy| StoreError { message: "a test".to_owned(), source: None, is_busy };
        for problem in [DomainError::Busy.into(), store(true).into(), Problem::from(DomainError::Store(store(true)))] {
            assert_eq!(problem.code, "busy");
            let response = problem.into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()["retry-after"], "1");
        }
        let response = Problem::from(DomainError::Store(store(false))).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn an_account_that_is_gone_is_like_one_that_never_was() {
        let response = Problem::from(DomainError::UnknownAccount { account: "acme".parse().unwrap() }).into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
}
