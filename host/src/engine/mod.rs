//! Runs the policy module in wasmtime: the very bytes that browsers and edge functions run.
//!
//! The module is not trusted. Its imports are checked against an exact list, its memory, tables and time are
//! limited, and every address and length that it names is checked before use. An instance that traps is thrown away;
//! one that was used long enough is replaced.

mod config;
mod current;
mod guest;
mod metadata;
mod module;
mod pool;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use security_contact_policy::packed::{self, Kind, Question};
use security_contact_policy::{
    ABI_VERSION, Access, Account, Answer, ChangeOutcome, ChangeRequest, Contact, Event, Identity, Instant, Person,
    Plain, PolicyError, Request, ReviewOutcome, ReviewRequest, Route, Rules, Verdict,
};
use serde::{Deserialize, Serialize};

pub use current::CurrentEngine;
pub use metadata::Metadata;
pub use module::MODULE;
pub use security_contact_policy::packed::Glance;
pub use watch::{Decided, Replaced, Watch};

use module::Module;
use pool::Pool;

/// Which policy decided: enough to decide the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyIdentity {
    /// The version of the rules themselves.
    pub policy_version: String,
    /// The module's SHA-256, in hexadecimal digits.
    pub module_sha256: String,
    /// The hash of the version and the rules in force.
    pub fingerprint: String,
}

impl PolicyIdentity {
    /// Tells policies apart as a store has to: those of one key are the same module under the same rules. A module that
    /// decides otherwise has another key, even when nobody gave it another version.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.fingerprint, self.module_sha256)
    }
}

/// What one call, and one instance, may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The memory of an instance, in bytes. A reply cannot be longer.
    pub memory_bytes: usize,
    /// The time of one call.
    pub call_time: Duration,
    /// After how many calls an instance is replaced.
    pub calls_per_instance: u32,
}

impl Default for Limits {
    /// 64 MiB, one second, 10,000 calls.
    fn default() -> Self {
        Self { memory_bytes: 64 << 20, call_time: Duration::from_secs(1), calls_per_instance: 10_000 }
    }
}

/// Why the module could not be used, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The bytes are no WebAssembly module, or one that wasmtime cannot run.
    #[error("the policy module is not a usable WebAssembly module: {0}")]
    NotAModule(String),
    /// The module imports something else than the list says; a clock or a random source would show here.
    #[error("the policy module has imports that were not expected: {unexpected:?}, and lacks: {missing:?}")]
    Imports {
        /// Imports that the list does not have.
        unexpected: Vec<String>,
        /// Imports that only the list has.
        missing: Vec<String>,
    },
    /// The module lacks a part of the binary interface.
    #[error("the policy module lacks the export `{0}` of the binary interface")]
    MissingExport(&'static str),
    /// The module speaks another version of the binary interface.
    #[error("the policy module speaks version {found} of the binary interface, this host speaks {ABI_VERSION}")]
    AbiVersion {
        /// The module's version.
        found: u32,
    },
    /// The rules are not acceptable.
    #[error("the rules are not acceptable: {0}")]
    Rules(PolicyError),
    /// The module stopped with a trap, or used more memory or time than it may.
    #[error("the policy module trapped: {0}")]
    Trapped(String),
    /// The module replied with something that no correct module would.
    #[error("the policy module gave a bad reply: {0}")]
    BadReply(String),
}

/// The policy under one set of rules, decided by the module.
///
/// It is cheap to share; calls from several threads run on instances of their own.
///
/// ```
/// use security_contact_host::engine::Engine;
/// use security_contact_policy::{Person, Rules};
///
/// let engine = Engine::embedded(&Rules::default())?;
/// let ada: Person = serde_json::from_str(
///     r#"{"id":"u-1","role":"admin","accountSettings":"none","status":"active",
///         "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#,
/// )?;
/// assert!(engine.eligibility(&ada, "2026-11-01T00:00:00Z".parse()?)?.eligible);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Engine {
    pool: Pool,
    watch: Option<Arc<dyn Watch>>,
    module: Vec<u8>,
    rules: Rules,
    identity: PolicyIdentity,
}

