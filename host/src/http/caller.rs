//! Who is asking, and what for that is enough.
//!
//! **Invariant:** whoever is not of the account of the path gets what a stranger gets, whether or not it exists. A
//! machine of the platform knows which accounts exist, and is told.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use security_contact_policy::UserId;

use super::input::{InAccount, only_header};
use super::problem::Problem;
use super::{App, Mode};
use crate::auth::{Authenticator, Claims, Identity, Machine, Scope};
use crate::domain::model::{AccountId, Authentication};

/// Whoever sends a request.
pub(super) enum Caller {
    /// Anybody on this machine: the guard around all routes of the demo sees to that.
    Demo,
    /// A person of one account.
    Person(Claims),
    /// A machine of the platform.
    Machine(Machine),
}

/// The person who acts on the account of the path.
pub(super) struct Actor {
    pub(super) account: AccountId,
    pub(super) person: UserId,
    pub(super) authenticated: Authentication,
    /// Whether the person may be of that account. Another account can have a person of the same id.
    pub(super) is_of_account: bool,
}

/// Whoever looks at the account of the path.
pub(super) enum Viewer {
    /// A person, who has to be a manager of the account.
    Person(Actor),
    /// A machine that may read every account.
    Machine(AccountId),
}

impl Viewer {
    /// The account that is looked at.
    pub(super) fn account(&self) -> &AccountId {
        match self {
            Self::Person(actor) => &actor.account,
            Self::Machine(account) => account,
        }
    }
}

impl Caller {
    /// Lets a machine with that scope pass, and the demo.
    pub(super) fn require(&self, scope: Scope) -> Result<(), Problem> {
        match self {
            Self::Demo => Ok(()),
            Self::Machine(machine) if machine.scopes.contains(&scope) => Ok(()),
            _ => Err(Problem::scope_required(scope)),
        }
    }

    /// The person who acts, as far as the caller may say.
    fn actor(&self, account: AccountId, headers: &HeaderMap) -> Result<Actor, Problem> {
        let (person, authenticated, is_of_account) = match self {
            Self::Demo => {
                let missing = "the header `x-view-as` has to name the person who acts";
                let person = named(headers, "x-view-as")?.ok_or_else(|| Problem::unauthenticated(missing))?;
                (person, Authentication::Demo, true)
            }
            Self::Person(Claims { account: own, person }) => {
                // Nobody who names somebody else is taken for themselves.
                if named(headers, ON_BEHALF_OF)?.is_some_and(|named| named != *person) {
                    return Err(Problem::scope_required(Scope::PeopleAct));
                }
                (person.clone(), Authentication::Jwt, *own == account)
            }
            Self::Machine(_) => {
                self.require(Scope::PeopleAct)?;
                // Its token is good, and another one would not help.
                let missing = || Problem::invalid(ON_BEHALF_OF, "expected the person who acts");
                (named(headers, ON_BEHALF_OF)?.ok_or_else(missing)?, Authentication::ServiceToken, true)
            }
        };
        Ok(Actor { account, person, authenticated, is_of_account })
    }
}

/// Where a machine names the person in whose name it acts.
const ON_BEHALF_OF: &str = "security-contact-person";

/// The person that a header names, if it is there.
fn named(headers: &HeaderMap, header: &'static str) -> Result<Option<UserId>, Problem> {
    let named = only_header(headers, header)?.map(UserId::new).transpose();
    named.map_err(|error| Problem::invalid(header, error.message))
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = match &app.mode {
            Mode::Demo => Self::Demo,
            Mode::Proven(authenticator) => identify(authenticator, &parts.headers).await?,
        };
        if let Some(limiters) = &app.limiters {
            // A path that cannot be read is told by whoever needs it.
            let params = RawPathParams::from_request_parts(parts, app).await.ok();
            let account = params.iter().flatten().find(|(name, _)| *name == "account").map(|(_, account)| account);
            limiters.admit(&caller, account)?;
        }
        Ok(caller)
    }
}

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let InAccount(account) = InAccount::from_request_parts(parts, app).await?;
        caller.actor(account, &parts.headers)
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let InAccount(account) = InAccount::from_request_parts(parts, app).await?;
        let for_itself = matches!(caller, Caller::Machine(_)) && !parts.headers.contains_key(ON_BEHALF_OF);
        if for_itself {
            caller.require(Scope::Read)?;
            return Ok(Self::Machine(account));
        }
        caller.actor(account, &parts.headers).map(Self::Person)
    }
}

/// Who brings the one bearer token of the request.
async fn identify(authenticator: &Authenticator, headers: &HeaderMap) -> Result<Caller, Problem> {
    let missing = "the header `authorization` has to bring a token, as in `Bearer …`";
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Problem::unauthenticated(missing)) };
    let Some((scheme, token)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return Err(Problem::unauthenticated(missing));
    };
    let token = token.trim_start_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::unauthenticated(missing));
    }
    match authenticator.identify(token).await {
        Ok(Identity::Person(claims)) => Ok(Caller::Person(claims)),
        Ok(Identity::Machine(machine)) => Ok(Caller::Machine(machine)),
        Err(error) => Err(Problem::invalid_token(error.to_string())),
    }
}
