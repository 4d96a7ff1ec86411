//! A whole run: traffic and kills, then quiet, then the account of it.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use clap::ValueEnum;
use fastrand::Rng;
use serde::Serialize;

use crate::checks::{Evidence, at_any_moment, at_the_end};
use crate::clock::now_ms;
use crate::contents::Contents;
use crate::killer::{Killer, Kills};
use crate::peer::{Arrived, Peer, count};
use crate::process::{Program, lock};
use crate::stage::{Job, Stage};
use crate::store::{Store, StoreKind};
use crate::traffic::{Importer, Writer, review};
use crate::violation::Violation;
use crate::world::World;

/// How many people change contacts at the same time.
const WRITERS: usize = 4;

/// How many accounts there are before the first kill.
const FIRST_ACCOUNTS: usize = 4;

/// After how many kills the store is looked at while the run goes on.
const LOOK_EVERY: u32 = 10;

/// How long mails and reviews may take to come to rest, after the last kill.
const SETTLE: Duration = Duration::from_secs(240);

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
    let (world, kills) = Run { plan, stage: &stage, store: &store, peer: &mut peer, rng }.all()?;
    let mails = peer.stop()?;
    let evidence = Evidence { ledger: lock(&stage.ledger).clone(), world, mails };
    let contents = store.contents()?;
    let mut violations = evidence.ledger.found.clone();
    violations.extend(at_the_end(&evidence, &contents));
    violations.extend(store.faults()?.into_iter().map(|fault| Violation::new("store_damaged", fault)));
    violations.extend(stage.board.panics().into_iter().map(|words| Violation::new("panicked", words)));
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
        let mut killer = Killer::new(
            self.stage,
            self.store,
            self.peer,
            if self.store.is_server() { 2 } else { 1 },
            self.rng.fork(),
        )?;
        self.found(&mut importer, &mut killer)?;
        killer.keep_running()?;
        self.under_traffic(&mut importer, &mut killer)?;
        self.settle(&mut killer, importer.world.last_lapse_ms)?;
        self.ask_everything_again();
        self.expect_nothing_to_do()?;
        self.settle(&mut killer, 0)?;
        killer.stop()?;
        Ok((importer.world, killer.kills))
    }

    /// Brings the first accounts to a store that is not there yet, and kills meanwhile.
    fn found(&self, importer: &mut Importer<'_>, killer: &mut Killer<'_>) -> Result<()> {
        thread::scope(|scope| {
            let importing = scope.spawn(|| importer.found(FIRST_ACCOUNTS));
            let killed = killer.kill_imports(self.plan.kills / 20, &importing);
            importing.join().map_err(|_| anyhow!("the importer panicked"))?.and(killed)
        })
    }

    /// Kills while everybody works; then lets them finish what they have begun.
    fn under_traffic(&mut self, importer: &mut Importer<'_>, killer: &mut Killer<'_>) -> Result<()> {
        let stage = self.stage;
        let forks: Vec<Rng> = (0..WRITERS).map(|_| self.rng.fork()).collect();
        let reviewer = self.rng.fork();
        thread::scope(|scope| {
            let writers: Vec<_> = forks
                .into_iter()
                .enumerate()
                .map(|(number, rng)| scope.spawn(move || Writer::new(stage, number, rng).run()))
                .collect();
            let importing = scope.spawn(|| importer.run());
            let reviewing = scope.spawn(move || review(stage, reviewer));
            let killed = self.kill_all(killer);
            stage.end();
            let kept = killed.and_then(|()| killer.keep_running());
            let ended = writers.into_iter().all(|writer| writer.join().is_ok());
            let imported = importing.join().map_err(|_| anyhow!("the importer panicked"))?;
            let reviewed = reviewing.join().map_err(|_| anyhow!("the reviewer panicked"))?;
            kept.and(imported).and(reviewed)?;
            if ended { Ok(()) } else { Err(anyhow!("a writer panicked")) }
        })
    }

    fn kill_all(&self, killer: &mut Killer<'_>) -> Result<()> {
        while killer.kills.all() < self.plan.kills {
            killer.kill_once()?;
            if killer.kills.all() % LOOK_EVERY == 0 {
                self.look(killer.kills.all())?;
            }
        }
        Ok(())
    }

    /// Checks what holds at any moment.
    fn look(&self, kills: u32) -> Result<()> {
        let ledger = lock(&self.stage.ledger).clone();
        let mails = self.peer.arrived();
        let found = at_any_moment(&ledger, &mails, &self.store.contents()?);
        let (acknowledged, mails) = (ledger.acknowledged(), mails.len());
        eprintln!("{kills} kills, {acknowledged} acknowledged, {mails} mails, {} violations", found.len());
        self.stage.note(|ledger| {
            let new: Vec<Violation> = found.into_iter().filter(|violation| !ledger.found.contains(violation)).collect();
            ledger.found.extend(new);
        });
        Ok(())
    }

    /// Waits until no mail and no review is due any more, now and when the last login has lapsed.
    fn settle(&mut self, killer: &mut Killer<'_>, last_lapse_ms: i64) -> Result<()> {
        self.peer.calm()?;
        let began = Instant::now();
        loop {
            killer.keep_running()?;
            let contents = self.store.contents()?;
            let now = now_ms();
            let mails = contents.outbox.iter().any(|mail| mail.state == "pending");
            let reviews = contents.accounts.values().any(|account| account.next_review_at.is_some_and(|at| at <= now));
            if !mails && !reviews && now > last_lapse_ms {
                eprintln!("at rest after {:.1} s", began.elapsed().as_secs_f64());
                return Ok(());
            }
            if began.elapsed() > SETTLE {
                self.stage.note(|ledger| ledger.add_violation("never_at_rest", format!("after {SETTLE:?}")));
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Every answer that was ever given is given again, and nothing else happens.
    fn ask_everything_again(&mut self) {
        let kept = lock(&self.stage.ledger).kept.clone();
        let mut writer = Writer::new(self.stage, 0, self.rng.fork());
        kept.iter().for_each(|kept| writer.ask_again(kept));
    }

    /// A review of everything finds that nothing was left to do.
    fn expect_nothing_to_do(&self) -> Result<()> {
        let ended = self.stage.run(Job::Review, &mut self.stage.program.command(["review", "--json"]))?;
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).context("the review prints no JSON")?;
        let is_empty = |name: &str| report[name].as_array().is_some_and(Vec::is_empty);
        let is_zero = |name: &str| report[name].as_u64() == Some(0);
        let is_idle = is_empty("reverted") && is_empty("failed") && is_zero("ownerChanged") && is_zero("reminded");
        if !is_idle || !ended.status.success() {
            self.stage.note(|ledger| ledger.add_violation("review_left_over", ended.stdout.trim()));
        }
        Ok(())
    }
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

/// How many mails came that had come before.
fn duplicates(mails: &[Arrived]) -> u64 {
    count(mails).values().map(|times| times - 1).sum()
}
