//! The end of a run: everything comes to rest, and the program itself finds nothing left to do and nothing broken.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fastrand::Rng;
use serde_json::Value;

use crate::clock::now_ms;
use crate::ledger::Kept;
use crate::process::lock;
use crate::run::WRITERS;
use crate::servers::Servers;
use crate::stage::{Job, PATIENCE, Stage};
use crate::store::{Row, Store};
use crate::traffic::Writer;

/// How long mails and reviews may take to come to rest.
const SETTLE: Duration = Duration::from_secs(240);

/// How many answers are asked for once more.
const MAX_AGAIN: usize = 5_000;

/// Mails that wait for longer are told not to.
const LONG_MS: i64 = 4_000;

/// Waits until no mail and no review is due any more, now and when the last login has lapsed.
pub(crate) fn settle(stage: &Stage, store: &Store, servers: &mut Servers<'_>, last_lapse_ms: i64) -> Result<()> {
    let began = Instant::now();
    loop {
        servers.keep_running()?;
        let now = now_ms();
        let (mails, reviews) = store.look(|query| {
            let mails =
                query.rows("SELECT CAST(id AS TEXT), CAST(due_at AS TEXT) FROM outbox WHERE state = 'pending'")?;
            let due = format!("SELECT id FROM accounts WHERE next_review_at <= {now}");
            Ok((mails, query.rows(&due)?.len()))
        })?;
        if mails.is_empty() && reviews == 0 && now > last_lapse_ms {
            eprintln!("at rest after {:.1} s", began.elapsed().as_secs_f64());
            return Ok(());
        }
        if began.elapsed() > SETTLE {
            let what = format!("after {SETTLE:?}: {} mails and {reviews} reviews pending", mails.len());
            stage.note(|ledger| ledger.add_violation("never_at_rest", what));
            return Ok(());
        }
        send_now(stage, &mails, now)?;
        thread::sleep(Duration::from_millis(200));
    }
}

/// Has mails tried now that failed so often that they would wait for minutes, as an operator does.
fn send_now(stage: &Stage, mails: &[Row], now: i64) -> Result<()> {
    let is_long = |due: &Option<String>| {
        due.as_ref().and_then(|due| due.parse().ok()).is_some_and(|due: i64| due > now + LONG_MS)
    };
    let long: Vec<&String> = mails.iter().filter(|row| is_long(&row[1])).filter_map(|row| row[0].as_ref()).collect();
    for command in ["drop", "retry"] {
        if !long.is_empty() {
            stage.run(Job::Operate, stage.program.command(["outbox", command]).args(&long))?;
        }
    }
    Ok(())
}

/// Answers that were given are given again, and nothing else happens.
pub(crate) fn ask_everything_again(stage: &Stage, mut rng: Rng) {
    let kept = lock(&stage.ledger).kept.clone();
    // Spread over the whole run.
    let every = kept.len() / MAX_AGAIN + 1;
    let again: Vec<&Kept> = kept.iter().step_by(every).collect();
    thread::scope(|scope| {
        for part in again.chunks(again.len() / WRITERS + 1) {
            let mut writer = Writer::new(stage, 0, rng.fork());
            scope.spawn(move || part.iter().for_each(|kept| writer.ask_again(kept)));
        }
    });
}

/// A review of everything finds that nothing was left to do.
pub(crate) fn expect_nothing_to_do(stage: &Stage) -> Result<()> {
    let report = said(stage, &["review", "--all", "--json"])?;
    let counts = ["reverted", "failed", "ownerChanged", "reminded"].map(|name| report[name].as_u64());
    if counts != [Some(0); 4] {
        stage.note(|ledger| ledger.add_violation("review_left_over", report.to_string()));
    }
    Ok(())
}

/// The program finds its own histories whole.
pub(crate) fn expect_whole_histories(stage: &Stage) -> Result<()> {
    let report = said(stage, &["audit", "verify", "--json"])?;
    if report["rows"].as_u64().is_none_or(|rows| rows == 0) || !report["firstBreak"].is_null() {
        stage.note(|ledger| ledger.add_violation("chain_broken", report.to_string()));
    }
    Ok(())
}

/// The JSON in the last line that a command prints, as soon as the store is there for it.
fn said(stage: &Stage, words: &[&str]) -> Result<Value> {
    let until = Instant::now() + PATIENCE;
    loop {
        let ended = stage.run(Job::Operate, &mut stage.program.command(words))?;
        match serde_json::from_str(ended.stdout.lines().last().unwrap_or_default()) {
            Err(_) if stage.store_may_fail && Instant::now() < until => {}
            said => return said.with_context(|| format!("{words:?} says no JSON: {}", ended.stderr)),
        }
    }
}
