//! Reading what a request brings. Whatever does not fit is a problem that names the field.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::problem::Problem;
use crate::domain::model::AccountId;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(5);

/// The account that the path names.
pub(super) struct InAccount(pub(super) AccountId);

/// The parameters of the query, in a type that refuses unknown ones.
pub(super) struct Params<T>(pub(super) T);

/// The JSON object of the body, in a type that refuses unknown members.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync> FromRequestParts<S> for InAccount {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::invalid("account", "expected percent-encoded UTF-8"))?;
        let account = text.parse::<AccountId>().map_err(|error| Problem::invalid("account", error.to_string()))?;
        Ok(Self(account))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Problem::invalid("query", innermost(&error)))
            }
            Err(error) => Err(Problem::invalid("query", error.to_string())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match within(BODY_TIME, Json::<Object<T>>::from_request(request, state)).await? {
            Ok(Json(Object(body))) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::unsupported_media_type()),
            Err(JsonRejection::BytesRejection(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::body_too_long())
            }
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::invalid("body", innermost(&error))),
            Err(JsonRejection::JsonSyntaxError(error)) => Err(Problem::invalid("body", innermost(&error))),
            Err(_) => Err(Problem::invalid("body", "the body could not be read")),
        }
    }
}

/// What arrives within the time.
pub(super) async fn within<T>(time: Duration, arriving: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(time, arriving).await.map_err(|_| Problem::body_too_slow())
}

/// A JSON object. Without this, a list of a struct's values would pass for the struct.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// The text of a header that may be there once; `None` when it is not there.
///
/// A header that is there twice is refused: a proxy may have added its own to one that came from outside.
pub(super) fn only_header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid(name, "expected the header once"));
    }
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| Problem::invalid(name, "expected UTF-8"))?;
    Ok(Some(text))
}

/// A number of entries to answer with: 1 to 200, and 50 when none is given.
pub(super) fn limit(text: Option<&str>) -> Result<u32, Problem> {
    let Some(text) = text else { return Ok(50) };
    let limit = text.parse().ok().filter(|limit| (1..=200).contains(limit));
    limit.ok_or_else(|| Problem::invalid("limit", "expected a whole number from 1 to 200"))
}

/// The fault itself, without what axum says around it. It names the member, and may quote what the request brought.
fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let problem = within(Duration::ZERO, std::future::pending::<()>()).await.err().unwrap();
        assert_eq!(problem.into_response().status(), StatusCode::REQUEST_TIMEOUT);
    }
}
