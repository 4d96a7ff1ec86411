//! Putting a host together.

use std::borrow::Cow;
use std::sync::Arc;

use security_contact_policy::Rules;

use super::host::{Host, Parts};
use crate::clock;
use crate::domain::ports::{Clock, Directory, Mailer, Store};
use crate::domain::{Contacts, Directories, Events, FreshStore, Reviews};
use crate::engine::{Engine, EngineError, Limits, MODULE};
use crate::worker::Pauses;

/// Puts a [`Host`] together: [`Host::builder`] begins one.
#[must_use = "a builder does nothing until it builds"]
pub struct HostBuilder {
    module: Cow<'static, [u8]>,
    rules: Rules,
    limits: Limits,
    store: Option<Arc<dyn Store>>,
    directory: Option<Arc<dyn Directory>>,
    mailer: Option<Arc<dyn Mailer>>,
    clock: Arc<dyn Clock>,
    pauses: Pauses,
}

/// Why a host could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Nothing was said of where everything is kept.
    #[error("a host needs a store")]
    NoStore,
    /// The module or the rules cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Default for HostBuilder {
    fn default() -> Self {
        Self {
            module: MODULE.into(),
            rules: Rules::default(),
            limits: Limits::default(),
            store: None,
            directory: None,
            mailer: None,
            clock: clock::system(),
            pauses: Pauses::default(),
        }
    }
}

impl HostBuilder {
    /// The module that decides; the one of this crate unless another is given. It is checked when the host is built.
    pub fn module(self, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { module: bytes.into(), ..self }
    }

    /// The rules in force; the default ones unless others are given. All that decide for a platform use the same.
    pub fn rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// What a call of the module, and an instance of it, may use.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Where contacts, histories and mails on their way are kept. There has to be one.
    pub fn store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// The backend's user table. Without one, the host knows of accounts what [`Host::directories`] is told.
    pub fn directory(self, directory: Arc<dyn Directory>) -> Self {
        Self { directory: Some(directory), ..self }
    }

    /// Where mail goes. A host without one stores mails for another host on the same store to send.
    pub fn mailer(self, mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer: Some(mailer), ..self }
    }

    /// What time it is; the machine's clock unless another is given, as in tests.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// How long [`Host::run`] rests between two looks.
    pub fn pauses(self, pauses: Pauses) -> Self {
        Self { pauses, ..self }
    }

    /// Compiles the module, which takes a tenth of a second, and puts everything together. Nothing is read or written.
    ///
    /// # Errors
    /// Every [`BuildError`].
    pub fn build(self) -> Result<Host, BuildError> {
        let copy = self.store.ok_or(BuildError::NoStore)?;
        let engine = Arc::new(Engine::new(&self.module, &self.rules, self.limits)?);
        let clock = self.clock;
        let directories = Arc::new(Directories::new(engine.clone(), copy.clone(), clock.clone()));
        let fresh =
            self.directory.map(|directory| Arc::new(FreshStore::new(copy.clone(), directory, directories.clone())));
        let store: Arc<dyn Store> = match &fresh {
            Some(fresh) => fresh.clone(),
            None => copy,
        };
        Ok(Host::new(Parts {
            contacts: Arc::new(Contacts::new(engine.clone(), store.clone(), clock.clone())),
            reviews: Arc::new(Reviews::new(engine.clone(), store.clone(), clock.clone())),
            events: Arc::new(Events::new(engine.clone(), store.clone(), clock.clone())),
            directories,
            fresh,
            store,
            engine,
            mailer: self.mailer,
            clock,
            pauses: self.pauses,
        }))
    }
}
