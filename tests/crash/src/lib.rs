//! Kills the program in the middle of its work, again and again, and checks that nothing is lost.
//!
//! It starts the real binary as processes of its own, with a real SMTP server beside: one that fails now and then, and
//! is never killed. People change contacts over HTTP and repeat what got no answer; the platform imports what moves in
//! its directory; an operator reviews. `killer` ends any of these with SIGKILL at random moments. When all is quiet
//! again, `checks` compares what was acknowledged, what the store holds and what arrived: see `docs/proofs.md`.
//!
//! Nothing here uses the program's own library, so that no fault of it can hide itself.

mod board;
mod checks;
mod clock;
mod contents;
mod http;
mod killer;
mod ledger;
mod peer;
mod process;
mod replicas;
mod rest;
mod run;
mod servers;
mod stage;
mod store;
mod traffic;
mod violation;
mod world;

pub use checks::{Evidence, at_the_end};
pub use contents::Contents;
pub use killer::Kills;
pub use ledger::{Change, Ledger, Refusal};
pub use peer::Arrived;
pub use replicas::{ReplicaOutcome, ReplicaPlan, ReplicaSummary, run_replicas};
pub use run::{Outcome, Plan, Summary, run};
pub use store::{Query, Row, Store, StoreKind};
pub use violation::Violation;
pub use world::World;
