//! What a host asks most often, in few bytes and without ids: verdicts on people, and whether a review has nothing to do.
//!
//! A host packs [`Question`]s of one [`Kind`] side by side into a buffer, the module [answers](answer) them in the same
//! buffer, and the host reads the answers there. Nothing is allocated on the way, and one call does. Both sides are built
//! from this file; [`ABI_VERSION`](crate::ABI_VERSION) changes whenever the bytes do. JavaScript packs verdicts too, in
//! `js/core/quick.js`.

use crate::eligibility::{Facts, Verdict, unmet_of, valid_until};
use crate::instant::Instant;
use crate::names::UserId;
use crate::person::{AccountSettings, Person, Status};
use crate::reason::Reasons;
use crate::review::{RemindedFor, quiet_until};
use crate::rules::Rules;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whether people can be the contact.
    Verdicts,
    /// Whether reviews have nothing to do.
    Reviews,
}

/// Questions on their way to the module.
#[derive(Clone, Debug, Default)]
pub struct Question {
    bytes: Vec<u8>,
}

/// What a review looks at first: less than a [`ReviewRequest`](crate::ReviewRequest), and borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'a> {
    /// Who owns the account.
    pub owner: &'a UserId,
    /// The designee, if the account has a designation. One of a person who has left is no question for a glance.
    pub designation: Option<&'a Person>,
    /// The contact who was last told.
    pub announced: Option<&'a UserId>,
    /// The reminders that were sent.
    pub reminded_for: Option<&'a RemindedFor>,
}

/// Kind and instant take so many bytes.
const HEAD: usize = 9;

/// An answer takes so many bytes, and no question fewer.
const ANSWER: usize = 9;

/// Stands for an instant that is not there; none is as early.
const NEVER: i64 = i64::MIN;

/// A review of an account that has no designation.
const DEFAULT: u8 = 0;
/// A review of an account whose designee is a member.
const DESIGNATED: u8 = 1;

impl Question {
    /// Begins anew: questions of that kind, at `now`.
    pub fn begin(&mut self, kind: Kind, now: Instant) {
        self.bytes.clear();
        self.bytes.push(kind as u8);
        self.instant(Some(now));
    }

    /// Asks for the verdict on somebody.
    pub fn verdict(&mut self, person: &Person) {
        self.facts(person);
    }

    /// Asks whether a review has nothing to do. It says no, and asks nothing, where it surely has.
    #[must_use]
    pub fn review(&mut self, review: &Glance<'_>) -> bool {
        match review {
            Glance { designation: None, announced: Some(announced), owner, .. } if announced == owner => {
                self.bytes.push(DEFAULT);
                self.instant(None); // an answer has to fit
            }
            Glance { designation: Some(person), announced: Some(announced), reminded_for: sent, .. }
                if **announced == person.id =>
            {
                self.bytes.push(DESIGNATED);
                self.facts(person);
                self.instant(sent.map(|sent| sent.valid_until));
                // Fewer days count for more: one number says it all.
                let least = sent.and_then(|sent| sent.days.iter().min()).copied().unwrap_or(u32::MAX);
                self.bytes.extend(least.to_le_bytes());
            }
            _ => return false,
        }
        true
    }

    /// Whether nothing is asked yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.len() <= HEAD
    }

    /// What the module is given.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn facts(&mut self, person: &Person) {
        let (role, staff) = (person.role.as_str(), person.staff_role.as_ref().map_or("", |role| role.as_str()));
        self.instant(person.last_login_at);
        // A name has 64 bytes at most.
        let [role_length, staff_length] = [role, staff].map(|text| u8::try_from(text.len()).unwrap_or(u8::MAX));
        self.bytes.extend([person.account_settings as u8, person.status as u8, role_length, staff_length]);
        self.bytes.extend(role.as_bytes());
        self.bytes.extend(staff.as_bytes());
    }

    fn instant(&mut self, instant: Option<Instant>) {
        self.bytes.extend(instant.map_or(NEVER, Instant::millis).to_le_bytes());
    }
}

/// The verdicts that the module left in the buffer, in the order of the questions. `None` when it is not what an answer
/// can be.
pub fn verdicts(bytes: &[u8]) -> impl Iterator<Item = Option<Verdict>> {
    answers(bytes).map(|(bits, instant)| {
        let unmet = Reasons::from_bits(bits).to_vec();
        let eligible = unmet.is_empty();
        // An instant stands there exactly when there is nothing against the person.
        (eligible == instant.is_some()).then_some(Verdict { eligible, unmet, valid_until: instant })
    })
}

