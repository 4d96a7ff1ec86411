//! Decisions alone.

use std::sync::Arc;

use security_contact_policy::{
    Access, Account, ChangeOutcome, ChangeRequest, Contact, Event, Instant, Person, ReviewOutcome, ReviewRequest,
    Route, Rules, Verdict,
};

use crate::engine::{Engine, EngineError, Limits, PolicyIdentity};

/// The policy, decided by the module, for whoever keeps and mails everything by themselves.
///
/// It has no clock and keeps nothing: time and facts are arguments. Clones share one set of instances, and calls from
/// several threads run side by side. Each call takes microseconds and may be made from asynchronous code.
///
/// ```
/// use security_contact_host::Policy;
/// use security_contact_host::policy::{Person, Reason};
///
/// let policy = Policy::embedded()?;
/// let ada: Person = serde_json::from_str(
///     r#"{"id":"u-1","role":"admin","accountSettings":"none","status":"active",
///         "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#,
/// )?;
/// assert!(policy.eligibility(&ada, "2027-10-01T09:30:00Z".parse()?)?.eligible);
/// let verdict = policy.eligibility(&ada, "2027-10-01T09:30:00.001Z".parse()?)?;
/// assert_eq!(verdict.unmet, [Reason::LoginTooOld]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Every decision fails with [`EngineError::Trapped`] or [`EngineError::BadReply`] alone, which no input of these types
/// brings about: they mean a module that is not the one of this crate, or a machine that is out of memory.
#[derive(Clone)]
pub struct Policy {
    engine: Arc<Engine>,
}

#[allow(clippy::missing_errors_doc, reason = "they are the same for all, and told of the type")]
impl Policy {
    /// The module that is part of this crate, under the default rules.
    ///
    /// # Errors
    /// An [`EngineError`] means a broken build.
    pub fn embedded() -> Result<Self, EngineError> {
        Self::with_rules(&Rules::default())
    }

    /// The same module under other rules.
    ///
    /// ```
    /// use security_contact_host::Policy;
    /// use security_contact_host::policy::Rules;
    ///
    /// let strict = Policy::with_rules(&Rules { max_login_age_days: 90, ..Rules::default() })?;
    /// let refused = Policy::with_rules(&Rules { max_login_age_days: 0, ..Rules::default() });
    /// assert!(refused.is_err());
    /// # Ok::<(), security_contact_host::engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// [`EngineError::Rules`] when the rules are outside their limits.
    pub fn with_rules(rules: &Rules) -> Result<Self, EngineError> {
        Ok(Engine::embedded(rules)?.into())
    }

    /// Any module's bytes under these rules: a policy that was pinned, or comes from elsewhere.
    ///
    /// ```
    /// use security_contact_host::Policy;
    /// use security_contact_host::engine::MODULE;
    /// use security_contact_host::policy::Rules;
    ///
    /// let policy = Policy::of_module(MODULE, &Rules::default())?;
    /// assert_eq!(policy.identity(), Policy::embedded()?.identity());
    /// assert!(Policy::of_module(b"no module", &Rules::default()).is_err());
    /// # Ok::<(), security_contact_host::engine::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// Every [`EngineError`]: the module is checked, and asked which policy it holds.
    pub fn of_module(module: &[u8], rules: &Rules) -> Result<Self, EngineError> {
        Ok(Engine::new(module, rules, Limits::default())?.into())
    }

    /// Which policy decides: its `fingerprint` is that of browsers and edge functions that decide alike.
    #[must_use]
    pub fn identity(&self) -> &PolicyIdentity {
        self.engine.identity()
    }

    /// The engine beneath, with the rules in force and the module's bytes.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Can this person be the contact at `now`? The type's documentation has an example.
    pub fn eligibility(&self, person: &Person, now: Instant) -> Result<Verdict, EngineError> {
        self.engine.eligibility(person, now)
    }

    /// Which of these people can be the contact at `now`? The verdicts are in their order. A thousand people are one
    /// call of the module.
    pub fn eligibility_many(&self, people: &[Person], now: Instant) -> Result<Vec<Verdict>, EngineError> {
        self.engine.eligibility_many(people, now)
    }

    /// May this person see and change the field?
    pub fn access(&self, person: &Person) -> Result<Access, EngineError> {
        self.engine.access(person)
    }

    /// Who is the contact at `now`? There always is somebody.
    ///
    /// ```
    /// use security_contact_host::Policy;
    /// use security_contact_host::policy::{Account, Person, Source};
    ///
    /// let owner: Person = serde_json::from_str(
    ///     r#"{"id":"u-1","role":"owner","accountSettings":"none","status":"active",
    ///         "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#,
    /// )?;
    /// let account = Account { owner, designation: None };
    /// let contact = Policy::embedded()?.contact(account, "2026-11-01T00:00:00Z".parse()?)?;
    /// assert_eq!((contact.user_id.as_str(), contact.source), ("u-1", Source::Default));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contact(&self, account: Account, now: Instant) -> Result<Contact, EngineError> {
        self.engine.resolve(account, now)
    }

    /// May the contact be changed so, who is it then, and who is to be told?
    pub fn change(&self, request: ChangeRequest) -> Result<ChangeOutcome, EngineError> {
        self.engine.change(request)
    }

    /// Are these designations still valid, and who is to be told or reminded? The outcomes are in the order of the
    /// requests.
    pub fn review_many(&self, requests: Vec<ReviewRequest>) -> Result<Vec<ReviewOutcome>, EngineError> {
        self.engine.review_many(requests)
    }

    /// Who receives a security event that is sent at `now`?
    pub fn route(&self, account: Account, event: Event, now: Instant) -> Result<Route, EngineError> {
        self.engine.route(account, event, now)
    }
}

impl From<Engine> for Policy {
    fn from(engine: Engine) -> Self {
        Self { engine: Arc::new(engine) }
    }
}
