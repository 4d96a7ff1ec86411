//! `cargo xtask test`: every check there is, in one command.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::report::{Outcome, Report};
use crate::steps::{STEPS, Step};
use crate::workspace::Workspace;

/// What `cargo xtask test` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Runs only this step; can be given several times
    #[arg(long, value_name = "STEP", value_parser = names())]
    only: Vec<String>,
    /// Leaves this step out; can be given several times
    #[arg(long, value_name = "STEP", value_parser = names())]
    skip: Vec<String>,
}

fn names() -> clap::builder::PossibleValuesParser {
    STEPS.map(|step| step.name).into()
}

impl Options {
    fn wants(&self, step: &Step) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step.name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// Runs the steps until one fails and prints what became of them; the count is the last line.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> ExitCode {
    let (report, passed) = run_steps(&STEPS, options, |step| step.run(workspace));
    println!("\n{}", report.text());
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The report, and whether no step failed.
fn run_steps(steps: &[Step], options: &Options, run: impl Fn(&Step) -> Result<()>) -> (Report, bool) {
    let mut report = Report::default();
    let mut passed = true;
    for step in steps {
        let outcome = match (options.wants(step), passed) {
            (false, _) => Outcome::Skipped,
            (true, false) => Outcome::NotReached,
            (true, true) => run_step(step, &run),
        };
        passed &= !matches!(outcome, Outcome::Failed(_));
        report.add(step.name, outcome);
    }
    (report, passed)
}

fn run_step(step: &Step, run: impl Fn(&Step) -> Result<()>) -> Outcome {
    println!("\n== {}: {}", step.name, step.command);
    let start = Instant::now();
    match run(step) {
        Ok(()) => Outcome::Passed(start.elapsed()),
        Err(error) => {
            eprintln!("\n{} failed: {error:#}\nrun it again with: {}", step.name, step.command);
            Outcome::Failed(start.elapsed())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use anyhow::anyhow;

    use super::*;
    use crate::steps::Action;

    const THREE: [Step; 3] = [
        Step { name: "a", command: "cargo a", action: Action::Command },
        Step { name: "b", command: "cargo b", action: Action::Command },
        Step { name: "c", command: "cargo c", action: Action::Command },
    ];

    fn options(only: &[&str], skip: &[&str]) -> Options {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Options { only: owned(only), skip: owned(skip) }
    }

    /// The names of the steps that ran, when those in `failing` fail, and the last line of the report.
    fn run_with(options: &Options, failing: &[&str]) -> (Vec<&'static str>, String) {
        let ran = RefCell::new(Vec::new());
        let (report, passed) = run_steps(&THREE, options, |step| {
            ran.borrow_mut().push(step.name);
            if failing.contains(&step.name) { Err(anyhow!("broken")) } else { Ok(()) }
        });
        assert_eq!(passed, failing.is_empty());
        (ran.into_inner(), report.text().lines().last().unwrap().to_owned())
    }

    #[test]
    fn all_steps_run_in_order() {
        assert_eq!(run_with(&options(&[], &[]), &[]), (vec!["a", "b", "c"], "3 passed, 0 failed".into()));
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let expected = (vec!["a", "b"], "1 passed, 1 failed, 1 not reached".into());
        assert_eq!(run_with(&options(&[], &[]), &["b"]), expected);
    }

    #[test]
    fn steps_can_be_chosen() {
        assert_eq!(run_with(&options(&["c", "a"], &[]), &[]).0, ["a", "c"]);
        assert_eq!(run_with(&options(&[], &["a"]), &[]), (vec!["b", "c"], "2 passed, 0 failed, 1 skipped".into()));
        assert_eq!(run_with(&options(&["a", "b"], &["a"]), &[]).0, ["b"]);
    }
}
