//! How people and the platform's own backend reach the security contact: a JSON API, and the settings page over it.
//!
//! | route | what for | who may |
//! |---|---|---|
//! | `GET /v1/accounts/{account}/security-contact` | who the contact is, and why | managers |
//! | `PUT …/security-contact` | choosing a contact; needs `if-match`, takes `idempotency-key` | managers |
//! | `DELETE …/security-contact` | going back to the default; the same headers | managers |
//! | `GET …/security-contact/candidates` | people with a verdict: `q`, `cursor`, `limit` | managers |
//! | `GET …/security-contact/history` | what happened: `before`, `limit` | managers |
//! | `GET /v1/policy` | the policy and rules in force | the backend |
//! | `GET /healthz` | whether the server can read its store | anybody |
//! | `GET /accounts/{account}/settings/security` | the settings page | anybody; it asks the routes above |
//! | `GET /`, `GET /demo/people` | where to start, and who to be | the demo alone |
//!
//! Every answer that is no success is a problem of RFC 9457, whose `code` is the contract. Nothing here decides
//! anything: the domain is asked, and it asks the engine.

mod answer;
mod caller;
mod candidates;
mod change;
mod contact;
mod demo;
mod gate;
mod guard;
mod health;
mod history;
mod input;
mod page;
mod policy;
mod problem;
mod serve;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::get;
use security_contact_policy::{Access, Reason, UserId};

pub use serve::serve;
pub use token::{InvalidToken, ServiceToken};

use crate::domain::model::{AccountId, Authentication};
use crate::domain::ports::Store;
use crate::domain::{ContactView, Contacts, DomainError};
use crate::engine::Engine;
use gate::Gates;
use problem::Problem;

/// The longest request body that is read, in bytes.
const MAX_BODY_BYTES: usize = 64 << 10;

/// How the server learns who is asking.
#[derive(Debug)]
pub enum Mode {
    /// Anybody on this machine is whoever they say. The header `x-view-as` names the person.
    Demo,
    /// The platform's own backend asks for its people. It proves itself with the token, and names the person in the
    /// header `security-contact-person`.
    Service {
        /// The secret that the backend shares with this server.
        token: ServiceToken,
    },
}

/// What the requests are answered with.
pub struct App {
    contacts: Arc<Contacts>,
    engine: Arc<Engine>,
    store: Arc<dyn Store>,
    mode: Mode,
}

impl Mode {
    /// How it is known who acts, for the history.
    fn authentication(&self) -> Authentication {
        match self {
            Self::Demo => Authentication::Demo,
            Self::Service { .. } => Authentication::ServiceToken,
        }
    }
}

impl App {
    /// An application over these parts. `contacts` works with the same engine and store.
    #[must_use]
    pub fn new(contacts: Arc<Contacts>, engine: Arc<Engine>, store: Arc<dyn Store>, mode: Mode) -> Self {
        Self { contacts, engine, store, mode }
    }

    /// What the person may do with the field of the account. Who asks for an account that does not exist is a
    /// stranger to it, so that nobody learns which accounts exist.
    async fn access(&self, account: &AccountId, person: &UserId) -> Result<Access, Problem> {
        match self.contacts.access(account, person).await {
            Err(DomainError::UnknownAccount { .. }) => {
                Ok(Access { can_view: false, can_edit: false, reasons: vec![Reason::NotAMember] })
            }
            access => Ok(access?),
        }
    }

    /// The field as whoever may see it sees it; a problem for everybody else.
    async fn view(&self, account: &AccountId, person: &UserId) -> Result<(Access, ContactView), Problem> {
        match self.contacts.show_to(account, person).await {
            Ok((access, Some(view))) => Ok((access, view)),
            Ok((Access { reasons, .. }, None)) => Err(Problem::not_permitted(reasons)),
            Err(DomainError::UnknownAccount { .. }) => Err(Problem::not_permitted(vec![Reason::NotAMember])),
            Err(error) => Err(error.into()),
        }
    }

    /// What the person may do, for whoever may see the field; a problem for everybody else.
    async fn viewer(&self, account: &AccountId, person: &UserId) -> Result<Access, Problem> {
        let access = self.access(account, person).await?;
        if access.can_view { Ok(access) } else { Err(Problem::not_permitted(access.reasons)) }
    }
}

/// Everything that the server answers, ready to be served.
pub fn router(app: App) -> Router {
    let demo = matches!(app.mode, Mode::Demo);
    let gates = Arc::new(Gates::new(Arc::clone(&app.engine)));
    let mut router = Router::new()
        .route("/v1/accounts/{account}/security-contact", get(contact::get).put(change::put).delete(change::delete))
        .route("/v1/accounts/{account}/security-contact/candidates", get(candidates::get))
        .route("/v1/accounts/{account}/security-contact/history", get(history::get))
        .route("/v1/policy", get(policy::get))
        .route("/healthz", get(health::get));
    if demo {
        router = router.route("/", get(demo::redirect)).route("/demo/people", get(demo::people));
    }
    let mut router = router
        .with_state(Arc::new(app))
        .merge(page::router(demo))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(gates, gate::tell))
        .layer(from_fn(guard::deadline));
    if demo {
        router = router.layer(from_fn(guard::this_machine_only));
    }
    router.layer(map_response(guard::headers)).layer(guard::trace())
}
