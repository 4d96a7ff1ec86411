//! How people and the platform's own backend reach the security contact: a JSON API, and the settings page over it.
//!
//! | route | what for | who may |
//! |---|---|---|
//! | `GET /v1/accounts/{account}/security-contact` | who the contact is, and why | managers |
//! | `PUT …/security-contact` | choosing a contact; needs `if-match`, takes `idempotency-key` | managers |
//! | `DELETE …/security-contact` | going back to the default; the same headers | managers |
//! | `GET …/security-contact/candidates` | people with a verdict: `q`, `cursor`, `limit` | managers |
//! | `GET …/security-contact/history` | what happened: `before`, `limit` | managers |
//! | `POST /v1/accounts/{account}/security-events` | an event to send; needs `idempotency-key` | `events:write` |
//! | `PUT /v1/accounts/{account}` | an account, its owner and people | `directory:write` |
//! | `PUT`, `DELETE …/people/{person}` | one person of it | `directory:write` |
//! | `POST /v1/directory:import` | a whole directory, as lines of JSON | `directory:write` |
//! | `GET /v1/policy` | the policy and rules in force | whoever is known |
//! | `GET /v1/policy/module.wasm` | the module itself | whoever is known |
//! | `GET /openapi.json` | all of this for programs | anybody |
//! | `GET /healthz`, `GET /readyz` | whether the process answers; whether it can do its work | anybody |
//! | `GET /accounts/{account}/settings/security` | the settings page | anybody; it asks the routes above |
//! | `GET /`, `GET /demo/people` | where to start, and who to be | the demo alone |
//!
//! Every answer that is no success is a problem of RFC 9457, whose `code` is the contract. Nothing here decides
//! anything: the domain is asked, and it asks the engine.

mod answer;
mod around;
mod caller;
mod candidates;
mod change;
mod contact;
mod demo;
mod directory;
mod etag;
mod events;
mod gate;
mod guard;
mod health;
mod history;
mod import;
mod input;
mod limits;
mod openapi;
mod operations;
mod page;
mod policy;
mod problem;
mod ready;
mod request_id;
mod serve;
mod stream;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use security_contact_policy::{Access, Reason};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use limits::Limits;
pub use operations::operations;
pub use serve::serve;

use crate::auth::Authenticator;
use crate::domain::ports::{Clock, Store};
use crate::domain::{ContactView, Contacts, Directories, DomainError, Events};
use crate::engine::CurrentEngine;
use crate::metrics::Metrics;
use around::Around;
use caller::{Actor, Viewer};
use gate::Gates;
use limits::Limiters;
use problem::Problem;

/// The longest request body that is read, in bytes.
const MAX_BODY_BYTES: usize = 64 << 10;

/// How the server learns who is asking.
pub enum Mode {
    /// Anybody on this machine is whoever they say. The header `x-view-as` names the person.
    Demo,
    /// People bring a JWT of the platform, machines a service token.
    Proven(Arc<Authenticator>),
}

/// What the requests are answered with.
pub struct App {
    contacts: Arc<Contacts>,
    directories: Arc<Directories>,
    events: Arc<Events>,
    engine: CurrentEngine,
    store: Arc<dyn Store>,
    mode: Mode,
    limiters: Option<Limiters>,
    metrics: Option<Arc<Metrics>>,
}

impl App {
    /// An application over these parts, which work with the same engine and store.
    #[must_use]
    pub fn new(
        contacts: Arc<Contacts>,
        directories: Arc<Directories>,
        events: Arc<Events>,
        engine: impl Into<CurrentEngine>,
        store: Arc<dyn Store>,
        mode: Mode,
    ) -> Self {
        Self { contacts, directories, events, engine: engine.into(), store, mode, limiters: None, metrics: None }
    }

    /// The same, and nobody gets more answers than that.
    #[must_use]
    pub fn limited(self, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { limiters: Some(Limiters::new(limits, clock)), ..self }
    }

