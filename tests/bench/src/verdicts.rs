//! One verdict and many, through the module, natively and by other engines.

use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Result, ensure};
use security_contact_host::engine::Engine;
use security_contact_policy::{Instant, Person, Rules, eligibility};

use crate::figure::{Figure, Point, Row};
use crate::peers::Peers;
use crate::people;
use crate::turns::{Turns, seconds};
use crate::{Bench, NANOSECONDS};

/// So many calls take some milliseconds: long beside the clock, short beside a disturbance.
const CALLS: u32 = 5_000;

struct World {
    engine: Arc<Engine>,
    people: Vec<Person>,
    now: Instant,
    rules: Rules,
}

impl World {
    fn new(bench: &Bench) -> Result<Self> {
        let world =
            Self { engine: bench.engine()?, people: people::all()?, now: people::now()?, rules: Rules::default() };
        for person in &world.people {
            ensure!(world.engine.eligibility(person, world.now)? == eligibility(person, world.now, &world.rules));
        }
        Ok(world)
    }

    /// Seconds of one call, one person each.
    fn module(&self) -> Result<f64> {
        let took = seconds(|| -> Result<()> {
            for person in self.people.iter().cycle().take(CALLS as usize) {
                black_box(self.engine.eligibility(black_box(person), self.now)?);
            }
            Ok(())
        });
        Ok(took / f64::from(CALLS))
    }

    fn native(&self) -> Result<f64> {
        let took = seconds(|| {
            for person in self.people.iter().cycle().take(CALLS as usize) {
                black_box(eligibility(black_box(person), self.now, &self.rules));
            }
        });
        Ok(took / f64::from(CALLS))
    }

    /// Seconds for each of `count` people in calls of that many.
    fn batch(&self, count: usize) -> Result<f64> {
        let people: Vec<Person> = self.people.iter().cycle().take(count).cloned().collect();
        let calls = (CALLS as usize / count).max(1);
        let mut took = 0.0;
        for _ in 0..calls {
            took += seconds(|| self.engine.eligibility_many(&people, self.now).map(black_box));
        }
        #[allow(clippy::cast_precision_loss)] // some thousands
        Ok(took / (calls * count) as f64)
    }

    fn verdicts(&self) -> String {
        let digit = |person: &Person| if eligibility(person, self.now, &self.rules).eligible { '1' } else { '0' };
        self.people.iter().map(digit).collect()
    }
}

/// One eligibility, typed in and typed out, beside the same function natively.
pub(crate) fn against_native(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench)?;
    let turns = Turns::take(bench.short(), || world.module(), || world.native())?.scaled(NANOSECONDS);
    Ok(vec![Figure::Row(Row::of("verdict-single-vs-native", "ns", &turns))])
}

/// A thousand in a call, each.
pub(crate) fn batch_against_native(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench)?;
    let turns = Turns::take(bench.short(), || world.batch(people::COUNT), || world.native())?.scaled(NANOSECONDS);
    Ok(vec![Figure::Row(Row::of("verdict-batch-vs-native", "ns", &turns))])
}

/// One eligibility, beside Cedar.
pub(crate) fn against_cedar(bench: &Bench) -> Result<Vec<Figure>> {
    against_peer(bench, "verdict-single-vs-cedar", "cedar", 500)
}

/// One eligibility, beside Regorus, by its interpreter.
pub(crate) fn against_regorus(bench: &Bench) -> Result<Vec<Figure>> {
    against_peer(bench, "verdict-single-vs-regorus", "regorus", 500)
}

/// One eligibility, beside Regorus, by its virtual machine.
pub(crate) fn against_regorus_vm(bench: &Bench) -> Result<Vec<Figure>> {
    against_peer(bench, "verdict-single-vs-regorus-vm", "regorus-vm", 500)
}

fn against_peer(bench: &Bench, name: &str, peer: &str, calls: u32) -> Result<Vec<Figure>> {
    let world = World::new(bench)?;
    let mut peers = Peers::start()?;
    ensure!(peers.verdicts(peer)? == world.verdicts(), "`{peer}` decides otherwise");
    let turns = Turns::take(bench.short(), || world.module(), || peers.measure(peer, calls))?.scaled(NANOSECONDS);
    Ok(vec![Figure::Row(Row::of(name, "ns", &turns))])
}

/// How the cost of a verdict falls with the number of people in a call.
pub(crate) fn growth(bench: &Bench) -> Result<Vec<Figure>> {
    let world = World::new(bench)?;
    let mut figures = Vec::new();
    for count in [1, 10, 100, 1_000, 10_000, 100_000] {
        let turns = Turns::take(bench.brief(), || world.batch(count), || world.native())?.scaled(NANOSECONDS);
        #[allow(clippy::cast_precision_loss)] // 100,000 at most
        let x = count as f64;
        figures.push(Figure::Point(Point::new("verdicts", "through the module", x, turns.ours().median)));
        figures.push(Figure::Point(Point::new("verdicts", "natively, one by one", x, turns.baseline().median)));
    }
    Ok(figures)
}
