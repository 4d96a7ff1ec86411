//! What is measured, as `cargo xtask bench` reads it.

use serde::{Deserialize, Serialize};

use crate::turns::{Spread, Turns};

/// One line of the table: lower is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    /// Which comparison.
    pub(crate) name: String,
    /// Ours: the median.
    pub(crate) value: f64,
    /// Of value and baseline.
    pub(crate) unit: String,
    /// What it is compared with: the median.
    pub(crate) baseline: Option<f64>,
    /// The median of the rounds' ratios.
    pub(crate) ratio: Option<f64>,
    /// Where the middle half of the ratios lies, or of the values when there is no baseline.
    pub(crate) half: [f64; 2],
    /// How many rounds there were.
    pub(crate) rounds: usize,
}

/// How something grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Point {
    /// Which plot.
    pub(crate) plot: String,
    /// Which line of it.
    pub(crate) series: String,
    /// How much there was.
    pub(crate) x: f64,
    /// What it cost: the median.
    pub(crate) y: f64,
}

/// What a benchmark prints, one a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Figure {
    /// A line of the table.
    Row(Row),
    /// A point of a plot.
    Point(Point),
}

impl Row {
    /// A pair that was measured in turns.
    #[must_use]
    pub(crate) fn of(name: &str, unit: &str, turns: &Turns) -> Self {
        let ratio = turns.ratio();
        Self {
            name: name.to_owned(),
            value: turns.ours().median,
            unit: unit.to_owned(),
            baseline: Some(turns.baseline().median),
            ratio: Some(ratio.median),
            half: [ratio.low, ratio.high],
            rounds: turns.len(),
        }
    }

    /// Something that is compared with nothing.
    #[must_use]
    pub(crate) fn alone(name: &str, unit: &str, spread: Spread, rounds: usize) -> Self {
        Self {
            name: name.to_owned(),
            value: spread.median,
            unit: unit.to_owned(),
            baseline: None,
            ratio: None,
            half: [spread.low, spread.high],
            rounds,
        }
    }

    /// Two numbers that are always the same.
    #[must_use]
    pub(crate) fn counted(name: &str, unit: &str, value: f64, baseline: f64) -> Self {
        let ratio = value / baseline;
        Self {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            baseline: Some(baseline),
            ratio: Some(ratio),
            half: [ratio, ratio],
            rounds: 1,
        }
    }
}

impl Point {
    /// A point of a plot's line.
    #[must_use]
    pub(crate) fn new(plot: &str, series: &str, x: f64, y: f64) -> Self {
        Self { plot: plot.to_owned(), series: series.to_owned(), x, y }
    }
}
