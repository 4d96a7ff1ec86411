//! The host against a small model of it.
//!
//! A sequence of operations is done twice: by the services of the host on a store, with a clock that the sequence moves
//! and a mailer that it scripts, and by a [`Model`](model::Model) that keeps its own state and knows neither store nor
//! service. After each operation the answers and all that can be seen must agree, and what must always hold does.
//!
//! Some things are the host's to choose: the numbers of rows, Message-IDs, the share by which a pause differs. The model
//! takes those over as they come, after a look at whether they may be so; that is why both go in step, and the sequence
//! is not drawn from the model's states.

pub mod backend;
mod compare;
pub mod model;
pub mod operation;
mod outbox;
mod post;
mod step;
mod system;
mod universe;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use backend::Backend;
use operation::{Operation, operation};
use step::Lockstep;

/// The longest sequence.
const LONGEST: usize = 60;

/// Runs that many sequences on stores of that kind. `MODEL_CASES` says another number, `MODEL_SEED` which ones.
///
/// # Panics
/// When host and model differ, with the shortest sequence that was found to show it.
pub fn check<B: Backend>(cases: u32) {
    let number = |name, default| match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("`{name}`: expected a number")),
        Err(_) => default,
    };
    let config = Config {
        cases: u32::try_from(number("MODEL_CASES", cases.into())).unwrap_or(u32::MAX),
        rng_seed: RngSeed::Fixed(number("MODEL_SEED", 2026)),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&vec(operation(), 1..=LONGEST), |operations| {
        run::<B>(&operations);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Does one sequence on a new store.
///
/// # Panics
/// When host and model differ.
pub fn run<B: Backend>(operations: &[Operation]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut lockstep = Lockstep::<B>::begin().await;
        for operation in operations {
            lockstep.step(operation).await;
        }
    });
}
