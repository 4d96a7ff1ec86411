//! The people that every contender judges: the same ones as in `tests/bench`, in Rust and in JavaScript.

/// How many there are.
pub(crate) const COUNT: usize = 1000;

/// 2026-10-01T09:30:00Z.
pub(crate) const NOW: i64 = 1_790_847_000_000;

const DAY: i64 = 86_400_000;

/// The facts of one person, as a caller has them.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) role: &'static str,
    pub(crate) account_settings: &'static str,
    pub(crate) status: &'static str,
    pub(crate) last_login_at: Option<i64>,
}

/// Everybody.
pub(crate) fn all() -> Vec<Person> {
    (0..COUNT).map(person).collect()
}

fn person(i: usize) -> Person {
    let days = i64::try_from(i % 400).unwrap_or_default();
    Person {
        id: format!("u-{i}"),
        role: ["owner", "admin", "analyst"][i % 3],
        account_settings: ["none", "view", "edit"][i % 5 % 3],
        status: if i % 7 == 0 { "suspended" } else { "active" },
        last_login_at: (i % 11 != 0).then(|| NOW - days * DAY),
    }
}