    /// The same, whose requests are counted and timed.
    #[must_use]
    pub fn measured(self, metrics: Option<Arc<Metrics>>) -> Self {
        Self { metrics, ..self }
    }

    /// What the person may do with the field of the account. Who asks for an account that does not exist is a
    /// stranger to it, so that nobody learns which accounts exist.
    async fn access(&self, actor: &Actor) -> Result<Access, Problem> {
        let stranger = || Access { can_view: false, can_edit: false, reasons: vec![Reason::NotAMember] };
        if !actor.is_of_account {
            return Ok(stranger());
        }
        match self.contacts.access(&actor.account, &actor.person).await {
            Err(DomainError::UnknownAccount { .. }) => Ok(stranger()),
            access => Ok(access?),
        }
    }

    /// What the caller may do and the field, for whoever may see it; a problem for everybody else.
    async fn view(&self, viewer: &Viewer) -> Result<(Access, ContactView), Problem> {
        let actor = match viewer {
            Viewer::Person(actor) if actor.is_of_account => actor,
            _ => return Ok((self.viewer(viewer).await?, self.contacts.show(viewer.account()).await?)),
        };
        match self.contacts.show_to(&actor.account, &actor.person).await {
            Ok((access, Some(view))) => Ok((access, view)),
            Ok((Access { reasons, .. }, None)) => Err(Problem::not_permitted(reasons)),
            Err(DomainError::UnknownAccount { .. }) => Err(Problem::not_permitted(vec![Reason::NotAMember])),
            Err(error) => Err(error.into()),
        }
    }

    /// What the caller may do, for whoever may see the field; a problem for everybody else.
    async fn viewer(&self, viewer: &Viewer) -> Result<Access, Problem> {
        match viewer {
            Viewer::Machine(account) => match self.store.snapshot(account, &[]).await? {
                Some(_) => Ok(Access { can_view: true, can_edit: false, reasons: Vec::new() }),
                None => Err(Problem::unknown_account()),
            },
            Viewer::Person(actor) => {
                let access = self.access(actor).await?;
                if access.can_view { Ok(access) } else { Err(Problem::not_permitted(access.reasons)) }
            }
        }
    }
}

/// What the API answers within the deadline, and describes.
fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::Document::begun())
        .routes(routes!(contact::get, change::put, change::delete))
        .routes(routes!(candidates::get))
        .routes(routes!(history::get))
        .routes(routes!(events::post))
        .routes(routes!(directory::put_account))
        .routes(routes!(directory::put_person, directory::delete_person))
        .routes(routes!(policy::get))
        .routes(routes!(policy::module))
        .routes(routes!(health::get))
        .routes(routes!(ready::get))
        .routes(routes!(openapi::get))
}

/// What takes as long as it takes: the import itself sees that neither silence nor a line is too long.
fn long_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(import::post))
}

/// The OpenAPI document (3.1) of the API as JSON text, as `GET /openapi.json` answers it.
#[must_use]
pub fn openapi_json() -> String {
    openapi::text(&api().merge(long_api()).into_openapi())
}

/// The paths of the settings page and of its files, which anybody gets.
pub fn page_paths() -> impl Iterator<Item = &'static str> {
    page::paths()
}

/// Everything that the server answers, ready to be served.
pub fn router(app: App) -> Router {
    let is_demo = matches!(app.mode, Mode::Demo);
    let around = Around { is_demo, metrics: app.metrics.clone() };
    let app = Arc::new(app);
    let gates = Gates::new(app.engine.clone());
    let (long, _) = long_api().with_state(Arc::clone(&app)).split_for_parts();
    let (mut router, _) = api().split_for_parts();
    if is_demo {
        router = router.route("/", get(demo::redirect)).route("/demo/people", get(demo::people));
    }
    router
        .with_state(app)
        .merge(page::router(is_demo))
        .fallback(async || Problem::not_found())
        .layer((from_fn_with_state(Arc::new(gates), around::in_time), DefaultBodyLimit::max(MAX_BODY_BYTES)))
        .merge(long)
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(Arc::new(around), around::every))
}