impl Engine {
    /// The module that is part of this program, under these rules.
    ///
    /// # Errors
    /// [`EngineError::Rules`] when the rules are outside their limits; the other errors mean a broken build.
    pub fn embedded(rules: &Rules) -> Result<Self, EngineError> {
        Self::of(MODULE, Module::embedded, rules, Limits::default())
    }

    /// Any module's bytes, under these rules and limits.
    ///
    /// # Errors
    /// Every [`EngineError`]: the first instance is made, configured and asked which policy it holds.
    pub fn new(bytes: &[u8], rules: &Rules, limits: Limits) -> Result<Self, EngineError> {
        Self::of(bytes, || Module::load(bytes), rules, limits)
    }

    fn of(
        bytes: &[u8],
        load: impl FnOnce() -> Result<Module, EngineError>,
        rules: &Rules,
        limits: Limits,
    ) -> Result<Self, EngineError> {
        rules.validate().map_err(EngineError::Rules)?;
        let module = load()?;
        let module_sha256 = module.sha256().to_owned();
        let (pool, Identity { policy_version, fingerprint }) = Pool::new(module, rules, limits)?;
        let identity = PolicyIdentity { policy_version, module_sha256, fingerprint };
        Ok(Self { pool, watch: None, module: bytes.to_vec(), rules: rules.clone(), identity })
    }

    /// The same module under other rules, compiled no second time.
    ///
    /// # Errors
    /// [`EngineError::Rules`] when the rules are outside their limits, or what making an instance brings.
    pub fn under(&self, rules: &Rules) -> Result<Self, EngineError> {
        rules.validate().map_err(EngineError::Rules)?;
        let (pool, Identity { policy_version, fingerprint }) = self.pool.under(rules)?;
        let identity =
            PolicyIdentity { policy_version, module_sha256: self.identity.module_sha256.clone(), fingerprint };
        Ok(Self { pool, watch: self.watch.clone(), module: self.module.clone(), rules: rules.clone(), identity })
    }

    /// The same engine, which tells somebody what it does.
    #[must_use]
    pub fn watched_by(self, watch: Arc<dyn Watch>) -> Self {
        Self { pool: self.pool.watched_by(watch.clone()), watch: Some(watch), ..self }
    }

    /// Which policy decides here.
    #[must_use]
    pub fn identity(&self) -> &PolicyIdentity {
        &self.identity
    }

