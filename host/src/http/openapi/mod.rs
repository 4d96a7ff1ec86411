//! The OpenAPI document: what the routes say of themselves, and around it what they share.
//!
//! Requests and answers describe themselves where they are defined. What the rules define is described in `facts`, and
//! `text` has the kinds of text. Each route lists its problems by status and code (`problems`), so that the document is
//! as exact about what goes wrong as about what goes well.

mod facts;
mod params;
mod problems;
mod text;

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{OpenApi, PartialSchema, ToSchema};

pub(super) use facts::{
    Contact, EventKind, HistoryFacts, Person, PersonOfAccount, PersonOfPath, PolicyIdentity, Rules, Severity, Verdict,
};
pub(super) use params::{
    AccountInPath, Conditional, ExpectedState, HistoryPage, MaybeKey, ModuleWanted, OnBehalf, PersonInPath,
    RequiredKey, SearchParams,
};
pub(super) use problems::{
    Always, Choosing, Dispatching, Fetching, Importing, Known, PuttingAccount, PuttingPerson, RemovingPerson,
    Resetting, Viewing, Working,
};
pub(super) use text::{
    AccountId, DisplayName, ETag, EventText, Fingerprint, Healthy, Instant, MailAddress, ModuleBytes, Outcome, Queued,
    ReadyToWork, RoleName, UserId,
};

/// What the routes share.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Security Contact",
        description = "Keeps, for every account of a platform, the one person who gets its security mail.\n\n\
            People bring a JWT of the platform, and act on their own account. Machines bring a service token; what it \
            lets them do are its scopes. Every answer that is no success is a problem of RFC 9457, whose `code` is the \
            contract."
    ),
    components(schemas(problems::ProblemDetails, facts::Reason, text::ETag)),
    tags(
        (name = "contact", description = "The security contact of an account"),
        (name = "directory", description = "Accounts and people as the platform has them"),
        (name = "events", description = "What an account has to hear of"),
        (name = "policy", description = "What decides"),
        (name = "host", description = "The server itself"),
    )
)]
pub(super) struct Document;

impl Document {
    /// The document before any route has described itself.
    pub(super) fn begun() -> utoipa::openapi::OpenApi {
        let mut document = Self::openapi();
        let bearer = |format: &str, description: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
            SecurityScheme::Http(scheme.description(Some(description)).build())
        };
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("person", bearer("JWT", "A JWT of the platform: a person of one account."));
        let machine = "A service token: a machine of the platform, with scopes among `read`, `directory:write`, \
                       `events:write` and `people:act`.";
        components.add_security_scheme("machine", bearer("sct_…", machine));
        document
    }
}

/// The document as it is served and kept in the repository.
pub(super) fn text(document: &utoipa::openapi::OpenApi) -> String {
    // Every part of it is text, numbers, lists and objects with text as names, all of which JSON can write.
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// This document
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "host",
    responses((status = 200, description = "The document", content_type = "application/json", body = DocumentBody), Always),
)]
pub(super) async fn get() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(super::openapi_json);
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], TEXT.as_str())
}

/// How the document describes itself.
struct DocumentBody;

impl PartialSchema for DocumentBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().required("openapi").property("openapi", String::schema()).build().into()
    }
}

impl ToSchema for DocumentBody {
    fn name() -> Cow<'static, str> {
        "OpenApi".into()
    }
}
