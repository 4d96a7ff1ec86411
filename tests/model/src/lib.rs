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
mod history;
pub mod model;
pub mod operation;
mod outbox;
mod post;
mod reviewed;
mod step;
mod system;
mod universe;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Once;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use backend::Backend;
use operation::{Operation, operation};
use step::Lockstep;

/// The longest sequence.
const LONGEST: usize = 60;

/// Runs that many sequences on stores of that kind. `MODEL_CASES` says another number, `MODEL_SEED` which ones. Gives
/// words for all that happened, and in how many of them it did.
///
/// # Panics
/// When host and model differ, on the shortest sequence that was found to show it, which is printed.
#[must_use]
pub fn check<B: Backend>(cases: u32) -> BTreeMap<String, u32> {
    let config = Config {
        cases: number("MODEL_CASES").unwrap_or(cases),
        rng_seed: RngSeed::Fixed(number("MODEL_SEED").unwrap_or(2026).into()),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let seen = RefCell::new(BTreeMap::new());
    let result = TestRunner::new(config).run(&vec(operation(), 1..=LONGEST), |operations| {
        for word in quietly(|| run::<B>(&operations)) {
            *seen.borrow_mut().entry(word).or_default() += 1;
        }
        Ok(())
    });
    match result {
        Ok(()) => seen.into_inner(),
        Err(TestError::Fail(_, operations)) => {
            let operations = without_needless::<B>(operations);
            let lines: Vec<String> = operations.iter().map(|operation| format!("{operation:?}")).collect();
            eprintln!("host and model differ after:\n{}", lines.join("\n"));
            run::<B>(&operations);
            panic!("the same operations do not always end alike");
        }
        Err(error @ TestError::Abort(_)) => panic!("{error}"),
    }
}

/// The operations but those without which host and model differ as well: what an operation is made of got simpler after
/// it was found to be needed.
fn without_needless<B: Backend>(mut operations: Vec<Operation>) -> Vec<Operation> {
    for index in (0..operations.len()).rev() {
        let mut fewer = operations.clone();
        fewer.remove(index);
        if std::panic::catch_unwind(|| quietly(|| run::<B>(&fewer))).is_err() {
            operations = fewer;
        }
    }
    operations
}

fn number(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("`{variable}`: expected a number")))
}

/// Does one sequence on a new store. Gives words for all that happened.
///
/// # Panics
/// When host and model differ.
pub fn run<B: Backend>(operations: &[Operation]) -> BTreeSet<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut lockstep = Lockstep::<B>::begin().await;
        for operation in operations {
            lockstep.step(operation).await;
        }
        lockstep.seen()
    })
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does something whose panics are not to be printed: a sequence that is made shorter panics a thousand times.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                print(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    IS_QUIET.set(false);
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
