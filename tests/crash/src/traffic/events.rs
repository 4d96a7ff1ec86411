//! The platform, which tells accounts of security events: each again and again until it is taken in.

use std::time::{Duration, Instant};

use anyhow::Result;
use fastrand::Rng;
use serde_json::Value;

use super::may_try_again;
use crate::process::{Ended, lock};
use crate::stage::{Job, PATIENCE, Stage};

const KINDS: [&str; 5] =
    ["breach_alert", "suspicious_activity", "abnormal_login", "action_required", "compliance_request"];
const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

/// Whoever runs `security-contact events send`.
pub(crate) struct Sender<'s> {
    stage: &'s Stage,
    rng: Rng,
}

/// An event of an account.
struct Event {
    account: String,
    key: String,
    kind: &'static str,
    severity: &'static str,
}

impl<'s> Sender<'s> {
    pub(crate) fn new(stage: &'s Stage, rng: Rng) -> Self {
        Self { stage, rng }
    }

    /// Tells of events until the run is over.
    pub(crate) fn run(&mut self) -> Result<()> {
        for number in 0_u64.. {
            if self.stage.is_over() {
                break;
            }
            let account = self.rng.choice(lock(&self.stage.accounts).iter()).cloned();
            if let Some(account) = account {
                let (kind, severity) = (KINDS[self.rng.usize(..KINDS.len())], SEVERITIES[self.rng.usize(..4)]);
                self.tell(&Event { account, key: format!("e-{number}"), kind, severity })?;
            }
            std::thread::sleep(Duration::from_millis(self.rng.u64(..400)));
        }
        Ok(())
    }

    /// Sends an event until it is taken in; some are sent once more, and some keys are used for another event.
    fn tell(&mut self, event: &Event) -> Result<()> {
        let Some(outcome) = self.until_taken(event, "The first words.")? else {
            let what = format!("account {}, key {}", event.account, event.key);
            self.stage.note(|ledger| ledger.add_violation("event_never_taken", what));
            return Ok(());
        };
        let place = (event.account.clone(), event.key.clone());
        self.stage.note(|ledger| ledger.events.push(place));
        if self.rng.f32() < 0.1 {
            let again = self.until_taken(event, "The first words.")?;
            self.expect(event, again.as_ref(), "repeated", &outcome["id"]);
            let other = self.until_taken(event, "Other words.")?;
            self.expect(event, other.as_ref(), "key_reused", &Value::Null);
        }
        Ok(())
    }

    fn expect(&self, event: &Event, answer: Option<&Value>, outcome: &str, id: &Value) {
        let is_so = answer.is_some_and(|answer| answer["outcome"] == outcome && answer["id"] == *id);
        if !is_so {
            let what = format!("account {}, key {}: {answer:?}, expected {outcome}", event.account, event.key);
            self.stage.note(|ledger| ledger.add_violation("event_answered_wrongly", what));
        }
    }

    /// What the command says in the end.
    fn until_taken(&self, event: &Event, text: &str) -> Result<Option<Value>> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let ended = self.send(event, text)?;
            if let Ok(answer) = serde_json::from_str(&ended.stdout) {
                return Ok(Some(answer));
            }
            if !may_try_again(self.stage, "events send", &ended) {
                break;
            }
        }
        Ok(None)
    }

    fn send(&self, event: &Event, text: &str) -> Result<Ended> {
        let Event { account, key, kind, severity } = event;
        let words = ["--kind", kind, "--severity", severity, "--key", key, "--text", text, "--json"];
        let mut command = self.stage.program.command(["events", "send", account]);
        self.stage.run(Job::Event, command.args(words))
    }
}
