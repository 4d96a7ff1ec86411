//! What can happen.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::universe::{ACCOUNTS, DAY_MS, KEYS, MINUTE_MS, PEOPLE, RULES};

/// One operation. Accounts, people, keys and rules are numbers; a row of the outbox is the how-manieth that there is,
/// counted round.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Somebody chooses a contact, or goes back to the default.
    Change(Change),
    /// The directory brings entries.
    Put(Vec<Entry>),
    /// The clock moves, forwards or back.
    Pass {
        /// By how much.
        millis: i64,
    },
    /// What is due is reviewed.
    ReviewDue,
    /// Every account is reviewed.
    ReviewAll,
    /// A reviewer takes accounts in hand and dies.
    ClaimReviews {
        /// How many at most.
        limit: u32,
    },
    /// The host starts under these rules.
    UseRules(usize),
    /// An event is dispatched.
    Dispatch {
        /// For this account.
        account: usize,
        /// Under this key.
        key: usize,
        /// Whether it is the other event that comes under that key.
        is_other: bool,
    },
    /// The row of the outbox that is due first is delivered.
    Deliver(Reply),
    /// The outbox is delivered until nothing is due.
    DeliverAll(Reply),
    /// A row is sent, and the host dies before it can settle it.
    DeliverAndDie,
    /// A courier takes rows in hand and dies.
    ClaimMail {
        /// How many at most.
        limit: u32,
    },
    /// A courier that was taken for dead settles a row that it once had in hand.
    SettleLate {
        /// Which of them.
        which: usize,
        /// Whether it says that it was sent, or else that it failed.
        was_sent: bool,
    },
    /// An operator has a row sent again.
    Retry(usize),
    /// An operator drops a row.
    Drop(usize),
    /// Old answers are forgotten.
    Forget,
    /// The host dies, and starts again.
    Crash,
}

/// A change that somebody asks for.
#[derive(Clone, Debug)]
pub struct Change {
    /// Of this account.
    pub account: usize,
    /// Who asks.
    pub actor: usize,
    /// Who shall be the contact; `None` for the default.
    pub wish: Option<usize>,
    /// On which version they ask for it.
    pub version: Version,
    /// The key that they bring.
    pub key: Option<usize>,
    /// Whether the backend vouches for them, or else the command line.
    pub by_service: bool,
}

/// A version that somebody saw.
#[derive(Clone, Copy, Debug)]
pub enum Version {
    /// They do not say.
    Any,
    /// The present one.
    Present,
    /// The one before.
    Before,
}

/// What a directory says of an account.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which account.
    pub account: usize,
    /// Who owns it; `None` when it does not say.
    pub owner: Option<usize>,
    /// People with their facts.
    pub people: Vec<(usize, Facts)>,
    /// Who has left.
    pub left: Option<usize>,
}

/// The facts about a person, and their address: `0` for none, and one of two else.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "they are those of a person")]
pub struct Facts {
    pub role: usize,
    pub may_edit: bool,
    pub status: usize,
    pub login: Login,
    pub is_staff: bool,
    pub address: usize,
}

/// When somebody logged in last.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "they say what they mean")]
pub enum Login {
    Never,
    DaysAgo(u32),
    Ahead,
}

/// What the mail server says of each mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It takes it.
    Taken,
    /// Not now.
    Temporary,
    /// Never.
    Permanent,
    /// It takes no mail for that address.
    Address,
}

/// Facts that make a contact of anybody, under either rules.
pub(crate) const QUALIFIED: Facts =
    Facts { role: 0, may_edit: true, status: 0, login: Login::DaysAgo(0), is_staff: false, address: 1 };

/// Any operation; those that everything else follows from come most often.
pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        24 => change().prop_map(Operation::Change),
        20 => vec(entry(), 1..=2).prop_map(Operation::Put),
        14 => pass(),
        8 => Just(Operation::ReviewDue),
        3 => Just(Operation::ReviewAll),
        3 => (1..=2_u32).prop_map(|limit| Operation::ClaimReviews { limit }),
        3 => (0..RULES).prop_map(Operation::UseRules),
        6 => (0..ACCOUNTS, 0..KEYS, any::<bool>())
            .prop_map(|(account, key, is_other)| Operation::Dispatch { account, key, is_other }),
        10 => reply().prop_map(Operation::Deliver),
        5 => reply().prop_map(Operation::DeliverAll),
        2 => Just(Operation::DeliverAndDie),
        2 => (1..=3_u32).prop_map(|limit| Operation::ClaimMail { limit }),
        2 => (0..8_usize, any::<bool>()).prop_map(|(which, was_sent)| Operation::SettleLate { which, was_sent }),
        3 => (0..40_usize).prop_map(Operation::Retry),
        2 => (0..40_usize).prop_map(Operation::Drop),
        1 => Just(Operation::Forget),
        3 => Just(Operation::Crash),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let version = prop_oneof![3 => Just(Version::Any), 3 => Just(Version::Present), 1 => Just(Version::Before)];
    let who = (0..ACCOUNTS, 0..PEOPLE, option::weighted(0.8, 0..PEOPLE));
    let how = (version, option::weighted(0.3, 0..KEYS), any::<bool>());
    (who, how).prop_map(|((account, actor, wish), (version, key, by_service))| Change {
        account,
        actor,
        wish,
        version,
        key,
        by_service,
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let people = vec((0..PEOPLE, facts()), 0..=2);
    let moves = (option::weighted(0.3, 0..PEOPLE), option::weighted(0.15, 0..PEOPLE));
    (0..ACCOUNTS, people, moves).prop_map(|(account, people, (owner, left))| Entry { account, owner, people, left })
}

fn facts() -> impl Strategy<Value = Facts> {
    let any = (0..3_usize, any::<bool>(), 0..3_usize, login(), proptest::bool::weighted(0.2), 0..3_usize);
    let any = any.prop_map(|(role, may_edit, status, login, is_staff, address)| Facts {
        role,
        may_edit,
        status,
        login,
        is_staff,
        address,
    });
    prop_oneof![Just(QUALIFIED), any]
}

fn login() -> impl Strategy<Value = Login> {
    prop_oneof![
        1 => Just(Login::Never),
        6 => select(vec![0, 1, 69, 70, 95, 100, 101, 350, 351, 365, 366]).prop_map(Login::DaysAgo),
        1 => Just(Login::Ahead),
    ]
}

fn pass() -> impl Strategy<Value = Operation> {
    let days = [1, 2, 3, 14, 70, 100, 351].map(|days| days * DAY_MS);
    let minutes = [-2, 1, 5, 60, 6 * 60].map(|minutes| minutes * MINUTE_MS);
    let millis = [1, 40_000];
    select([&days[..], &minutes, &millis].concat()).prop_map(|millis| Operation::Pass { millis })
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        5 => Just(Reply::Taken),
        2 => Just(Reply::Temporary),
        1 => Just(Reply::Permanent),
        1 => Just(Reply::Address),
    ]
}
