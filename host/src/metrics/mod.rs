//! What a running host counts and times, for Prometheus. Nothing here names an account, a person or an address.

mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use security_contact_policy::Instant;

pub use store::MeasuredStore;

use crate::domain::model::{Backlog, Settlement};
use crate::engine::{Decided, PolicyIdentity, Replaced, Watch};

/// One label with its value.
type Label = [(&'static str, &'static str); 1];

/// Two labels with their values.
type Labels = [(&'static str, &'static str); 2];

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// Which requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PolicyLabels {
    version: &'static str,
    policy_version: String,
    module_sha256: String,
    fingerprint: String,
}

/// Everything that is counted. It is shared by those who count.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Times<Route>,
    decisions: Family<Labels, Counter>,
    decision_calls: Times<Label>,
    instances_replaced: Family<Label, Counter>,
    changes: Family<Label, Counter>,
    mails: Family<Label, Counter>,
    outbox_rows: Family<Label, Gauge>,
    outbox_oldest_seconds: Gauge,
    store: Times<Label>,
    store_failures: Family<Labels, Counter>,
    store_up: Gauge,
    reloads: Family<Label, Counter>,
    policy: Family<PolicyLabels, Gauge>,
}

/// From 0.5 ms to about 8 s.
fn slow() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 15))
}

/// From a microsecond to about 4 s: a verdict takes half of the first, and a page of reviews a thousand times that.
fn quick() -> Histogram {
    Histogram::new(exponential_buckets(0.000_001, 4.0, 12))
}

impl Metrics {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut metrics = Self {
            registry: Registry::with_prefix("security_contact"),
            requests: Family::new_with_constructor(slow),
            decisions: Family::default(),
            decision_calls: Family::new_with_constructor(quick),
            instances_replaced: Family::default(),
            changes: Family::default(),
            mails: Family::default(),
            outbox_rows: Family::default(),
            outbox_oldest_seconds: Gauge::default(),
            store: Family::new_with_constructor(slow),
            store_failures: Family::default(),
            store_up: Gauge::default(),
            reloads: Family::default(),
            policy: Family::default(),
        };
        metrics.register();
        // What is to be watched from the beginning is there from the beginning.
        for why in ["used_up", "failed"] {
            drop(metrics.instances_replaced.get_or_create(&[("reason", why)]));
        }
        for result in ["sent", "retried", "failed", "bounced"] {
            drop(metrics.mails.get_or_create(&[("result", result)]));
        }
        Arc::new(metrics)
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_request_seconds", "Requests, by route and status", self.requests.clone());
        registry.register("decisions", "Decisions of the policy module, by outcome", self.decisions.clone());
        registry.register("decision_call_seconds", "Calls of the policy module", self.decision_calls.clone());
        registry.register(
            "instances_replaced",
            "Instances of the policy module that were replaced",
            self.instances_replaced.clone(),
        );
        registry.register("history_entries", "What was stored in histories, by action", self.changes.clone());
        registry.register("mails", "Tries to send a mail or to address an event, by result", self.mails.clone());
        registry.register(
            "outbox_rows",
            "Rows of the outbox that wait, and that were given up",
            self.outbox_rows.clone(),
        );
        registry.register(
            "outbox_oldest_pending_seconds",
            "Age of the oldest row of the outbox that waits",
            self.outbox_oldest_seconds.clone(),
        );
        registry.register("store_seconds", "Operations of the store", self.store.clone());
        registry.register("store_failures", "Operations of the store that failed", self.store_failures.clone());
        registry.register("store_up", "Whether the store answered when this was read", self.store_up.clone());
        registry.register("rules_reloads", "Readings of the rules at SIGHUP, by result", self.reloads.clone());
        registry.register("policy", "The policy in force, which is 1", self.policy.clone());
    }

    /// Counts a request. `route` is a pattern, and `method` one of those that HTTP has.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = Route { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counts a reading of the rules.
    pub fn reloaded(&self, result: &'static str) {
        self.reloads.get_or_create(&[("result", result)]).inc();
    }

    /// Everything as text that Prometheus reads, with how the store and the policy are at this moment.
    #[must_use]
    pub fn text(&self, backlog: Option<Backlog>, policy: &PolicyIdentity, now: Instant) -> String {
        self.store_up.set(i64::from(backlog.is_some()));
        if let Some(Backlog { pending, oldest_pending, failed }) = backlog {
            let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
            self.outbox_rows.get_or_create(&[("state", "pending")]).set(count(pending));
            self.outbox_rows.get_or_create(&[("state", "failed")]).set(count(failed));
            let age_ms = oldest_pending.map_or(0, |oldest| now.millis().saturating_sub(oldest.millis()).max(0));
            self.outbox_oldest_seconds.set(age_ms / 1_000);
        }
        let PolicyIdentity { policy_version, module_sha256, fingerprint } = policy.clone();
        let version = env!("CARGO_PKG_VERSION");
        // One policy is in force at a time.
        self.policy.clear();
        self.policy.get_or_create(&PolicyLabels { version, policy_version, module_sha256, fingerprint }).set(1);
        let mut text = String::new();
        let _ = encode(&mut text, &self.registry); // writing into a String cannot fail
        text
    }

    /// Counts an entry of a history.
    fn stored(&self, action: &'static str) {
        self.changes.get_or_create(&[("action", action)]).inc();
    }

    fn settled(&self, settlement: &Settlement) {
        let result = match settlement {
            Settlement::Sent { .. } => "sent",
            Settlement::Retry { .. } => "retried",
            Settlement::Failed { .. } => "failed",
            Settlement::Bounced { .. } => "bounced",
            Settlement::Addressed { .. } => "addressed",
            Settlement::Withdrawn => "withdrawn",
            Settlement::Released => return,
        };
        self.mails.get_or_create(&[("result", result)]).inc();
    }
}

