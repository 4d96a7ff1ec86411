//! What the rules and the history define, as the document describes it. Nothing here is ever made: the answers are
//! written by the types of the rules themselves.
#![allow(dead_code, reason = "these types stand for others in the document")]

use std::borrow::Cow;

use security_contact_policy as policy;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::text::{DisplayName, Fingerprint, Instant, MailAddress, RoleName, Sha256, UserId};
use crate::domain::model;

/// Enumerations, by the words that JSON has for them. A variant that is not listed does not compile.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident of $type:ty { $($variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        pub(in crate::http) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let _every_variant_is_listed = |value: $type| match value { $(<$type>::$variant => ()),+ };
                let words = [$(<$type>::$variant.as_str()),+];
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

words! {
    /// Why not.
    Reason of policy::Reason {
        RoleNotAllowed, ManagerRoleRequired, NotActive, NeverLoggedIn, LoginTooOld, LoginInFuture, BlockedStaffRole,
        NotAMember,
    }
    /// What a person may do with the account's settings.
    AccountSettings of policy::AccountSettings { None, View, Edit }
    /// Where a person stands.
    Status of policy::Status { Active, Invited, Suspended, Deactivated }
    /// Why the contact is who it is.
    Source of policy::Source { Default, Designated, Fallback }
    /// What happened.
    EventKind of policy::EventKind {
        BreachAlert, SuspiciousActivity, AbnormalLogin, ActionRequired, ComplianceRequest,
    }
    /// How bad it is.
    Severity of policy::Severity { Low, Medium, High, Critical }
    /// Which check failed.
    RefusalCode of policy::RefusalCode { ActorNotPermitted, NotAMember, NotEligible }
    /// What was done.
    Action of model::Action {
        Designated, Reset, Reverted, OwnerChanged, DesignationRefused, ResetRefused, EventSent, AddressUnreachable,
    }
    /// How it is known who acted.
    Authentication of model::Authentication { Host, Directory, Jwt, ServiceToken, CommandLine, Library, Demo }
}

/// The facts of a person that the rules look at.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct Person {
    id: UserId,
    role: RoleName,
    account_settings: AccountSettings,
    status: Status,
    /// `null` for never.
    #[schema(required = true)]
    last_login_at: Option<Instant>,
    /// The role in the platform's own staff.
    #[schema(required = true)]
    staff_role: Option<RoleName>,
}

/// A person of an account, as a directory brings them.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct PersonOfAccount {
    id: UserId,
    name: DisplayName,
    /// `null` where mail reaches them nowhere.
    #[schema(required = true)]
    email: Option<MailAddress>,
    role: RoleName,
    account_settings: AccountSettings,
    status: Status,
    /// `null` for never.
    #[schema(required = true)]
    last_login_at: Option<Instant>,
    /// The role in the platform's own staff; `null` for a customer's own user.
    #[schema(required = true)]
    staff_role: Option<RoleName>,
}

/// The person whom the path names, as a directory brings them.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct PersonOfPath {
    name: DisplayName,
    /// `null` where mail reaches them nowhere.
    #[schema(required = true)]
    email: Option<MailAddress>,
    role: RoleName,
    account_settings: AccountSettings,
    status: Status,
    /// `null` for never.
    #[schema(required = true)]
    last_login_at: Option<Instant>,
    /// The role in the platform's own staff; `null` for a customer's own user.
    #[schema(required = true)]
    staff_role: Option<RoleName>,
}

/// Whether a person can be the contact, and every reason why not.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct Verdict {
    eligible: bool,
    unmet: Vec<Reason>,
    /// The last instant at which the login is recent enough.
    #[schema(required = true)]
    valid_until: Option<Instant>,
}

/// Who the contact is, and why.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct Contact {
    user_id: UserId,
    source: Source,
    #[schema(required = true)]
    valid_until: Option<Instant>,
    /// Why the person who was chosen is not the contact.
    reasons: Vec<Reason>,
    /// What the owner does not meet, when the owner is the contact.
    owner_unmet: Vec<Reason>,
}

/// The rules in force.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct Rules {
    contact_roles: Vec<RoleName>,
    account_settings_edit_qualifies: bool,
    manager_roles: Vec<RoleName>,
    max_login_age_days: u32,
    max_clock_skew_seconds: u32,
    blocked_staff_roles: Vec<RoleName>,
    copy_owner_on_events: bool,
    expiry_reminder_days: Vec<u32>,
}

/// Kind and severity of a security event.
#[derive(ToSchema)]
pub(in crate::http) struct Event {
    kind: EventKind,
    severity: Severity,
}

/// Which policy decided.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct PolicyIdentity {
    /// The version of the rules themselves.
    policy_version: String,
    module_sha256: Sha256,
    fingerprint: Fingerprint,
}

/// An entry of the history.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(in crate::http) struct HistoryFacts {
    at: Instant,
    /// `null` for what the host does by itself.
    #[schema(required = true)]
    actor: Option<UserId>,
    authenticated: Authentication,
    action: Action,
    /// The contact before: who was last told.
    #[schema(required = true)]
    before: Option<UserId>,
    /// The contact after.
    #[schema(required = true)]
    after: Option<UserId>,
    reasons: Vec<Reason>,
    #[schema(required = true)]
    detail: Option<HistoryDetail>,
    decided_by: PolicyIdentity,
}

/// What else there is to tell of an entry of the history.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::http) enum HistoryDetail {
    /// Of an attempt that was refused.
    #[schema(rename_all = "camelCase")]
    Refused {
        code: RefusalCode,
        /// Who should have become the contact.
        #[schema(required = true)]
        asked: Option<UserId>,
    },
    /// Of an event that was sent.
    #[schema(rename_all = "camelCase")]
    Event { event: Event, to: UserId, message_id: String },
    /// Of an address that is refused for good.
    #[schema(rename_all = "camelCase")]
    Address { person: UserId },
}
