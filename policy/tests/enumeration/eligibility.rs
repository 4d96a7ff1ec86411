//! SPEC 3 and 4: roles, permissions, states, staff roles, logins at their edges, and rules.

use security_contact_policy as policy;

use crate::both;
use crate::spec::{self, Person, Rules};

pub(crate) const NOW: i64 = 1_790_000_000_000;
pub(crate) const DAY: i64 = 86_400_000;

pub(crate) const RULES: Rules = Rules {
    contact_roles: &["owner", "admin"],
    edit_qualifies: true,
    manager_roles: &["owner", "admin"],
    age_days: 365,
    skew_seconds: 300,
    blocked: &["support"],
    copy_owner: false,
    reminder_days: &[],
};

const ROLES: [&str; 4] = ["owner", "admin", "analyst", "Owner"];
const STATUSES: [&str; 4] = ["active", "invited", "suspended", "deactivated"];
const STAFF: [Option<&str>; 3] = [None, Some("support"), Some("sales")];
const LISTS: [&[&str]; 4] = [&["owner", "admin"], &[], &["analyst"], &["analyst", "Owner", "analyst"]];

/// Never, and on and beside the edges: the age, now, the skew, the ends of time.
fn logins(rules: &Rules) -> Vec<Option<i64>> {
    let edges = [NOW - rules.age_days * DAY, NOW, NOW + rules.skew_seconds * 1000];
    let near = edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]);
    let ends = [policy::Instant::MIN.millis(), policy::Instant::MAX.millis()];
    near.chain(ends).map(Some).chain([None]).collect()
}

fn rules() -> Vec<Rules> {
    let mut all = Vec::new();
    for contact_roles in LISTS {
        for edit_qualifies in [true, false] {
            for age_days in [1, 365, 3650] {
                for skew_seconds in [0, 300, 86_400] {
                    for blocked in [&[][..], &["support"], &["sales", "support"]] {
                        all.push(Rules { contact_roles, edit_qualifies, age_days, skew_seconds, blocked, ..RULES });
                    }
                }
            }
        }
    }
    all
}

fn people(logins: &[Option<i64>]) -> Vec<Person> {
    let mut all = Vec::new();
    for role in ROLES {
        for settings in ["none", "view", "edit"] {
            for status in STATUSES {
                for staff in STAFF {
                    all.extend(logins.iter().map(|login| Person {
                        id: "u-1",
                        role,
                        settings,
                        status,
                        login: *login,
                        staff,
                    }));
                }
            }
        }
    }
    all
}

#[test]
fn every_verdict() {
    let mut count = 0;
    for rules in rules() {
        let policy_rules = both::rules(&rules);
        for person in people(&logins(&rules)) {
            let verdict = policy::eligibility(&both::person(&person), both::instant(NOW), &policy_rules);
            let unmet = spec::unmet(&person, NOW, &rules);
            assert_eq!(both::words(&verdict.unmet), unmet, "{person:?} {rules:?}");
            assert_eq!(verdict.eligible, unmet.is_empty(), "{person:?} {rules:?}");
            let until = verdict.valid_until.map(policy::Instant::millis);
            assert_eq!(until, spec::valid_until(&person, NOW, &rules), "{person:?} {rules:?}");
            count += 1;
        }
    }
    println!("{count} verdicts");
    assert_eq!(count, (4 * 2 * 3 * 3 * 3) * (4 * 3 * 4 * 3) * 12);
}

#[test]
fn every_access() {
    let mut count = 0;
    for manager_roles in LISTS {
        let rules = Rules { manager_roles, ..RULES };
        let policy_rules = both::rules(&rules);
        for person in people(&logins(&rules)) {
            let access = policy::access(&both::person(&person), &policy_rules);
            let reasons = spec::access(&person, &rules);
            assert_eq!(both::words(&access.reasons), reasons, "{person:?} {rules:?}");
            let allowed = reasons.is_empty();
            assert_eq!((access.can_view, access.can_edit), (allowed, allowed), "{person:?} {rules:?}");
            count += 1;
        }
    }
    println!("{count} accesses");
    assert_eq!(count, 4 * (4 * 3 * 4 * 3) * 12);
}
