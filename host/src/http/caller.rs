//! Who is asking.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use security_contact_policy::UserId;

use super::input::only_header;
use super::problem::Problem;
use super::{App, Mode};

/// Proof that the request comes from somebody who may ask anything at all: from this machine in the demo, which the
/// guard around all routes sees to, and from the platform's backend else.
pub(super) struct Trusted;

/// The person who acts.
pub(super) struct Caller(pub(super) UserId);

impl FromRequestParts<Arc<App>> for Trusted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match &app.mode {
            Mode::Demo => Ok(Self),
            Mode::Service { token } if token.is_brought_by(&parts.headers) => Ok(Self),
            Mode::Service { .. } => {
                Err(Problem::unauthenticated("the header `authorization` has to bring the service token"))
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Trusted::from_request_parts(parts, app).await?;
        let (header, missing) = match app.mode {
            Mode::Demo => ("x-view-as", "the header `x-view-as` has to name the person who acts"),
            Mode::Service { .. } => {
                ("security-contact-person", "the header `security-contact-person` has to name the person who acts")
            }
        };
        let text = only_header(&parts.headers, header)?.ok_or_else(|| Problem::unauthenticated(missing))?;
        let user_id = UserId::new(text).map_err(|error| Problem::invalid(header, error.message))?;
        Ok(Self(user_id))
    }
}
