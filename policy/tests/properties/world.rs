//! Accounts, people, rules and instants, with logins on and beside every edge that the rules have.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use security_contact_policy::{
    Account, AccountSettings, Change, ChangeRequest, Designee, Instant, Name, Person, RemindedFor, ReviewRequest,
    Rules, Status, UserId,
};

/// The same cases on every machine and every run.
pub(crate) fn config() -> Config {
    Config { cases: 4096, rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..Config::default() }
}

pub(crate) const DAY: i64 = 86_400_000;

/// One instant with the rules, and people whose facts do not depend on where they stand.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) now: Instant,
    pub(crate) people: Vec<Person>,
}

impl World {
    /// The account of the first person, with that designation.
    pub(crate) fn account(&self, designation: Option<usize>) -> Account {
        Account { owner: self.people[0].clone(), designation: designation.map(|index| self.designee(index)) }
    }

    /// A member, or somebody who has left when there are not so many people.
    pub(crate) fn designee(&self, index: usize) -> Designee {
        match self.people.get(index) {
            Some(person) => Designee::Member(person.clone()),
            None => Designee::Left(id(index)),
        }
    }
}

pub(crate) fn id(index: usize) -> UserId {
    UserId::new(format!("u-{index}")).unwrap()
}

/// Four people, and five numbers to name them by: the fifth has left.
pub(crate) const PEOPLE: usize = 4;

pub(crate) fn somebody() -> impl Strategy<Value = usize> {
    0..=PEOPLE
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    (rules(), now()).prop_flat_map(|(rules, now)| {
        let people = (0..PEOPLE).map(|index| person(index, &rules, now)).collect::<Vec<_>>();
        (Just(rules), Just(now), people).prop_map(|(rules, now, people)| World { rules, now, people })
    })
}

pub(crate) fn change() -> impl Strategy<Value = (World, ChangeRequest)> {
    let choices = (
        proptest::option::of(somebody()),
        proptest::option::of(somebody()),
        proptest::option::of(0..PEOPLE),
        proptest::option::weighted(0.8, somebody()),
    );
    (world(), choices).prop_map(|(world, (designation, announced, actor, target))| {
        let request = ChangeRequest {
            account: world.account(designation),
            announced: announced.map(id),
            actor: actor.map(|index| world.people[index].clone()),
            change: target.map_or(Change::Reset, |index| Change::Designate(world.designee(index))),
            now: world.now,
        };
        (world, request)
    })
}

pub(crate) fn review() -> impl Strategy<Value = (World, ReviewRequest)> {
    let choices = (proptest::option::weighted(0.9, somebody()), proptest::option::of(somebody()), any::<bool>());
    (world(), choices, days(4000)).prop_map(|(world, (designation, announced, reminded), days)| {
        let account = world.account(designation);
        let login = account.designation.as_ref().and_then(Designee::person).and_then(|person| person.last_login_at);
        let valid_until = login.map(|login| login.plus_days(world.rules.max_login_age_days));
        let reminded_for = valid_until.filter(|_| reminded).map(|valid_until| RemindedFor { valid_until, days });
        let request = ReviewRequest { account, announced: announced.map(id), reminded_for, now: world.now };
        (world, request)
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let age = prop_oneof![Just(1), Just(2), Just(30), Just(365), Just(3650), 1_u32..=3650];
    let skew = prop_oneof![Just(0), Just(300), Just(86_400), 0_u32..=86_400];
    age.prop_flat_map(move |age| {
        let names = || proptest::sample::subsequence(vec!["owner", "admin", "analyst"], 0..=3);
        let switches = (any::<bool>(), any::<bool>());
        (names(), names(), Just(age), skew.clone(), switches, days(age), any::<bool>())
    })
    .prop_map(|(contact, manager, age, skew, (edit, copy), days, blocked)| Rules {
        contact_roles: named(&contact),
        account_settings_edit_qualifies: edit,
        manager_roles: named(&manager),
        max_login_age_days: age,
        max_clock_skew_seconds: skew,
        blocked_staff_roles: if blocked { named(&["support"]) } else { Vec::new() },
        copy_owner_on_events: copy,
        expiry_reminder_days: days,
    })
}

fn named(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Reminder days that fit below an age of that many days.
fn days(age: u32) -> impl Strategy<Value = Vec<u32>> {
    let near = proptest::collection::btree_set(1..age.clamp(2, 40), 0..=4);
    near.prop_map(move |days| days.into_iter().rev().filter(|days| *days < age).collect())
}

/// Mostly years away from the ends of time, and sometimes at them.
fn now() -> impl Strategy<Value = Instant> {
    let millis = prop_oneof![
        8 => 1_700_000_000_000_i64..1_900_000_000_000,
        1 => Instant::MIN.millis()..Instant::MIN.millis() + 4000 * DAY,
        1 => Instant::MAX.millis() - 4000 * DAY..=Instant::MAX.millis(),
    ];
    millis.prop_map(|millis| Instant::from_millis(millis).unwrap())
}

fn person(index: usize, rules: &Rules, now: Instant) -> impl Strategy<Value = Person> + use<> {
    // The owner's role follows from the place: people who moved up are tested by the default's own cases.
    let role = if index == 0 { select(vec!["owner"]) } else { select(vec!["admin", "admin", "analyst", "owner"]) };
    let settings = select(vec![AccountSettings::None, AccountSettings::View, AccountSettings::Edit]);
    let status = select(vec![
        Status::Active,
        Status::Active,
        Status::Active,
        Status::Invited,
        Status::Suspended,
        Status::Deactivated,
    ]);
    let staff = select(vec![None, None, None, Some("support"), Some("sales")]);
    (role, settings, status, login(rules, now), staff).prop_map(
        move |(role, account_settings, status, login, staff)| Person {
            id: id(index),
            role: role.parse().unwrap(),
            account_settings,
            status,
            last_login_at: login,
            staff_role: staff.map(|name| name.parse().unwrap()),
        },
    )
}

/// A login at an edge, one millisecond beside it, or anywhere in a thousand days.
fn login(rules: &Rules, now: Instant) -> impl Strategy<Value = Option<Instant>> + use<> {
    let age = i64::from(rules.max_login_age_days) * DAY;
    let reminders = rules.expiry_reminder_days.iter().map(|days| i64::from(*days) * DAY - age);
    let edges: Vec<i64> =
        [-age, 0, i64::from(rules.max_clock_skew_seconds) * 1000].into_iter().chain(reminders).collect();
    let near = (select(edges), -1_i64..=1).prop_map(|(edge, beside)| edge + beside);
    let offset = prop_oneof![3 => near, 3 => -age..=0, 1 => -1000 * DAY..=2 * DAY];
    let at = offset.prop_map(move |offset| Instant::from_millis(now.millis() + offset));
    prop_oneof![12 => at, 1 => Just(None)]
}