/// What the module left in the buffer for reviews, in the order of the questions: when to look again, if ever, or
/// `None` for a review that has something to do.
pub fn quiet_reviews(bytes: &[u8]) -> impl Iterator<Item = Option<Option<Instant>>> {
    answers(bytes).map(|(quiet, instant)| (quiet != 0).then_some(instant))
}

fn answers(bytes: &[u8]) -> impl Iterator<Item = (u8, Option<Instant>)> {
    bytes
        .as_chunks::<ANSWER>()
        .0
        .iter()
        .map(|[head, instant @ ..]| (*head, Instant::from_millis(i64::from_le_bytes(*instant))))
}

/// Answers the questions in `buffer` by their answers, and says how many bytes those take. `None` when a question is
/// none; then the buffer holds nothing of use.
#[must_use]
pub fn answer(buffer: &mut [u8], rules: &Rules) -> Option<usize> {
    let mut head = Reader(buffer);
    let [kind] = *head.take()?;
    let now = head.instant()??;
    let (mut read, mut written) = (HEAD, 0_usize);
    loop {
        // No question takes fewer bytes than an answer, so that there is room before it.
        let (before, questions) = buffer.split_at_mut_checked(read)?;
        if questions.is_empty() {
            return Some(written);
        }
        let left = questions.len();
        let mut reader = Reader(questions);
        let (head, instant) = match kind {
            0 => judge(&mut reader, now, rules).map(|(unmet, valid_until)| (unmet.bits(), valid_until)),
            1 => quiet(&mut reader, now, rules),
            _ => None,
        }?;
        read = read.checked_add(left.checked_sub(reader.0.len())?)?;
        let place: &mut [u8; ANSWER] = before.get_mut(written..)?.first_chunk_mut()?;
        let [first, rest @ ..] = place;
        *first = head;
        *rest = instant.map_or(NEVER, Instant::millis).to_le_bytes();
        written = written.checked_add(ANSWER)?;
    }
}

/// Judges the person whose facts come next.
fn judge(reader: &mut Reader<'_>, now: Instant, rules: &Rules) -> Option<(Reasons, Option<Instant>)> {
    let facts = reader.facts()?;
    let unmet = unmet_of(&facts, now, rules);
    Some((unmet, valid_until(&facts, unmet, rules)))
}

fn quiet(reader: &mut Reader<'_>, now: Instant, rules: &Rules) -> Option<(u8, Option<Instant>)> {
    match *reader.take()? {
        [DEFAULT] => {
            reader.instant()?;
            Some((1, None))
        }
        [DESIGNATED] => {
            let (_, valid_until) = judge(reader, now, rules)?;
            let sent_for = reader.instant()?;
            let least = u32::from_le_bytes(*reader.take()?);
            let sent = valid_until.filter(|valid_until| sent_for == Some(*valid_until)).map(|_| least);
            let next = valid_until.and_then(|valid_until| quiet_until(valid_until, sent, now, rules));
            Some((u8::from(next.is_some()), next))
        }
        _ => None,
    }
}

/// Reads bytes from their beginning. All of it is a part of whoever calls: the rest of the module is compiled for size, and
/// there a call for each fact takes longer than the verdict.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Option<&'b [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    #[inline(always)]
    fn instant(&mut self) -> Option<Option<Instant>> {
        let millis = i64::from_le_bytes(*self.take()?);
        if millis == NEVER { Some(None) } else { Instant::from_millis(millis).map(Some) }
    }

    #[inline(always)]
    fn text(&mut self, length: u8) -> Option<&'b [u8]> {
        let (text, rest) = self.0.split_at_checked(length.into())?;
        self.0 = rest;
        Some(text)
    }

    #[inline(always)]
    fn facts(&mut self) -> Option<Facts<'b>> {
        let last_login_at = self.instant()?;
        let [settings, status, role, staff] = *self.take()?;
        let (role, staff) = (self.text(role)?, self.text(staff)?);
        Some(Facts {
            role,
            may_edit_settings: settings == AccountSettings::Edit as u8,
            is_active: status == Status::Active as u8,
            last_login_at,
            staff_role: (!staff.is_empty()).then_some(staff),
        })
    }
}
