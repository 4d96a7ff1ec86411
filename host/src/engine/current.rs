//! The engine in force, which other rules can take the place of while others work with it.

use std::sync::{Arc, PoisonError, RwLock};

use security_contact_policy::Rules;

use super::{Engine, EngineError};

/// The engine that decides from now on. Clones are the same: a replacement holds for all of them.
///
/// **Invariant:** whoever decides takes the engine once, and states the identity of that one. So nothing is decided by
/// one set of rules and recorded under another.
#[derive(Clone)]
pub struct CurrentEngine(Arc<RwLock<Arc<Engine>>>);

impl CurrentEngine {
    /// The engine in force at this moment.
    #[must_use]
    pub fn get(&self) -> Arc<Engine> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same module under other rules, not in force yet. The module has taken them over.
    ///
    /// # Errors
    /// Every [`EngineError`]; what is in force stays so.
    pub fn prepare(&self, rules: &Rules) -> Result<Arc<Engine>, EngineError> {
        Ok(Arc::new(self.get().under(rules)?))
    }

    /// Puts another engine in force. Who has begun with the one before ends with it.
    pub fn replace(&self, engine: Arc<Engine>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = engine;
    }
}

impl From<Arc<Engine>> for CurrentEngine {
    fn from(engine: Arc<Engine>) -> Self {
        Self(Arc::new(RwLock::new(engine)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_rules_come_in_force_for_all_and_bad_ones_for_nobody() {
        let first = Arc::new(Engine::embedded(&Rules::default()).unwrap());
        let current = CurrentEngine::from(first.clone());
        let other = current.clone();
        let bad = Rules { max_login_age_days: 0, ..Rules::default() };
        assert!(matches!(current.prepare(&bad), Err(EngineError::Rules(_))));
        assert_eq!(other.get().identity(), first.identity());

        let rules = Rules { max_login_age_days: 30, expiry_reminder_days: vec![7], ..Rules::default() };
        let prepared = current.prepare(&rules).unwrap();
        assert_eq!(other.get().identity(), first.identity(), "not in force before it is put so");
        current.replace(prepared);
        let (old, new) = (first.identity(), other.get());
        assert_eq!((new.rules(), &new.identity().module_sha256), (&rules, &old.module_sha256));
        assert_eq!(new.identity(), Engine::embedded(&rules).unwrap().identity());
        assert_ne!(new.identity().fingerprint, old.fingerprint);
        assert_eq!(first.rules(), &Rules::default(), "who has begun with it ends with it");
    }
}
