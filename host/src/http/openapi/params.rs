//! What requests bring in path, query and headers.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, PartialSchema};

use super::text;

/// Sets of parameters, for routes to name.
macro_rules! params {
    ($($(#[$doc:meta])* $set:ident { $($name:literal $place:ident $required:ident $schema:expr, $about:literal;)+ })+) => {$(
        $(#[$doc])*
        pub(in crate::http) struct $set;

        impl IntoParams for $set {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$(parameter($name, ParameterIn::$place, Required::$required, $schema, $about)),+]
            }
        }
    )+};
}

fn parameter(name: &str, place: ParameterIn, required: Required, schema: RefOr<Schema>, about: &str) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required);
    parameter.description(Some(about)).schema(Some(schema)).build()
}

fn number(lowest: i64, highest: i64) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(lowest)).maximum(Some(highest)).build().into()
}

params! {
    /// The account.
    AccountInPath {
        "account" Path True text::AccountId::schema(), "The account";
    }
    /// The person, beside the account.
    PersonInPath {
        "person" Path True text::UserId::schema(), "The person";
    }
    /// In whose name a machine acts.
    OnBehalf {
        "security-contact-person" Header False text::UserIdInHeader::schema(),
            "The person in whose name a machine acts; it takes the scope `people:act`. A person can name nobody else";
    }
    /// The state that a change is made on.
    ExpectedState {
        "if-match" Header True text::ExpectedState::schema(),
            "The ETag of the state that the change is made on, or `*` for whatever state there is";
    }
    /// A key that a change can have.
    MaybeKey {
        "idempotency-key" Header False text::IdempotencyKey::schema(),
            "The same request under the same key gets the same answer for two days, and does nothing else";
    }
    /// A key that an event has to have.
    RequiredKey {
        "idempotency-key" Header True text::IdempotencyKey::schema(),
            "Tells this event from the account's others, so that it is sent once however often it is posted";
    }
    /// A copy that the caller has.
    Conditional {
        "if-none-match" Header False ObjectBuilder::new().schema_type(Type::String).build().into(),
            "The ETag of the copy that the caller has";
    }
    /// A search.
    SearchParams {
        "q" Query False text::Query::schema(), "Who is looked for; everybody when it is empty";
        "cursor" Query False text::Cursor::schema(), "Where the list goes on";
        "limit" Query False number(1, 200), "How many people; 50 when it is not given";
    }
    /// A part of a history.
    HistoryPage {
        "before" Query False number(1, i64::MAX), "Entries before that number; the newest when it is not given";
        "limit" Query False number(1, 200), "How many entries; 50 when it is not given";
    }
    /// Which module.
    ModuleWanted {
        "sha256" Query False text::Sha256::schema(),
            "The module of that digest, which may be kept for good; the present one when it is not given";
    }
}
