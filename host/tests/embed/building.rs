//! What a host can be built from, and what it says when something is missing.

use std::sync::Arc;

use security_contact_host::domain::FollowError;
use security_contact_host::domain::model::DirectoryEntry;
use security_contact_host::engine::{EngineError, MODULE};
use security_contact_host::policy::Rules;
use security_contact_host::store::memory::MemoryStore;
use security_contact_host::worker::Stop;
use security_contact_host::{BuildError, Host, HostBuilder, Policy, RunError};

use crate::world::{acme, facts, id, member};

fn builder() -> HostBuilder {
    Host::builder().store(Arc::new(MemoryStore::default()))
}

#[test]
fn a_host_needs_a_store() {
    let error = Host::builder().build().err().unwrap();
    assert!(matches!(error, BuildError::NoStore), "{error}");
}

#[test]
fn rules_and_module_are_checked_when_it_is_built() {
    let rules = Rules { max_login_age_days: 0, ..Rules::default() };
    let error = builder().rules(rules).build().err().unwrap();
    assert!(matches!(error, BuildError::Engine(EngineError::Rules(_))), "{error}");
    let error = builder().module(&b"no module"[..]).build().err().unwrap();
    assert!(matches!(error, BuildError::Engine(EngineError::NotAModule(_))), "{error}");
}

#[test]
fn a_module_and_rules_of_its_own_decide() {
    let rules = Rules { max_login_age_days: 90, ..Rules::default() };
    let host = builder().module(MODULE.to_vec()).rules(rules.clone()).build().unwrap();
    let alone = Policy::with_rules(&rules).unwrap();
    assert_eq!(host.engine().identity(), alone.identity());
    assert_ne!(host.engine().identity(), Policy::embedded().unwrap().identity());
}

#[tokio::test]
async fn without_a_mailer_it_does_not_run() {
    let error = builder().build().unwrap().run(&Stop::default()).await.unwrap_err();
    assert!(matches!(error, RunError::NoMailer), "{error}");
}

#[tokio::test]
async fn without_a_directory_the_backend_brings_what_it_knows() {
    let host = builder().build().unwrap();
    assert!(matches!(host.people_changed(&acme()).await, Err(FollowError::NoDirectory)));
    assert!(matches!(host.person_changed(&acme(), &id("olga")).await, Err(FollowError::NoDirectory)));
    assert!(matches!(host.sync(|_, _| {}).await, Err(FollowError::NoDirectory)));

    let profile = Some(("Acme".parse().unwrap(), id("olga")));
    let entry = DirectoryEntry { account: acme(), profile, people: facts().people, left: Vec::new() };
    host.directories().put_one(&entry).await.unwrap().unwrap();
    assert_eq!(host.contact(&acme()).await.unwrap().contact.user_id, id("olga"));
    assert!(host.access(&acme(), &id("ada")).await.unwrap().can_edit);
    assert!(!host.access(&acme(), &id("eve")).await.unwrap().can_view);
}

#[test]
fn a_policy_alone_judges_many_at_once() {
    let policy = Policy::embedded().unwrap();
    let people = ["olga", "ada"].map(|user_id| member(user_id).person).to_vec();
    let verdicts = policy.eligibility_many(&people, "2026-10-01T00:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(verdicts.iter().map(|verdict| verdict.eligible).collect::<Vec<_>>(), [true, true]);
}
