//! People who change contacts over HTTP. A request whose answer is lost is sent again, until there is one.

use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;

use crate::http::{Reply, Request, ask};
use crate::ledger::{Kept, Wish};
use crate::process::lock;
use crate::stage::{PATIENCE, Stage};
use crate::world::{anybody, manager, moving};

/// How long a server that restarts is waited for before somebody looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The longest pause between two requests of a writer.
const MAX_PAUSE_MS: u64 = 60;

/// The token that the servers are started with.
pub(crate) const TOKEN: &str = "correct-horse-battery-staple-0001";

/// Somebody who changes contacts without a break.
pub(crate) struct Writer<'s> {
    stage: &'s Stage,
    number: usize,
    rng: Rng,
    /// How many requests there were, so that each has a key of its own.
    requests: u64,
}

impl<'s> Writer<'s> {
    pub(crate) fn new(stage: &'s Stage, number: usize, rng: Rng) -> Self {
        Self { stage, number, rng, requests: 0 }
    }

    /// Changes contacts until the run is over, and has an answer to everything then.
    pub(crate) fn run(&mut self) {
        while !self.stage.is_over() {
            if let Some(wish) = self.next_wish() {
                self.fulfil(&wish);
            }
            // Mails go out beside, and are to keep up.
            thread::sleep(Duration::from_millis(self.rng.u64(..MAX_PAUSE_MS)));
        }
    }

    /// Something to ask for, on the state that a server tells; `None` when none answers.
    fn next_wish(&mut self) -> Option<Wish> {
        let account = self.rng.choice(lock(&self.stage.accounts).iter()).cloned()?;
        let look = request("GET", &account, &manager(self.number), Vec::new(), String::new());
        let address = self.stage.board.any(self.rng.usize(..), LOOK_AGAIN)?;
        let reply = ask(address, &look).ok().flatten().filter(|reply| reply.status == 200)?;
        let version = reply.json()["version"].as_u64()?;
        // Some ask on a state that is no longer, and some who may have no right to.
        let version = if self.rng.f32() < 0.05 { version.saturating_sub(1) } else { version };
        let actor = if self.rng.f32() < 0.1 { moving(0) } else { manager(self.number) };
        let asked = (self.rng.f32() < 0.8).then(|| anybody(&mut self.rng));
        Some(Wish { account, actor, asked, version })
    }

    /// Asks for something until there is an answer to it.
    pub(crate) fn fulfil(&mut self, wish: &Wish) {
        self.requests += 1;
        let key = format!("w{}-{}", self.number, self.requests);
        let request = change_request(wish, &key);
        let Some(reply) = self.until_answered(&request) else {
            let Wish { account, actor, .. } = wish;
            let what = format!("account {account}, actor {actor}, key {key}");
            return self.stage.note(|ledger| ledger.add_violation("never_answered", what));
        };
        self.stage.note(|ledger| ledger.answered(wish, request.clone(), reply.clone()));
        if self.rng.f32() < 0.1 {
            self.ask_again(&Kept { request, reply });
        } else if self.rng.f32() < 0.02 && wish.actor == manager(self.number) {
            // Whoever may not change anything would not learn of the key.
            self.reuse_key(wish, &key);
        }
    }

    /// The same request gets the same answer, unless whoever asks may not see any of it by now.
    pub(crate) fn ask_again(&mut self, kept: &Kept) {
        let mut tries = 0..3; // the right to see can change between two requests
        if !tries.any(|_| self.is_same_answer(kept)) {
            let key = kept.request.headers.iter().find(|(name, _)| *name == "idempotency-key");
            let what = format!("{} under the key {}", kept.request.path, key.map_or("", |(_, key)| key));
            self.stage.note(|ledger| ledger.add_violation("answer_differs", what));
        }
    }

    fn is_same_answer(&mut self, kept: &Kept) -> bool {
        let reply = self.until_answered(&kept.request);
        if reply.as_ref() == Some(&kept.reply) {
            return true;
        }
        let is_of_a_change = |name: &str| ["if-match", "idempotency-key"].contains(&name);
        let mut look = Request { method: "GET", body: String::new(), ..kept.request.clone() };
        look.headers.retain(|(name, _)| !is_of_a_change(name));
        let looked = self.until_answered(&look);
        [reply, looked].into_iter().all(|reply| reply.is_some_and(|reply| reply.status == 403))
    }

    /// Another request under the same key is refused.
    fn reuse_key(&mut self, wish: &Wish, key: &str) {
        let other = Wish { version: wish.version + 1, ..wish.clone() };
        let reply = self.until_answered(&change_request(&other, key));
        let code = reply.and_then(|reply| reply.json()["code"].as_str().map(str::to_owned));
        if code.as_deref() != Some("idempotency_key_reused") {
            let what = format!("account {}, key {key}: {code:?}", wish.account);
            self.stage.note(|ledger| ledger.add_violation("key_taken_twice", what));
        }
    }

    /// The answer to a request that is sent as often as it takes.
    fn until_answered(&mut self, request: &Request) -> Option<Reply> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let Some(address) = self.stage.board.any(self.rng.usize(..), LOOK_AGAIN) else { continue };
            match ask(address, request) {
                Ok(Some(reply)) if reply.status < 500 => return Some(reply),
                Ok(Some(reply)) => self.not_now(request, &reply),
                // It was killed, and that is not told on the board yet.
                Ok(None) => thread::sleep(LOOK_AGAIN / 20),
                Err(_) => self.stage.note(|ledger| ledger.repeated += 1),
            }
        }
        None
    }

    /// A server that cannot answer for now says so. Any other failure is none that may be.
    fn not_now(&self, request: &Request, reply: &Reply) {
        if reply.status != 503 && !self.stage.store_may_fail {
            let what = format!("{} {}: {}", request.method, request.path, reply.status);
            self.stage.note(|ledger| ledger.add_violation("server_failed", what));
        }
        thread::sleep(LOOK_AGAIN / 10);
    }
}

fn change_request(wish: &Wish, key: &str) -> Request {
    let headers = vec![("if-match", format!("\"v{}\"", wish.version)), ("idempotency-key", key.to_owned())];
    match &wish.asked {
        Some(asked) => request("PUT", &wish.account, &wish.actor, headers, json!({ "userId": asked }).to_string()),
        None => request("DELETE", &wish.account, &wish.actor, headers, String::new()),
    }
}

fn request(
    method: &'static str,
    account: &str,
    actor: &str,
    mut headers: Vec<(&'static str, String)>,
    body: String,
) -> Request {
    headers.push(("authorization", format!("Bearer {TOKEN}")));
    headers.push(("security-contact-person", actor.to_owned()));
    Request { method, path: format!("/v1/accounts/{account}/security-contact"), headers, body }
}
