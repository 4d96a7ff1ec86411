//! SPEC 5, 6, 7 and 9: who is chosen, who asks for what, who was told last.

use security_contact_policy::{self as policy, Change, ChangeOutcome, ChangeRequest, Event};

use crate::both;
use crate::eligibility::{DAY, NOW, RULES};
use crate::spec::{self, Choice, Outcome, Person, Rules};

/// A person who can be the contact under [`RULES`] for another half year.
pub(crate) const FINE: Person =
    Person { id: "u-2", role: "admin", settings: "none", status: "active", login: Some(NOW - 180 * DAY), staff: None };

/// Owners: fine, locked out, blocked and new, long away.
fn owners() -> Vec<Person> {
    let fine = Person { id: "u-1", role: "owner", settings: "edit", ..FINE };
    let old = Person { login: Some(NOW - 365 * DAY - 1), ..fine };
    vec![fine, Person { status: "suspended", ..fine }, Person { staff: Some("support"), login: None, ..fine }, old]
}

/// Nobody, everybody whom the rules tell apart, and somebody who has left; the owner is one of them.
pub(crate) fn choices(owner: &Person) -> Vec<Choice> {
    let member = |person: Person| Some((person.id, Some(person)));
    vec![
        None,
        Some(("u-9", None)),
        member(*owner),
        member(FINE),
        member(Person { status: "deactivated", ..FINE }),
        member(Person { login: Some(NOW - 365 * DAY), ..FINE }),
        member(Person { id: "u-3", role: "analyst", settings: "edit", ..FINE }),
        member(Person { id: "u-3", role: "analyst", settings: "view", status: "invited", ..FINE }),
        member(Person { id: "u-3", login: Some(NOW + 300_001), staff: Some("support"), ..FINE }),
    ]
}

/// Each owner with each of the choices.
pub(crate) fn accounts(choices: fn(&Person) -> Vec<Choice>) -> Vec<(Person, Choice)> {
    let with = |owner: Person| choices(&owner).into_iter().map(move |stored| (owner, stored));
    owners().into_iter().flat_map(with).collect()
}

pub(crate) const ANNOUNCED: [Option<&str>; 6] = [None, Some("u-1"), Some("u-2"), Some("u-3"), Some("u-4"), Some("u-9")];

fn actors() -> Vec<Option<Person>> {
    let mut all = vec![None];
    for role in ["owner", "admin", "analyst"] {
        for settings in ["none", "edit"] {
            for status in ["active", "invited", "suspended", "deactivated"] {
                all.push(Some(Person { id: "u-4", role, settings, status, ..FINE }));
            }
        }
    }
    all
}

/// An account and a wish about it.
#[derive(Clone, Copy, Debug)]
struct Case {
    owner: Person,
    stored: Choice,
    wanted: Choice,
    actor: Option<Person>,
    announced: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (owner, stored) in accounts(choices) {
        for wanted in choices(&owner) {
            for actor in actors() {
                cases.extend(ANNOUNCED.map(|announced| Case { owner, stored, wanted, actor, announced }));
            }
        }
    }
    cases
}

impl Case {
    fn check(&self, rules: &Rules, policy_rules: &policy::Rules) {
        let Self { owner, stored, wanted, actor, announced } = self;
        let change = wanted.map_or(Change::Reset, |wanted| Change::Designate(both::designee(wanted)));
        let request = ChangeRequest {
            account: both::account(owner, *stored),
            announced: announced.map(both::id),
            actor: actor.as_ref().map(both::person),
            change,
            now: both::instant(NOW),
        };
        let expected = spec::change((owner, *stored), *announced, actor.as_ref(), *wanted, NOW, rules);
        assert_eq!(outcome(&policy::change(&request, policy_rules)), expected, "{self:?} {rules:?}");
    }
}

#[test]
fn every_change() {
    let mut count = 0;
    for manager_roles in [&["owner", "admin"][..], &["analyst"], &[]] {
        let rules = Rules { manager_roles, ..RULES };
        let policy_rules = both::rules(&rules);
        for case in cases() {
            case.check(&rules, &policy_rules);
            count += 1;
        }
    }
    println!("{count} changes");
    assert_eq!(count, 3 * (4 * 9) * 9 * 25 * 6);
}

fn outcome(answer: &ChangeOutcome) -> Outcome {
    match answer {
        ChangeOutcome::Changed { designation, contact, notices } => {
            let chosen = designation.as_ref().map(|designation| both::word(designation.user_id.as_str()));
            Outcome::Changed(chosen, both::contact(contact), both::notices(notices))
        }
        ChangeOutcome::Unchanged { contact } => Outcome::Unchanged(both::contact(contact)),
        ChangeOutcome::Refused { code, reasons } => Outcome::Refused(both::word(code.as_str()), both::words(reasons)),
    }
}

#[test]
fn every_contact_and_route() {
    let mut count = 0;
    for copy_owner in [false, true] {
        let rules = Rules { copy_owner, ..RULES };
        let policy_rules = both::rules(&rules);
        for (owner, stored) in accounts(choices) {
            let account = both::account(&owner, stored);
            let expected = spec::contact(&owner, stored, NOW, &rules);
            let found = policy::resolve(&account, both::instant(NOW), &policy_rules);
            assert_eq!(both::contact(&found), expected, "{account:?}");
            let copied = copy_owner && expected.0 != owner.id;
            for event in events() {
                let sent = policy::route(&account, event, both::instant(NOW), &policy_rules);
                let recipients: Vec<_> = sent.recipients.iter().map(policy::UserId::as_str).collect();
                assert_eq!(sent.contact, found);
                assert_eq!(recipients, if copied { vec![expected.0, owner.id] } else { vec![expected.0] });
                count += 1;
            }
        }
    }
    println!("{count} routes");
    assert_eq!(count, 2 * (4 * 9) * 20);
}

fn events() -> Vec<Event> {
    let kinds = ["breach_alert", "suspicious_activity", "abnormal_login", "action_required", "compliance_request"];
    let severities = ["low", "medium", "high", "critical"];
    let each = |kind: &'static str| {
        severities.map(|severity| Event { kind: kind.parse().unwrap(), severity: severity.parse().unwrap() })
    };
    kinds.into_iter().flat_map(each).collect()
}
