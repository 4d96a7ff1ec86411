//! The module itself: how large it is, and what it takes until it answers.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use security_contact_host::engine::{Engine, Limits, MODULE};
use security_contact_policy::{Instant, Person, Rules};

use crate::figure::{Figure, Row};
use crate::people;
use crate::turns::{Turns, seconds};
use crate::{Bench, MICROSECONDS, MILLISECONDS};

/// What `@cedar-policy/cedar-wasm` 4.13.0 takes with gzip, in bytes.
const CEDAR_WASM: f64 = 1_417_000.0;

/// So many calls take about a millisecond or some.
const CALLS: u32 = 200;

/// The module's bytes as a web server sends them.
pub(crate) fn size(_bench: &Bench) -> Result<Vec<Figure>> {
    // As `cargo xtask pkg` packs it: libraries differ by a percent.
    let mut gzip =
        Command::new("gzip").args(["-9", "--no-name"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    gzip.stdin.take().context("`gzip` takes nothing")?.write_all(MODULE)?;
    #[allow(clippy::cast_precision_loss)] // some ten thousand
    let bytes = gzip.wait_with_output()?.stdout.len() as f64;
    Ok(vec![Figure::Row(Row::counted("size-gzip", "bytes", bytes, CEDAR_WASM))])
}

/// What a call takes longer when it comes to a fresh instance: making it, setting its rules, dropping it.
pub(crate) fn instantiate(bench: &Bench) -> Result<Vec<Figure>> {
    let engine =
        |calls_per_instance| Engine::new(MODULE, &Rules::default(), Limits { calls_per_instance, ..Limits::default() });
    let (fresh, kept) = (engine(1)?, engine(u32::MAX)?);
    let (people, now) = (people::all()?, people::now()?);
    let turns = Turns::take(bench.short(), || calls(&fresh, &people, now), || calls(&kept, &people, now))?;
    let turns = turns.scaled(MICROSECONDS);
    Ok(vec![Figure::Row(Row::alone("instantiate", "µs", turns.difference(), turns.len()))])
}

/// Seconds of one call.
fn calls(engine: &Engine, people: &[Person], now: Instant) -> Result<f64> {
    let took = seconds(|| -> Result<()> {
        for person in people.iter().cycle().take(CALLS as usize) {
            std::hint::black_box(engine.eligibility(person, now)?);
        }
        Ok(())
    });
    Ok(took / f64::from(CALLS))
}

/// A process from its start to its first verdict, with the module that was compiled ahead, beside one that compiles it.
pub(crate) fn load(bench: &Bench) -> Result<Vec<Figure>> {
    let turns = Turns::take(bench.short(), || start("first-verdict"), || start("compiled-verdict"))?;
    let turns = turns.scaled(MILLISECONDS);
    Ok(vec![Figure::Row(Row::of("module-load", "ms", &turns))])
}

/// Seconds that a process of this program takes for such a task.
fn start(task: &str) -> Result<f64> {
    let mut command = Command::new(std::env::current_exe().context("this program has no path")?);
    command.args(["task", task]);
    let mut ended = None;
    let took = seconds(|| ended = Some(command.status()));
    ensure!(ended.transpose()?.is_some_and(|status| status.success()), "`{task}` failed");
    Ok(took)
}

/// The task itself: one verdict, of a module that is compiled now or was before.
pub(crate) fn first_verdict(compile: bool) -> Result<()> {
    let rules = Rules::default();
    let engine = if compile { Engine::new(MODULE, &rules, Limits::default())? } else { Engine::embedded(&rules)? };
    let people = people::all()?;
    ensure!(engine.eligibility(&people[4], people::now()?)?.eligible);
    Ok(())
}