    /// The module's bytes.
    #[must_use]
    pub fn module(&self) -> &[u8] {
        &self.module
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Can this person be the contact at `now`?
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`], as for every call.
    pub fn eligibility(&self, person: &Person, now: Instant) -> Result<Verdict, EngineError> {
        let ask = |question: &mut Question| {
            question.begin(Kind::Verdicts, now);
            question.verdict(person);
        };
        self.watched("eligibility", watch::verdict, || {
            self.pool.packed(ask, |bytes| {
                let mut verdicts = packed::verdicts(bytes);
                match (verdicts.next(), verdicts.next()) {
                    (Some(Some(verdict)), None) => Ok(verdict),
                    _ => Err(no_answer()),
                }
            })
        })
    }

    /// Which of these people can be the contact at `now`? The verdicts are in the order of the people.
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn eligibility_many(&self, people: &[Person], now: Instant) -> Result<Vec<Verdict>, EngineError> {
        let ask = |question: &mut Question| {
            question.begin(Kind::Verdicts, now);
            people.iter().for_each(|person| question.verdict(person));
        };
        self.watched("eligibility", watch::verdicts, || {
            self.pool.packed(ask, |bytes| {
                let mut verdicts = Vec::with_capacity(people.len());
                for verdict in packed::verdicts(bytes) {
                    verdicts.push(verdict.ok_or_else(no_answer)?);
                }
                if verdicts.len() == people.len() { Ok(verdicts) } else { Err(no_answer()) }
            })
        })
    }

    /// Which of these reviews have nothing to do? For those, when to look again, if ever; `None` for those that have, which
    /// are then left to [`review_many`](Self::review_many). The answers are in the order of the reviews.
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn quiet_reviews(
        &self,
        reviews: &[Option<Glance<'_>>],
        now: Instant,
    ) -> Result<Vec<Option<Option<Instant>>>, EngineError> {
        let mut asked = Vec::with_capacity(reviews.len());
        let ask = |question: &mut Question| {
            question.begin(Kind::Reviews, now);
            asked.extend(reviews.iter().map(|review| review.is_some_and(|review| question.review(&review))));
        };
        let answers = self.watched("review", watch::quiet_reviews, || {
            self.pool.packed(ask, |bytes| Ok(packed::quiet_reviews(bytes).collect::<Vec<_>>()))
        })?;
        if answers.len() != asked.iter().filter(|asked| **asked).count() {
            return Err(no_answer());
        }
        let mut answers = answers.into_iter();
        Ok(asked.into_iter().map(|asked| if asked { answers.next().flatten() } else { None }).collect())
    }

    /// May this person see and change the field?
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn access(&self, person: &Person) -> Result<Access, EngineError> {
        match self.answer(Request::Access { person: person.clone() })? {
            Answer::Access(access) => Ok(access),
            other => Err(unfitting(&other)),
        }
    }

    /// Who is the contact at `now`?
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn resolve(&self, account: Account, now: Instant) -> Result<Contact, EngineError> {
        match self.answer(Request::Resolve { account, now })? {
            Answer::Resolve(contact) => Ok(contact),
            other => Err(unfitting(&other)),
        }
    }

    /// May the contact be changed, and who is told?
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn change(&self, request: ChangeRequest) -> Result<ChangeOutcome, EngineError> {
        match self.answer(Request::Change(request))? {
            Answer::Change(outcome) => Ok(outcome),
            other => Err(unfitting(&other)),
        }
    }

    /// Are these designations still valid, and who is told or reminded? The outcomes are in the order of the
    /// requests.
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn review_many(&self, requests: Vec<ReviewRequest>) -> Result<Vec<ReviewOutcome>, EngineError> {
        let requests: Vec<_> = requests.into_iter().map(Request::Review).collect();
        let outcomes = self.call(&requests)?.into_iter().map(|answer| match answer {
            Answer::Review(outcome) => Ok(outcome),
            other => Err(unfitting(&other)),
        });
        outcomes.collect()
    }

    /// Who receives a security event that is sent at `now`?
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`].
    pub fn route(&self, account: Account, event: Event, now: Instant) -> Result<Route, EngineError> {
        match self.answer(Request::Route { account, event, now })? {
            Answer::Route(route) => Ok(route),
            other => Err(unfitting(&other)),
        }
    }

    /// Answers a request of plain data, under its own rules or else those in force, with the JSON text that the module
    /// writes.
    ///
    /// # Errors
    /// [`EngineError::Trapped`] or [`EngineError::BadReply`]; a request that does not fit is an answer.
    pub fn decide(&self, request: &Plain) -> Result<String, EngineError> {
        self.pool.decide(request.as_cbor())
    }

    /// Has the module answer requests, and tells whoever watches what came of them.
    fn call(&self, requests: &[Request]) -> Result<Vec<Answer>, EngineError> {
        match &self.watch {
            Some(watch) => watch::watched(watch.as_ref(), requests, || self.pool.call(requests)),
            None => self.pool.call(requests),
        }
    }

    /// Has whoever watches hear of the decisions in packed bytes that `make` has the module make.
    fn watched<T>(
        &self,
        operation: &'static str,
        outcomes: fn(&T) -> Vec<&'static str>,
        make: impl FnOnce() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        match &self.watch {
            Some(watch) => watch::packed(watch.as_ref(), operation, outcomes, make),
            None => make(),
        }
    }

    fn answer(&self, request: Request) -> Result<Answer, EngineError> {
        self.call(&[request])?.pop().ok_or_else(no_answer)
    }
}

fn no_answer() -> EngineError {
    EngineError::BadReply("no answer to what was asked".into())
}

/// An answer to another question than was asked. It is not shown: it can hold ids.
fn unfitting(_answer: &Answer) -> EngineError {
    EngineError::BadReply("an answer to another question".into())
}
