//! Instances of the module that wait for calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use security_contact_policy::packed::Question;
use security_contact_policy::{Answer, Identity, Plain, Request, Rules, json};

use super::guest::{EPOCHS_PER_CALL, Guest};
use super::module::Module;
use super::watch::{Replaced, Watch};
use super::{EngineError, Limits};

/// As many instances as calls ever ran at once, each used by one call at a time.
pub(super) struct Pool {
    module: Arc<Module>,
    watch: Option<Arc<dyn Watch>>,
    /// In the form in which they cross into each instance.
    rules: Plain,
    limits: Limits,
    #[allow(clippy::vec_box)] // a guest is large, and moves with every call
    idle: Mutex<Vec<Box<Guest>>>,
}

impl Pool {
    /// A pool with its first instance and which policy that is, so that a module that cannot work is found at the start.
    pub(super) fn new(module: Module, rules: &Rules, limits: Limits) -> Result<(Self, Identity), EngineError> {
        tick(module.engine(), limits);
        Self::begin(Arc::new(module), None, rules, limits)
    }

    /// Another pool of the same module, whose ticker goes on for both.
    pub(super) fn under(&self, rules: &Rules) -> Result<(Self, Identity), EngineError> {
        Self::begin(Arc::clone(&self.module), self.watch.clone(), rules, self.limits)
    }

    /// The same pool, which tells somebody when it replaces an instance.
    pub(super) fn watched_by(self, watch: Arc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    fn begin(
        module: Arc<Module>,
        watch: Option<Arc<dyn Watch>>,
        rules: &Rules,
        limits: Limits,
    ) -> Result<(Self, Identity), EngineError> {
        let rules = json::read(json::write(rules).as_bytes()).map_err(EngineError::Rules)?;
        let (first, identity) = Guest::new(&module, &rules, &limits)?;
        Ok((Self { module, watch, rules, limits, idle: Mutex::new(vec![Box::new(first)]) }, identity))
    }

    /// Has some instance answer requests.
    pub(super) fn call(&self, requests: &[Request]) -> Result<Vec<Answer>, EngineError> {
        self.with_guest(|guest| guest.call(requests))
    }

    /// Sends one request as CBOR to some instance, which answers with JSON text.
    pub(super) fn decide(&self, request: &[u8]) -> Result<String, EngineError> {
        self.with_guest(|guest| guest.decide(request))
    }

    /// Has some instance answer packed questions.
    pub(super) fn packed<T>(
        &self,
        ask: impl FnOnce(&mut Question),
        read: impl FnOnce(&[u8]) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.with_guest(|guest| guest.packed(ask, read))
    }

    /// Lets some instance do something. One that fails is dropped, and one that is used up too.
    fn with_guest<T>(&self, act: impl FnOnce(&mut Guest) -> Result<T, EngineError>) -> Result<T, EngineError> {
        let waiting = self.idle().pop();
        let mut guest = match waiting {
            Some(guest) => guest,
            None => Box::new(Guest::new(&self.module, &self.rules, &self.limits)?.0),
        };
        let done = act(&mut guest).inspect_err(|_| self.tell(Replaced::Failed))?;
        if guest.calls() < self.limits.calls_per_instance {
            self.idle().push(guest);
        } else {
            self.tell(Replaced::UsedUp);
        }
        Ok(done)
    }

    fn tell(&self, replaced: Replaced) {
        if let Some(watch) = &self.watch {
            watch.replaced(replaced);
        }
    }

    /// The lock is held for a push or a pop alone, which cannot leave the list half-changed.
    #[allow(clippy::vec_box)]
    fn idle(&self) -> MutexGuard<'_, Vec<Box<Guest>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moves the engine's epoch on for as long as the engine lives; calls measure their time by it.
fn tick(engine: &wasmtime::Engine, limits: Limits) {
    let engine = engine.weak();
    let epoch = limits.call_time / EPOCHS_PER_CALL;
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(epoch);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use security_contact_policy::packed::{Glance, Kind};

    use super::*;

    /// A module whose functions do what the test says; replies start at address 64.
    fn module(call: &str, packed: &str) -> Module {
        // The 7 bytes at 64 are an encoded `Answer::Access`; the call's body decides the rest.
        Module::unchecked(&format!(
            r#"(module
                (memory (export "memory") 1)
                (data (i32.const 64) "\01\01\01\00\00\00\00")
                (data (i32.const 128) "{{\"policyVersion\":\"1\",\"fingerprint\":\"2\"}}")
                (global $calls (mut i32) (i32.const 0))
                (func (export "security_contact_abi_version") (result i32) (i32.const 4))
                (func (export "security_contact_alloc") (param i32) (result i32) (i32.const 1024))
                (func (export "security_contact_free") (param i32 i32))
                (func (export "security_contact_configure") (param i32 i32) (result i64)
                    (i64.const 0x8000000027))
                (data (i32.const 80) "\ff")
                (func (export "security_contact_decide") (param i32 i32) (result i64)
                    (i64.const 0x5000000001))
                (func (export "security_contact_packed") (param i32 i32) (result i32) {packed})
                (func (export "security_contact_call") (param i32 i32) (result i64) {call}))"#
        ))
    }

    fn pool(call: &str) -> Pool {
        pool_of(module(call, "(unreachable)"))
    }

    fn pool_of(module: Module) -> Pool {
        let limits = Limits { memory_bytes: 1 << 20, call_time: Duration::from_millis(50), calls_per_instance: 2 };
        Pool::new(module, &Rules::default(), limits).unwrap().0
    }

    /// What becomes of a packed question to a module that does this.
    fn packed_failure(packed: &str) -> String {
        let now = "2026-10-01T09:30:00Z".parse().unwrap();
        let ask = |question: &mut Question| {
            question.begin(Kind::Reviews, now);
            let owner = "u-1".parse().unwrap();
            let glance = Glance { owner: &owner, designation: None, announced: Some(&owner), reminded_for: None };
            assert!(question.review(&glance));
        };
        let pool = pool_of(module("(unreachable)", packed));
        let error = pool.packed(ask, |_| Ok(())).unwrap_err().to_string();
        assert!(pool.idle().is_empty(), "the instance is used again");
        error
    }

    fn request() -> [Request; 1] {
        let owner = r#"{"id":"u-1","role":"owner","accountSettings":"edit","status":"active","lastLoginAt":null,
            "staffRole":null}"#;
        [Request::Access { person: serde_json::from_str(owner).unwrap() }]
    }

