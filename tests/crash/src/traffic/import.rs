//! The platform, which sends what moved in its directory, again and again until it is taken over.

use std::time::{Duration, Instant};

use anyhow::Result;
use fastrand::Rng;

use super::may_try_again;
use crate::process::lock;
use crate::stage::{Job, PATIENCE, Stage, file_of};
use crate::world::{Move, World};

/// How many accounts there are at most.
const MAX_ACCOUNTS: usize = 60;

/// Whoever runs `security-contact import`.
pub(crate) struct Importer<'s> {
    stage: &'s Stage,
    rng: Rng,
    writers: usize,
    /// What was taken over.
    pub(crate) world: World,
}

impl<'s> Importer<'s> {
    pub(crate) fn new(stage: &'s Stage, rng: Rng, writers: usize) -> Self {
        Self { stage, rng, writers, world: World::default() }
    }

    /// Brings the first accounts.
    pub(crate) fn found(&mut self, accounts: usize) -> Result<()> {
        for _ in 0..accounts {
            let new = self.world.new_account(self.writers, &mut self.rng);
            self.bring(vec![new])?;
        }
        Ok(())
    }

    /// Gives everybody an address that takes mail, so that all that waits for one can be sent.
    pub(crate) fn make_reachable(&mut self) -> Result<()> {
        let moves = self.world.all_reachable();
        self.bring(moves)
    }

    /// Brings what moves, until the run is over.
    pub(crate) fn run(&mut self) -> Result<()> {
        while !self.stage.is_over() {
            let moves = self.next_moves();
            self.bring(moves)?;
            std::thread::sleep(Duration::from_millis(self.rng.u64(..300)));
        }
        Ok(())
    }

    fn next_moves(&mut self) -> Vec<Move> {
        let mut moves: Vec<Move> = Vec::new();
        for _ in 0..self.rng.usize(1..=8) {
            moves.extend(self.world.next_move(&mut self.rng));
        }
        moves.sort_by(|one, other| one.id.cmp(&other.id));
        moves.dedup_by(|one, other| one.id == other.id);
        if self.world.accounts.len() < MAX_ACCOUNTS && self.rng.f32() < 0.1 {
            moves.push(self.world.new_account(self.writers, &mut self.rng));
        }
        moves
    }

    /// Runs the import until it ends well.
    fn bring(&mut self, moves: Vec<Move>) -> Result<()> {
        let file = file_of(&moves.iter().flat_map(Move::lines).collect::<Vec<_>>())?;
        let until = Instant::now() + PATIENCE;
        loop {
            let mut command = self.stage.program.command(["import"]);
            let ended = self.stage.run(Job::Import, command.arg(file.path()))?;
            if ended.status.success() {
                break;
            }
            if !may_try_again(self.stage, "import", &ended) || Instant::now() > until {
                let accounts: Vec<&str> = moves.iter().map(|moved| moved.id.as_str()).collect();
                anyhow::bail!("the accounts {accounts:?} cannot be imported: {}", ended.stderr);
            }
        }
        self.world.accept(moves);
        *lock(&self.stage.accounts) = self.world.accounts.keys().cloned().collect();
        self.stage.note(|ledger| ledger.imports += 1);
        Ok(())
    }
}
