//! What the engine tells whoever watches it: counts and times, and nothing that a decision was made on.

use std::time::{Duration, Instant};

use security_contact_policy::{Answer, ChangeOutcome, Instant as Moment, Request, ReviewOutcome, Source, Verdict};

use tracing::field::Empty;
use tracing::{Span, debug_span};

use super::EngineError;
use crate::traces;

/// Hears what the engine does. It is called in the middle of the work, so that it must be quick.
pub trait Watch: Send + Sync {
    /// Decisions were made; `took` is the time of the call that made all of them.
    fn decided(&self, decided: &[Decided], took: Duration);

    /// An instance of the module was thrown away, and the next call gets a new one.
    fn replaced(&self, why: Replaced);
}

/// One decision, or one that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decided {
    /// What was asked, by the name of the operation in the SPEC.
    pub operation: &'static str,
    /// What came of it, in a word; `error` when the module did not answer.
    pub outcome: &'static str,
}

/// Why an instance is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It has answered as many calls as one may.
    UsedUp,
    /// It trapped, took too long, or gave an answer that is none.
    Failed,
}

/// Has requests of one operation answered, and tells what came of them.
pub(super) fn watched(
    watch: &dyn Watch,
    requests: &[Request],
    make: impl FnOnce() -> Result<Vec<Answer>, EngineError>,
) -> Result<Vec<Answer>, EngineError> {
    let span = span(requests.first().map_or("none", operation));
    let began = Instant::now();
    let made = span.in_scope(make);
    let took = began.elapsed();
    let decided: Vec<_> = match &made {
        Ok(answers) => answers.iter().map(of_answer).collect(),
        Err(_) => {
            requests.iter().take(1).map(|request| Decided { operation: operation(request), outcome: "error" }).collect()
        }
    };
    tell(watch, &span, &decided, took);
    made
}

/// The span of a call, in which the decisions are yet to be told.
fn span(operation: &'static str) -> Span {
    debug_span!(target: traces::TARGET, "decision", operation, outcome = Empty, decisions = Empty)
}

/// Tells what came of a call: the outcome where it made one decision, and how many it made.
fn tell(watch: &dyn Watch, span: &Span, decided: &[Decided], took: Duration) {
    if let [one] = decided {
        span.record("outcome", one.outcome);
    }
    span.record("decisions", decided.len());
    watch.decided(decided, took);
}

/// Makes decisions in packed bytes, and tells what came of each.
pub(super) fn packed<T>(
    watch: &dyn Watch,
    operation: &'static str,
    outcomes: fn(&T) -> Vec<&'static str>,
    make: impl FnOnce() -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let span = span(operation);
    let began = Instant::now();
    let made = span.in_scope(make);
    let took = began.elapsed();
    let words = made.as_ref().map_or_else(|_| vec!["error"], outcomes);
    tell(watch, &span, &words.into_iter().map(|outcome| Decided { operation, outcome }).collect::<Vec<_>>(), took);
    made
}

/// The outcome of one verdict.
pub(super) fn verdict(verdict: &Verdict) -> Vec<&'static str> {
    vec![eligible(verdict.eligible)]
}

/// The outcome of each verdict.
#[allow(clippy::ptr_arg)] // as the engine has them
pub(super) fn verdicts(verdicts: &Vec<Verdict>) -> Vec<&'static str> {
    verdicts.iter().map(|verdict| eligible(verdict.eligible)).collect()
}

/// The outcome of the reviews that have nothing to do; the others are decided again.
#[allow(clippy::ptr_arg)] // as the engine has them
pub(super) fn quiet_reviews(quiet: &Vec<Option<Option<Moment>>>) -> Vec<&'static str> {
    quiet.iter().flatten().map(|_| "kept").collect()
}

fn of_answer(answer: &Answer) -> Decided {
    let (operation, outcome) = match answer {
        Answer::Eligibility(verdict) => ("eligibility", eligible(verdict.eligible)),
        Answer::Access(access) => ("access", if access.can_edit { "permitted" } else { "refused" }),
        Answer::Resolve(contact) => ("resolve", source(contact.source)),
        Answer::Change(ChangeOutcome::Changed { .. }) => ("change", "changed"),
        Answer::Change(ChangeOutcome::Unchanged { .. }) => ("change", "unchanged"),
        Answer::Change(ChangeOutcome::Refused { .. }) => ("change", "refused"),
        Answer::Review(outcome) => ("review", reviewed(outcome)),
        Answer::Route(route) => ("route", source(route.contact.source)),
        Answer::Error { .. } => ("request", "error"),
    };
    Decided { operation, outcome }
}

fn operation(request: &Request) -> &'static str {
    match request {
        Request::Eligibility { .. } => "eligibility",
        Request::Access { .. } => "access",
        Request::Resolve { .. } => "resolve",
        Request::Change(..) => "change",
        Request::Review(..) => "review",
        Request::Route { .. } => "route",
    }
}

const fn eligible(is_eligible: bool) -> &'static str {
    if is_eligible { "eligible" } else { "ineligible" }
}

const fn reviewed(outcome: &ReviewOutcome) -> &'static str {
    match outcome {
        ReviewOutcome::Kept { .. } => "kept",
        ReviewOutcome::Reverted { .. } => "reverted",
    }
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Default => "default",
        Source::Designated => "designated",
        Source::Fallback => "fallback",
    }
}
