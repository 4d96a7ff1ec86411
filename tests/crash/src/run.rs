//! A whole run: traffic and kills, then quiet, then the account of it.

use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use clap::ValueEnum;
use fastrand::Rng;
use serde::Serialize;

use crate::checks::{Evidence, at_the_end, standing};
use crate::contents::Contents;
use crate::killer::{Killer, Kills};
use crate::peer::{Peer, duplicates};
use crate::process::{Program, lock};
use crate::rest;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::store::{Store, StoreKind};
use crate::traffic::{Importer, Sender, Writer, review};
use crate::violation::Violation;
use crate::world::World;

/// How many people change contacts at the same time.
pub(crate) const WRITERS: usize = 4;

/// How many accounts there are before the first kill.
const FIRST_ACCOUNTS: usize = 4;

/// After how many kills the store is looked at while the run goes on.
const LOOK_EVERY: u32 = 10;

/// What a run does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program under test.
    pub program: PathBuf,
    /// Its store.
    pub store: StoreKind,
    /// How often something is killed.
    pub kills: u32,
    /// Another seed makes other choices; what happens depends on the machine besides.
    pub seed: u64,
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the summary, which docs/proofs.md explains")]
pub struct Summary {
    pub store: String,
    pub seed: u64,
    pub kills: u32,
    pub killed: Kills,
    pub acknowledged: u64,
    pub changes: usize,
    pub refusals: u64,
    pub events: usize,
    pub imports: u64,
    pub reviews: u64,
    pub repeated: u64,
    pub history: usize,
    pub mails: usize,
    pub duplicates: u64,
    pub lost: usize,
    pub violations: usize,
    pub seconds: u64,
}

/// A run that is over, with what it left.
pub struct Outcome {
    /// What it came to.
    pub summary: Summary,
    /// What is not as it should be.
    pub violations: Vec<Violation>,
    /// What was acknowledged, and what arrived.
    pub evidence: Evidence,
    /// The store as it was left; removed with this.
    pub store: Store,
}

/// Runs a plan.
///
/// # Errors
/// When the harness itself cannot go on. What the program does wrong is a violation instead.
pub fn run(plan: &Plan) -> Result<Outcome> {
    let began = Instant::now();
    let store = Store::create(plan.store)?;
    let mut rng = Rng::with_seed(plan.seed);
    let mut peer = Peer::start(rng.u64(..))?;
    let stage = Stage::new(Program::new(&plan.program, store.options()), store.is_server());
    let under_way = Run { plan, stage: &stage, store: &store, peer: &mut peer, rng };
    let (world, kills) = under_way.all().with_context(|| stage.found_so_far())?;
    let mails = peer.stop()?;
    let evidence = Evidence { ledger: lock(&stage.ledger).clone(), world, mails };
    let contents = store.contents()?;
    let mut violations = evidence.ledger.found.clone();
    violations.extend(at_the_end(&evidence, &contents));
    violations.extend(store.faults()?.into_iter().map(|fault| Violation::new("store_damaged", fault)));
    violations.extend(stage.board.panics());
    violations.sort_by(|one, other| (one.code, &one.what).cmp(&(other.code, &other.what)));
    // What was there while the run went on is there at its end too.
    violations.dedup();
    let summary = summary(plan, kills, &evidence, &contents, &violations, began.elapsed());
    Ok(Outcome { summary, violations, evidence, store })
}

/// A run that is under way.
struct Run<'r> {
    plan: &'r Plan,
    stage: &'r Stage,
    store: &'r Store,
    peer: &'r mut Peer,
    rng: Rng,
}

