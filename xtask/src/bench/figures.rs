//! What the benchmarks print, and what is kept of it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::machine::Machine;

/// Everything that was measured, and on what.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) rows: Vec<Measured>,
    pub(crate) points: Vec<Point>,
    /// Of the last run.
    pub(crate) machine: Machine,
}

/// A row, and what it was measured on.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) row: Row,
    pub(crate) commit: String,
    pub(crate) quick: bool,
}

/// One comparison; lower is better.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    pub(crate) baseline: Option<f64>,
    pub(crate) ratio: Option<f64>,
    /// Where the middle half of the ratios lies, or of the values when there is no baseline.
    pub(crate) half: [f64; 2],
    pub(crate) rounds: usize,
}

/// A point of a plot's line.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) plot: String,
    pub(crate) series: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A line of a benchmark.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Row(Row),
    Point(Point),
}

impl Figures {
    /// What an earlier run kept.
    ///
    /// # Errors
    /// When it kept nothing, or something else.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
    }

    /// Takes lines of the benchmarks in; what they measured anew replaces what was there.
    ///
    /// # Errors
    /// When a line is no figure.
    pub(crate) fn take(&mut self, lines: &str, machine: Machine, quick: bool) -> Result<()> {
        let mut points = Vec::new();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line).with_context(|| format!("no figure: {line}"))? {
                Line::Row(row) => {
                    self.rows.retain(|measured| measured.row.name != row.name);
                    self.rows.push(Measured { row, commit: machine.commit.clone(), quick });
                }
                Line::Point(point) => points.push(point),
            }
        }
        let is_anew = |old: &Point| points.iter().any(|new| (&new.plot, &new.series) == (&old.plot, &old.series));
        self.points.retain(|old| !is_anew(old));
        self.points.extend(points);
        self.machine = machine;
        Ok(())
    }

    /// The row of that name.
    pub(crate) fn row(&self, name: &str) -> Option<&Measured> {
        self.rows.iter().find(|measured| measured.row.name == name)
    }

    /// The rows as other programs read them.
    ///
    /// # Errors
    /// None.
    pub(crate) fn summary(&self) -> Result<String> {
        let row = |Measured { row, .. }: &Measured| {
            let Row { name, value, unit, baseline, ratio, .. } = row;
            json!({ "name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio })
        };
        Ok(serde_json::to_string_pretty(&self.rows.iter().map(row).collect::<Vec<_>>())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str =
        r#"{"row":{"name":"a","value":2.0,"unit":"ns","baseline":1.0,"ratio":2.0,"half":[1.9,2.1],"rounds":3}}"#;

    fn point(x: f64) -> String {
        format!(r#"{{"point":{{"plot":"p","series":"s","x":{x},"y":1.0}}}}"#)
    }

    #[test]
    fn what_is_measured_again_replaces_what_was_there() {
        let mut figures = Figures::default();
        let other = ROW.replace("\"a\"", "\"b\"");
        figures.take(&[ROW, &other, &point(1.0), &point(2.0)].join("\n"), Machine::default(), true).unwrap();
        figures.take(&[&ROW.replace("2.0", "3.0"), point(5.0).as_str()].join("\n"), Machine::default(), false).unwrap();
        let row = figures.row("a").unwrap();
        assert_eq!((row.row.value, row.quick, figures.row("b").unwrap().quick), (3.0, false, true));
        assert_eq!(figures.points.iter().map(|point| point.x).collect::<Vec<_>>(), [5.0]);
    }

    #[test]
    fn the_summary_has_the_five_members_of_a_row() {
        let mut figures = Figures::default();
        figures.take(ROW, Machine::default(), false).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&figures.summary().unwrap()).unwrap();
        assert_eq!(summary, json!([{ "name": "a", "value": 2.0, "unit": "ns", "baseline": 1.0, "ratio": 2.0 }]));
    }

    #[test]
    fn a_line_that_is_no_figure_is_told() {
        let error = Figures::default().take("oops", Machine::default(), false).unwrap_err();
        assert_eq!(error.to_string(), "no figure: oops");
    }
}