impl Watch for Metrics {
    fn decided(&self, decided: &[Decided], took: Duration) {
        let Some(first) = decided.first() else { return };
        self.decision_calls.get_or_create(&[("operation", first.operation)]).observe(took.as_secs_f64());
        // A page of a thousand has two or three outcomes.
        let mut counts: BTreeMap<Decided, u64> = BTreeMap::new();
        for decided in decided {
            *counts.entry(*decided).or_default() += 1;
        }
        for (Decided { operation, outcome }, count) in counts {
            self.decisions.get_or_create(&[("operation", operation), ("outcome", outcome)]).inc_by(count);
        }
    }

    fn replaced(&self, why: Replaced) {
        let reason = match why {
            Replaced::UsedUp => "used_up",
            Replaced::Failed => "failed",
        };
        self.instances_replaced.get_or_create(&[("reason", reason)]).inc();
    }
}

#[cfg(test)]
mod tests {
    use security_contact_policy::{Person, Rules};

    use super::*;
    use crate::engine::{Engine, Limits, MODULE};

    fn policy() -> PolicyIdentity {
        Engine::embedded(&Rules::default()).unwrap().identity().clone()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn decisions_and_used_up_instances_are_counted() {
        let metrics = Metrics::new();
        let limits = Limits { calls_per_instance: 2, ..Limits::default() };
        let engine = Engine::new(MODULE, &Rules::default(), limits).unwrap().watched_by(metrics.clone());
        let ada: Person = serde_json::from_str(
            r#"{"id":"u-1","role":"admin","accountSettings":"none","status":"active",
                "lastLoginAt":"2026-10-01T09:30:00Z","staffRole":null}"#,
        )
        .unwrap();
        for _ in 0..2 {
            engine.eligibility(&ada, at("2026-11-01T00:00:00Z")).unwrap();
        }
        let late = at("2028-11-01T00:00:00Z");
        engine.eligibility_many(&[ada.clone(), ada.clone(), ada.clone()], late).unwrap();
        let stricter = engine.under(&Rules { max_login_age_days: 20, ..Rules::default() }).unwrap();
        stricter.access(&ada).unwrap();
        let text = metrics.text(None, engine.identity(), late);
        for line in [
            r#"security_contact_decisions_total{operation="eligibility",outcome="eligible"} 2"#,
            r#"security_contact_decisions_total{operation="eligibility",outcome="ineligible"} 3"#,
            r#"security_contact_decisions_total{operation="access",outcome="permitted"} 1"#,
            r#"security_contact_decision_call_seconds_count{operation="eligibility"} 3"#,
            r#"security_contact_instances_replaced_total{reason="used_up"} 1"#,
            r#"security_contact_instances_replaced_total{reason="failed"} 0"#,
            "security_contact_store_up 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn an_instance_that_fails_is_counted_with_what_it_failed_at() {
        let metrics = Metrics::new();
        let limits = Limits { memory_bytes: 2 << 20, ..Limits::default() };
        let engine = Engine::new(MODULE, &Rules::default(), limits).unwrap().watched_by(metrics.clone());
        let ada: Person = serde_json::from_str(
            r#"{"id":"u-1","role":"admin","accountSettings":"none","status":"active","lastLoginAt":null,"staffRole":null}"#,
        )
        .unwrap();
        let now = at("2026-11-01T00:00:00Z");
        assert!(engine.eligibility_many(&vec![ada; 60_000], now).is_err());
        let text = metrics.text(None, engine.identity(), now);
        for line in [
            r#"security_contact_decisions_total{operation="eligibility",outcome="error"} 1"#,
            r#"security_contact_instances_replaced_total{reason="failed"} 1"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_outbox_and_one_policy_are_as_they_are_when_it_is_read() {
        let (metrics, first) = (Metrics::new(), policy());
        let backlog = Backlog { pending: 3, oldest_pending: Some(at("2026-11-01T00:00:00Z")), failed: 1 };
        assert!(metrics.text(Some(backlog), &first, at("2026-11-01T00:00:00Z")).contains(&first.fingerprint));
        let second = PolicyIdentity { fingerprint: "other".into(), ..first.clone() };
        let text = metrics.text(Some(backlog), &second, at("2026-11-01T00:01:40.900Z"));
        for line in [
            r#"security_contact_outbox_rows{state="pending"} 3"#,
            r#"security_contact_outbox_rows{state="failed"} 1"#,
            "security_contact_outbox_oldest_pending_seconds 100",
            "security_contact_store_up 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(text.contains("fingerprint=\"other\"") && !text.contains(&first.fingerprint), "{text}");
        let text = metrics.text(None, &first, at("2026-11-01T00:01:40Z"));
        assert!(text.contains("security_contact_store_up 0"), "{text}");
    }
}
