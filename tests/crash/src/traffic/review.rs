//! An operator who has all accounts reviewed, again and again.

use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;

use super::may_try_again;
use crate::stage::{Job, Stage};

/// Reviews until the run is over.
pub(crate) fn review(stage: &Stage, mut rng: Rng) -> Result<()> {
    while !stage.is_over() {
        let ended = stage.run(Job::Review, &mut stage.program.command(["review", "--json"]))?;
        if ended.status.success() {
            stage.note(|ledger| ledger.reviews += 1);
        } else {
            may_try_again(stage, "review", &ended);
        }
        std::thread::sleep(Duration::from_millis(rng.u64(..500)));
    }
    Ok(())
}