impl Run<'_> {
    /// Traffic and kills, and everything at rest at the end.
    fn all(mut self) -> Result<(World, Kills)> {
        let mut importer = Importer::new(self.stage, self.rng.fork(), WRITERS);
        // Where a server keeps the store, several programs share it.
        let servers = if self.store.is_server() { 2 } else { 1 };
        let servers = Servers::new(self.stage, self.peer, servers)?;
        let mut killer = Killer::new(self.stage, self.store, servers, self.rng.fork());
        self.found(&mut importer, &mut killer)?;
        killer.servers.keep_running()?;
        self.under_traffic(&mut importer, &mut killer)?;
        self.peer.calm()?;
        importer.make_reachable()?;
        let Self { stage, store, ref mut rng, .. } = self;
        rest::settle(stage, store, &mut killer.servers, importer.world.last_lapse_ms)?;
        rest::ask_everything_again(stage, rng.fork());
        rest::expect_nothing_to_do(stage)?;
        rest::expect_whole_histories(stage)?;
        rest::settle(stage, store, &mut killer.servers, 0)?;
        killer.servers.stop()?;
        Ok((importer.world, killer.kills))
    }

    /// Brings the first accounts to a store that is not there yet, and kills meanwhile.
    fn found(&self, importer: &mut Importer<'_>, killer: &mut Killer<'_>) -> Result<()> {
        thread::scope(|scope| {
            let importing = scope.spawn(|| importer.found(FIRST_ACCOUNTS));
            let killed = killer.kill_imports(self.plan.kills / 20, &importing);
            joined(importing)?.and(killed)
        })
    }

    /// Kills while everybody works; then lets them finish what they have begun.
    fn under_traffic(&mut self, importer: &mut Importer<'_>, killer: &mut Killer<'_>) -> Result<()> {
        let stage = self.stage;
        let forks: Vec<Rng> = (0..WRITERS).map(|_| self.rng.fork()).collect();
        let (reviewer, sender) = (self.rng.fork(), self.rng.fork());
        thread::scope(|scope| {
            let writers: Vec<_> = forks
                .into_iter()
                .enumerate()
                .map(|(number, rng)| scope.spawn(move || Writer::new(stage, number, rng).run()))
                .collect();
            let importing = scope.spawn(|| importer.run());
            let reviewing = scope.spawn(move || review(stage, reviewer));
            let sending = scope.spawn(move || Sender::new(stage, sender).run());
            let killed = self.kill_all(killer);
            stage.end();
            let kept = killed.and_then(|()| killer.servers.keep_running());
            for writer in writers {
                joined(writer)?;
            }
            kept.and(joined(importing)?).and(joined(reviewing)?).and(joined(sending)?)
        })
    }

    fn kill_all(&self, killer: &mut Killer<'_>) -> Result<()> {
        while killer.kills.all() < self.plan.kills {
            killer.kill_once()?;
            if killer.kills.all().is_multiple_of(LOOK_EVERY) {
                self.look(killer.kills.all())?;
            }
        }
        Ok(())
    }

    /// Checks what holds at any moment.
    fn look(&self, kills: u32) -> Result<()> {
        let ledger = lock(&self.stage.ledger).clone();
        let mails = self.peer.arrived();
        let found = standing(&ledger, &mails, &self.store.contents()?);
        let (acknowledged, mails) = (ledger.acknowledged(), mails.len());
        eprintln!("{kills} kills, {acknowledged} acknowledged, {mails} mails, {} violations", found.len());
        self.stage.note(|ledger| {
            let new: Vec<Violation> = found.into_iter().filter(|violation| !ledger.found.contains(violation)).collect();
            ledger.found.extend(new);
        });
        Ok(())
    }
}

/// What a thread came to.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread of the harness panicked"))
}

fn summary(
    plan: &Plan,
    killed: Kills,
    evidence: &Evidence,
    contents: &Contents,
    violations: &[Violation],
    took: Duration,
) -> Summary {
    let Evidence { ledger, mails, .. } = evidence;
    let lost = violations.iter().filter(|violation| violation.is_loss()).count();
    Summary {
        store: plan.store.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default(),
        seed: plan.seed,
        kills: killed.all(),
        killed,
        acknowledged: ledger.acknowledged(),
        changes: ledger.changes.len(),
        refusals: ledger.refusals.values().sum(),
        events: ledger.events.len(),
        imports: ledger.imports,
        reviews: ledger.reviews,
        repeated: ledger.repeated,
        history: contents.audit.values().map(Vec::len).sum(),
        mails: mails.len(),
        duplicates: duplicates(mails),
        lost,
        violations: violations.len() - lost,
        seconds: took.as_secs(),
    }
}
