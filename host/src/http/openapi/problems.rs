//! What can go wrong, route by route: by status, with the codes that the status can have there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, Ref, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::super::contact::ContactState;
use super::facts::Reason;
use super::text;

/// Statuses with their codes.
type Codes = &'static [(u16, &'static [&'static str])];

/// What every route can answer.
const ALWAYS: Codes = &[
    (414, &["uri_too_long"]),
    (431, &["headers_too_large"]),
    (500, &["internal"]),
    (503, &["timeout", "busy", "unavailable"]),
];

/// What every route can answer that has to know who asks.
const KNOWN: Codes = &[(400, &["invalid_input"]), (401, &["unauthenticated"]), (429, &["too_many_requests"])];

/// What every route can answer that reads a body.
const BODY: Codes = &[(408, &["body_too_slow"]), (413, &["body_too_long"]), (415, &["unsupported_media_type"])];

const SCOPE: Codes = &[(403, &["scope_required"])];

/// Sets of problems, for routes to name.
macro_rules! problems {
    ($($(#[$doc:meta])* $set:ident: [$($shared:ident),+] $(+ { $($status:literal $($code:literal)|+;)+ })?)+) => {$(
        $(#[$doc])*
        pub(in crate::http) struct $set;

        impl IntoResponses for $set {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let own: Codes = &[$($(($status, &[$($code),+]),)+)?];
                described(&[$($shared),+, own])
            }
        }
    )+};
}

problems! {
    /// Of a route that anybody may ask.
    Always: [ALWAYS]
    /// Of the host when it cannot work.
    Working: [ALWAYS] + { 503 "not_ready"; }
    /// Of a route for whoever is known.
    Known: [ALWAYS, KNOWN]
    /// The module's.
    Fetching: [ALWAYS, KNOWN] + { 404 "unknown_module"; }
    /// Of whoever looks at an account.
    Viewing: [ALWAYS, KNOWN] + {
        403 "manager_role_required" | "not_active" | "not_a_member" | "scope_required";
        404 "unknown_account";
        409 "no_owner";
    }
    /// Of whoever changes something by a body.
    Choosing: [ALWAYS, KNOWN, BODY] + {
        403 "actor_not_permitted" | "scope_required";
        409 "no_owner";
        412 "version_conflict";
        422 "not_a_member" | "not_eligible" | "idempotency_key_reused";
        428 "precondition_required";
    }
    /// Of whoever goes back to the default.
    Resetting: [ALWAYS, KNOWN] + {
        403 "actor_not_permitted" | "scope_required";
        409 "no_owner";
        412 "version_conflict";
        422 "idempotency_key_reused";
        428 "precondition_required";
    }
    /// Of a security event.
    Dispatching: [ALWAYS, KNOWN, BODY, SCOPE] + {
        400 "idempotency_key_required";
        404 "unknown_account";
        422 "idempotency_key_reused";
    }
    /// Of an account.
    PuttingAccount: [ALWAYS, KNOWN, BODY, SCOPE] + { 409 "owner_is_no_member"; }
    /// Of a person.
    PuttingPerson: [ALWAYS, KNOWN, BODY, SCOPE] + { 404 "unknown_account"; 409 "owner_is_no_member"; }
    /// Of a person who leaves.
    RemovingPerson: [ALWAYS, KNOWN, SCOPE] + { 404 "unknown_account"; 409 "owner_is_no_member"; }
    /// Of a directory.
    Importing: [ALWAYS, KNOWN, SCOPE] + { 408 "body_too_slow"; 413 "line_too_long"; }
}

/// The statuses of several lists, each with all its codes.
fn described(lists: &[Codes]) -> BTreeMap<String, RefOr<Response>> {
    let mut codes = BTreeMap::<u16, Vec<&str>>::new();
    for (status, more) in lists.iter().copied().flatten() {
        codes.entry(*status).or_default().extend(*more);
    }
    codes.iter().map(|(status, codes)| (status.to_string(), problem(*status, codes).into())).collect()
}

fn problem(status: u16, codes: &[&str]) -> Response {
    let exact = ObjectBuilder::new()
        .property("status", ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status])))
        .property("code", ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes.to_vec())));
    let details = AllOfBuilder::new().item(Ref::from_schema_name(ProblemDetails::name())).item(exact);
    let response = ResponseBuilder::new()
        .description(format!("`{}`", codes.join("`, `")))
        .content("application/problem+json", Content::new(Some(details)));
    let header =
        |schema: RefOr<Schema>, about: &str| HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
    match status {
        401 => response.header("www-authenticate", header(String::schema(), "`Bearer`")),
        412 => response.header("etag", header(text::ETag::schema(), "The version of `current`")),
        429 | 503 => response.header("retry-after", header(number.into(), "After how many seconds to try again")),
        _ => response,
    }
    .build()
}

/// How the document describes a problem.
pub(super) struct ProblemDetails;

impl PartialSchema for ProblemDetails {
    fn schema() -> RefOr<Schema> {
        let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
        let reasons = ArrayBuilder::new().items(Ref::from_schema_name(Reason::name()));
        let object = ObjectBuilder::new()
            .description(Some("What went wrong (RFC 9457). `code` is the contract; `detail` is for people."))
            .property("type", text("The status says what kind of problem it is.").enum_values(Some(["about:blank"])))
            .property("title", text("The status in words."))
            .property("status", ObjectBuilder::new().schema_type(Type::Integer))
            .property("code", text("Which problem it is."))
            .property("detail", text("What is wrong, in a sentence."))
            .property("field", text("The part of the request that is at fault."))
            .property("reasons", reasons.description(Some("Every reason why the policy says no.")))
            .property("current", Ref::from_schema_name(ContactState::name()));
        let required = ["type", "title", "status", "code", "detail"];
        required.into_iter().fold(object, ObjectBuilder::required).build().into()
    }
}

impl ToSchema for ProblemDetails {
    fn name() -> Cow<'static, str> {
        "Problem".into()
    }
}
