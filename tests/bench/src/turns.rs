//! Measuring two things in turns, so that whatever else the machine does falls on both.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How long a pair is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// As many rounds at least, whatever they take.
    pub(crate) rounds: usize,
    /// Further rounds until this is over.
    pub(crate) time: Duration,
}

/// What each round took, ours and the baseline, in seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns {
    rounds: Vec<(f64, f64)>,
}

/// The middle of some measurements and where half of them lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// A quarter lies below.
    pub(crate) low: f64,
    /// Half lies below.
    pub(crate) median: f64,
    /// A quarter lies above.
    pub(crate) high: f64,
}

impl Turns {
    /// Measures both in every round, each of them first in every other one. The first round warms up and is dropped. Each
    /// measurement says how many seconds it took.
    ///
    /// # Errors
    /// Those of the measurements.
    pub(crate) fn take(
        effort: Effort,
        mut ours: impl FnMut() -> Result<f64>,
        mut baseline: impl FnMut() -> Result<f64>,
    ) -> Result<Self> {
        let mut turns = Self::default();
        ours()?;
        baseline()?;
        let began = Instant::now();
        while turns.rounds.len() < effort.rounds || began.elapsed() < effort.time {
            let round = if turns.rounds.len() % 2 == 0 {
                let ours = ours()?;
                (ours, baseline()?)
            } else {
                let baseline = baseline()?;
                (ours()?, baseline)
            };
            turns.rounds.push(round);
        }
        Ok(turns)
    }

    /// The same with every measurement multiplied.
    #[must_use]
    pub(crate) fn scaled(mut self, factor: f64) -> Self {
        for (ours, baseline) in &mut self.rounds {
            *ours *= factor;
            *baseline *= factor;
        }
        self
    }

    /// How many rounds there were.
    pub(crate) fn len(&self) -> usize {
        self.rounds.len()
    }

    /// Ours.
    #[must_use]
    pub(crate) fn ours(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|(ours, _)| *ours).collect())
    }

    /// The baseline's.
    #[must_use]
    pub(crate) fn baseline(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|(_, baseline)| *baseline).collect())
    }

    /// Ours by the baseline's of the same round: what disturbed a whole round disturbs this little.
    #[must_use]
    pub(crate) fn ratio(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|(ours, baseline)| ours / baseline).collect())
    }

    /// Ours without the baseline's of the same round.
    #[must_use]
    pub(crate) fn difference(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|(ours, baseline)| ours - baseline).collect())
    }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |quarters: usize| values.get((values.len().saturating_sub(1)) * quarters / 4).copied();
        let [low, median, high] = [1, 2, 3].map(|quarters| at(quarters).unwrap_or(f64::NAN));
        Self { low, median, high }
    }
}

/// Seconds that `act` takes.
pub(crate) fn seconds<T>(act: impl FnOnce() -> T) -> f64 {
    let began = Instant::now();
    std::hint::black_box(act());
    began.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const THREE: Effort = Effort { rounds: 3, time: Duration::ZERO };

    #[test]
    fn each_is_first_in_every_other_round() {
        let order = RefCell::new(String::new());
        let measure = |name: char| {
            order.borrow_mut().push(name);
            Ok(1.0)
        };
        let turns = Turns::take(THREE, || measure('a'), || measure('b')).unwrap();
        assert_eq!((order.into_inner().as_str(), turns.len()), ("ababbaab", 3));
    }

    #[test]
    fn the_ratio_is_that_of_each_round() {
        let mut slow = [1.0, 1.0, 10.0, 1.0].into_iter().cycle();
        let mut other = slow.clone();
        let turns =
            Turns::take(THREE, || Ok(slow.next().unwrap() * 3.0), || Ok(other.next().unwrap())).unwrap().scaled(2.0);
        assert_eq!(turns.ratio(), Spread { low: 3.0, median: 3.0, high: 3.0 });
        assert_eq!((turns.ours().median, turns.baseline().median, turns.difference().low), (6.0, 2.0, 4.0));
    }

    #[test]
    fn an_error_ends_it() {
        let failing = || Err(anyhow::anyhow!("broken"));
        assert_eq!(Turns::take(THREE, || Ok(1.0), failing).unwrap_err().to_string(), "broken");
    }
}
