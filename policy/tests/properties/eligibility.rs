//! SPEC 3, 5 and 9: eligibility over time, and a contact who always exists.

use proptest::prelude::*;
use security_contact_policy::{
    Account, Event, EventKind, Instant, Reason, Severity, Source, eligibility, resolve, route,
};

use crate::world::{DAY, config, id, somebody, world};

proptest! {
    #![proptest_config(config())]

    /// `validUntil` is the login plus the age, and the verdict turns there and nowhere before.
    #[test]
    fn a_verdict_lasts_until_valid_until_and_not_a_millisecond_longer(world in world(), part in 0.0..=1.0_f64) {
        for person in &world.people {
            let verdict = eligibility(person, world.now, &world.rules);
            prop_assert_eq!(verdict.eligible, verdict.unmet.is_empty());
            prop_assert_eq!(verdict.eligible, verdict.valid_until.is_some());
            let Some(until) = verdict.valid_until else { continue };
            let login = person.last_login_at.unwrap();
            let age = i64::from(world.rules.max_login_age_days) * DAY;
            prop_assert_eq!(until.millis(), (login.millis() + age).min(Instant::MAX.millis()));
            let left = until.millis() - world.now.millis();
            prop_assert!(left >= 0);
            let between = world.now.plus_millis((left as f64 * part) as i64).min(until);
            for earlier in [between, until] {
                prop_assert_eq!(&eligibility(person, earlier, &world.rules), &verdict);
            }
            if until < Instant::MAX {
                let after = eligibility(person, until.plus_millis(1), &world.rules);
                prop_assert_eq!(after.unmet, [Reason::LoginTooOld]);
            }
        }
    }

    /// Once too old, a login stays too old; a fault that is not of time stays at all times.
    #[test]
    fn time_alone_never_makes_an_old_login_young(world in world(), days in 0..5000_i64) {
        for person in &world.people {
            let now = eligibility(person, world.now, &world.rules).unmet;
            let later = eligibility(person, world.now.plus_millis(days * DAY), &world.rules).unmet;
            for reason in now.iter().filter(|reason| **reason != Reason::LoginInFuture) {
                prop_assert!(later.contains(reason));
            }
        }
    }

    /// There is always a contact: the designated person exactly when eligible, else the owner.
    #[test]
    fn the_contact_is_an_eligible_choice_or_the_owner(
        world in world(), designation in proptest::option::of(somebody()),
    ) {
        let Account { owner, designation: chosen } = world.account(designation);
        let account = Account { owner: owner.clone(), designation: chosen.clone() };
        let contact = resolve(&account, world.now, &world.rules);
        let verdict = chosen.as_ref().and_then(|chosen| chosen.person().map(|person| {
            eligibility(person, world.now, &world.rules)
        }));
        match (chosen, verdict) {
            (None, _) => {
                prop_assert_eq!((&contact.user_id, contact.source), (&owner.id, Source::Default));
                prop_assert!(contact.reasons.is_empty());
            }
            (Some(_), None) => {
                prop_assert_eq!((&contact.user_id, contact.source), (&owner.id, Source::Fallback));
                prop_assert_eq!(&contact.reasons, &[Reason::NotAMember]);
            }
            (Some(chosen), Some(verdict)) => {
                let expected = if verdict.eligible { chosen.user_id() } else { &owner.id };
                prop_assert_eq!(&contact.user_id, expected);
                prop_assert_eq!(contact.source == Source::Designated, verdict.eligible);
                prop_assert_eq!(&contact.reasons, &verdict.unmet);
                prop_assert_eq!(contact.valid_until, verdict.valid_until);
            }
        }
        let warnings = eligibility(&owner, world.now, &world.rules).unmet;
        prop_assert_eq!(contact.owner_unmet, if contact.user_id == owner.id { warnings } else { Vec::new() });
    }

    /// An event reaches the contact first, the owner besides when the rules say so, and nobody twice.
    #[test]
    fn an_event_reaches_the_contact(world in world(), designation in proptest::option::of(somebody())) {
        let account = world.account(designation);
        let event = Event { kind: EventKind::AbnormalLogin, severity: Severity::Low };
        let sent = route(&account, event, world.now, &world.rules);
        prop_assert_eq!(&sent.contact, &resolve(&account, world.now, &world.rules));
        let copied = world.rules.copy_owner_on_events && sent.contact.user_id != id(0);
        let expected = if copied { vec![sent.contact.user_id.clone(), id(0)] } else { vec![sent.contact.user_id.clone()] };
        prop_assert_eq!(sent.recipients, expected);
    }
}
