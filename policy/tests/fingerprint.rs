//! SPEC 10: the fingerprint is the same for the same rules, on every machine and in every release that answers alike.

use std::collections::BTreeSet;

use security_contact_policy::{Identity, Name, POLICY_VERSION, Rules, fingerprint};

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Calculated outside of this crate: SHA-256 over the version and the rules in SPEC's order, each text and list behind
/// its length, all numbers as four bytes, the least significant first.
#[test]
fn it_is_the_hash_of_the_version_and_the_rules() {
    let default = "6f6469a0e170a085d911553cf908cce2c7f55578b95c3a81ae30fe578fdda387";
    assert_eq!(fingerprint(&Rules::default()), default);
    let rules = Rules {
        contact_roles: names(&["owner", "é", "owner"]),
        account_settings_edit_qualifies: false,
        manager_roles: names(&["owner", "billing", "admin"]),
        max_login_age_days: 90,
        max_clock_skew_seconds: 0,
        blocked_staff_roles: names(&["support"]),
        copy_owner_on_events: true,
        expiry_reminder_days: vec![30, 7, 1],
    };
    assert_eq!(fingerprint(&rules), "26791e311e3dad297ce8c6b8e1048b10bc623bd6e1bc4ee74a58235060c8862b");
}

#[test]
fn every_rule_counts() {
    let default = Rules::default();
    let variants = [
        default.clone(),
        Rules { contact_roles: names(&["owner"]), ..default.clone() },
        Rules { account_settings_edit_qualifies: false, ..default.clone() },
        Rules { manager_roles: names(&["owner"]), ..default.clone() },
        Rules { max_login_age_days: 364, ..default.clone() },
        Rules { max_clock_skew_seconds: 301, ..default.clone() },
        Rules { blocked_staff_roles: names(&["owner"]), ..default.clone() },
        Rules { copy_owner_on_events: true, ..default.clone() },
        Rules { expiry_reminder_days: vec![14, 7], ..default.clone() },
        // The same letters, divided otherwise.
        Rules { contact_roles: names(&["own", "er"]), ..default.clone() },
        Rules { contact_roles: names(&["o", "wner"]), ..default.clone() },
    ];
    let different: BTreeSet<String> = variants.iter().map(fingerprint).collect();
    assert_eq!(different.len(), variants.len());
}

#[test]
fn order_and_repetition_of_names_do_not_count() {
    let written = |list: &[&str]| Rules {
        contact_roles: names(list),
        manager_roles: names(list),
        blocked_staff_roles: names(list),
        ..Rules::default()
    };
    assert_eq!(fingerprint(&written(&["b", "a", "b"])), fingerprint(&written(&["a", "b"])));
    for rules in [
        Rules { contact_roles: names(&["a", "b"]), ..written(&["b", "a"]) },
        Rules { manager_roles: names(&["a", "b"]), ..written(&["b", "a"]) },
        Rules { blocked_staff_roles: names(&["a", "b"]), ..written(&["b", "a"]) },
    ] {
        assert_eq!(fingerprint(&rules), fingerprint(&written(&["a", "b"])));
    }
}

#[test]
fn an_identity_is_the_version_and_the_fingerprint() {
    let rules = Rules { max_login_age_days: 90, ..Rules::default() };
    let Identity { policy_version, fingerprint: of_rules } = Identity::of(&rules);
    assert_eq!((policy_version.as_str(), of_rules), (POLICY_VERSION, fingerprint(&rules)));
}
