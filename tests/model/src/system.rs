//! The host as it runs: its services over a store, with a clock that the sequence moves.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use security_contact_host::domain::ports::{Clock, Store};
use security_contact_host::domain::{Contacts, Directories, Events, Reviews};
use security_contact_host::engine::Engine;
use security_contact_host::worker::{Courier, Stop};
use security_contact_policy::Instant;

use crate::backend::Backend;
use crate::operation::Reply;
use crate::post::{Counter, Post};
use crate::universe::{RULES, START_MS, at, rules};

/// Compiling the module takes the longest by far, so that all sequences share it.
static ENGINES: LazyLock<[Arc<Engine>; RULES]> = LazyLock::new(|| {
    std::array::from_fn(|number| Arc::new(Engine::embedded(&rules(number)).expect("the module takes the rules")))
});

/// A clock that stands still until it is moved.
pub(crate) struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now(&self) -> Instant {
        at(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct System<B> {
    backend: B,
    clock: Arc<StandingClock>,
    pub(crate) host: Host,
}

/// What dies with the host's process.
pub(crate) struct Host {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) contacts: Contacts,
    pub(crate) directories: Directories,
    pub(crate) reviews: Reviews,
    pub(crate) events: Arc<Events>,
}

impl<B: Backend> System<B> {
    pub(crate) async fn start() -> Self {
        let backend = B::create();
        let clock = Arc::new(StandingClock(AtomicI64::new(START_MS)));
        let host = Host::start(&backend, &clock, 0).await;
        Self { backend, clock, host }
    }

    /// Ends the host's process and starts another one, under these rules.
    pub(crate) async fn restart(self, rules: usize) -> Self {
        let Self { backend, clock, host } = self;
        drop(host);
        let host = Host::start(&backend, &clock, rules).await;
        Self { backend, clock, host }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Delivers the row that is due first to a mail server that says that; a courier that dies settles nothing.
    pub(crate) async fn deliver(&self, reply: Reply, dies: bool) -> (Arc<Counter>, Arc<Post>) {
        let counter = Arc::new(Counter::over(self.host.store.clone(), dies));
        let post = Arc::new(Post::saying(reply));
        let courier = Courier::new(counter.clone(), self.host.events.clone(), post.clone(), self.clock.clone());
        courier.deliver_due(&Stop::default()).await.expect("a courier delivers");
        (counter, post)
    }
}

impl Host {
    async fn start(backend: &impl Backend, clock: &Arc<StandingClock>, rules: usize) -> Self {
        let (engine, store) = (ENGINES[rules].clone(), backend.open().await);
        store.use_policy(&engine.identity().key()).await.expect("a store takes the policy");
        Self {
            contacts: Contacts::new(engine.clone(), store.clone(), clock.clone()),
            directories: Directories::new(engine.clone(), store.clone(), clock.clone()),
            reviews: Reviews::new(engine.clone(), store.clone(), clock.clone()),
            events: Arc::new(Events::new(engine.clone(), store.clone(), clock.clone())),
            engine,
            store,
        }
    }
}