    fn failure(call: &str) -> String {
        pool(call).call(&request()).unwrap_err().to_string()
    }

    #[test]
    fn a_module_that_loops_is_stopped() {
        assert!(failure("(loop (br 0)) (unreachable)").contains("interrupt"));
    }

    #[test]
    fn a_module_that_traps_is_reported_and_replaced() {
        let pool = pool("(unreachable)");
        for _ in 0..3 {
            assert!(matches!(pool.call(&request()), Err(EngineError::Trapped(_))));
            assert!(pool.idle().is_empty());
        }
    }

    #[test]
    fn addresses_and_lengths_of_a_reply_are_checked() {
        for packed in ["0xffffffffffffffff", "0x1000000000001", "0x40ffffffff", "0xffffffff00000001"] {
            assert!(failure(&format!("(i64.const {packed})")).contains("outside"), "{packed}");
        }
    }

    #[test]
    fn packed_answers_are_checked_too() {
        assert!(packed_failure("(i32.const 0)").contains("not answered"));
        assert!(packed_failure("(i32.const -1)").contains("outside"));
        assert!(packed_failure("(unreachable)").contains("unreachable"));
        assert!(packed_failure("(loop (br 0)) (unreachable)").contains("interrupt"));
    }

    #[test]
    fn a_reply_that_is_no_reply_is_refused() {
        assert!(failure("(i64.const 0x4000000000)").contains("not one answer for each request")); // none
        assert!(failure("(i64.const 0x4000000006)").contains("not one answer for each request")); // a byte too few
        assert!(failure("(i64.const 0x4000000008)").contains("not one answer for each request")); // one too many
    }

    #[test]
    fn an_answer_that_is_no_text_is_refused() {
        let error = pool("(unreachable)").decide(&[0xf6]).unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
    }

    #[test]
    fn a_module_cannot_grow_past_its_memory() {
        // 17 pages are more than 1 MiB: growing fails, and the module gives up by a trap.
        let grow = "(if (i32.eq (memory.grow (i32.const 17)) (i32.const -1)) (then (unreachable))) (i64.const 0)";
        assert!(failure(grow).contains("unreachable"));
    }

    #[test]
    fn memory_that_is_offered_outside_is_refused() {
        let wat = r#"(module (memory (export "memory") 1)
            (func (export "security_contact_abi_version") (result i32) (i32.const 4))
            (func (export "security_contact_alloc") (param i32) (result i32) (i32.const -8))
            (func (export "security_contact_free") (param i32 i32))
            (func (export "security_contact_configure") (param i32 i32) (result i64) (unreachable))
            (func (export "security_contact_call") (param i32 i32) (result i64) (unreachable))
            (func (export "security_contact_packed") (param i32 i32) (result i32) (unreachable))
            (func (export "security_contact_decide") (param i32 i32) (result i64) (unreachable)))"#;
        let error = Pool::new(Module::unchecked(wat), &Rules::default(), Limits::default()).err().unwrap();
        assert!(error.to_string().contains("outside"), "{error}");
    }

    #[test]
    fn a_module_that_does_not_take_the_rules_is_refused() {
        let rules = Rules { max_login_age_days: 0, ..Rules::default() };
        let module = Module::load(super::super::MODULE).unwrap();
        let error = Pool::new(module, &rules, Limits::default()).err().unwrap();
        assert!(error.to_string().contains("rules were not taken over"), "{error}");
    }

    #[test]
    fn another_abi_version_and_a_missing_export_are_refused() {
        let other = r#"(module (func (export "security_contact_abi_version") (result i32) (i32.const 7)))"#;
        let error = Pool::new(Module::unchecked(other), &Rules::default(), Limits::default()).err().unwrap();
        assert!(matches!(error, EngineError::AbiVersion { found: 7 }), "{error}");
        let none = Pool::new(Module::unchecked("(module)"), &Rules::default(), Limits::default()).err().unwrap();
        assert!(matches!(none, EngineError::MissingExport("security_contact_abi_version")), "{none}");
    }

    #[test]
    fn an_instance_is_replaced_when_it_is_used_up() {
        let pool = pool("(i64.const 0x4000000007)");
        let mut waiting = Vec::new();
        for _ in 0..4 {
            pool.call(&request()).unwrap();
            waiting.push(pool.idle().len());
        }
        assert_eq!(waiting, [1, 0, 1, 0]);
    }
}
