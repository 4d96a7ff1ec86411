//! What happens by itself while a server runs: mail goes out, designations are reviewed, and answers that were kept for
//! long enough are forgotten.
//!
//! **Invariant:** nothing that goes wrong here ends it. It is logged, and tried again later.

mod courier;
mod pause;
mod stop;

use std::sync::Arc;
use std::time::Duration;

pub use courier::{Courier, Delivered};
pub use stop::Stop;

use tracing::{Instrument, Span, debug_span};

use crate::domain::{Contacts, DomainError, ReviewReport, Reviews, Told};
use crate::traces;

/// How long a worker rests between two looks for answers to forget.
const FORGET_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Delivers mail, reviews what is due and forgets old answers, side by side, so that a slow mail server holds up no
/// review.
pub struct Worker {
    courier: Courier,
    reviews: Arc<Reviews>,
    contacts: Arc<Contacts>,
    pauses: Pauses,
}

/// How long a worker rests, and what it has in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Between looks for mail: how long a change waits for its mail, while mail goes out well.
    pub mail: Duration,
    /// Before the next look for mail when the store has failed.
    pub failure: Duration,
    /// Between looks for reviews that are due.
    pub review: Duration,
    /// Before the second try of a mail that was not taken; twice as long before each further one.
    pub retry: Duration,
    /// For how long nobody else gets the mails and reviews that were taken in hand: how long they wait when this worker
    /// dies. No mail is begun when less than a fifth of it is left.
    pub lease: Duration,
}

impl Default for Pauses {
    /// One second, ten seconds, one minute; thirty seconds, five minutes.
    fn default() -> Self {
        Self {
            mail: Duration::from_secs(1),
            failure: Duration::from_secs(10),
            review: Duration::from_secs(60),
            retry: Duration::from_secs(30),
            lease: Duration::from_secs(5 * 60),
        }
    }
}

impl Worker {
    /// A worker that begins with a look for all of it.
    #[must_use]
    pub fn new(courier: Courier, reviews: Arc<Reviews>, contacts: Arc<Contacts>, pauses: Pauses) -> Self {
        let reviews = Arc::new(Reviews::clone(&reviews).with_claim(pauses.lease));
        Self { courier: courier.with_pauses(pauses), reviews, contacts, pauses }
    }

    /// Works until it is time to stop, and finishes the mails in hand.
    pub async fn run(&self, stop: &Stop) {
        tokio::join!(self.deliver(stop), self.review(stop), self.forget(stop));
    }

    async fn deliver(&self, stop: &Stop) {
        while !stop.is_asked() {
            let pause = match self.courier.deliver_due(stop).instrument(round("mail")).await {
                Ok(delivered) => {
                    if delivered != Delivered::default() {
                        let Delivered { sent, addressed, put_off, failed } = delivered;
                        tracing::info!(sent, addressed, put_off, failed, "mail was delivered");
                    }
                    self.pauses.mail
                }
                Err(error) => {
                    tracing::error!(error = chain(&error), "mail cannot be delivered");
                    self.pauses.failure
                }
            };
            rest(pause, stop).await;
        }
    }

    async fn review(&self, stop: &Stop) {
        while !stop.is_asked() {
            // A review that is broken off between two accounts goes on the next time.
            tokio::select! {
                () = stop.asked() => return,
                result = self.reviews.review_due(log_failure).instrument(round("review")) => log_review(result),
            }
            rest(self.pauses.review, stop).await;
        }
    }

    async fn forget(&self, stop: &Stop) {
        while !stop.is_asked() {
            if let Err(error) = self.contacts.forget_answers().instrument(round("forget")).await {
                tracing::error!(error = chain(&error), "old answers cannot be forgotten");
            }
            rest(FORGET_PAUSE, stop).await;
        }
    }
}

/// The span of one round of what happens by itself.
fn round(what: &'static str) -> Span {
    debug_span!(target: traces::TARGET, "round", what)
}

async fn rest(pause: Duration, stop: &Stop) {
    tokio::select! {
        () = stop.asked() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

fn log_failure(told: Told) {
    if let Told::Failed { account, error } = told {
        tracing::error!(%account, error, "an account cannot be reviewed");
    }
}

fn log_review(result: Result<ReviewReport, DomainError>) {
    match result {
        Ok(report) => {
            let ReviewReport { reviewed, reverted, owner_changed, reminded, failed } = report;
            if report != ReviewReport::default() {
                tracing::info!(reviewed, reverted, owner_changed, reminded, failed, "designations were reviewed");
            }
        }
        Err(error) => tracing::error!(error = chain(&error), "designations cannot be reviewed"),
    }
}

/// The error with its causes on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
