//! How many requests are answered: to a person, to a machine, and about an account.
//!
//! Each is allowed so many a second, and what it has not used of the last seconds at once (the generic cell rate
//! algorithm: all that is kept is one instant for each). The time comes from the host's clock, as everywhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use security_contact_policy::Instant;

use super::caller::Caller;
use super::problem::Problem;
use crate::auth::{Claims, Machine};
use crate::domain::ports::Clock;

/// For how many seconds what is not used can be used later.
const BURST_SECONDS: i64 = 5;

/// How many are kept before those are forgotten who have all of their allowance again.
const FEW: usize = 1_024;

/// How many requests a second are answered; 0 for as many as come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To one person, who comes with a JWT.
    pub per_person: u32,
    /// About one account, whoever asks. A person's requests count for the account that their JWT names, so that nobody
    /// uses up what another account is allowed.
    pub per_account: u32,
    /// To one service token.
    pub per_machine: u32,
}

impl Default for Limits {
    /// 20 to a person and 200 about an account. The platform's own machines are not limited.
    fn default() -> Self {
        Self { per_person: 20, per_account: 200, per_machine: 0 }
    }
}

/// Counts requests.
pub(super) struct Limiters {
    person: Limiter,
    account: Limiter,
    machine: Limiter,
    clock: Arc<dyn Clock>,
}

impl Limiters {
    pub(super) fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let Limits { per_person, per_account, per_machine } = limits;
        let [person, account, machine] = [per_person, per_account, per_machine].map(Limiter::new);
        Self { person, account, machine, clock }
    }

    /// Counts a request of that caller, and refuses it when it is one too many. `account` is the one that the path names.
    pub(super) fn admit(&self, caller: &Caller, account: Option<&str>) -> Result<(), Problem> {
        let now = self.clock.now();
        let waits = match caller {
            Caller::Demo => return Ok(()),
            Caller::Person(Claims { account, person }) => {
                // The account's allowance is not used up by somebody who is refused.
                let person = self.person.take(&format!("{}:{account}{person}", account.as_str().len()), now);
                person.and_then(|()| self.account.take(account.as_str(), now))
            }
            Caller::Machine(Machine { token, .. }) => {
                let machine = self.machine.take(token, now);
                machine.and_then(|()| account.map_or(Ok(()), |account| self.account.take(account, now)))
            }
        };
        waits.map_err(Problem::too_many_requests)
    }
}

/// Allows everybody so many requests a second.
struct Limiter {
    /// Microseconds that a request uses up; 0 for no limit.
    cost: i64,
    used: Mutex<Used>,
}

/// Until when the allowance of each is used up, in microseconds since 1970. Who is not here has all of it.
struct Used {
    until: HashMap<String, i64>,
    forget_at: usize,
}

impl Limiter {
    fn new(per_second: u32) -> Self {
        let cost = if per_second == 0 { 0 } else { (1_000_000 / i64::from(per_second)).max(1) };
        Self { cost, used: Mutex::new(Used { until: HashMap::new(), forget_at: FEW }) }
    }

    /// Counts a request, or says how long to wait until it can be.
    fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        if self.cost == 0 {
            return Ok(());
        }
        let now = now.millis().saturating_mul(1_000);
        // A number is written as a whole or not at all, so that a panic elsewhere cannot have left half of it.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let all = (BURST_SECONDS * 1_000_000).max(self.cost);
        // A clock that was set back makes nobody wait for it.
        let before = used.until.get(key).copied().unwrap_or(now).clamp(now, now + all);
        let until = before + self.cost;
        if until > now + all {
            used.until.insert(key.to_owned(), before);
            return Err(Duration::from_micros((until - now - all).unsigned_abs()));
        }
        if used.until.len() >= used.forget_at {
            used.until.retain(|_, until| *until > now);
            used.forget_at = FEW.max(2 * used.until.len());
        }
        used.until.insert(key.to_owned(), until);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(1_767_225_600_000 + millis).unwrap()
    }

    #[test]
    fn what_was_not_used_can_be_used_at_once() {
        let limiter = Limiter::new(2);
        let taken = |now| (0..100).take_while(|_| limiter.take("a", at(now)).is_ok()).count();
        assert_eq!(taken(0), 10);
        assert_eq!(limiter.take("a", at(0)), Err(Duration::from_millis(500)));
        assert_eq!(limiter.take("a", at(499)), Err(Duration::from_millis(1)));
        assert_eq!(taken(500), 1);
        assert_eq!(taken(2_500), 4);
        assert_eq!(taken(1_000_000), 10);
        // A clock that was set back lends nobody more, and makes nobody wait for it.
        assert_eq!([taken(0), taken(500)], [0, 1]);
    }

    #[test]
    fn everybody_has_their_own() {
        let limiter = Limiter::new(1);
        for key in ["a", "b"] {
            assert_eq!((0..100).take_while(|_| limiter.take(key, at(0)).is_ok()).count(), 5);
        }
    }

    #[test]
    fn those_who_have_all_of_it_again_are_forgotten() {
        let limiter = Limiter::new(1_000);
        let kept = || limiter.used.lock().unwrap().until.len();
        for number in 0..100_000 {
            limiter.take(&number.to_string(), at(number)).unwrap();
            assert!(kept() <= 2 * FEW);
        }
        // Those of one millisecond are all remembered.
        for number in 0..10_000 {
            limiter.take(&number.to_string(), at(200_000)).unwrap();
        }
        assert!(kept() >= 10_000);
    }

    #[test]
    fn no_limit_is_no_limit() {
        let limiter = Limiter::new(0);
        assert!((0..100_000).all(|_| limiter.take("a", at(0)).is_ok()));
    }
}
