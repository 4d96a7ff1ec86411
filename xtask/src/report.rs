//! What `cargo xtask test` says about its steps.

use std::fmt::Write as _;
use std::time::Duration;

/// What became of the steps of a run.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<(&'static str, Outcome)>,
}

/// What became of one step.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    /// It went well and took that long.
    Passed(Duration),
    /// It failed after that long.
    Failed(Duration),
    /// It was not asked for.
    Skipped,
    /// A step before it failed.
    NotReached,
}

impl Report {
    /// Adds the next step.
    pub(crate) fn add(&mut self, step: &'static str, outcome: Outcome) {
        self.rows.push((step, outcome));
    }

    /// A table of the steps, and the count in its last line.
    pub(crate) fn text(&self) -> String {
        let width = self.rows.iter().map(|(step, _)| step.len()).max().unwrap_or(0);
        let mut text = String::new();
        for (step, outcome) in &self.rows {
            let outcome = match outcome {
                Outcome::Passed(took) => format!("{:>8.1} s", took.as_secs_f64()),
                Outcome::Failed(took) => format!("{:>8.1} s  failed", took.as_secs_f64()),
                Outcome::Skipped => "   skipped".to_owned(),
                Outcome::NotReached => "         -".to_owned(),
            };
            let _ = writeln!(text, "{step:width$}  {outcome}"); // a String takes any text
        }
        text + &self.summary()
    }

    fn summary(&self) -> String {
        let count = |wanted: fn(&Outcome) -> bool| self.rows.iter().filter(|(_, outcome)| wanted(outcome)).count();
        let passed = count(|outcome| matches!(outcome, Outcome::Passed(_)));
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped));
        let not_reached = count(|outcome| matches!(outcome, Outcome::NotReached));
        let mut line = format!("{passed} passed, {failed} failed");
        for (number, what) in [(skipped, "skipped"), (not_reached, "not reached")] {
            if number > 0 {
                let _ = write!(line, ", {number} {what}"); // a String takes any text
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_millis(1_040);

    #[test]
    fn a_good_run_ends_in_its_count() {
        let mut report = Report::default();
        report.add("fmt", Outcome::Passed(SECOND));
        report.add("browser", Outcome::Passed(SECOND * 100));
        assert_eq!(report.text(), "fmt           1.0 s\nbrowser     104.0 s\n2 passed, 0 failed");
    }

    #[test]
    fn what_did_not_run_is_counted_apart() {
        let mut report = Report::default();
        report.add("a", Outcome::Skipped);
        report.add("b", Outcome::Failed(SECOND));
        report.add("c", Outcome::NotReached);
        assert_eq!(
            report.text(),
            "a     skipped\nb       1.0 s  failed\nc           -\n0 passed, 1 failed, 1 skipped, 1 not reached"
        );
    }
}
