//! Decisions alone: no store, no mail, no clock.
//!
//! ```sh
//! cargo run --release --example decisions
//! ```

use security_contact_host::Policy;
use security_contact_host::policy::{Account, Designee, Instant, Person, Rules};

fn person(id: &str, role: &str, last_login: &str) -> Result<Person, serde_json::Error> {
    serde_json::from_value(serde_json::json!({
        "id": id, "role": role, "accountSettings": "none", "status": "active",
        "lastLoginAt": last_login, "staffRole": null,
    }))
}

/// Who can be the contact, and who is; one line each.
pub(crate) fn report() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let policy = Policy::with_rules(&Rules { max_login_age_days: 90, ..Rules::default() })?;
    let now: Instant = "2026-11-01T00:00:00Z".parse()?;
    let (olga, ada) =
        (person("olga", "owner", "2026-10-30T08:00:00Z")?, person("ada", "admin", "2026-06-01T08:00:00Z")?);

    let mut lines = Vec::new();
    for person in [&olga, &ada] {
        let verdict = policy.eligibility(person, now)?;
        lines.push(format!("{}: eligible {}, {:?}", person.id, verdict.eligible, verdict.unmet));
    }
    let account = Account { owner: olga, designation: Some(Designee::Member(ada)) };
    let contact = policy.contact(account, now)?;
    lines.push(format!("the contact is {} ({})", contact.user_id, contact.source));
    lines.push(format!("decided by {}", policy.identity().fingerprint));
    Ok(lines)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    report()?.iter().for_each(|line| println!("{line}"));
    Ok(())
}
