//! Packed questions and answers: what they say is what the rules say.

use proptest::prelude::*;
use security_contact_policy::packed::{Glance, Kind, Question, answer, quiet_reviews, verdicts};
use security_contact_policy::{
    Account, Designee, Instant, Person, RemindedFor, ReviewOutcome, ReviewRequest, Rules, UserId, eligibility, review,
};

const DAY: i64 = 86_400_000;

fn now() -> Instant {
    "2026-10-01T09:30:00Z".parse().unwrap()
}

prop_compose! {
    fn person()(
        id in "[a-c]",
        role in prop_oneof!["owner", "admin", "analyst", "é{1,32}"],
        settings in 0..3_usize,
        status in 0..4_usize,
        days in prop::option::of(prop_oneof![340..370_i64, -3..3_i64]),
        millis in -2..3_i64,
        staff in prop::option::of(prop_oneof!["support", "root"]),
    ) -> Person {
        Person {
            id: id.parse().unwrap(),
            role: role.parse().unwrap(),
            account_settings: ["none", "view", "edit"][settings].parse().unwrap(),
            status: ["active", "active", "active", "suspended"][status].parse().unwrap(),
            last_login_at: days.map(|days| now().plus_millis(millis - days * DAY)),
            staff_role: staff.map(|role| role.parse().unwrap()),
        }
    }
}

fn designee() -> impl Strategy<Value = Option<Designee>> {
    let left = "[a-c]".prop_map(|id| Designee::Left(id.parse().unwrap()));
    prop::option::weighted(0.9, prop_oneof![8 => person().prop_map(Designee::Member), 1 => left])
}

prop_compose! {
    fn request()(
        owner in person(),
        designation in designee(),
        announced in prop::option::weighted(0.9, "[a-c]"),
        same in any::<bool>(),
        sent in prop::option::of(prop::collection::vec(prop_oneof![Just(14_u32), Just(7), Just(1)], 0..3)),
    ) -> ReviewRequest {
        let valid_until = match &designation {
            Some(Designee::Member(person)) => person.last_login_at.map(|login| login.plus_millis(365 * DAY)),
            _ => None,
        };
        let reminded_for = sent.zip(valid_until).map(|(days, valid_until)| RemindedFor {
            valid_until: if same { valid_until } else { valid_until.plus_millis(1) },
            days,
        });
        let announced = announced.map(|id| UserId::new(id).unwrap());
        ReviewRequest { account: Account { owner, designation }, announced, reminded_for, now: now() }
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let blocking = Rules { blocked_staff_roles: vec!["root".parse().unwrap()], ..Rules::default() };
    let reminding = Rules { expiry_reminder_days: vec![14, 7, 1], max_clock_skew_seconds: 0, ..Rules::default() };
    let silent = Rules { expiry_reminder_days: vec![], account_settings_edit_qualifies: false, ..Rules::default() };
    prop_oneof![Just(Rules::default()), Just(blocking), Just(reminding), Just(silent)]
}

/// What a host asks about; nothing of somebody who has left.
fn glance(request: &ReviewRequest) -> Option<Glance<'_>> {
    let designation = match &request.account.designation {
        Some(Designee::Left(_)) => return None,
        Some(Designee::Member(person)) => Some(person),
        None => None,
    };
    let (announced, reminded_for) = (request.announced.as_ref(), request.reminded_for.as_ref());
    Some(Glance { owner: &request.account.owner.id, designation, announced, reminded_for })
}

/// What the module leaves in the buffer.
fn ask(question: &Question, rules: &Rules) -> Vec<u8> {
    let mut buffer = question.as_bytes().to_vec();
    let length = answer(&mut buffer, rules).unwrap();
    buffer.truncate(length);
    buffer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn a_packed_verdict_is_the_verdict(people in prop::collection::vec(person(), 0..4), rules in rules()) {
        let mut question = Question::default();
        question.begin(Kind::Verdicts, now());
        people.iter().for_each(|person| question.verdict(person));
        let found: Vec<_> = verdicts(&ask(&question, &rules)).collect();
        let expected: Vec<_> = people.iter().map(|person| Some(eligibility(person, now(), &rules))).collect();
        prop_assert_eq!(found, expected);
    }

    /// A review that is called quiet has nothing to do but to look again then, and every review that has nothing to do is
    /// called quiet.
    #[test]
    fn a_quiet_review_is_one_that_has_nothing_to_do(requests in prop::collection::vec(request(), 0..4), rules in rules()) {
        let mut question = Question::default();
        question.begin(Kind::Reviews, now());
        let asked: Vec<bool> = requests.iter().map(|request| glance(request).is_some_and(|glance| question.review(&glance))).collect();
        let buffer = ask(&question, &rules);
        let mut answers = quiet_reviews(&buffer);
        for (request, asked) in requests.iter().zip(asked) {
            let quiet = if asked { answers.next().unwrap() } else { None };
            let expected = match review(request, &rules) {
                ReviewOutcome::Kept { contact, notices, reminders, next_review_at }
                    if notices.is_empty() && reminders.is_empty() && request.announced == Some(contact.user_id.clone()) =>
                {
                    Some(next_review_at)
                }
                _ => None,
            };
            prop_assert_eq!(quiet, expected, "{:?}", request);
        }
        prop_assert_eq!(answers.next(), None);
    }

    #[test]
    fn any_bytes_have_an_answer_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let length = bytes.len();
        prop_assert!(answer(&mut bytes, &Rules::default()).is_none_or(|answered| answered <= length));
    }
}

#[test]
fn a_question_that_is_cut_short_or_of_no_kind_has_no_answer() {
    let mut question = Question::default();
    question.begin(Kind::Verdicts, now());
    let person =
        r#"{"id":"u-1","role":"owner","accountSettings":"none","status":"active","lastLoginAt":null,"staffRole":null}"#;
    question.verdict(&serde_json::from_str(person).unwrap());
    let whole = question.as_bytes().to_vec();
    assert_eq!(answer(&mut whole.clone(), &Rules::default()), Some(9));
    for end in (0..whole.len()).filter(|end| *end != 9) {
        assert_eq!(answer(&mut whole[..end].to_vec(), &Rules::default()), None, "{end}");
    }
    let mut other = whole;
    other[0] = 7;
    assert_eq!(answer(&mut other, &Rules::default()), None);
}
